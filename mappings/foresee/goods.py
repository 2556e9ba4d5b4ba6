"""What steps that concern return transfers do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT, Move, Picking
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.plan import (
    Arrival,
    CancelTransfer,
    ChangeDemand,
    ConfirmTransfer,
    MakeTransfer,
    Note,
    Receive,
)
from odoo_rma.mappings.plan.goods import SendOut, TakeBackOut
from odoo_rma.mappings.plan.step import CarryOn
from odoo_rma.mappings.plan.transfer import NewMove, NewTransfer
from odoo_rma.mappings.standing import INSPECTION
from odoo_rma.mappings.transfer import WITHDRAWN

READY = "assigned"


def make(world: World, step: NewTransfer, *, outgoing: bool = False) -> None:
    """Make a transfer as a draft; the lots that are known stand on its moves."""
    record = world.new()
    world.made[step.key] = record
    table(world.erp.pickings)[record] = Picking(
        id=record,
        name=f"{'OUT' if outgoing else 'IN'}{record}",
        state=DRAFT,
        type_id=step.type_id,
        partner_id=step.partner_id,
        location_id=step.location_id,
        destination_id=step.destination_id,
        backorder_of=0,
        key=step.key,
    )
    for new in step.moves:
        move = _move(world, step, new)
        table(world.erp.moves)[move.id] = replace(move, picking_id=record, outgoing=outgoing)


def _move(world: World, step: NewTransfer, new: NewMove) -> Move:
    return replace(
        world.erp.moves[new.origin_move_id],
        id=world.new(),
        origin_move_id=new.origin_move_id,
        state=DRAFT,
        demand=new.quantity,
        done=ZERO,
        location_id=step.location_id,
        destination_id=step.destination_id,
        lots={new.lot_id: new.quantity} if new.lot_id else {},
    )


def make_ready(world: World, step: CarryOn) -> None:
    """Make a draft transfer ready for the warehouse."""
    _set_state(world, world.id_of(step.ref), READY)


def _cancel(world: World, step: CancelTransfer) -> None:
    _set_state(world, step.picking_id, CANCELED)


def _note(world: World, step: Note) -> None:
    """Remember what the note on a transfer says of why it is canceled, and that an inspection was noted."""
    if step.key.kind == INSPECTION:
        table(world.erp.dispositions.noted)[world.new()] = step.key
    if step.model == "stock.picking" and WITHDRAWN in step.key.parts[-2:-1]:
        one = world.erp.pickings[world.id_of(step.ref)]
        table(world.erp.pickings)[one.id] = replace(one, withdrawn=True)


def _change(world: World, step: ChangeDemand) -> None:
    table(world.erp.moves)[step.move_id] = replace(world.erp.moves[step.move_id], demand=step.quantity)


def _set_state(world: World, picking: int, state: str) -> None:
    table(world.erp.pickings)[picking] = replace(world.erp.pickings[picking], state=state)
    for move in _pending(world, picking):
        table(world.erp.moves)[move.id] = replace(move, state=state)


def _pending(world: World, picking: int) -> list[Move]:
    own = [m for m in world.erp.moves.values() if m.picking_id == picking]
    return [m for m in own if m.state not in (DONE, CANCELED)]


def _receive(world: World, step: Receive) -> None:
    picking = world.id_of(step.ref)
    arrivals = {a.origin_move_id: a for a in step.arrivals}
    rest = []
    for move in _pending(world, picking):
        come = _arrive(world, move, arrivals.get(move.origin_move_id))
        if move.demand > come:
            rest.append((move, move.demand - come))
    table(world.erp.pickings)[picking] = replace(world.erp.pickings[picking], state=DONE)
    if rest:
        _leave_rest(world, picking, rest, backorder=step.backorder)


def _arrive(world: World, move: Move, arrival: Arrival | None) -> Decimal:
    if arrival is None:
        return ZERO
    come = arrival.quantity
    if come > move.demand:
        raise ValueError(f"{come} arrived, but the transfer expects {move.demand}")
    done = replace(move, state=DONE, demand=come, done=come, lots=dict(arrival.lots))
    table(world.erp.moves)[move.id] = done
    return come


def _leave_rest(world: World, picking: int, rest: list[tuple[Move, Decimal]], *, backorder: bool) -> None:
    into = world.new() if backorder else picking
    state = READY if backorder else CANCELED
    for move, quantity in rest:
        record = move.id if world.erp.moves[move.id].state != DONE else world.new()
        left = replace(move, id=record, picking_id=into, demand=quantity, done=ZERO, state=state)
        table(world.erp.moves)[record] = left
    if backorder:
        one = world.erp.pickings[picking]
        table(world.erp.pickings)[into] = replace(one, id=into, state=READY, backorder_of=picking, key=None)


def _take_back_out(world: World, step: TakeBackOut) -> None:
    make(world, step, outgoing=True)


DEEDS: Mapping[type, Any] = {
    MakeTransfer: make,
    TakeBackOut: _take_back_out,
    SendOut: _receive,
    ConfirmTransfer: make_ready,
    ChangeDemand: _change,
    CancelTransfer: _cancel,
    Note: _note,
    Receive: _receive,
}

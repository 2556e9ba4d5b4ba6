"""What steps that concern goods that are repaired, and goods that go back, do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.erp import CANCELED, DRAFT, Picking
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.money import ZERO
from odoo_rma.mappings.plan.repair import (
    CancelRepair,
    ConfirmRepair,
    MakeRepair,
    MakeSendBack,
    PickLot,
    ReadySendBack,
)
from odoo_rma.mappings.seen.repair import CONFIRMED, Repair

READY = "assigned"


def _put(world: World, one: Repair) -> None:
    table(world.erp.repairs.repairs)[one.id] = one


def _make(world: World, step: MakeRepair) -> None:
    record = world.new()
    world.made[step.key] = record
    one = Repair(
        id=record,
        name=f"RO{record}",
        state=DRAFT,
        product_id=step.product_id,
        lot_id=step.lot_id,
        quantity=step.quantity,
        moved_to=0,
        key=step.key,
    )
    _put(world, one)


def _confirm(world: World, step: ConfirmRepair) -> None:
    _put(world, replace(world.erp.repairs.repairs[world.id_of(step.ref)], state=CONFIRMED))


def _cancel(world: World, step: CancelRepair) -> None:
    # The note that says why is written just before.
    _put(world, replace(world.erp.repairs.repairs[step.repair_id], state=CANCELED, withdrawn=True))


def _make_send_back(world: World, step: MakeSendBack) -> None:
    record = world.new()
    world.made[step.key] = record
    table(world.erp.pickings)[record] = Picking(
        id=record,
        name=f"OUT{record}",
        state=DRAFT,
        type_id=step.type_id,
        partner_id=step.partner_id,
        location_id=step.location_id,
        destination_id=step.destination_id,
        backorder_of=0,
        key=step.key,
    )
    for new in step.moves:
        move = replace(
            world.erp.moves[new.origin_move_id],
            id=world.new(),
            picking_id=record,
            origin_move_id=new.origin_move_id,
            state=DRAFT,
            demand=new.quantity,
            done=ZERO,
            outgoing=True,
            location_id=step.location_id,
            destination_id=step.destination_id,
            lots={new.lot_id: new.quantity} if new.lot_id else {},
        )
        table(world.erp.moves)[move.id] = move


def _ready(world: World, step: ReadySendBack) -> None:
    picking = world.id_of(step.ref)
    table(world.erp.pickings)[picking] = replace(world.erp.pickings[picking], state=READY)
    for move in [m for m in world.erp.moves.values() if m.picking_id == picking]:
        table(world.erp.moves)[move.id] = replace(move, state=READY)


def _pick(world: World, step: PickLot) -> None:
    move = world.erp.moves[step.move_id]
    table(world.erp.moves)[move.id] = replace(move, lots={step.lot_id: step.quantity})


DEEDS: Mapping[type, Any] = {
    MakeRepair: _make,
    ConfirmRepair: _confirm,
    CancelRepair: _cancel,
    MakeSendBack: _make_send_back,
    ReadySendBack: _ready,
    PickLot: _pick,
}

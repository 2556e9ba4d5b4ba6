"""Carry out what concerns goods: return transfers made, made ready, changed, received, canceled."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from odoo_rma.connector.errors import Refused
from odoo_rma.connector.odoo.client import Row
from odoo_rma.connector.odoo.loading import with_lines
from odoo_rma.mappings.erp import DONE
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.plan import (
    CancelTransfer,
    ChangeDemand,
    ConfirmTransfer,
    MakeTransfer,
    Receive,
)
from odoo_rma.mappings.plan.transfer import NewMove, NewTransfer
from odoo_rma.sync.batch import Batch, Item

PICKING = "stock.picking"
MOVE = "stock.move"


def make_transfers(batch: Batch) -> None:
    """Make the return transfers, each under its key."""
    batch.attempt(batch.items(MakeTransfer), lambda items: load_transfers(batch, [i.step for i in items]))


def load_transfers(batch: Batch, steps: Sequence[NewTransfer]) -> None:
    """Make transfers that return goods the way they came, with their moves."""
    can = batch.client.can
    # Without it Odoo does not see that a kit came back, and its order line stays delivered.
    kits = any(move.kit_line_id for step in steps for move in step.moves)
    head = [
        "id",
        "partner_id/.id",
        "picking_type_id/.id",
        "location_id/.id",
        "location_dest_id/.id",
        "origin",
    ]
    head += ["return_id/.id"] if can.picking_has_return else []
    line = ["id", "product_id/.id", "product_uom_qty", "product_uom/.id", "location_id/.id"]
    line += ["location_dest_id/.id", "origin_returned_move_id/.id", "to_refund", "sale_line_id/.id"]
    line += [f"{can.move_group}/.id", *(["name"] if can.move_needs_name else [])]
    line += ["bom_line_id/.id"] if kits else []
    rows: list[list[Any]] = []
    for step in steps:
        first: list[Any] = [str(step.key), step.partner_id or "", step.type_id, step.location_id]
        first += [step.destination_id, step.origin, *([step.returned_id] if can.picking_has_return else [])]
        rows += with_lines(first, [_move_cells(batch, step, move, kits=kits) for move in step.moves])
    fields = [*head, *(f"{can.picking_moves}/{f}" for f in line)]
    batch.load(PICKING, [s.key for s in steps], fields, rows)


def _move_cells(batch: Batch, step: NewTransfer, move: NewMove, *, kits: bool) -> list[Any]:
    cells: list[Any] = [str(move.key), move.product_id, plain(move.quantity), move.uom_id]
    cells += [step.location_id, step.destination_id, move.origin_move_id, "1"]
    cells += [move.order_line_id or "", ",".join(map(str, move.group_ids))]
    cells += [step.origin] if batch.client.can.move_needs_name else []
    return [*cells, *([move.kit_line_id or ""] if kits else [])]


def confirm_transfers(batch: Batch) -> None:
    """Make draft transfers ready for the warehouse."""

    def call(items: Sequence[Item[ConfirmTransfer]]) -> None:
        batch.client.call(PICKING, "action_confirm", [batch.id_of(i.step.ref) for i in items])

    batch.attempt(batch.items(ConfirmTransfer), call)


def change_demand(batch: Batch) -> None:
    """Expect other quantities on pending moves."""

    def call(items: Sequence[Item[ChangeDemand]]) -> None:
        for quantity, moves in _grouped((i.step.quantity, i.step.move_id) for i in items).items():
            batch.client.call(MOVE, "write", moves, vals={"product_uom_qty": float(quantity)})

    batch.attempt(batch.items(ChangeDemand), call)


def receive(batch: Batch) -> None:
    """Write what has arrived on the moves, validate, and make sure that the transfers are done."""
    items = batch.items(Receive)
    batch.attempt(items, lambda some: _receive(batch, some, new=some is items and _are_new(batch, some)))


def _are_new(batch: Batch, items: Iterable[Item[Receive]]) -> bool:
    return all(i.step.ref in batch.made for i in items)


def _receive(batch: Batch, every: Sequence[Item[Receive]], *, new: bool) -> None:
    # A refusal of some leaves others of the same call done already; they are not to be refused for that.
    states = {} if new else _states(batch, every)
    items = [i for i in every if states.get(batch.id_of(i.step.ref)) != DONE]
    _write_quantities(batch, [i.step for i in items])
    for closing in (False, True):
        ids = [batch.id_of(i.step.ref) for i in items if _closes(i.step) is closing]
        if ids:
            context = batch.client.can.validate_context(ids if closing else ())
            answer = batch.client.call(PICKING, "button_validate", ids, context=context)
            if answer is not True:
                raise Refused(f"the transfer was not validated; Odoo asks for {asked(answer)}.")
    for record, state in _states(batch, items).items():
        if state != DONE:
            raise Refused(f"transfer {record} is still {state} after validation.")


def _states(batch: Batch, items: Sequence[Item[Receive]]) -> dict[int, str]:
    ids = [batch.id_of(i.step.ref) for i in items]
    return {r["id"]: r["state"] for r in batch.client.read(PICKING, ids, ["state"])} if ids else {}


def _closes(step: Receive) -> bool:
    return not step.whole and not step.backorder


def asked(answer: Any) -> str:
    """Say what Odoo wants to know before it validates."""
    return str(answer.get("res_model") or answer.get("type")) if isinstance(answer, dict) else repr(answer)


def _write_quantities(batch: Batch, steps: Iterable[Receive]) -> None:
    """Write done quantities where Odoo would not take them by itself: partly received, or with lots."""
    can = batch.client.can
    written = [s for s in steps if not s.whole or not can.has_picked or any(a.lots for a in s.arrivals)]
    if not written:
        return
    arrivals = {(batch.id_of(s.ref), a.origin_move_id): a for s in written for a in s.arrivals}
    fields = [
        "picking_id",
        "origin_returned_move_id",
        "product_id",
        "product_uom",
        "location_id",
        "location_dest_id",
        "move_line_ids",
    ]
    pickings = sorted({picking for picking, _ in arrivals})
    domain = [("picking_id", "in", pickings), ("state", "not in", ["done", "cancel"])]
    rows = batch.client.search_read(MOVE, domain, fields)
    found = [
        (arrivals[k], r) for r in rows if (k := (r["picking_id"], r["origin_returned_move_id"])) in arrivals
    ]
    if len(found) != len(arrivals):
        raise Refused("the transfer was changed by somebody else in the meantime.")
    whole_units = _grouped((a.quantity, r["id"]) for a, r in found if not a.lots)
    for quantity, moves in whole_units.items():
        batch.client.call(MOVE, "write", moves, vals=can.done(float(quantity)))
    for arrival, row in found:
        if arrival.lots:
            lines = move_lines(batch, row, arrival.lots)
            picked = {"picked": True} if can.has_picked else {}
            batch.client.call(MOVE, "write", [row["id"]], vals={"move_line_ids": lines, **picked})


def move_lines(batch: Batch, row: Row, lots: Iterable[tuple[int, Decimal]]) -> list[Any]:
    """Give what to write on a move, so that it holds exactly these units of each lot (0: none)."""
    can = batch.client.can
    # Deleted one by one: to clear the list would leave them on the transfer, as units that belong to no move.
    lines: list[Any] = [[2, line_id, 0] for line_id in row["move_line_ids"]]
    for lot_id, quantity in lots:
        values = {
            "picking_id": row["picking_id"],
            "product_id": row["product_id"],
            "product_uom_id": row["product_uom"],
            "location_id": row["location_id"],
            "location_dest_id": row["location_dest_id"],
            "lot_id": lot_id or False,
            **can.line_done(float(quantity)),
        }
        lines.append([0, 0, values])
    return lines


def cancel_transfers(batch: Batch) -> None:
    """Cancel transfers that nothing will come for."""

    def call(items: Sequence[Item[CancelTransfer]]) -> None:
        batch.client.call(PICKING, "action_cancel", [i.step.picking_id for i in items])

    batch.attempt(batch.items(CancelTransfer), call)


def _grouped(pairs: Iterable[tuple[Decimal, int]]) -> dict[Decimal, list[int]]:
    groups: dict[Decimal, list[int]] = defaultdict(list)
    for quantity, record in pairs:
        groups[quantity].append(record)
    return groups

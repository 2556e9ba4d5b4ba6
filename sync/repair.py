"""Carry out what concerns goods that are repaired, and goods that go back to the customer."""

from collections.abc import Sequence
from typing import Any

from odoo_rma.connector.errors import Refused
from odoo_rma.mappings.money import plain
from odoo_rma.mappings.plan.repair import (
    CancelRepair,
    ConfirmRepair,
    MakeRepair,
    MakeSendBack,
    PickLot,
    ReadySendBack,
)
from odoo_rma.sync import goods, people
from odoo_rma.sync.batch import Batch, Item

REPAIR = "repair.order"
PICKING = "stock.picking"
LINE = "stock.move.line"


def carry_out(batch: Batch) -> None:
    """Do what the plans say about goods that are repaired, and goods that go back."""
    batch.attempt(batch.items(MakeRepair), lambda items: _make(batch, items))
    people.write_notes(batch, REPAIR)
    for confirmed in batch.items(ConfirmRepair):
        batch.attempt([confirmed], lambda items: _confirm(batch, items[0].step))
    batch.attempt(batch.items(CancelRepair), lambda items: _cancel(batch, items))
    batch.attempt(
        batch.items(MakeSendBack), lambda items: goods.load_transfers(batch, [i.step for i in items])
    )
    batch.attempt(batch.items(ReadySendBack), lambda items: _ready(batch, items))
    for picked in batch.items(PickLot):
        batch.attempt([picked], lambda items: _pick(batch, items[0].step))


def _make(batch: Batch, items: Sequence[Item[MakeRepair]]) -> None:
    known = batch.client.can.repair_fields
    has_place = "product_location_src_id" in known
    places = ["product_location_src_id", "product_location_dest_id"] if has_place else ["location_id"]
    fields = ["id", "partner_id/.id", "product_id/.id", "product_qty", "product_uom/.id", "lot_id/.id"]
    # Nobody is responsible yet; Odoo would say that we are.
    fields += ["user_id/.id", *(f"{place}/.id" for place in places)]
    types = _types(batch, {i.step.location_id for i in items}) if "picking_type_id" in known else {}
    optional = [f for f in ("picking_id", "picking_type_id") if f in known]
    rows = [_row(i.step, len(places), types, optional) for i in items]
    batch.load(REPAIR, [i.step.key for i in items], [*fields, *(f"{f}/.id" for f in optional)], rows)


def _row(step: MakeRepair, places: int, types: dict[int, int], optional: Sequence[str]) -> list[Any]:
    row: list[Any] = [str(step.key), step.partner_id, step.product_id, plain(step.quantity), step.uom_id]
    row += [step.lot_id or "", "", *([step.location_id] * places)]
    more = {"picking_id": step.picking_id, "picking_type_id": types.get(step.location_id, "")}
    return [*row, *(more[f] for f in optional)]


def _types(batch: Batch, locations: set[int]) -> dict[int, int]:
    """Give the operation type for repairs of the warehouse in which each location stands."""
    rows = batch.client.read("stock.location", sorted(locations), ["warehouse_id"])
    houses = sorted({r["warehouse_id"] for r in rows if r["warehouse_id"]})
    domain = [("code", "=", "repair_operation"), ("warehouse_id", "in", houses)]
    types = batch.client.search_read("stock.picking.type", domain, ["warehouse_id"])
    by_house = {r["warehouse_id"]: r["id"] for r in reversed(types)}
    return {r["id"]: by_house[r["warehouse_id"]] for r in rows if r["warehouse_id"] in by_house}


def _confirm(batch: Batch, step: ConfirmRepair) -> None:
    answer = batch.client.call(REPAIR, "action_validate", [batch.id_of(step.ref)])
    if isinstance(answer, dict):
        raise Refused("the goods are not in the location of the repair order.")


def _cancel(batch: Batch, items: Sequence[Item[CancelRepair]]) -> None:
    batch.client.call(REPAIR, "action_repair_cancel", [i.step.repair_id for i in items])


def _ready(batch: Batch, items: Sequence[Item[ReadySendBack]]) -> None:
    """Confirm and reserve in one transaction, so that a run that dies between the two leaves nothing half."""
    batch.client.call(PICKING, "action_assign", [batch.id_of(i.step.ref) for i in items])


def _pick(batch: Batch, step: PickLot) -> None:
    rows = batch.client.search_read(LINE, [("move_id", "=", step.move_id)], ["lot_id"])
    wrong = [r["id"] for r in rows if r["lot_id"] != step.lot_id]
    if wrong:
        batch.client.call(LINE, "write", wrong, vals={"lot_id": step.lot_id})

"""Carry out what concerns what becomes of goods that came back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from odoo_rma.connector.errors import BadSettings, Refused
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.connector.odoo.loading import with_lines
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.disposition_rules import DispositionRule, InspectionRules, Warehouse
from odoo_rma.mappings.erp import DONE
from odoo_rma.mappings.money import plain
from odoo_rma.mappings.plan.disposition import (
    CancelOnward,
    ExpectOnward,
    MakePutAway,
    MakeScrap,
    ValidatePutAway,
    ValidateScrap,
)
from odoo_rma.mappings.vocabulary import Disposition
from odoo_rma.sync import goods
from odoo_rma.sync.batch import Batch, Item
from odoo_rma.sync.reference import Reference, path

PICKING, MOVE, SCRAP = "stock.picking", "stock.move", "stock.scrap"


def rules(settings: Settings, client: OdooClient, reference: Reference) -> InspectionRules:
    """Look up in Odoo the locations that the settings name, and the warehouses they stand in.

    Raises:
        BadSettings: a location is not there, or there are several of that name in one warehouse.

    """
    own = settings.inspection
    made = tuple(DispositionRule(r.disposition, r.conditions, r.reasons, r.skus) for r in own.rules)
    if not own.locations:
        return InspectionRules(made)
    warehouses = _warehouses(client, reference.company.id)
    found = InspectionRules(made, own.locations, {}, warehouses)
    rows = _locations(client, reference.company.id, set(own.locations.values()))
    locations = {d: _places(d, name, rows, found) for d, name in own.locations.items()}
    return InspectionRules(made, own.locations, locations, warehouses)


def _warehouses(client: OdooClient, company: int) -> dict[int, Warehouse]:
    fields = ("code", "view_location_id", "lot_stock_id", "int_type_id", "in_type_id")
    rows = client.search_read("stock.warehouse", [("company_id", "=", company)], fields)
    return {
        r["id"]: Warehouse(
            r["id"],
            r["code"],
            r["view_location_id"],
            r["lot_stock_id"],
            r["int_type_id"] or 0,
            r["in_type_id"] or 0,
        )
        for r in rows
    }


def _locations(client: OdooClient, company: int, names: set[str]) -> list[Row]:
    domain = ["|", ("company_id", "=", False), ("company_id", "=", company), ("usage", "!=", "view")]
    named = ["|", ("complete_name", "in", sorted(names)), ("name", "in", sorted(names))]
    return client.search_read(
        "stock.location", [*domain, *named], ["name", "complete_name", "parent_path", "usage"]
    )


def _places(
    disposition: Disposition, name: str, rows: Iterable[Row], found: InspectionRules
) -> Mapping[int, int]:
    """Give the location per warehouse, 0 standing for all: a full name is one place, a bare name one per warehouse."""
    usage = "inventory" if disposition is Disposition.SCRAP else "internal"
    fit = [r for r in rows if r["usage"] == usage]
    exact = [r for r in fit if r["complete_name"] == name]
    if exact:
        return {0: exact[0]["id"]}
    places: dict[int, int] = {}
    for row in (r for r in fit if r["name"] == name):
        warehouse = found.warehouse_of(path(row))
        if warehouse in places:
            raise BadSettings(
                f"[inspection] locations: {name} stands more than once in a warehouse; give its full name."
            )
        places[warehouse] = row["id"]
    if not places:
        kind = "scrap location" if usage == "inventory" else "location for goods"
        raise BadSettings(f"[inspection] locations: there is no {kind} named {name} in Odoo.")
    return places


def carry_out(batch: Batch) -> None:
    """Do what the plans say about what becomes of goods that came back."""
    batch.attempt(batch.items(CancelOnward), lambda items: _cancel(batch, items))
    batch.attempt(batch.items(ExpectOnward), lambda items: _expect(batch, items))
    batch.attempt(batch.items(MakePutAway), lambda items: _make(batch, items))
    batch.attempt(batch.items(ValidatePutAway), lambda items: _validate(batch, items))
    batch.attempt(batch.items(MakeScrap), lambda items: _make_scraps(batch, items))
    for item in batch.items(ValidateScrap):
        batch.attempt([item], lambda items: _validate_scrap(batch, items[0].step))


def _cancel(batch: Batch, items: Sequence[Item[CancelOnward]]) -> None:
    batch.client.call(PICKING, "action_cancel", [i.step.picking_id for i in items])


def _expect(batch: Batch, items: Sequence[Item[ExpectOnward]]) -> None:
    for item in items:
        values = {"product_uom_qty": float(item.step.quantity)}
        batch.client.call(MOVE, "write", [item.step.move_id], vals=values)


def _make(batch: Batch, items: Sequence[Item[MakePutAway]]) -> None:
    can = batch.client.can
    head = ["id", "picking_type_id/.id", "location_id/.id", "location_dest_id/.id", "origin"]
    line = ["id", "product_id/.id", "product_uom_qty", "product_uom/.id", "location_id/.id"]
    line += ["location_dest_id/.id", *(["name"] if can.move_needs_name else [])]
    rows: list[list[Any]] = []
    for step in (i.step for i in items):
        first = [str(step.key), step.type_id, step.location_id, step.destination_id, step.origin]
        rest = [step.location_id, step.destination_id, *([step.origin] if can.move_needs_name else [])]
        moves = [[str(m.key), m.product_id, plain(m.quantity), m.uom_id, *rest] for m in step.moves]
        rows += with_lines(first, moves)
    fields = [*head, *(f"{can.picking_moves}/{f}" for f in line)]
    batch.load(PICKING, [i.step.key for i in items], fields, rows)


def _validate(batch: Batch, every: Sequence[Item[ValidatePutAway]]) -> None:
    """Write the very units and lots on the moves, validate, and make sure that the transfers are done."""
    states = _states(batch, every)
    items = [i for i in every if states.get(batch.id_of(i.step.ref)) != DONE]
    ids = [batch.id_of(i.step.ref) for i in items]
    if not ids:
        return
    wanted = {(batch.id_of(i.step.ref), m.product_id): m for i in items for m in i.step.moves}
    fields = ["picking_id", "product_id", "product_uom", "location_id", "location_dest_id", "move_line_ids"]
    rows = batch.client.search_read(MOVE, [("picking_id", "in", ids)], fields)
    if {(r["picking_id"], r["product_id"]) for r in rows} != wanted.keys() or len(rows) != len(wanted):
        raise Refused("the transfer was changed by somebody else in the meantime.")
    for row in rows:
        move = wanted[row["picking_id"], row["product_id"]]
        lines = goods.move_lines(batch, row, move.lots or ((0, move.quantity),))
        picked = {"picked": True} if batch.client.can.has_picked else {}
        batch.client.call(MOVE, "write", [row["id"]], vals={"move_line_ids": lines, **picked})
    answer = batch.client.call(PICKING, "button_validate", ids, context=batch.client.can.validate_context(()))
    if answer is not True:
        raise Refused(f"the transfer was not validated; Odoo asks for {goods.asked(answer)}.")
    for record, state in _states(batch, items).items():
        if state != DONE:
            raise Refused(f"transfer {record} is still {state} after validation.")


def _states(batch: Batch, items: Sequence[Item[ValidatePutAway]]) -> dict[int, str]:
    ids = [batch.id_of(i.step.ref) for i in items]
    return {r["id"]: r["state"] for r in batch.client.read(PICKING, ids, ["state"])} if ids else {}


def _make_scraps(batch: Batch, items: Sequence[Item[MakeScrap]]) -> None:
    fields = ["id", "picking_id/.id", "product_id/.id", "product_uom_id/.id", "scrap_qty", "lot_id/.id"]
    fields += ["location_id/.id", "origin"]
    given = any(i.step.scrap_location_id for i in items)
    fields += ["scrap_location_id/.id"] if given else []
    rows = [
        [
            str(s.key),
            s.picking_id or "",
            s.product_id,
            s.uom_id,
            plain(s.quantity),
            s.lot_id or "",
            s.location_id,
            s.origin,
            *([s.scrap_location_id] if given else []),
        ]
        for s in (i.step for i in items)
    ]
    batch.load(SCRAP, [i.step.key for i in items], fields, rows)


def _validate_scrap(batch: Batch, step: ValidateScrap) -> None:
    answer = batch.client.call(SCRAP, "action_validate", [batch.id_of(step.ref)])
    if answer is not True:
        raise Refused("there is not that much in stock where the goods were received.")

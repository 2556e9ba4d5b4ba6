"""What steps that concern what becomes of goods that came back do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan.disposition import (
    CancelOnward,
    ExpectOnward,
    MakePutAway,
    MakeScrap,
    ValidatePutAway,
    ValidateScrap,
)
from odoo_rma.mappings.seen.disposition import Flow, Onward, Pending, Scrap


def _make(world: World, step: MakePutAway) -> None:
    record, seen = world.new(), world.erp.dispositions
    world.made[step.key] = record
    table(seen.onward)[record] = Onward(record, f"INT{record}", DRAFT, step.origin, step.key)
    for new in step.moves:
        own, way = world.new(), (step.location_id, step.destination_id)
        table(seen.pending)[own] = Pending(own, record, new.product_id, new.uom_id, new.quantity, *way)


def _validate(world: World, step: ValidatePutAway) -> None:
    picking, seen = world.id_of(step.ref), world.erp.dispositions
    waiting = {m.product_id: m for m in seen.pending.values() if m.picking_id == picking}
    for new in step.moves:
        move = waiting[new.product_id]
        for lot, quantity in new.lots or ((0, new.quantity),):
            own, way = world.new(), (move.source_id, move.destination_id)
            flow = Flow(own, picking, new.product_id, lot, new.uom_id, quantity, *way)
            table(seen.flows)[own] = flow
        del table(seen.pending)[move.id]
    table(seen.onward)[picking] = replace(seen.onward[picking], state=DONE)


def _expect(world: World, step: ExpectOnward) -> None:
    pending = world.erp.dispositions.pending
    table(pending)[step.move_id] = replace(pending[step.move_id], demand=step.quantity)


def _cancel(world: World, step: CancelOnward) -> None:
    onward = world.erp.dispositions.onward
    table(onward)[step.picking_id] = replace(onward[step.picking_id], state=CANCELED)


def _make_scrap(world: World, step: MakeScrap) -> None:
    record = world.new()
    world.made[step.key] = record
    table(world.erp.dispositions.scraps)[record] = Scrap(
        id=record,
        name=f"SP{record}",
        state=DRAFT,
        origin=step.origin,
        picking_id=step.picking_id,
        product_id=step.product_id,
        lot_id=step.lot_id,
        uom_id=step.uom_id,
        quantity=step.quantity,
        source_id=step.location_id,
        destination_id=step.scrap_location_id,
        key=step.key,
    )


def _validate_scrap(world: World, step: ValidateScrap) -> None:
    scraps, record = world.erp.dispositions.scraps, world.id_of(step.ref)
    table(scraps)[record] = replace(scraps[record], state=DONE)


DEEDS: Mapping[type, Any] = {
    CancelOnward: _cancel,
    ExpectOnward: _expect,
    MakePutAway: _make,
    ValidatePutAway: _validate,
    MakeScrap: _make_scrap,
    ValidateScrap: _validate_scrap,
}

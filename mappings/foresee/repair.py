"""What steps that concern goods that are repaired, and goods that go back, do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.erp import CANCELED, DRAFT
from odoo_rma.mappings.foresee import goods
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan.repair import (
    CancelRepair,
    ConfirmRepair,
    MakeRepair,
    MakeSendBack,
    PickLot,
    ReadySendBack,
)
from odoo_rma.mappings.seen.repair import CONFIRMED, Repair


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
    goods.make(world, step, outgoing=True)


def _pick(world: World, step: PickLot) -> None:
    move = world.erp.moves[step.move_id]
    table(world.erp.moves)[move.id] = replace(move, lots={step.lot_id: step.quantity})


DEEDS: Mapping[type, Any] = {
    MakeRepair: _make,
    ConfirmRepair: _confirm,
    CancelRepair: _cancel,
    MakeSendBack: _make_send_back,
    ReadySendBack: goods.make_ready,
    PickLot: _pick,
}

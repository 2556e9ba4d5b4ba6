"""The demo with a real Medusa and a real Odoo: what is asked for there appears here, what is received here appears there."""

import os
from collections.abc import Iterator
from decimal import Decimal

import pytest

from odoo_rma.cli.demo_medusa import MedusaDemo, Sides, run_medusa_demo
from odoo_rma.sandbox import Medusa, Sandbox
from odoo_rma.sandbox.odoo_user import OdooUser
from odoo_rma.sandbox.warehouse import Warehouse

pytestmark = [pytest.mark.live, pytest.mark.medusa, pytest.mark.timeout(1800)]

DATABASE = f"demo-medusa-{os.getpid()}"


@pytest.fixture(scope="module")
def played(sandbox19: Sandbox, medusa: Medusa) -> Iterator[MedusaDemo]:
    yield run_medusa_demo(sandbox19, reset=True, transport=None, medusa=medusa, database=DATABASE)
    sandbox19.drop(DATABASE)


def of(shown: MedusaDemo, order: str) -> Sides:
    return next(side for side in shown.sides if side.order == order)


def test_every_story_ends_as_told_on_both_sides(played: MedusaDemo) -> None:
    assert played.differences == []
    damaged = of(played, "S-1093")
    assert (damaged.good, damaged.damaged, damaged.received) == (1, 1, 2)
    assert abs(damaged.refunded - Decimal("572.70")) < Decimal("0.01")
    assert of(played, "S-1109").state == "canceled"


def test_later_the_other_parcel_comes_and_medusa_pays_for_it(
    played: MedusaDemo, sandbox19: Sandbox, medusa: Medusa
) -> None:
    waiting = [["origin", "!=", False], ["state", "=", "assigned"], ["picking_type_code", "=", "incoming"]]
    odoo = OdooUser.administrator(played.odoo)
    names = [text.partition(" ")[0] for text in of(played, "S-1094").transfers if text.endswith("assigned")]
    (transfer,) = odoo("stock.picking", "search", [*waiting, ["name", "in", names]])
    Warehouse.of(played.odoo).receive(transfer, {"BOOT-42": 1})
    again = run_medusa_demo(sandbox19, reset=False, transport=None, medusa=medusa, database=DATABASE)
    both = of(again, "S-1094")
    assert both.agree
    assert (both.good, both.received) == (2, 2)
    last = run_medusa_demo(sandbox19, reset=False, transport=None, medusa=medusa, database=DATABASE)
    assert last.runs[-1].writes == 0
    assert of(last, "S-1094") == both

"""The shop's data is in order: what the seed is told and what was read back fit together."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from odoo_rma.sandbox import snapshot
from odoo_rma.sandbox.snapshot import SEED, seed_script

SHOP: dict[str, Any] = json.loads((SEED / "shop.json").read_text(encoding="utf-8"))
EXPECTED: dict[str, Any] = json.loads((SEED / "expected.json").read_text(encoding="utf-8"))
SHAPES = {
    "one_delivery_one_invoice",
    "two_deliveries",
    "two_invoices",
    "partly_delivered",
    "discount",
    "paid",
    "credited_by_hand",
    "not_invoiced",
    "undelivered",
    "eur",
    "tax_included",
    "two_taxes",
    "hub",
    "lot",
    "serial",
    "kit",
    "shipping",
    "returned_by_hand",
    "ambiguous_reference",
    "cancelled",
    "same_product_twice",
    "dozens",
    "decimal",
    "ambiguous_customer",
    "company_contact",
    "chinese",
}


def test_every_shape_of_real_life_is_there() -> None:
    assert {order["shape"] for order in SHOP["orders"]} >= SHAPES
    assert len(SHOP["orders"]) >= 60


def test_only_the_ambiguous_orders_share_a_reference() -> None:
    counted = Counter(order["ref"] for order in SHOP["orders"])
    assert [ref for ref, times in counted.items() if times > 1] == ["S-1066"]


def test_orders_refer_to_what_exists() -> None:
    skus = {product["sku"] for product in SHOP["products"]}
    partners = {partner["key"] for partner in SHOP["partners"]}
    taxes = {tax["key"] for tax in SHOP["taxes"]}
    for order in SHOP["orders"]:
        assert {order["partner"], order.get("ship_to", order["partner"])} <= partners
        for line in order["lines"]:
            assert line["sku"] in skus
            assert set(line["taxes"]) <= taxes


@pytest.mark.parametrize("number", range(len(SHOP["orders"])))
def test_what_came_out_fits_what_went_in(number: int) -> None:
    told, found = SHOP["orders"][number], EXPECTED["orders"][number]
    assert (told["ref"], told["shape"], told["partner"]) == (found["ref"], found["shape"], found["partner"])
    for line, read in zip(told["lines"], found["lines"], strict=True):
        assert (line["sku"], Decimal(str(line["qty"]))) == (read["sku"], Decimal(read["qty"]))
    steps = Counter(step["do"] for step in told["steps"])
    kinds = Counter(transfer["kind"] for transfer in found["transfers"] if transfer["state"] == "done")
    assert kinds["outgoing"] == steps["deliver"]
    assert bool(kinds["return"]) == bool(steps["return"])
    bills = Counter(bill["type"] for bill in found["invoices"])
    assert bills["out_invoice"] == steps["invoice"]
    assert bills["out_refund"] == steps["credit"]


def test_amounts_add_up() -> None:
    for order in EXPECTED["orders"]:
        for document in (order, *order["invoices"]):
            assert Decimal(document["untaxed"]) + Decimal(document["tax"]) == Decimal(document["total"])


def test_the_script_for_odoos_shell_is_python() -> None:
    compile(seed_script(SEED, SEED), "script", "exec")


def test_a_change_of_the_seed_changes_the_snapshots_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "shop.json").write_text("{}")
    monkeypatch.setattr(snapshot, "SEED", tmp_path)
    first = snapshot._seed_contents()
    (tmp_path / "expected.json").write_text("{}")
    assert snapshot._seed_contents() == first
    (tmp_path / "orders.py").write_text("pass")
    assert snapshot._seed_contents() != first

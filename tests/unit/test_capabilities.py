"""What a server looks like, told from the fields it shows: as Odoo 14 and 19 do."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from odoo_rma.connector.errors import MissingFeature, Refused
from odoo_rma.connector.odoo.capabilities import Capabilities, probe
from odoo_rma.connector.odoo.client import Row, Server

Fields = Mapping[str, str | None]

FOURTEEN: Fields = {
    "stock.picking": "move_lines",
    "stock.move": "name quantity_done reserved_availability group_id to_refund sale_line_id bom_line_id",
    "stock.move.line": "qty_done",
    "sale.order": "",
    "sale.order.line": "product_uom tax_id",
    "account.move": "reversal_move_id auto_post",
    "account.move.line": "exclude_from_invoice_tab analytic_account_id",
    "account.tax": "price_include",
    "uom.uom": "factor factor_inv",
    "product.product": "type",
    "res.partner": "mobile",
    "res.company": "fiscalyear_lock_date period_lock_date tax_lock_date",
    "stock.immediate.transfer": "id",
    "repair.order": "id location_id repaired",
}
NINETEEN: Fields = {
    "stock.picking": "move_ids return_id",
    "stock.move": "quantity picked reference_ids to_refund sale_line_id",
    "stock.move.line": "quantity",
    "sale.order": "locked",
    "sale.order.line": "product_uom_id tax_ids is_delivery is_reward_line",
    "account.move": "reversal_move_ids auto_post",
    "account.move.line": "analytic_distribution",
    "account.tax": "price_include price_include_override",
    "uom.uom": "factor",
    "product.product": "is_storable type",
    "res.partner": "",
    "res.company": (
        "fiscalyear_lock_date tax_lock_date sale_lock_date hard_lock_date "
        "user_fiscalyear_lock_date user_tax_lock_date user_sale_lock_date user_hard_lock_date"
    ),
    "stock.lot": "id",
}


class Shown:
    """A client that only shows fields."""

    def __init__(self, fields: Fields, version: tuple[int, int]) -> None:
        self.fields = fields
        self.server = Server("https://erp.example.com", "db", version, "odoorpc", 2, "bot", 1)

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        if (known := self.fields.get(model)) is None:
            raise Refused(f"Object {model} doesn't exist")
        boolean = "boolean" if self.server.version < (16, 0) else "selection"
        found: Row = {
            name: {"type": boolean if name == "auto_post" else "char", "required": name == "name"}
            for name in known.split()
            if name in arguments["allfields"]
        }
        if "product_uom_qty" in found:
            found["product_uom_qty"]["digits"] = [16, 3]
        return found


def seen(fields: Fields, version: tuple[int, int]) -> Capabilities:
    return probe(Shown(fields, version))  # type: ignore[arg-type]


def test_nineteen() -> None:
    can = seen(NINETEEN, (19, 0))
    assert can.modules == {"stock_account", "sale_stock", "delivery", "loyalty"}
    assert (can.picking_moves, can.lot_model, can.picking_has_return) == ("move_ids", "stock.lot", True)
    assert can.done(2) == {"quantity": 2, "picked": True}
    assert can.line_done(2) == {"quantity": 2, "picked": True}
    assert (can.move_reserved, can.move_needs_name, can.move_group) == ("quantity", False, "reference_ids")
    assert (can.sale_line_uom, can.sale_line_taxes) == ("product_uom_id", "tax_ids")
    assert can.product_lines() == [("display_type", "=", "product")]
    assert can.confirmed_orders() == [("state", "in", ["sale"])]
    assert (can.analytic_field, can.reversals, can.auto_post_off) == (
        "analytic_distribution",
        "reversal_move_ids",
        "no",
    )
    assert can.message("<b>x</b>") == {"body": "<b>x</b>", "body_is_html": True}
    assert can.reconciles_on_post
    assert not can.has_mobile and not can.has_immediate_wizard
    assert can.repair_fields == set(), "without the module"
    assert all(name.startswith("user_") for name in can.lock_dates)


def test_fourteen() -> None:
    can = seen(FOURTEEN, (14, 0))
    assert can.modules == {"stock_account", "sale_stock", "mrp", "repair"}
    assert (can.picking_moves, can.lot_model) == ("move_lines", "stock.production.lot")
    assert can.done(2) == {"quantity_done": 2}
    assert can.line_done(2) == {"qty_done": 2}
    assert (can.move_reserved, can.move_needs_name, can.move_group) == (
        "reserved_availability",
        True,
        "group_id",
    )
    assert (can.sale_line_uom, can.sale_line_taxes) == ("product_uom", "tax_id")
    assert can.product_lines() == [("exclude_from_invoice_tab", "=", False), ("display_type", "=", False)]
    assert can.confirmed_orders() == [("state", "in", ["sale", "done"])]
    assert (can.analytic_field, can.reversals, can.auto_post_off) == (
        "analytic_account_id",
        "reversal_move_id",
        False,
    )
    assert can.message("<b>x</b>") == {"body": "<b>x</b>"}
    assert can.repair_fields == {"repaired"}
    assert not can.reconciles_on_post
    assert (can.uom_ratio, seen(NINETEEN, (19, 0)).uom_ratio) == ("factor_inv", "factor")
    assert can.tax_base_per_line and not seen(NINETEEN, (19, 0)).tax_base_per_line
    assert (
        can.has_mobile and can.has_immediate_wizard and (can.delivery_flag, can.reward_flag) == (None, None)
    )


@pytest.mark.parametrize(
    ("fields", "version", "product", "storable"),
    [
        (NINETEEN, (19, 0), {"is_storable": True}, True),
        (NINETEEN, (19, 0), {"is_storable": False}, False),
        (FOURTEEN, (14, 0), {"type": "product"}, True),
        (FOURTEEN, (14, 0), {"type": "consu"}, False),
    ],
)
def test_storable(fields: Fields, version: tuple[int, int], product: Row, storable: bool) -> None:
    can = seen(fields, version)
    assert can.storable_field in product
    assert can.is_storable(product) is storable


def test_validating_asks_nothing() -> None:
    can = seen(NINETEEN, (19, 0))
    assert can.validate_context()["skip_backorder"] is True
    assert can.validate_context([3])["picking_ids_not_to_backorder"] == [3]


@pytest.mark.parametrize(
    ("company", "closed"),
    [
        (["1-01-01"] * 4, None),
        ([False] * 4, None),
        (["2026-01-31", "1-01-01", "2026-03-31", "1-01-01"], date(2026, 3, 31)),
    ],
)
def test_the_last_closed_day(company: list[Any], closed: date | None) -> None:
    can = seen(NINETEEN, (19, 0))
    assert can.locked_until(dict(zip(can.lock_dates, company, strict=True))) == closed


@pytest.mark.parametrize(
    ("model", "module"),
    [("stock.picking", "stock"), ("sale.order", "sale_management"), ("account.move", "account")],
)
def test_a_missing_module_is_named(model: str, module: str) -> None:
    with pytest.raises(MissingFeature, match=rf"Install in Odoo: .*\b{module}\b"):
        seen({**NINETEEN, model: None}, (19, 0))


def test_sales_and_stock_must_know_each_other() -> None:
    with pytest.raises(MissingFeature, match="sale_stock"):
        seen({**NINETEEN, "stock.move": "quantity picked"}, (19, 0))


def test_quantities_are_as_fine_as_their_field_says() -> None:
    assert seen(NINETEEN, (19, 0)).quantity_digits == 2, "what Odoo begins with"
    fields = {**NINETEEN, "stock.move": f"{NINETEEN['stock.move']} product_uom_qty"}
    assert seen(fields, (19, 0)).quantity_digits == 3

"""Place further orders in the sandbox's Odoo (17 and later): confirmed, delivered and invoiced, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import SandboxError
from odoo_rma.sandbox.odoo_user import OdooUser
from odoo_rma.sandbox.orders import NewOrder

AT_ONCE = 50


@dataclass(frozen=True)
class PlacedInOdoo:
    """What an order became.

    Attributes:
        order: the id of the `sale.order`.
        name: its name, "S00142".
        pickings: the ids of its deliveries, done.
        invoices: the ids of its invoices, posted.
    """

    order: int
    name: str
    pickings: tuple[int, ...]
    invoices: tuple[int, ...]


def place_in_odoo(env: Env, orders: Sequence[NewOrder]) -> dict[str, PlacedInOdoo]:
    """Place, deliver and invoice orders as the administrator; gives them by reference.

    Raises:
        SandboxError: a customer or an article is unknown, or Odoo refuses; the message says which and why.
    """
    shop = OdooUser.administrator(env)
    made: dict[str, PlacedInOdoo] = {}
    for first in range(0, len(orders), AT_ONCE):
        made.update(_place(shop, orders[first : first + AT_ONCE]))
    return made


def _place(shop: OdooUser, orders: Sequence[NewOrder]) -> Iterator[tuple[str, PlacedInOdoo]]:
    customers = shop.ids("res.partner", "email", [order.email for order in orders])
    articles = shop.ids("product.product", "default_code", [p.sku for order in orders for p in order.lines])
    (pricelist,) = shop.ids("product.pricelist", "name", ["Shop USD"]).values()
    (warehouse,) = shop.ids("stock.warehouse", "code", ["WH"]).values()
    values = [
        {
            "partner_id": customers[order.email],
            "client_order_ref": order.reference,
            "origin": "shop",
            "pricelist_id": pricelist,
            "warehouse_id": warehouse,
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": articles[p.sku],
                        "product_uom_qty": p.quantity,
                        "price_unit": str(p.price),
                    },
                )
                for p in order.lines
            ],
        }
        for order in orders
    ]
    ids = shop("sale.order", "create", values)
    shop("sale.order", "action_confirm", ids)
    _deliver(shop, ids)
    _invoice(shop, ids)
    rows = {row["id"]: row for row in shop("sale.order", "read", ids, ["name", "picking_ids", "invoice_ids"])}
    for order_id, order in zip(ids, orders, strict=True):
        row = rows[order_id]
        placed = PlacedInOdoo(order_id, row["name"], tuple(row["picking_ids"]), tuple(row["invoice_ids"]))
        yield order.reference, placed


def _deliver(shop: OdooUser, ids: Sequence[int]) -> None:
    pickings = shop("stock.picking", "search", [["sale_id", "in", ids], ["state", "!=", "done"]])
    shop("stock.picking", "action_assign", pickings)
    short = shop(
        "stock.picking", "search_read", [["id", "in", pickings], ["state", "!=", "assigned"]], ["origin"]
    )
    if short:
        raise SandboxError(
            f"The sandbox has not enough in stock for {', '.join(row['origin'] for row in short)}."
        )
    if shop("stock.picking", "button_validate", pickings) is not True:
        raise SandboxError("Odoo asks something before it validates the deliveries.")


def _invoice(shop: OdooUser, ids: Sequence[int]) -> None:
    context = {"active_model": "sale.order", "active_ids": ids}
    each = {"advance_payment_method": "delivered", "consolidated_billing": False}
    wizard = shop("sale.advance.payment.inv", "create", each, context=context)
    shop("sale.advance.payment.inv", "create_invoices", [wizard], context=context)
    invoices = shop(
        "account.move", "search", [["line_ids.sale_line_ids.order_id", "in", ids], ["state", "=", "draft"]]
    )
    shop("account.move", "action_post", invoices)

"""Place further orders in Medusa: paid, sent and delivered, ready to be returned.

One by one over its Admin API, as a shop's staff would, or many by a script inside Medusa, several times as fast.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from odoo_rma.sandbox.errors import SandboxError
from odoo_rma.sandbox.medusa.admin import Admin, Row
from odoo_rma.sandbox.medusa.instance import Medusa
from odoo_rma.sandbox.orders import NewOrder, Piece
from odoo_rma.sandbox.steps import Report, silent

ADDRESS = {"first_name": "Sam", "last_name": "Sandbox", "city": "Portland", "country_code": "us"}


def place_orders(medusa: Medusa, orders: Sequence[NewOrder], report: Report = silent) -> dict[str, Row]:
    """Place many orders at once; gives them by reference, as the manifest has them.

    Raises:
        StepFailed: one could not be placed; those before it were.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted, placed = Path(folder, "orders.json"), Path(folder, "placed.json")
        wanted.write_text(json.dumps([_row(order) for order in orders]), encoding="utf-8")
        medusa.run_script("place orders in Medusa", "place.js", wanted, placed, report=report)
        return {row["reference"]: row for row in json.loads(placed.read_text(encoding="utf-8"))}


def _row(order: NewOrder) -> Row:
    """The order as the seed has its own."""
    taxed = {"tax_rates": {"15": 15}, "tax_included": False}
    return {
        "reference": order.reference,
        "shape": "placed_later",
        "currency": "USD",
        "email": order.email,
        "days_ago": 0,
        "location": "WH",
        "address": ADDRESS,
        "items": [
            {"sku": p.sku, "quantity": str(p.quantity), "unit_price": str(p.price), "discount": None, **taxed}
            for p in order.lines
        ],
        "shipping": [],
        "total": None,
    }


def place_order(admin: Admin, lines: Sequence[Piece], email: str, reference: str) -> Row:
    """One order: a draft that is made an order, paid by the system provider, sent and delivered.

    Returns:
        The order with `items`, as Medusa shows it.
    """
    order_id = _draft(admin, lines, email, reference)
    admin.post(f"draft-orders/{order_id}/convert-to-order")
    _pay(admin, order_id)
    _send(admin, order_id)
    return order_with_items(admin, order_id)


def order_with_items(admin: Admin, order_id: str) -> Row:
    """An order as Medusa shows it, with its items, their received quantities and its payments."""
    fields = "+customer_id,*items,*items.detail,*items.tax_lines,+total,+summary,+metadata,+custom_display_id,*payment_collections.payments"
    order: Row = admin.get(f"orders/{order_id}", fields=fields)["order"]
    return order


def find_order(admin: Admin, reference: str) -> Row:
    """The order with this reference.

    Raises:
        SandboxError: there is none.
    """
    found = admin.get("orders", q=reference, fields="id,custom_display_id")["orders"]
    for order in found:
        if order["custom_display_id"] == reference:
            return order_with_items(admin, order["id"])
    raise SandboxError(f"Medusa has no order {reference}.")


def _draft(admin: Admin, lines: Sequence[Piece], email: str, reference: str) -> str:
    known = admin.manifest
    option = known["shipping_options"]["WH"]["send"]
    body = {
        "region_id": known["regions"]["USD"],
        "sales_channel_id": known["sales_channel"],
        "email": email,
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "no_notification_order": True,
        "metadata": {"reference": reference},
        "items": [_item(piece, number, known["variants"]) for number, piece in enumerate(lines, 1)],
        "shipping_methods": [{"name": "Shipping", "shipping_option_id": option, "amount": 0}],
    }
    return str(admin.post("draft-orders", body)["draft_order"]["id"])


def _item(piece: Piece, number: int, variants: Mapping[str, str]) -> Row:
    if piece.sku not in variants:
        raise SandboxError(f"Medusa has no article {piece.sku}.")
    return {
        "variant_id": variants[piece.sku],
        "quantity": piece.quantity,
        "unit_price": float(piece.price),  # its API takes JSON numbers; written with the same digits
        "metadata": {"line": number},
    }


def _pay(admin: Admin, order_id: str) -> None:
    total = admin.get(f"orders/{order_id}", fields="+total")["order"]["total"]
    if not total:
        return
    collection = admin.post("payment-collections", {"order_id": order_id, "amount": float(total)})
    paid = collection["payment_collection"]["id"]
    admin.post(f"payment-collections/{paid}/mark-as-paid", {"order_id": order_id})


def _send(admin: Admin, order_id: str) -> None:
    order = order_with_items(admin, order_id)
    items = [{"id": item["id"], "quantity": int(item["quantity"])} for item in order["items"]]
    place = {"location_id": admin.manifest["locations"]["WH"], "no_notification": True}
    sent = admin.post(f"orders/{order_id}/fulfillments?fields=*fulfillments", {"items": items, **place})
    for fulfillment in sent["order"]["fulfillments"]:
        way = f"orders/{order_id}/fulfillments/{fulfillment['id']}"
        admin.post(f"{way}/shipments", {"items": items, "no_notification": True})
        admin.post(f"{way}/mark-as-delivered", {"no_notification": True})

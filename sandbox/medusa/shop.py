"""The seeded shop as Medusa is to hold it: plain data for `app/seed.js`, made from what Odoo's seed wrote down.

Everything a webshop would know goes over: the products, the customers who have an e-mail address, the stock as
Odoo has it in the end, and those orders that a webshop calls complete. Which orders these are says `left_out`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from odoo_rma.sandbox.snapshot import SEED

Row = dict[str, Any]

ADMIN = {"email": "admin@nordwind.example", "password": "admin-of-the-sandbox"}
SHIPPING = "SHIP"
CENT = Decimal("0.01")
REGIONS = (  # a country belongs to one region; an order's currency decides, wherever it is sent
    {"key": "USD", "name": "United States and the world", "countries": ["us", "cn"]},
    {"key": "EUR", "name": "Europe", "countries": ["de", "fr", "pt", "se"]},
)
RETURN_REASONS = {  # the value is the canonical reason of odoo-rma
    "size_small": "Too small",
    "size_large": "Too large",
    "not_as_described": "Not as described",
    "wrong_item": "Wrong article sent",
    "damaged_in_transit": "Arrived damaged",
    "defective": "Defective",
    "changed_mind": "Changed my mind",
    "late": "Came too late",
    "other": "Something else",
}
REFUND_REASONS = {"return": "Goods returned", "goodwill": "Goodwill"}


def shop_data() -> Row:
    """The whole shop for the seed script."""
    shop = json.loads((SEED / "shop.json").read_text(encoding="utf-8"))
    written = json.loads((SEED / "expected.json").read_text(encoding="utf-8"))["orders"]
    goods = [row for row in shop["products"] if row["kind"] != "service"]
    services = {row["sku"]: row for row in shop["products"] if row["kind"] == "service"}
    people = {row["key"]: row for row in shop["partners"]}
    days = [row["day"] for row in shop["orders"]]
    rates = {row["key"]: {"rate": row["rate"], "included": row["included"]} for row in shop["taxes"]}
    in_stock = stock_left(shop, written)
    chosen = zip(written, days, strict=True)
    return {
        "company": shop["company"],
        "admin": ADMIN,
        "regions": REGIONS,
        "tax_rate": 15,
        "locations": [{"code": row["code"], "name": row["name"]} for row in shop["warehouses"]],
        "shipping": text(services[SHIPPING]["price"]),
        "return_reasons": RETURN_REASONS,
        "refund_reasons": REFUND_REASONS,
        "products": [_product(row, shop["eur_per_usd"], in_stock) for row in goods],
        "customers": _customers(people),
        "orders": [_order(row, people, rates, day) for row, day in chosen if not left_out(row)],
    }


def left_out(order: Row) -> str | None:
    """Why an order of Odoo's has no counterpart in Medusa; None if it has one.

    Left out is what a webshop would not call delivered and paid, what its data cannot say, and what somebody has
    returned or credited by hand in Odoo already, because Medusa cannot know of it.
    """
    goods = [line for line in order["lines"] if line["sku"] != SHIPPING]
    lines = [*goods, *(line for line in order["lines"] if line["sku"] == SHIPPING)]
    reasons = {
        "cancelled": order["state"] != "sale",
        "ambiguous reference": order["shape"] == "ambiguous_reference",
        "no e-mail address": not order["email"],
        "credited by hand": any(bill["type"] == "out_refund" for bill in order["invoices"]),
        "returned by hand": any(transfer["kind"] == "return" for transfer in order["transfers"]),
        "not delivered": any(Decimal(line["qty"]) != Decimal(line["delivered"]) for line in goods),
        "not invoiced": any(Decimal(line["qty"]) != Decimal(line["invoiced"]) for line in lines),
        "not sold by the piece": any(line["uom"] != "Units" for line in order["lines"]),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def stock_left(shop: Row, orders: list[Row]) -> dict[str, Counter[str]]:
    """What Odoo has on hand when its seed is done, by warehouse and SKU."""
    left: dict[str, Counter[str]] = defaultdict(Counter)
    for row in shop["products"]:
        for code, quantity in row["stock"].items():
            left[code][row["sku"]] += quantity
        for code, lots in row.get("lots", {}).items():
            left[code][row["sku"]] += sum(lots.values())
        for code, serials in row.get("serials", {}).items():
            left[code][row["sku"]] += len(serials)
    for order in orders:
        for transfer in order["transfers"]:
            sign = {"outgoing": -1, "return": 1}.get(transfer["kind"], 0)
            for move in transfer["moves"]:
                left[order["warehouse"]][move["sku"]] += sign * Decimal(move["done"])  # type: ignore[assignment]
    return left


def text(amount: object) -> str:
    """An amount with its decimals, as text."""
    return str(Decimal(str(amount)))


def _product(row: Row, eur_per_usd: float, in_stock: dict[str, Counter[str]]) -> Row:
    price = Decimal(str(row["price"]))
    made = {
        "sku": row["sku"],
        "name": row["name"],
        "prices": {"usd": text(price), "eur": text(_cents(price * Decimal(str(eur_per_usd))))},
        "components": row.get("components"),
        "counted": row["kind"] == "storable",
    }
    if row["kind"] == "storable":
        made["stock"] = {code: text(left[row["sku"]]) for code, left in in_stock.items()}
    return made


def _customers(people: dict[str, Row]) -> list[Row]:
    """One for each e-mail address: Medusa has no two customers with the same."""
    found: dict[str, Row] = {}
    for row in people.values():
        if row.get("email"):
            found.setdefault(row["email"].lower(), {"email": row["email"], **_name(row)})
    return list(found.values())


def _name(row: Row) -> Row:
    if row.get("company"):
        return {"company_name": row["name"]}
    first, _, last = row["name"].rpartition(" ")
    return {"first_name": first or last, "last_name": last if first else ""}


def _order(row: Row, people: dict[str, Row], rates: Row, day: int) -> Row:
    partner = people[row["partner"]]
    paid_for = [line for line in row["lines"] if line["sku"] == SHIPPING]
    return {
        "reference": row["ref"],
        "shape": row["shape"],
        "currency": row["currency"],
        "email": row["email"],
        "days_ago": day,
        "location": row["warehouse"],
        "address": _address(partner, people),
        "items": [_item(line, rates) for line in row["lines"] if line["sku"] != SHIPPING],
        "shipping": [_shipping(line, rates) for line in paid_for],
        "total": row["total"],
    }


def _address(partner: Row, people: dict[str, Row]) -> Row:
    home = {**people.get(partner.get("parent", ""), {}), **partner}
    company = people.get(partner.get("parent", ""), partner)
    named = {"first_name": partner["name"], "last_name": ""} if partner.get("company") else _name(partner)
    company_name = {"company": company["name"]} if company.get("company") else {}
    return {**named, **company_name, "city": home["city"], "country_code": home["country"].lower()}


def _item(line: Row, rates: Row) -> Row:
    quantity, price = Decimal(line["qty"]), Decimal(line["price"])
    off = quantity * price * Decimal(line["discount"]) / 100
    return {
        "sku": line["sku"],
        "quantity": text(quantity),
        "unit_price": text(price),
        "discount": text(off.normalize()) if off else None,
        **_taxes(line, rates),
    }


def _shipping(line: Row, rates: Row) -> Row:
    return {"amount": text(_cents(Decimal(line["price"]) * Decimal(line["qty"]))), **_taxes(line, rates)}


def _taxes(line: Row, rates: Row) -> Row:
    own = [rates[key] for key in line["taxes"]]
    return {
        "tax_rates": {key: rates[key]["rate"] for key in line["taxes"]},
        "tax_included": any(tax["included"] for tax in own),
    }


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)

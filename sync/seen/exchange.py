"""Read new goods that go out for old ones: orders, deliveries, invoices, and what new orders are made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.exchanged import EXCHANGE
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import from_odoo, round_to
from odoo_rma.mappings.seen.exchange import Article, Bill, Delivery, Exchanges, NewOrder, NewOrderLine, Terms
from odoo_rma.sync.customers import any_of, read_keys
from odoo_rma.sync.reference import Reference

ORDER = "sale.order"
TERMS = (
    "pricelist_id",
    "warehouse_id",
    "fiscal_position_id",
    "payment_term_id",
)
PARTNERS = ("partner_id", "partner_shipping_id", "partner_invoice_id")


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in the new orders: ours, found by what they are for and confirmed by external id, and those sources name."""
    rows = _orders(client, reference, rmas)
    wanted = any(rma.exchange_lines for rma in rmas)
    if not (rows or wanted):
        return erp
    ids = [r["id"] for r in rows]
    keys = read_keys(client, ORDER, ids)
    named = {x.order for rma in rmas for x in rma.exchange_lines if x.order}
    orders = {r["id"]: _order(r, keys.get(r["id"]), reference) for r in rows}
    orders = {i: o for i, o in orders.items() if _concerns(o, rmas) or named & set(o.references)}
    rows = [r for r in rows if r["id"] in orders]
    lines = _lines(client, orders)
    reference.load_taxes(t for x in lines.values() for t in x.tax_ids)
    seen = Exchanges(
        articles=_articles(client, rmas, [*lines.values()], erp),
        terms=_terms(client, erp) if wanted else {},
        orders=orders,
        lines=lines,
        deliveries=_deliveries(client, rows),
        bills=_bills(client, reference, rows),
    )
    return replace(erp, exchanges=seen, taxes=reference.taxes)


def _orders(client: OdooClient, reference: Reference, rmas: Sequence[Rma]) -> list[Row]:
    labels = sorted({rma.label for rma in rmas})
    named = sorted({x.order for rma in rmas for x in rma.exchange_lines if x.order})
    domain: list[Any] = [("origin", "in", labels)]
    domain += [("name", "in", named), ("client_order_ref", "in", named)] if named else []
    company = [("company_id", "=", reference.company.id)]
    fields = (
        *("name", "client_order_ref", "origin", "state", "currency_id", "picking_ids", "invoice_ids"),
        *PARTNERS,
        *TERMS,
    )
    return client.search_read(ORDER, [*company, *any_of(domain)], fields)


def _concerns(order: NewOrder, rmas: Sequence[Rma]) -> bool:
    owners = {(rma.source, rma.id, EXCHANGE) for rma in rmas}
    return order.key is not None and order.key.of in owners


def _order(row: Row, key: Key | None, reference: Reference) -> NewOrder:
    return NewOrder(
        id=row["id"],
        name=row["name"],
        references=tuple(filter(None, (row["name"], row["client_order_ref"]))),
        state=row["state"],
        currency=reference.currencies[row["currency_id"]],
        partner_id=row["partner_id"],
        shipping_partner_id=row["partner_shipping_id"] or row["partner_id"],
        invoice_partner_id=row["partner_invoice_id"] or row["partner_id"],
        terms=_of(row),
        key=key,
    )


def _of(row: Row) -> Terms:
    return Terms(*(row[field] or 0 for field in TERMS))


def _terms(client: OdooClient, erp: Erp) -> dict[int, Terms]:
    rows = client.read(ORDER, sorted(erp.orders), TERMS) if erp.orders else []
    return {r["id"]: _of(r) for r in rows}


def _lines(client: OdooClient, orders: Mapping[int, NewOrder]) -> dict[int, NewOrderLine]:
    if not orders:
        return {}
    uom, taxes = client.can.sale_line_uom, client.can.sale_line_taxes
    fields = ("order_id", "product_id", uom, "name", "product_uom_qty", "qty_delivered", "price_unit")
    domain = [("order_id", "in", sorted(orders)), ("product_id", "!=", False)]
    rows = client.search_read("sale.order.line", domain, (*fields, "discount", taxes))
    keys = read_keys(client, "sale.order.line", (r["id"] for r in rows))
    return {
        r["id"]: NewOrderLine(
            id=r["id"],
            order_id=r["order_id"],
            product_id=r["product_id"],
            uom_id=r[uom] or 0,
            name=r["name"] or "",
            ordered=from_odoo(r["product_uom_qty"]),
            delivered=from_odoo(r["qty_delivered"]),
            price_unit=from_odoo(r["price_unit"]),
            discount=from_odoo(r["discount"]),
            tax_ids=tuple(r[taxes]),
            key=keys.get(r["id"]),
        )
        for r in rows
    }


def _articles(
    client: OdooClient, rmas: Sequence[Rma], lines: Sequence[NewOrderLine], erp: Erp
) -> dict[int, Article]:
    """Read what goes out, and what comes back, whose taxes and unit it is compared with."""
    skus = sorted({x.sku for rma in rmas for x in rma.exchange_lines})
    known = {x.product_id for x in lines} | {x.product_id for x in erp.order_lines.values()}
    on_sale = ["&", ("default_code", "in", skus), ("active", "=", True)]
    archived = ["|", ("active", "=", True), ("active", "=", False)]
    domain = [*archived, "|", ("id", "in", sorted(known)), *on_sale]
    fields = ("default_code", "type", "uom_id", "taxes_id", "lst_price", "active")
    return {
        r["id"]: Article(
            id=r["id"],
            sku=(r["default_code"] or "") if r["active"] else "",
            service=r["type"] == "service",
            uom_id=r["uom_id"],
            tax_ids=frozenset(r["taxes_id"]),
            price=from_odoo(r["lst_price"]),
        )
        for r in client.search_read("product.product", domain, fields)
    }


def _deliveries(client: OdooClient, rows: Sequence[Row]) -> dict[int, Delivery]:
    owner = {x: r["id"] for r in rows for x in r["picking_ids"]}
    if not owner:
        return {}
    tracking = client.can.tracking_field
    fields = ("name", "state", "date_done", *filter(None, [tracking]))
    domain = [("id", "in", sorted(owner)), ("picking_type_code", "=", "outgoing")]
    return {
        r["id"]: Delivery(
            id=r["id"],
            order_id=owner[r["id"]],
            name=r["name"],
            state=r["state"],
            at=_moment(r["date_done"]),
            tracking=(r[tracking] or "") if tracking else "",
        )
        for r in client.search_read("stock.picking", domain, fields)
    }


def _moment(value: str | bool | None) -> datetime | None:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else None


def _bills(client: OdooClient, reference: Reference, rows: Iterable[Row]) -> dict[int, Bill]:
    owner = {x: r["id"] for r in rows for x in r["invoice_ids"]}
    if not owner:
        return {}
    fields = ("name", "state", "payment_state", "currency_id", "amount_total", "amount_residual")
    domain = [("id", "in", sorted(owner)), ("move_type", "=", "out_invoice")]
    found = client.search_read("account.move", domain, (*fields, "posted_before"))
    keys = read_keys(client, "account.move", (r["id"] for r in found))
    return {r["id"]: _bill(r, owner[r["id"]], keys.get(r["id"]), reference) for r in found}


def _bill(row: Row, order_id: int, key: Key | None, reference: Reference) -> Bill:
    currency = reference.currencies[row["currency_id"]]
    unit = reference.unit_of(currency)
    return Bill(
        id=row["id"],
        order_id=order_id,
        name=row["name"] if row["name"] and row["name"] != "/" else "",
        state=row["state"],
        payment_state=row["payment_state"] or "",
        currency=currency,
        total=round_to(from_odoo(row["amount_total"]), unit),
        residual=round_to(from_odoo(row["amount_residual"]), unit),
        key=key,
        posted_before=bool(row["posted_before"]),
    )

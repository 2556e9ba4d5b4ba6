"""Carry out what concerns new goods for old ones: orders made, confirmed, canceled; invoices made, posted, offset."""

from collections.abc import Sequence
from typing import Any

from odoo_rma.connector.errors import Refused
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.odoo.loading import with_lines
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.settings_process import ExchangePrice
from odoo_rma.mappings.exchange_rules import ExchangeRules
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.plan.exchange import (
    CancelExchangeOrder,
    ConfirmExchangeOrder,
    MakeExchangeInvoice,
    MakeExchangeOrder,
    NewGoods,
    OffsetExchange,
    PostExchangeInvoice,
)
from odoo_rma.mappings.seen.exchange import NewOrderLine
from odoo_rma.sync.batch import Batch, Item
from odoo_rma.sync.books import ENTRY, LINE, RECEIVABLE
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.seen.exchange import ORDER, PARTNERS, TERMS


def rules(settings: Settings, client: OdooClient, reference: Reference) -> ExchangeRules:
    """Give what the settings say; they name nothing that would have to be looked up."""
    own = settings.exchange
    return ExchangeRules(own.price is ExchangePrice.LIST, own.send_before_receipt)


def carry_out(batch: Batch) -> None:
    """Do what the plans say about new goods for old ones."""
    for items in _alike(batch.items(MakeExchangeOrder)):
        batch.attempt(items, lambda items: _make_orders(batch, items))
    batch.attempt(batch.items(ConfirmExchangeOrder), lambda items: _confirm(batch, items))
    batch.attempt(batch.items(CancelExchangeOrder), lambda items: _cancel(batch, items))
    batch.attempt(batch.items(MakeExchangeInvoice), lambda items: _make_invoices(batch, items))
    batch.attempt(batch.items(PostExchangeInvoice), lambda items: _post(batch, items))
    for item in batch.items(OffsetExchange):
        batch.attempt([item], lambda items: _offset(batch, items[0].step))


def _alike(items: Sequence[Item[MakeExchangeOrder]]) -> list[list[Item[MakeExchangeOrder]]]:
    """Sort orders by the columns they need: what is left out Odoo finds itself, an empty cell would forbid it that."""
    found: dict[tuple[str, ...], list[Item[MakeExchangeOrder]]] = {}
    for item in items:
        found.setdefault((*_head(item.step), *_columns(item.step.lines[0])), []).append(item)
    return list(found.values())


def _head(step: MakeExchangeOrder) -> list[str]:
    return [f for f, value in zip(TERMS, _terms(step), strict=True) if value]


def _terms(step: MakeExchangeOrder) -> tuple[int, ...]:
    terms = step.terms
    return terms.pricelist_id, terms.warehouse_id, terms.fiscal_position_id, terms.payment_term_id


def _columns(line: NewGoods) -> list[str]:
    priced = ["price_unit", "discount"] if line.price_unit is not None else []
    return [*priced, *(["taxes"] if line.tax_ids is not None else [])]


def _make_orders(batch: Batch, items: Sequence[Item[MakeExchangeOrder]]) -> None:
    first = items[0].step
    columns = _columns(first.lines[0])
    taxes = f"{batch.client.can.sale_line_taxes}/.id"
    head = ["id", "origin", "client_order_ref", "company_id/.id", *(f"{f}/.id" for f in PARTNERS)]
    head += ["user_id/.id", *(f"{f}/.id" for f in _head(first))]
    line = ["id", "product_id/.id", "product_uom_qty", *(taxes if c == "taxes" else c for c in columns)]
    rows: list[list[Any]] = []
    for step in (i.step for i in items):
        who = (step.partner_id, step.shipping_partner_id, step.invoice_partner_id)
        own: list[Any] = [str(step.key), step.label, step.label, batch.reference.company.id, *who]
        own += ["", *(value for value in _terms(step) if value)]  # nobody sold it
        rows += with_lines(own, [_cells(goods, columns) for goods in step.lines])
    batch.load(ORDER, [i.step.key for i in items], [*head, *(f"order_line/{f}" for f in line)], rows)


def _cells(line: NewGoods, columns: Sequence[str]) -> list[Any]:
    values = {
        "price_unit": plain(line.price_unit) if line.price_unit is not None else "",
        "discount": plain(line.discount) if line.discount is not None else "",
        "taxes": ",".join(map(str, line.tax_ids or ())),
    }
    return [str(line.key), line.product_id, plain(line.quantity), *(values[c] for c in columns)]


def _confirm(batch: Batch, items: Sequence[Item[ConfirmExchangeOrder]]) -> None:
    batch.client.call(ORDER, "action_confirm", [batch.id_of(i.step.ref) for i in items])


def _cancel(batch: Batch, items: Sequence[Item[CancelExchangeOrder]]) -> None:
    # Without this some versions answer with a question instead of doing it.
    context = {"disable_cancel_warning": True}
    batch.client.call(ORDER, "action_cancel", [i.step.order_id for i in items], context=context)


def _make_invoices(batch: Batch, items: Sequence[Item[MakeExchangeInvoice]]) -> None:
    """Make draft invoices the way Odoo makes them from orders; journal and accounts are its own choice."""
    head = ["id", "move_type", "partner_id/.id", "partner_shipping_id/.id", "currency_id/.id"]
    head += ["invoice_date", "ref", "invoice_origin", "fiscal_position_id/.id", "invoice_payment_term_id/.id"]
    line = ["id", "name", "quantity", "price_unit", "discount", "product_id/.id", "product_uom_id/.id"]
    line += ["tax_ids/.id", "sale_line_ids/.id"]
    rows: list[list[Any]] = []
    for step in (i.step for i in items):
        order = step.order
        own: list[Any] = [str(step.key), "out_invoice", order.invoice_partner_id, order.shipping_partner_id]
        own += [batch.reference.currency_ids[order.currency], step.day.isoformat(), step.label, order.name]
        own += [order.terms.fiscal_position_id or "", order.terms.payment_term_id or ""]
        rows += with_lines(own, [_invoice_cells(step, sold, quantity) for sold, quantity in step.lines])
    batch.load(ENTRY, [i.step.key for i in items], [*head, *(f"invoice_line_ids/{f}" for f in line)], rows)


def _invoice_cells(step: MakeExchangeInvoice, sold: NewOrderLine, quantity: Decimal) -> list[Any]:
    cells: list[Any] = [str(step.key.part("line", sold.id)), sold.name, plain(quantity)]
    cells += [plain(sold.price_unit), plain(sold.discount), sold.product_id, sold.uom_id or ""]
    return [*cells, ",".join(map(str, sold.tax_ids)), str(sold.id)]


def _post(batch: Batch, items: Sequence[Item[PostExchangeInvoice]]) -> None:
    batch.client.call(ENTRY, "action_post", [batch.id_of(i.step.ref) for i in items])


def _offset(batch: Batch, step: OffsetExchange) -> None:
    """Put the credit against the invoice, on the account that both stand on."""
    client = batch.client
    documents = ("move_id", "in", [*step.note_ids, step.invoice_id])
    domain = [documents, ("reconciled", "=", False), *RECEIVABLE]
    rows = client.search_read(LINE, domain, ["move_id", "account_id"])
    mine = {r["account_id"] for r in rows if r["move_id"] == step.invoice_id}
    theirs = {r["account_id"] for r in rows if r["move_id"] != step.invoice_id}
    lines = [r["id"] for r in rows if r["account_id"] in mine & theirs]
    if not lines:
        raise Refused("exchange invoice and credit note stand on different receivable accounts.")
    client.call(LINE, "reconcile", lines)

"""What steps that concern new goods for old ones do. What the warehouse does is not foreseen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.erp import CANCELED, DRAFT
from odoo_rma.mappings.foresee.ledger import settle
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.money import ZERO, Decimal, round_to
from odoo_rma.mappings.plan.exchange import (
    CancelExchangeOrder,
    ConfirmExchangeOrder,
    MakeExchangeInvoice,
    MakeExchangeOrder,
    NewGoods,
    OffsetExchange,
    PostExchangeInvoice,
)
from odoo_rma.mappings.seen.exchange import Bill, Delivery, NewOrder, NewOrderLine
from odoo_rma.mappings.tax import TaxedLine, totals


def _make(world: World, step: MakeExchangeOrder) -> None:
    record = world.new()
    world.made[step.key] = record
    who = (step.partner_id, step.shipping_partner_id, step.invoice_partner_id)
    names = (step.label,)
    order = NewOrder(record, f"S{record}", names, DRAFT, step.currency, *who, step.terms, step.key)
    table(world.erp.exchanges.orders)[record] = order
    for line in step.lines:
        _add(world, record, line)


def _add(world: World, order_id: int, line: NewGoods) -> None:
    article, record = world.erp.exchanges.articles[line.product_id], world.new()
    table(world.erp.exchanges.lines)[record] = NewOrderLine(
        id=record,
        order_id=order_id,
        product_id=article.id,
        uom_id=article.uom_id,
        name=article.sku,
        ordered=line.quantity,
        delivered=ZERO,
        price_unit=article.price if line.price_unit is None else line.price_unit,
        discount=line.discount or ZERO,
        tax_ids=tuple(sorted(article.tax_ids)) if line.tax_ids is None else line.tax_ids,
        key=line.key,
    )


def _confirm(world: World, step: ConfirmExchangeOrder) -> None:
    seen = world.erp.exchanges
    order = seen.orders[world.id_of(step.ref)]
    table(seen.orders)[order.id] = replace(order, state="sale")
    if any(not seen.articles[x.product_id].service for x in seen.lines_of(order)):
        record = world.new()
        table(seen.deliveries)[record] = Delivery(record, order.id, f"OUT{record}", "assigned", None, "")


def _cancel(world: World, step: CancelExchangeOrder) -> None:
    seen = world.erp.exchanges
    order = seen.orders[step.order_id]
    table(seen.orders)[order.id] = replace(order, state=CANCELED)
    for delivery in seen.deliveries_of(order):
        table(seen.deliveries)[delivery.id] = replace(delivery, state=CANCELED)


def _invoice(world: World, step: MakeExchangeInvoice) -> None:
    record = world.new()
    world.made[step.key] = record
    total = _total(world, step)
    table(world.erp.exchanges.bills)[record] = Bill(
        record, step.order.id, "", DRAFT, "not_paid", step.order.currency, total, total, step.key
    )


def _total(world: World, step: MakeExchangeInvoice) -> Decimal:
    erp, unit = world.erp, world.erp.unit_of(step.order.currency)
    lines = [TaxedLine(q, x.price_unit, x.discount, x.tax_ids) for x, q in step.lines]
    sums = totals(lines, erp.taxes, unit, erp.company.rounding)
    return sum(sums or (round_to(q * x.price_unit, unit) for x, q in step.lines), ZERO)


def _post(world: World, step: PostExchangeInvoice) -> None:
    bill = world.erp.exchanges.bills[world.id_of(step.ref)]
    table(world.erp.exchanges.bills)[bill.id] = replace(
        bill, state="posted", name=f"INV{bill.id}", posted_before=True
    )


def _offset(world: World, step: OffsetExchange) -> None:
    bill = world.erp.exchanges.bills[step.invoice_id]
    left = settle(world, step.note_ids, bill.residual)
    table(world.erp.exchanges.bills)[bill.id] = replace(bill, residual=left)


DEEDS: Mapping[type, Any] = {
    MakeExchangeOrder: _make,
    ConfirmExchangeOrder: _confirm,
    CancelExchangeOrder: _cancel,
    MakeExchangeInvoice: _invoice,
    PostExchangeInvoice: _post,
    OffsetExchange: _offset,
}

"""The invoice of new goods: made when they were sent, and settled with the credit for the old ones.

What is dearer stays open on the invoice, what is cheaper stays open on the credit note, for a refund to pay it out.
"""

from collections.abc import Iterator

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.credit_note import own_notes
from odoo_rma.mappings.due import root_of
from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT, Invoice
from odoo_rma.mappings.exchanged import EXCHANGE, own_orders
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Refund
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.open_day import open_day
from odoo_rma.mappings.plan import Step
from odoo_rma.mappings.plan.exchange import MakeExchangeInvoice, OffsetExchange, PostExchangeInvoice
from odoo_rma.mappings.seen.exchange import Bill, NewOrder, NewOrderLine
from odoo_rma.mappings.vocabulary import RefundMethod, RefundState

POSTED = "posted"
INVOICE = "invoice"
CREDIT_STAYS = (RefundMethod.OFFSET_EXCHANGE, RefundMethod.STORE_CREDIT, RefundMethod.NONE)
"""Refunds that pay nothing out: their credit is free to settle an invoice."""


def plan_invoice(case: Case, order: NewOrder) -> list[Step]:
    """Plan the invoice of one order of new goods, and its offset. An order of the source's own is only offset.

    Raises:
        Refusal: a person canceled or reset the invoice.

    """
    bills = sorted(case.erp.exchanges.bills_of(order), key=lambda b: b.id)
    live = [b for b in bills if b.state != CANCELED]
    if order in own_orders(case.rma, case.erp) and order.confirmed:
        _check(case, bills)
        if not live:
            return list(_invoice(case, order))
    elif order.confirmed and not live:
        case.plan.awaits.append(f"exchange order {order.name} is not invoiced yet")
    steps: list[Step] = []
    for bill in live:
        steps += _settle(case, bill)
    return steps


def _check(case: Case, bills: list[Bill]) -> None:
    for bill in bills:
        if bill.key and bill.state == CANCELED:
            raise Refusal(_undone(case, bill, "canceled_by_hand", "canceled"))
        if bill.key and bill.state == DRAFT and bill.posted_before:
            raise Refusal(_undone(case, bill, "reset_by_hand", "reset to draft"))


def _undone(case: Case, bill: Bill, code: str, what: str) -> Issue:
    return Issue(
        code,
        f"Exchange invoice {bill.name or '(draft)'} of {case.rma.label} was {what} in Odoo; it is not posted again.",
        "Post it in Odoo, or make another invoice from the exchange order; or resolve this.",
        "exchange_lines",
    )


def _invoice(case: Case, order: NewOrder) -> Iterator[Step]:
    """Invoice what was sent, once nothing of it waits any more."""
    deliveries = case.erp.exchanges.deliveries_of(order)
    lines = tuple((x, q) for x in case.erp.exchanges.lines_of(order) if (q := _sent(case, x)) > 0)
    goods = [q for x, q in lines if not case.erp.exchanges.articles[x.product_id].service]
    if not lines or any(d.pending for d in deliveries) or (deliveries and not goods):
        return
    left = max((d.at for d in deliveries if d.state == DONE and d.at), default=None)
    day = open_day(case.rma, left, None, case.erp, case.rules.credit.today)
    key = Key(case.rma.source, case.rma.id, EXCHANGE, (*(order.key.parts if order.key else ()), INVOICE))
    yield MakeExchangeInvoice(key, order, day, case.rma.label, lines)
    if case.rules.credit.post:
        yield PostExchangeInvoice(key)


def _sent(case: Case, line: NewOrderLine) -> Decimal:
    return line.ordered if case.erp.exchanges.articles[line.product_id].service else line.delivered


def _settle(case: Case, bill: Bill) -> list[Step]:
    if bill.state == DRAFT:
        return [PostExchangeInvoice(bill.id)] if bill.key and case.rules.credit.post else []
    if bill.residual <= 0:
        return []
    credit = tuple(n.id for n in _free_notes(case))
    if credit and not _money_under_way(case):
        return [OffsetExchange(bill.id, bill.name, credit)]
    case.plan.notes.append(_owed(case, bill))
    return []


def _owed(case: Case, bill: Bill) -> str:
    what = f"{bill.residual} {bill.currency} of exchange invoice {bill.name}"
    missing = [x for x in case.rma.lines if x.physical and case.received.get(x.id, 0) < x.allowed]
    if missing and not (case.rma.closed or not case.rma.is_authorized):
        return f"{what} stay open until the old goods are back"
    return f"{what} stay open: the customer owes them{', the old goods never came back' if missing else ''}"


def _free_notes(case: Case) -> list[Invoice]:
    """Give open credit notes that no refund pays out, and that take nothing off the original invoice any more."""
    erp, pays = case.erp, {root_of(r, case.rma): r for r in case.rma.refunds}
    notes = [n for n in own_notes(case.rma, erp) if n.state == POSTED and n.residual > 0]
    original = [erp.invoices.get(n.reversed_id) for n in notes]
    return [
        n
        for n, invoice in zip(notes, original, strict=True)
        if not (invoice and invoice.residual > 0) and _stays(n, pays.get(_refund_of(n)))
    ]


def _refund_of(note: Invoice) -> str:
    parts = note.key.parts if note.key else ()
    return parts[1] if parts[:1] == ("refund",) else ""


def _stays(note: Invoice, refund: Refund | None) -> bool:
    return refund is None or refund.method in CREDIT_STAYS


def _money_under_way(case: Case) -> bool:
    """Tell whether money that went out has yet to be booked against the credit: it takes its part first."""
    payments = case.erp.payments.payments.values()
    settled = {p.key.parts[0] for p in payments if p.key and p.key.owner == case.rma.id and p.residual <= 0}
    going = [r for r in case.rma.refunds if r.state is RefundState.SUCCEEDED]
    return any(r.id not in settled and case.rules.payments.journal_of(r) for r in going)

"""What has to go back to the customer through Medusa for the credit notes in Odoo."""

from collections import defaultdict
from collections.abc import Iterator

from odoo_rma.connector.sources.base import News
from odoo_rma.connector.sources.medusa.dossier import Dossier, number
from odoo_rma.connector.sources.medusa.refunded import names
from odoo_rma.mappings.in_erp import CREDIT_NOTE, PAYMENT, DocumentInErp
from odoo_rma.mappings.money import ZERO, Decimal

POSTED = "posted"
EXCHANGE_INVOICE, SETTLED = "exchange invoice", ("paid", "in_payment")
_NO_MONEY = ("draft", "cancel", "canceled", "rejected")


def owed(news: News, dossier: Dossier) -> Iterator[tuple[DocumentInErp, Decimal]]:
    """Give every posted credit note with what Medusa has to have refunded for it in the end.

    What people paid in Odoo by hand is not paid again: better too little, which is seen, than too much.
    """
    by_hand: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in news.in_erp.of_kind(PAYMENT):
        if not payment.key and payment.state not in _NO_MONEY:
            for of in payment.of.split(", "):
                by_hand[of] += payment.amount or ZERO
    for note in news.in_erp.of_kind(CREDIT_NOTE):
        if note.state == POSTED and note.number and note.amount:
            already = paid(dossier, note.number)
            rest = max(_due(news, note, already) - already, ZERO)
            elsewhere = min(rest, by_hand[note.of]) if note.of else ZERO
            by_hand[note.of] -= elsewhere
            yield note, already + rest - elsewhere


def paid(dossier: Dossier, credit_note: str) -> Decimal:
    """Give what was refunded for a credit note: by the refund's note, or by what the order's metadata says of it."""
    said = dossier.order.get("metadata") or {}
    mine = (
        r for r in dossier.refunds if names(r.get("note"), credit_note) or said.get(r["id"]) == credit_note
    )
    return sum((number(r, "amount") for r in mine), ZERO)


def _due(news: News, note: DocumentInErp, already: Decimal) -> Decimal:
    """Give what the customer gets for a credit note.

    Where new goods go out for the old ones, the credit pays for them: what is left when their invoice is settled goes back.
    Once it did, no more is owed.
    """
    amount = note.amount or ZERO
    if all(x.unit_price == ZERO for x in news.rma.exchange_lines):
        return amount
    invoices = [d for d in news.in_erp.documents if d.what == EXCHANGE_INVOICE]
    if already or not invoices or any(d.state not in SETTLED for d in invoices):
        return already
    return amount if note.open is None else min(amount, note.open)

"""How refunds leave the books: for money that went out, a payment in the journal of its gateway, reconciled.

Without a journal for the gateway or method no payment is booked: the credit note stays open on the customer's account,
which is what store credit is.
"""

from collections.abc import Iterable, Iterator

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.credit_note import own_notes
from odoo_rma.mappings.due import root_of
from odoo_rma.mappings.erp import CANCELED, DRAFT, Erp, Invoice
from odoo_rma.mappings.gift_card import card_of, plan_gift_card
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Refund, Rma
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.open_day import open_day
from odoo_rma.mappings.plan import Found, Step
from odoo_rma.mappings.plan.payment import CancelPayment, MakePayment, PostPayment, ReconcilePayment
from odoo_rma.mappings.seen.payment import POSTED, Payment
from odoo_rma.mappings.vocabulary import RefundMethod, RefundState

PAYMENT = "payment"
POSTED_NOTE = "posted"


def payment_memo(rma: Rma, refund: Refund) -> str:
    """Give the text by which people, and we, find the payment of a refund."""
    return f"{rma.label} refund {refund.id}"


def plan_payments(case: Case) -> list[Step]:
    """Plan the payments of all refunds of an RMA.

    Raises:
        Refusal: a person canceled one; the bank shows one whose refund failed; the journal makes no journal entries.

    """
    own = {p.key: p for p in case.erp.payments.payments.values() if p.key}
    steps: list[Step] = []
    for refund in case.rma.refunds:
        payment = own.get(Key(case.rma.source, case.rma.id, PAYMENT, (refund.id,)))
        if payment:
            name = payment.name or "draft"
            case.plan.found.append(Found("payment", "account.payment", payment.id, name, payment.state))
        steps += plan_gift_card(case, refund, payment, payment_memo(case.rma, refund))
        if refund.state is RefundState.SUCCEEDED:
            steps += _paid(case, refund, payment)
        elif payment and payment.state != CANCELED and refund.state is not RefundState.PENDING:
            card = card_of(case, refund)
            if card and card.is_live:
                continue  # the customer could spend it and the credit
            if payment.matched:
                raise Refusal(_matched(payment, refund))
            steps.append(CancelPayment(payment.id, payment.name or "(draft)", payment.state == POSTED))
    return steps


def _paid(case: Case, refund: Refund, payment: Payment | None) -> Iterator[Step]:
    notes = _notes(case, refund)
    if payment is None:
        journal = case.rules.payments.journal_of(refund)
        if journal and (by_hand := paid_by_hand(case.erp, notes, refund.amount)):
            case.plan.notes.append(f"refund {refund.id}: paid by hand with {by_hand}")
            return
        if journal and notes and all(n.state == POSTED_NOTE for n in notes):
            new = _make(case, refund, notes, journal)
            yield from (new, PostPayment(new.key))
        if not journal and refund.method is RefundMethod.STORE_CREDIT:
            case.plan.notes.append(_credit_left(refund, notes, case.rma))
        return
    if payment.state == CANCELED:
        raise Refusal(_canceled(payment))
    if payment.state == DRAFT:
        yield PostPayment(payment.id)
    elif not payment.has_entry:
        raise Refusal(_without_entry(payment))
    else:
        open_ones = tuple(n.id for n in notes if n.residual > 0 and n.state == POSTED_NOTE)
        if payment.residual > 0 and open_ones:
            yield ReconcilePayment(payment.id, open_ones)


def paid_by_hand(erp: Erp, notes: Iterable[Invoice], amount: Decimal) -> str:
    """Name the payments with which people have paid these notes already; empty where they do not make up the amount."""
    ids = {n.id for n in notes}
    found = [
        x.payment for x in erp.payments.by_hand.values() if x.note_ids & ids and x.payment.state == POSTED
    ]
    enough = sum((p.amount for p in found), ZERO) >= amount
    return ", ".join(sorted(p.name for p in found)) if enough else ""


def _notes(case: Case, refund: Refund) -> list[Invoice]:
    """Give the notes a refund settles: its own, or, where credit follows the goods, all of the RMA, the oldest first."""
    live = [n for n in own_notes(case.rma, case.erp) if n.key and n.state != CANCELED]
    name = ("refund", root_of(refund, case.rma))
    return [n for n in live if n.key and n.key.parts[:2] == name] or [
        n for n in live if n.key and n.key.parts[0] != "refund"
    ]


def _credit_left(refund: Refund, notes: list[Invoice], rma: Rma) -> str:
    given = f"{refund.amount} {refund.currency or rma.currency} of store credit"
    if not notes or any(n.state != POSTED_NOTE for n in notes):
        return f"{given}: the credit note stays open on the customer's account"
    left = sum((n.residual for n in notes), ZERO)
    return f"{given}, of which {left} are left on the customer's account"


def _make(case: Case, refund: Refund, notes: list[Invoice], journal: int) -> MakePayment:
    day = open_day(case.rma, refund.at, notes[0].date, case.erp, case.rules.credit.today)
    return MakePayment(
        key=Key(case.rma.source, case.rma.id, PAYMENT, (refund.id,)),
        partner_id=notes[0].partner_id,
        journal_id=journal,
        amount=refund.amount,
        currency=refund.currency or case.rma.currency,
        day=day,
        memo=payment_memo(case.rma, refund),
    )


def _canceled(payment: Payment) -> Issue:
    return Issue(
        "canceled_by_hand",
        f"Payment {payment.name or '(draft)'} was canceled in Odoo, but its refund went out; it is not made again.",
        "Reset it to draft in Odoo, or book the payment by hand and resolve this.",
        "refunds",
    )


def _matched(payment: Payment, refund: Refund) -> Issue:
    return Issue(
        "payment_matched",
        f"The source says that refund {refund.id} {refund.state.value}, but payment {payment.name} is matched with a bank "
        f"statement.",
        "Correct the refund at the source; or, if the bank gave the money back, book that in Odoo and resolve this.",
        "refunds",
    )


def _without_entry(payment: Payment) -> Issue:
    return Issue(
        "payment_without_entry",
        f"Payment {payment.name} has no journal entry, so the credit note cannot show as paid.",
        "In Odoo, set an outstanding account on the journal's outgoing payment method, then reset this payment to "
        "draft; the next run posts it again.",
        "refunds",
    )

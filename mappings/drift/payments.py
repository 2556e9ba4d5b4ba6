"""Refunds that went out against payments in the books, and what of the ledger is open otherwise."""

from collections.abc import Sequence

from odoo_rma.mappings.drift import Area, DriftKind
from odoo_rma.mappings.drift.kinds import NEW_BILLS, NOTES, PAYMENTS, area_of
from odoo_rma.mappings.drift.look import Findings
from odoo_rma.mappings.drift.promise import Promise
from odoo_rma.mappings.model import Refund
from odoo_rma.mappings.ownership import Side
from odoo_rma.mappings.payment import PAYMENT, paid_by_hand
from odoo_rma.mappings.plan import Reconcile
from odoo_rma.mappings.plan.payment import CancelPayment, ReconcilePayment
from odoo_rma.mappings.seen.payment import POSTED, Payment
from odoo_rma.mappings.vocabulary import RefundState


def find_payments(found: Findings, promised: Sequence[Promise]) -> None:
    """Write down what was paid and is not booked, what is booked otherwise, and what is not settled."""
    for one in promised:
        for refund in one.refunds:
            _payment(found, one, refund)
    _unsettled(found)


def _payment(found: Findings, one: Promise, refund: Refund) -> None:
    look = found.look
    if refund.state is not RefundState.SUCCEEDED or not look.rules.payments.journal_of(refund):
        return
    own = next((p for p in one.payments if p.key and p.key.parts[:1] == (refund.id,)), None)
    if not one.total(POSTED):
        return  # the credit note comes first; that it is missing is told already
    if own is None and paid_by_hand(look.erp, one.notes, refund.amount):
        return
    if own is None or own.state != POSTED:
        _not_paid(found, one, refund, own)
    elif own.amount != refund.amount:
        found.add(
            Area.LEDGER,
            DriftKind.CHANGED_BY_HAND,
            look.money,
            one.of,
            f"Refund {refund.id} is over {refund.amount}, its payment {own.name} over {own.amount} {own.currency}.",
            way_out="Correct the payment in Odoo, or the refund at the source.",
            measure=one.currency,
            rma_value=f"{refund.amount} {one.currency}",
            erp_value=f"{own.amount} {own.currency}",
            of=one.of,
            since=refund.at,
            period=look.month(own.day),
            erp_links=(look.link("account.payment", own.id, own.name),),
        )


def _not_paid(found: Findings, one: Promise, refund: Refund, own: Payment | None) -> None:
    look = found.look
    issues = found.issues(lambda i: area_of(i) is Area.LEDGER and PAYMENT in i.message.lower())
    steps = found.steps(PAYMENTS)
    state = f"payment {own.name or '(draft)'} is {own.state}" if own else "no payment is booked"
    found.add(
        Area.LEDGER,
        DriftKind.POSTED_NOT_PAID,
        look.money,
        one.of,
        f"Refund {refund.id} over {refund.amount} {one.currency} went out and is credited, but {state} in Odoo.",
        steps=steps,
        issues=issues,
        way_out="" if steps or issues else "Book the payment in Odoo.",
        measure=one.currency,
        rma_value=f"{refund.amount} {one.currency} paid",
        erp_value=f"{own.name or 'draft'} {own.state}" if own else "no payment",
        of=one.of,
        since=refund.at,
        period=look.month(refund.at),
        erp_links=(look.link("account.payment", own.id, own.name),) if own else (),
    )


OPEN = (
    (
        (Reconcile, ReconcilePayment),
        DriftKind.STATE,
        "Credit note, invoice and payment stand open beside each other in Odoo.",
    ),
    ((CancelPayment,), DriftKind.STATE, "The refund failed, but its payment still stands in Odoo."),
    (PAYMENTS, DriftKind.POSTED_NOT_PAID, "What was refunded is not booked as paid in Odoo."),
    (NEW_BILLS, DriftKind.STATE, "The invoice of the new goods is not made, or not settled with the credit."),
    (NOTES, DriftKind.STATE, "A credit note is not made or not posted in Odoo."),
)
"""What else may be left to do in the books."""


def _unsettled(found: Findings) -> None:
    look = found.look
    for kinds, kind, message in OPEN:
        if steps := found.unused(kinds):
            found.add(
                Area.LEDGER,
                kind,
                Side.RMA,
                "ledger",
                message,
                steps=steps,
                measure=look.plan.rma.currency,
                since=look.begun,
                period=look.month(look.begun),
            )

"""Gift cards and vouchers: for a refund that is one, a card in Odoo, worth what the books say, issued once.

The card follows the payment that settles the credit note against what is owed to holders of cards. What is on a card
afterwards is the customer's and the shop's business: it is never corrected.
"""

from collections.abc import Iterator

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Refund
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.payment_rules import Program
from odoo_rma.mappings.plan import Found
from odoo_rma.mappings.plan.gift_card import IssueGiftCard
from odoo_rma.mappings.seen.gift_card import GiftCard
from odoo_rma.mappings.seen.payment import POSTED, Payment
from odoo_rma.mappings.vocabulary import RefundState

CARD = "gift_card"


def card_of(case: Case, refund: Refund) -> GiftCard | None:
    """Find the card that was issued for a refund."""
    key = Key(case.rma.source, case.rma.id, CARD, (refund.id,))
    return next((c for c in case.erp.payments.cards.values() if c.key == key), None)


def plan_gift_card(case: Case, refund: Refund, payment: Payment | None, memo: str) -> Iterator[IssueGiftCard]:
    """Plan the card of one refund; what stands in the way is an issue, and holds up nothing else."""
    card = card_of(case, refund)
    if card:
        state = f"{card.points} {card.currency} left" if card.active else "archived"
        case.plan.found.append(Found("gift card", "loyalty.card", card.id, card.name, state))
        case.plan.issues += _of_issued(case, refund, card)
        return
    program = case.rules.payments.program_of(refund)
    if program and refund.state is RefundState.SUCCEEDED:
        found = _of_new(case, refund, program)
        case.plan.issues += found
        booked = payment and payment.state == POSTED and payment.has_entry
        if booked and payment and case.partner_id and not found:
            yield from _issue(case, refund, program, payment, memo)


def _issue(
    case: Case, refund: Refund, program: Program, payment: Payment, memo: str
) -> Iterator[IssueGiftCard]:
    points = _worth(case, program, payment)
    if points is None:
        case.plan.notes.append(
            f"{program.name}: a card worth what Odoo books for {payment.amount} {payment.currency}"
        )
    else:
        yield IssueGiftCard(
            key=Key(case.rma.source, case.rma.id, CARD, (refund.id,)),
            program_id=program.id,
            program=program.name,
            partner_id=case.partner_id,
            points=points,
            currency=program.currency,
            code=refund.reference or "",
            expires=refund.expires,
            memo=memo,
        )


def _worth(case: Case, program: Program, payment: Payment) -> Decimal | None:
    """Give what the payment comes to in the program's currency: its amount, or what the books say."""
    if payment.currency == program.currency:
        return payment.amount
    return payment.booked if program.currency == case.erp.company.currency else None


def _of_issued(case: Case, refund: Refund, card: GiftCard) -> Iterator[Issue]:
    if refund.state is RefundState.SUCCEEDED:
        if refund.reference and refund.reference != card.code:
            yield Issue(
                "gift_card_differs",
                f"Refund {refund.id} of {case.rma.label} names another code than its card {card.name} in Odoo has.",
                "Correct the code at the source; or archive the card in Odoo, issue the other one by hand, and resolve "
                "this.",
                "refunds",
            )
    elif refund.state is not RefundState.PENDING and card.is_live:
        spent = " and it was spent from" if card.used else ""
        yield Issue(
            "gift_card_withdrawn",
            f"The source says that refund {refund.id} {refund.state.value}, but its card {card.name} was issued{spent}: "
            f"{card.points} {card.currency} are left on it.",
            "Correct the refund at the source; or settle it with the customer, book that in Odoo and resolve this."
            if card.used
            else "Archive the card in Odoo (its payment is canceled with the next run), or correct the refund at the "
            "source.",
            "refunds",
        )


def _of_new(case: Case, refund: Refund, program: Program) -> list[Issue]:
    what = f"Refund {refund.id} of {case.rma.label} is a {refund.method.value.replace('_', ' ')}"
    currency = refund.currency or case.rma.currency
    if not program.id:
        return [
            Issue(
                "gift_cards_missing",
                f"{what}, but this Odoo has no gift cards: no card is issued.",
                "In Odoo (16 or later), install “Coupons & Loyalty”; or take the program out of [payments] in the "
                "settings; or issue the card elsewhere and resolve this.",
                "refunds",
            )
        ]
    if program.currency not in (currency, case.erp.company.currency):
        return [
            Issue(
                "gift_card_currency",
                f"{what} in {currency}, but the program {program.name} is in {program.currency}.",
                f"In the settings, name a program in {currency} or {case.erp.company.currency}; or issue the card by "
                "hand and resolve this.",
                "refunds",
            )
        ]
    taken = refund.reference and next(
        (c for c in case.erp.payments.cards.values() if c.code == refund.reference), None
    )
    if taken:
        return [
            Issue(
                "gift_card_taken",
                f"{what} with a code that another card in Odoo already has ({taken.name}, {taken.points} "
                f"{taken.currency} left).",
                "Correct the code at the source; or, if that card is the one, resolve this.",
                "refunds",
            )
        ]
    return []

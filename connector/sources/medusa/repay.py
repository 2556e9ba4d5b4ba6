"""Letting Medusa pay: each posted credit note once, whatever Medusa answers.

Medusa knows no keys for repetitions, refunds and answers 400, and does not say which return a refund is for. A refund made
here bears the credit note's number in its note, and before and after paying the refunds are read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from odoo_rma.connector.errors import Refused
from odoo_rma.connector.sources.base import News
from odoo_rma.connector.sources.medusa.agreed import Agreed, agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.change import make_way
from odoo_rma.connector.sources.medusa.dossier import Dossier, number, refreshed, when
from odoo_rma.connector.sources.medusa.notebook import begin_paying, end_paying, paying
from odoo_rma.connector.sources.medusa.owed import owed, paid
from odoo_rma.connector.sources.medusa.refunded import minor, names, refunds_by_rma
from odoo_rma.connector.sources.medusa.writing import Desk, Held, in_its_words, sure
from odoo_rma.mappings.in_erp import DocumentInErp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import HALF, ZERO, Decimal, minor_unit, plain


def tell_refunds(desk: Desk, dossier: Dossier, rma: Agreed, news: News) -> tuple[list[str], list[Issue]]:
    """Pay what is posted in Odoo and not paid in Medusa; give what was done, and what a person has to decide.

    Raises:
        Held: somebody else is at the order.
        Unknown: nobody knows whether the money went out; the next run looks.

    """
    done: list[str] = []
    issues: list[Issue] = []
    notes = [note for note, _ in owed(news, dossier)]
    for note, goal in owed(news, dossier):
        rest = goal - paid(dossier, note.number)
        if rest <= _tolerance(dossier):
            issues += _too_often(dossier, note)
        elif issue := _in_the_way(dossier, rma, note, notes, rest):
            issues.append(issue)
        else:
            said, refused, dossier = _pay(desk, dossier, rma, news, note, goal)
            done, issues = [*done, *said], [*issues, *refused]
    return done, issues


def _pay(
    desk: Desk, dossier: Dossier, rma: Agreed, news: News, note: DocumentInErp, goal: Decimal
) -> tuple[list[str], list[Issue], Dossier]:
    make_way(desk, dossier)  # with a change open, Medusa would pay and say that it did not
    _wait_for_others(desk, dossier, rma)
    dossier = begin_paying(desk, dossier, rma, news, note.number, goal)
    rest = goal - paid(dossier, note.number)
    done = []
    try:
        for payment_id, amount in _parts(dossier, rest):
            denied = _refund(desk, dossier, rma, note, payment_id, amount)
            heard = f" (Medusa answered all the same: {denied})" if denied else ""
            done.append(f"refunded {plain(amount)} {_currency(dossier)} for {note.number}{heard}")
            dossier = refreshed(desk.api, dossier)
    except Refused as error:
        end_paying(desk, dossier, rma)
        refused = [in_its_words(dossier, f"refund {plain(rest)} {_currency(dossier)}", error)]
        return done, refused, refreshed(desk.api, dossier)
    return done, _too_often(dossier, note), dossier


def _refund(
    desk: Desk, dossier: Dossier, rma: Agreed, note: DocumentInErp, payment_id: str, amount: Decimal
) -> str:
    goal = paid(dossier, note.number) + amount
    body: dict[str, Any] = {"amount": amount, "note": f"{note.number} for {rma.number} ({rma.id})"}
    if reason := _reason(desk):
        body["refund_reason_id"] = reason
    return sure(
        lambda: desk.api.post(f"payments/{payment_id}/refund", body),
        lambda: paid(refreshed(desk.api, dossier), note.number) >= goal,
    )


def _too_often(dossier: Dossier, note: DocumentInErp) -> list[Issue]:
    more = paid(dossier, note.number) - (note.amount or ZERO)
    return [_paid_twice(dossier, note)] if more > _tolerance(dossier) else []


def _tolerance(dossier: Dossier) -> Decimal:
    return HALF * minor_unit(_currency(dossier))


def _parts(dossier: Dossier, rest: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Split an amount over the order's payments, as far as each was captured and not refunded."""
    for payment_id, free in _free(dossier).items():
        part = min(rest, minor(free, _currency(dossier)))
        if part > ZERO:
            rest -= part
            yield payment_id, part


def _free(dossier: Dossier) -> Mapping[str, Decimal]:
    return {str(p["id"]): _sum(p.get("captures")) - _sum(p.get("refunds")) for p in dossier.payments}


def _in_the_way(
    dossier: Dossier, rma: Agreed, note: DocumentInErp, notes: list[DocumentInErp], rest: Decimal
) -> Issue | None:
    """Give why a credit note must not be paid, if anything stands in the way."""
    currency = _currency(dossier)
    if note.currency and note.currency != currency:
        return _other_currency(dossier, note)
    foreign = _foreign(dossier, rma, notes)
    if foreign:
        return _same_money(dossier, rma, note, foreign)
    left = sum((minor(f, currency) for f in _free(dossier).values() if f > ZERO), ZERO)
    return _too_much(dossier, note, rest, left) if rest > left else None


def _foreign(dossier: Dossier, rma: Agreed, notes: list[DocumentInErp]) -> list[Row]:
    """Give the refunds that others made for this return, or may have made for it."""
    rmas = list(agreed(dossier))
    mine, unclear = refunds_by_rma(dossier, rmas)
    said = dossier.order.get("metadata") or {}
    doubtful = {i.numbers["refund"] for i in unclear.get(rma.id, ())}
    about = [*mine.get(rma.id, ()), *(r for r in dossier.refunds if r["id"] in doubtful)]
    known = [n.number for n in notes]
    return [
        r for r in about if said.get(r["id"]) not in known and not any(names(r.get("note"), n) for n in known)
    ]


def _wait_for_others(desk: Desk, dossier: Dossier, rma: Agreed) -> None:
    """Raise where another run was about to pay a moment ago, and nobody knows yet whether it did."""
    begun = paying(dossier, rma)
    if not begun or begun.get("by") == desk.token or not desk.is_young(when(begun.get("at"))):
        return
    number, amount = str(begun.get("credit_note")), Decimal(str(begun.get("amount")))
    if paid(dossier, number) >= amount - _tolerance(dossier):
        return
    raise Held(
        Issue(
            "source_busy",
            f"Another run of odoo-rma began to refund {number} in Medusa at {begun.get('at')}; it may still go out.",
            "Nothing needs to be done: a later run looks whether the money went out, and pays if it did not.",
        )
    )


def _reason(desk: Desk) -> str:
    code = desk.options.refund_reason
    if not code:
        return ""
    rows = desk.api.get("refund-reasons", limit=1_000)["refund_reasons"]
    return next((str(r["id"]) for r in rows if code in (r.get("code"), r.get("label"))), "")


def _sum(rows: Any) -> Decimal:
    return sum((number(r, "amount") for r in rows or ()), ZERO)


def _currency(dossier: Dossier) -> str:
    return str(dossier.order["currency_code"]).upper()


def _paid_twice(dossier: Dossier, note: DocumentInErp) -> Issue:
    whole = f"{plain(paid(dossier, note.number))} {_currency(dossier)}"
    return Issue(
        "conflict_refund",
        f"Medusa refunded {whole} for {note.number}, which is {plain(note.amount or ZERO)} {note.currency or ''}.",
        "Settle the difference with the customer, and book it in Odoo.",
        "refunds",
    )


def _same_money(dossier: Dossier, rma: Agreed, note: DocumentInErp, foreign: list[Row]) -> Issue:
    currency = _currency(dossier)
    said = "; ".join(
        f"{plain(number(r, 'amount'))} {currency} ({r['id']}"
        + (f", {str(r['note'])[:100]!r})" if r.get("note") else ")")
        for r in foreign
    )
    return Issue(
        "conflict_refund",
        f"{note.number} is {plain(note.amount or ZERO)} {note.currency or currency}, and for {rma.number} somebody refunded in "
        f"Medusa already: {said}. It may be the same money, so nothing was paid.",
        f"On order {dossier.number} in Medusa, add metadata: key {foreign[0]['id']}, value {note.number} if it paid that, "
        "none if it was for something else.",
        "refunds",
        {"refund": str(foreign[0]["id"]), "credit_note": note.number},
    )


def _too_much(dossier: Dossier, note: DocumentInErp, rest: Decimal, left: Decimal) -> Issue:
    currency = _currency(dossier)
    return Issue(
        "refund_too_high",
        f"{plain(rest)} {currency} of {note.number} are to be refunded, but only {plain(left)} {currency} of what order "
        f"{dossier.number} paid in Medusa are left.",
        "Refund the customer in another way, and say so: in Odoo by a payment, in Medusa by metadata of the order.",
        "refunds",
        {"wanted": plain(rest), "left": plain(left)},
    )


def _other_currency(dossier: Dossier, note: DocumentInErp) -> Issue:
    return Issue(
        "currency_differs",
        f"{note.number} is in {note.currency}, order {dossier.number} in Medusa in {_currency(dossier)}.",
        "Nothing is converted: refund it by hand.",
        "refunds",
    )

"""Money, refund by refund: what the source promises and paid against what the books of Odoo say."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from odoo_rma.mappings.credit_lines import CHARGE
from odoo_rma.mappings.debit import is_correction
from odoo_rma.mappings.drift import Area, DriftKind, LedgerRow
from odoo_rma.mappings.drift.correct import correct_money
from odoo_rma.mappings.drift.kinds import NOTES, area_of, kind_of
from odoo_rma.mappings.drift.look import Counted, Findings, Look
from odoo_rma.mappings.drift.promise import Promise, by_refund, promises
from odoo_rma.mappings.due import booked_charges, root_of
from odoo_rma.mappings.erp import CANCELED, DRAFT, Invoice
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.money import ZERO, Decimal, decimal
from odoo_rma.mappings.open_day import open_day
from odoo_rma.mappings.seen.payment import POSTED
from odoo_rma.mappings.vocabulary import RefundState


def find_money(found: Findings) -> list[Promise]:
    """Write down the rows and the differences that concern credit notes; give the promises for the payments."""
    look = found.look
    own = promises(look)
    for one in own:
        for note in (n for n in (*one.notes, *one.debits) if n.state == POSTED):
            amount = note.total if note.is_credit else -note.total
            found.counted.append(Counted(Area.LEDGER, note.currency, look.month(note.day), amount))
    for number, one in enumerate(own):
        found.ledger.append(_row(look, one, first=number == 0))
        _gap(found, one)
        _edits(found, one)
        _other_currency(found, one)
        _reversed(found, one)
        _period(found, one)
    return own


# ── rows ──


def _row(look: Look, one: Promise, *, first: bool) -> LedgerRow:
    rma, posted = look.plan.rma, [n for n in one.notes if n.state == POSTED and n.currency == one.currency]
    paid = [r for r in one.refunds if r.state is RefundState.SUCCEEDED]
    days = sorted(n.day for n in posted if n.day)
    return LedgerRow(
        source=rma.source,
        rma=rma.id,
        label=rma.label,
        of=one.of,
        currency=one.currency,
        promised=one.amount,
        refunded=sum((r.amount for r in paid), ZERO),
        fees=_fees(look, one, first=first),
        source_tax=None,
        credited=one.total(POSTED),
        draft=one.total(DRAFT),
        canceled=one.total(CANCELED),
        tax=sum((n.tax for n in posted), ZERO) - sum((d.tax for d in one.debits if d.state == POSTED), ZERO),
        residual=sum((n.residual for n in posted), ZERO),
        paid=sum((p.amount for p in one.payments if p.state == POSTED), ZERO),
        period=look.month(days[0]) if days else "",
        notes=tuple(look.link("account.move", n.id, n.name or DRAFT) for n in (*one.notes, *one.debits)),
        accounts=_accounts(look, posted),
        promised_at=promised_at(look, one),
        credited_at=datetime.combine(days[0], datetime.min.time(), look.zone) if days else None,
        method=", ".join(sorted({r.method.value for r in paid})),
        requested_at=rma.requested_at or rma.authorized_at,
    )


def promised_at(look: Look, one: Promise) -> datetime | None:
    """Say when it became due."""
    own = sorted(r.at for r in one.refunds if r.at)
    return (own[0] if own and one.is_refund else None) or look.plan.rma.received_at


def _fees(look: Look, one: Promise, *, first: bool) -> Decimal:
    """Add up what is kept: on its notes, else by the charges that go with it."""
    ids = {n.id for n in one.notes if n.state != CANCELED}
    lines = [x for x in look.erp.invoice_lines.values() if x.invoice_id in ids and x.key]
    booked = [x for x in lines if x.key and x.key.parts[-2:-1] == (CHARGE,)]
    if booked:
        return -sum((x.total for x in booked if x.total < 0), ZERO)
    rma = look.plan.rma
    named = {r.id: root_of(r, rma) for r in rma.refunds}
    own = (c for c in booked_charges(rma) if (named.get(c.refund) == one.name[1] if c.refund else first))
    return ZERO if one.notes else -sum((c.signed for c in own if c.signed < 0), ZERO)


def _accounts(look: Look, notes: Sequence[Invoice]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for note in notes:
        own: Mapping[str, Decimal] = look.accounts.get(note.id, {})
        for code, balance in own.items():
            found[code] = found.get(code, ZERO) + balance
    return found


# ── differences ──


def _gap(found: Findings, one: Promise) -> None:
    """Explain what was credited more or less than promised, down to the last cent."""
    gap = one.total(POSTED) - one.amount
    waiting = [n for n in one.notes if n.state != POSTED and n.currency == one.currency]
    for number, note in enumerate(sorted(waiting, key=lambda n: n.state == CANCELED), 1):
        if gap < 0:
            # The last one stands for all that is missing, whatever a person made of its total meanwhile.
            part = -gap if number == len(waiting) else min(-gap, max(note.total, ZERO))
            _not_posted(found, one, note, part)
            gap += part
    if one.excess and gap > 0:
        part = min(gap, one.excess)
        _too_much(found, one, part)
        gap -= part
    if gap:
        _rest(found, one, gap)


def _not_posted(found: Findings, one: Promise, note: Invoice, part: Decimal) -> None:
    look, paid = found.look, [p for p in one.payments if p.state == POSTED]
    kind = DriftKind.PAID_NOT_POSTED if paid else DriftKind.STATE
    state = "canceled" if note.state == CANCELED else "still a draft"
    also = f", but {paid[0].name} has paid it" if paid else ""
    issues = _issues(found)
    steps = found.steps(NOTES)
    way_out = "" if steps or issues else "Post the credit note in Odoo when it is checked."
    found.add(
        Area.LEDGER,
        kind,
        look.money,
        one.of,
        f"Credit note {note.name or '(draft)'} over {note.total} {note.currency} is {state}{also}.",
        steps=steps,
        issues=issues,
        way_out=way_out,
        difference=-part,
        **_facts(look, one, [note]),
    )


def _too_much(found: Findings, one: Promise, part: Decimal) -> None:
    found.add(
        Area.LEDGER,
        DriftKind.CHANGED_BY_HAND if _changed_in_odoo(found.look, one) else DriftKind.AMOUNT,
        found.look.money,
        one.of,
        f"{part} {one.currency} were credited for units that are not here by what the source says.",
        way_out="Correct what came at the source, or debit the customer in Odoo.",
        difference=part,
        **_facts(found.look, one, one.notes),
    )


def _rest(found: Findings, one: Promise, gap: Decimal) -> None:
    look = found.look
    words = [w for e in one.edits.values() for w in e.words]
    issues, steps = _issues(found), found.steps(NOTES) if gap < 0 else []
    kind = _kind(look, one, gap, issues, words)
    if kind in (DriftKind.CHANGED_BY_HAND, DriftKind.TAX) and not look.settled:
        fixes = correct_money(look, one, gap)
        found.corrections += fixes
        steps = steps or fixes
    nothing = "" if steps or issues else _way_out(kind, gap)
    found.add(
        Area.LEDGER,
        kind,
        look.money,
        one.of,
        _message(one, gap, words),
        steps=steps,
        issues=issues,
        way_out=nothing,
        difference=gap,
        **_facts(look, one, one.notes),
    )


def _kind(look: Look, one: Promise, gap: Decimal, issues: Sequence[Issue], words: Sequence[str]) -> DriftKind:
    posted = one.total(POSTED)
    if any(i.code == "currency_differs" for i in issues) or any(
        n.currency != one.currency for n in one.notes
    ):
        return DriftKind.CURRENCY
    if words:
        taxes = all(e.taxes_only for e in one.edits.values())
        return DriftKind.TAX if taxes else DriftKind.CHANGED_BY_HAND
    if posted and one.amount:
        return DriftKind.CHANGED_BY_HAND if _changed_in_odoo(look, one) else DriftKind.AMOUNT
    if gap > 0:
        return DriftKind.MISSING_IN_RMA
    paid = any(p.state == POSTED for p in one.payments)
    duplicate = any(kind_of(i) is DriftKind.DUPLICATE for i in issues)
    return (
        DriftKind.PAID_NOT_POSTED if paid else DriftKind.DUPLICATE if duplicate else DriftKind.MISSING_IN_ERP
    )


def _changed_in_odoo(look: Look, one: Promise) -> bool:
    """Tell whether the source still says what both once said: then it was Odoo that changed."""
    before = look.agreed.get(f"credit {one.of}")
    return before is not None and decimal(before) == one.amount


def _message(one: Promise, gap: Decimal, words: Sequence[str]) -> str:
    said = f"The source promises {one.amount} {one.currency}, Odoo has credited {one.total(POSTED)} {one.currency}."
    return f"{said} By hand: {'; '.join(words)}." if words else said


def _way_out(kind: DriftKind, gap: Decimal) -> str:
    if kind is DriftKind.MISSING_IN_ERP:
        return "The next sync makes the credit note; `odoo-rma show` says what it waits for."
    if gap > 0:
        return "Debit the customer what was credited too much, or correct the refund at the source."
    return "Credit what is missing in Odoo, or correct the refund at the source."


def _issues(found: Findings) -> list[Issue]:
    """Give the issues that keep money from being credited: those about money, else what stops the whole RMA."""
    money = found.issues(lambda i: area_of(i) is Area.LEDGER)
    if money or found.look.plan.owed is not None:
        return money
    return found.issues(lambda i: True)


def _facts(look: Look, one: Promise, notes: Sequence[Invoice]) -> dict[str, Any]:
    days = sorted(n.day for n in notes if n.day)
    at = promised_at(look, one)
    return {
        "measure": one.currency,
        "rma_value": f"{one.amount} {one.currency}",
        "erp_value": f"{one.total(POSTED)} {one.currency}",
        "of": one.of,
        "since": at or (datetime.combine(days[0], datetime.min.time(), look.zone) if days else look.begun),
        "period": look.month(days[0]) if days else _month_of(at) or look.month(look.begun),
        "erp_links": tuple(look.link("account.move", n.id, n.name or DRAFT) for n in notes),
    }


def _edits(found: Findings, one: Promise) -> None:
    """Say what people edited where it comes to the same total."""
    posted = [n for n in one.notes if n.id in one.edits and n.state == POSTED]
    same = [n for n in posted if one.total(POSTED) == one.amount]
    for note in same:
        was = one.edits[note.id]
        found.add(
            Area.LEDGER,
            DriftKind.TAX if note.tax != was.tax or was.taxes_only else DriftKind.CHANGED_BY_HAND,
            found.look.money,
            one.of,
            f"Credit note {note.name} was edited and comes to the same total. By hand: {'; '.join(was.words)}.",
            way_out="Check the lines in Odoo; what is posted is not edited again.",
            **_facts(found.look, one, [note])
            | {"rma_value": f"tax {was.tax}", "erp_value": f"tax {note.tax}"},
        )


def _other_currency(found: Findings, one: Promise) -> None:
    for note in one.notes:
        if note.currency != one.currency and note.state == POSTED:
            found.add(
                Area.LEDGER,
                DriftKind.CURRENCY,
                found.look.money,
                one.of,
                f"Credit note {note.name} is over {note.total} {note.currency}, the refund in {one.currency}.",
                way_out="Reverse it in Odoo and credit in the refund's currency.",
                difference=note.total,
                **_facts(found.look, one, [note])
                | {"measure": note.currency, "erp_value": f"{note.total} {note.currency}"},
            )


def _reversed(found: Findings, one: Promise) -> None:
    for note in one.notes:
        if note.state == POSTED and note.payment_state == "reversed":
            found.add(
                Area.LEDGER,
                DriftKind.STATE,
                found.look.money,
                one.of,
                f"Credit note {note.name} is posted, but another entry reverses it: the customer has nothing of it.",
                way_out="If that is right, withdraw the refund at the source; else reverse the reversal in Odoo.",
                **_facts(found.look, one, [note]),
            )


def _period(found: Findings, one: Promise) -> None:
    """Say where money is credited in another month than the one in which it went out."""
    look, at = found.look, promised_at(found.look, one)
    if not (one.is_refund and by_refund(look) and at):
        return
    for note in one.notes:
        if (
            is_correction(note)
            or note.state != POSTED
            or not note.day
            or _month_fits(look, one, note, note.day)
        ):
            continue
        paid, booked = _month_of(at), _month_of(note.day)
        for month, difference in ((paid, -note.total), (booked, note.total)):
            found.add(
                Area.LEDGER,
                DriftKind.PERIOD,
                look.money,
                one.of,
                f"The refund went out in {paid}, credit note {note.name} stands in {booked}.",
                way_out="Where the month is still open, reset the note in Odoo, date it right and post it again.",
                **_facts(look, one, [note])
                | {"rma_value": paid, "erp_value": booked, "period": month, "difference": difference},
            )


def _month_fits(look: Look, one: Promise, note: Invoice, day: date) -> bool:
    """Tell whether a note stands where it belongs: by the refund's day, or, where that month is closed, later."""
    at = promised_at(look, one)
    if at is None or _month_of(day) == _month_of(at):
        return True
    invoice, locked = look.erp.invoices.get(note.reversed_id), look.erp.company.locked_until
    if day > at.date() and locked and _month_of(at) <= _month_of(locked):
        return True
    try:
        best = open_day(
            look.plan.rma, at, invoice.date if invoice else None, look.erp, look.rules.credit.today
        )
    except Refusal:
        return True
    return _month_of(best) == _month_of(day)


def _month_of(at: date | datetime | None) -> str:
    """Give the month of a day as it is written: a refund counts where its source stands."""
    return f"{at:%Y-%m}" if at else ""

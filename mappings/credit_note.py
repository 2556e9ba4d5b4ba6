"""Credit notes: lines copied from the original invoice lines, charges as their own lines, rounding explicit.

Nothing is written that does not add up to what the customer was promised; the calculation goes into the chatter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape

from odoo_rma.mappings.credit_issues import (
    canceled_by_hand,
    over_refund,
    refund_withdrawn,
    reset_by_hand,
    total_differs,
)
from odoo_rma.mappings.credit_lines import CHARGE, CreditRules, calculation, charge_line, item, sums_of
from odoo_rma.mappings.debit import debited, own_debits
from odoo_rma.mappings.due import Credited, Due, still_owed
from odoo_rma.mappings.erp import CANCELED, DRAFT, Erp, Invoice, InvoiceLine
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.invoiced import ITEM, Invoices, Share
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Charge, Rma
from odoo_rma.mappings.money import HALF, ONE, ZERO, Decimal
from odoo_rma.mappings.open_day import open_day
from odoo_rma.mappings.plan import (
    MakeCreditNote,
    NewCreditLine,
    Note,
    PostCreditNote,
    Reconcile,
    ReopenCreditNote,
    Step,
)
from odoo_rma.mappings.remembered import AGAIN

CREDIT = "credit"
REFUND = "refund"


def own_notes(rma: Rma, erp: Erp) -> list[Invoice]:
    """Give the credit notes made under the keys of an RMA."""
    return [i for i in erp.notes_of.get((rma.source, rma.id, CREDIT), ()) if i.is_credit]


def credited(rma: Rma, erp: Erp) -> Credited:
    """Add up what the credit notes of an RMA already hold."""
    notes = {n.id: n for n in own_notes(rma, erp)}
    live = {n.id for n in notes.values() if n.state != CANCELED}
    units: dict[str, Decimal] = defaultdict(lambda: ZERO)
    charges = set()
    for line in (x for i in sorted(live) for x in erp.lines_of.get(i, ())):
        if line.key:
            if line.key.parts[-3:-2] == (ITEM,):
                units[line.key.parts[-2]] += line.quantity
            elif line.key.parts[-2:-1] == (CHARGE,):
                charges.add(line.key.parts[-1])
    names = frozenset(n.key.parts[:2] for n in notes.values() if n.key)
    counts = {kind: max(_number(x) for k, x in names if k == kind) for kind in {k for k, _ in names}}
    canceled = frozenset(n.key.parts[0] for n in notes.values() if n.key and n.state == CANCELED)
    total = sum((notes[i].total for i in live), ZERO) - debited(rma, erp)
    return Credited(dict(units), frozenset(charges), total, counts, names, canceled)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def plan_credit_notes(
    rma: Rma,
    due: Due,
    order_id: int,
    order_lines: Mapping[str, list[int]],
    erp: Erp,
    left: Invoices,
    rules: CreditRules,
) -> list[Step]:
    """Plan the credit notes of one due: what is missing is made, what is a draft is posted when it adds up.

    `order_lines` are those of the RMA's lines; charges alone are credited against an invoice of the order `order_id`.

    Raises:
        Refusal: more than is left to credit, not invoiced, other currency, or the total differs from the promise.

    """
    notes = [n for n in own_notes(rma, erp) if n.key and n.key.parts[:2] == (due.kind, due.id)]
    if any(n.state == CANCELED for n in notes):
        raise Refusal(canceled_by_hand(rma, next(n for n in notes if n.state == CANCELED)))
    if notes:
        return _plan_existing(rma, due, notes, erp, rules)
    shares = _shares(due, order_lines, left, rma)
    if not shares and not due.charges:
        return []
    steps = _make(rma, due, order_id, shares, erp, rules, left)
    left.take(shares)
    return steps


def _plan_existing(rma: Rma, due: Due, notes: list[Invoice], erp: Erp, rules: CreditRules) -> list[Step]:
    _check_reset(rma, notes, rules)
    total = sum((n.total for n in notes), ZERO) - debited(rma, erp, (due.kind, due.id))
    if due.promised is not None and total != due.promised:
        lines = "; ".join(f"{n.name or 'draft'}: {n.total} {n.currency}" for n in notes)
        raise Refusal(total_differs(rma, due.promised, total, notes[0].currency, [lines]))
    steps = [step for note in notes for step in _go_on(rma, note, erp, rules)]
    drafts = (d for d in own_debits(rma, erp, (due.kind, due.id)) if d.state == DRAFT and rules.post)
    return [*steps, *(PostCreditNote(d.id, d.reversed_id, d.currency) for d in drafts)]


def check_promise(rma: Rma, erp: Erp) -> None:
    """Make sure that what was credited by arrival makes up what was promised for all of it.

    Raises:
        Refusal: it does not.

    """
    notes = [n for n in own_notes(rma, erp) if n.state != CANCELED]
    total = sum((n.total for n in notes), ZERO) - debited(rma, erp)
    if notes and rma.promised is not None and total != rma.promised:
        words = [f"{n.name or 'draft'}: {n.total} {n.currency}" for n in notes]
        raise Refusal(total_differs(rma, rma.promised, total, notes[0].currency, words))


def plan_open_note(rma: Rma, note: Invoice, erp: Erp, rules: CreditRules) -> list[Step]:
    """Go on with a note whose due is settled already: a draft left by a crash is posted when it still holds.

    Raises:
        Refusal: a person canceled it, its refund is none any more, or Odoo computes another total than its lines give.

    """
    kind, number = note.key.parts[:2] if note.key else ("", "")
    paid = still_owed(rma)
    if note.state == CANCELED:
        if kind == REFUND and number not in paid:
            return []
        raise Refusal(canceled_by_hand(rma, note))
    if kind == REFUND and number not in paid:
        raise Refusal(refund_withdrawn(rma, note, number))
    _check_reset(rma, [note], rules)
    if note.state == DRAFT:
        lines = erp.lines_of.get(note.id, ())
        sums = sums_of(lines, erp, note.currency)
        if sums and sum(sums, ZERO) != note.total:
            words = calculation(lines, sums, note.currency)
            raise Refusal(total_differs(rma, sum(sums, ZERO), note.total, note.currency, words))
    return _go_on(rma, note, erp, rules)


def _check_reset(rma: Rma, notes: Iterable[Invoice], rules: CreditRules) -> None:
    reset = [n for n in notes if n.state == DRAFT and n.posted_before]
    if reset and rules.post:
        raise Refusal(*(reset_by_hand(rma, n) for n in reset))


def _go_on(rma: Rma, note: Invoice, erp: Erp, rules: CreditRules) -> list[Step]:
    invoice = erp.invoices.get(note.reversed_id)
    is_open = invoice is not None and invoice.residual > 0
    if note.state == AGAIN:
        return [ReopenCreditNote(note.id, note.name)]
    if note.state == "posted" and note.residual > 0 and is_open:
        return [Reconcile(note.id, note.reversed_id)]
    if note.state != DRAFT or not rules.post or not note.key:
        return []
    lines = erp.lines_of.get(note.id, ())
    words = calculation(lines, sums_of(lines, erp, note.currency), note.currency)
    text = _note_text(rma, note.key.parts[0], note.key.parts[1], words)
    steps: list[Step] = [Note(note.key.part("note"), "account.move", note.id, text)]
    steps.append(PostCreditNote(note.id, note.reversed_id, note.currency))
    if not rules.reconciles_itself and is_open:
        steps.append(Reconcile(note.id, note.reversed_id))
    return steps


def _shares(due: Due, order_lines: Mapping[str, list[int]], left: Invoices, rma: Rma) -> list[Share]:
    shares: list[Share] = []
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line_id, units in due.units.items():
        need, invoiced, room = units, ZERO, ZERO
        for line in left.lines_for(order_lines[line_id]):
            free = max(left.left(line) - taken[line.id], ZERO)
            invoiced += line.quantity
            room += free
            part = min(need, free)
            if part > 0:
                taken[line.id] += part
                need -= part
                shares.append(Share(line_id, line, part))
        if not invoiced and due.kind != REFUND:
            continue
        if need > 0:
            raise Refusal(over_refund(rma, line_id, units, invoiced, room))
    return shares


def _make(
    rma: Rma,
    due: Due,
    order_id: int,
    shares: list[Share],
    erp: Erp,
    rules: CreditRules,
    left: Invoices,
) -> list[Step]:
    by_invoice: dict[int, list[Share]] = defaultdict(list)
    for share in shares:
        by_invoice[share.invoice_line.invoice_id].append(share)
    if not by_invoice:
        by_invoice[_invoice_for_charges(rma, order_id, erp, left)] = []
    drafts = []
    for position, (invoice_id, own) in enumerate(by_invoice.items()):
        charges = due.charges if position == 0 else ()
        draft = _draft(rma, due, erp.invoices[invoice_id], own, charges, erp, rules, left)
        if due.promised is None and not charges and draft.expected is not None:
            cent = left.last_cent(invoice_id, own, draft.expected, len(draft.lines))
            draft = _with_rounding(draft, cent, rules) if cent else draft
        drafts.append(draft)
    drafts = _settle_rounding(rma, due, drafts, erp, rules)
    steps: list[Step] = []
    for draft in drafts:
        left.give(draft.invoice_id, draft.expected, len(draft.lines))
        text = _note_text(rma, due.kind, due.id, draft.calculation)
        steps += [draft, Note(draft.key.part("note"), "account.move", draft.key, text)]
        if rules.post:
            steps.append(PostCreditNote(draft.key, draft.invoice_id, draft.currency))
            if not rules.reconciles_itself and erp.invoices[draft.invoice_id].residual > 0:
                steps.append(Reconcile(draft.key, draft.invoice_id))
    return steps


def _invoice_for_charges(rma: Rma, order_id: int, erp: Erp, left: Invoices) -> int:
    lines = left.lines_for(x.id for x in erp.order_lines_of.get(order_id, ()))
    if not lines:
        raise Refusal(
            Issue(
                "not_invoiced",
                f"{rma.label} has charges to credit, but its order was not invoiced.",
                "Post the invoice in Odoo; the credit note follows with the next run.",
                "charges",
            )
        )
    return lines[0].invoice_id


def _draft(
    rma: Rma,
    due: Due,
    invoice: Invoice,
    shares: list[Share],
    charges: tuple[Charge, ...],
    erp: Erp,
    rules: CreditRules,
    left: Invoices,
) -> MakeCreditNote:
    if rma.currency != invoice.currency:
        raise Refusal(
            Issue(
                "currency_differs",
                f"The RMA is in {rma.currency}, invoice {invoice.name} in {invoice.currency}.",
                "Nothing is converted: correct the currency at the source.",
                "currency",
            )
        )
    key = Key(rma.source, rma.id, CREDIT, (due.kind, due.id, str(invoice.id)))
    lines = [item(key, s) for s in shares]
    pattern = shares[0].invoice_line if shares else _any_line(invoice, erp)
    lines += [charge_line(key, c, pattern, invoice, erp, rules, left) for c in charges]
    sums = sums_of(lines, erp, invoice.currency)
    what = " ".join(filter(None, [rma.label, f"refund {due.id}" if due.kind == REFUND else ""]))
    return MakeCreditNote(
        key=key,
        invoice_id=invoice.id,
        invoice=invoice.name,
        partner_id=invoice.partner_id,
        journal_id=rules.journal_id or invoice.journal_id,
        currency=invoice.currency,
        day=open_day(rma, due.at, invoice.date, erp, rules.today),
        ref=what,
        origin=rma.label,
        lines=tuple(lines),
        expected=sums[0] + sums[1] if sums else None,
        promised=due.promised is not None,
        calculation=tuple(calculation(lines, sums, invoice.currency)),
    )


def _any_line(invoice: Invoice, erp: Erp) -> InvoiceLine:
    return erp.lines_of[invoice.id][0]


def _settle_rounding(
    rma: Rma, due: Due, drafts: list[MakeCreditNote], erp: Erp, rules: CreditRules
) -> list[MakeCreditNote]:
    """Compare the sum with the promise: equal, within rounding (one explicit line), or refused with the calculation."""
    negative = [d for d in drafts if d.expected is not None and d.expected <= 0]
    if negative:
        raise Refusal(
            Issue(
                "charge_unplaced",
                f"The charges of {rma.label} are as high as the goods: {'; '.join(negative[0].calculation)}.",
                "Lower or waive a charge at the source, or invoice it in Odoo.",
                "charges",
            )
        )
    if due.promised is None or any(d.expected is None for d in drafts):
        return drafts
    total = sum((d.expected or ZERO for d in drafts), ZERO)
    unit = erp.unit_of(drafts[0].currency)
    tolerance = HALF * unit * max(sum(len(d.lines) for d in drafts), 2)
    gap = due.promised - total
    if abs(gap) > tolerance:
        raise Refusal(
            total_differs(
                rma, due.promised, total, drafts[0].currency, [c for d in drafts for c in d.calculation]
            )
        )
    if not gap:
        return drafts
    return [_with_rounding(drafts[0], gap, rules), *drafts[1:]]


def _with_rounding(draft: MakeCreditNote, gap: Decimal, rules: CreditRules) -> MakeCreditNote:
    first = draft.lines[0]
    line = NewCreditLine(
        key=draft.key.part("rounding"),
        name="Rounding",
        quantity=ONE,
        price_unit=gap,
        discount=ZERO,
        product_id=0,
        uom_id=0,
        account_id=rules.rounding_account or first.account_id,
        tax_ids=(),
        order_line_ids=(),
        analytic=False,
    )
    return replace(
        draft,
        lines=(*draft.lines, line),
        expected=(draft.expected or ZERO) + gap,
        calculation=(*draft.calculation, f"Rounding: {gap} {draft.currency}"),
    )


def _note_text(rma: Rma, kind: str, number: str, words: Iterable[str]) -> str:
    reasons = sorted({x.reason.raw or x.reason.code.value for x in rma.lines})
    parts = [f"RMA {rma.label} ({rma.source}), {kind} {number}"]
    if reasons:
        parts.append(f"Reason: {', '.join(reasons)}")
    items = "".join(f"<li>{escape(c)}</li>" for c in words)
    return "".join(f"<p>{escape(p)}</p>" for p in parts) + f"<ul>{items}</ul>"

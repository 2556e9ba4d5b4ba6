"""Corrections of what people changed: a posted note is never edited, a validated transfer never undone.

What was credited too little is credited with a note of its own, what was too much is debited; what was validated by hand
beyond what both sides had agreed on is taken out of stock again. Each says in its lines what it corrects.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.credit_lines import sums_of
from odoo_rma.mappings.credit_note import CREDIT
from odoo_rma.mappings.debit import CORRECTION, DEBIT
from odoo_rma.mappings.drift.edited import meant_lines
from odoo_rma.mappings.drift.goods import Goods
from odoo_rma.mappings.drift.look import Look
from odoo_rma.mappings.drift.pieces import done_moves
from odoo_rma.mappings.drift.promise import Promise, by_refund
from odoo_rma.mappings.erp import Erp, Invoice, InvoiceLine, Move
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Refusal
from odoo_rma.mappings.money import HALF, ONE, ZERO, Decimal
from odoo_rma.mappings.open_day import open_day
from odoo_rma.mappings.ownership import Side
from odoo_rma.mappings.plan import (
    Arrival,
    ConfirmTransfer,
    MakeCreditNote,
    NewCreditLine,
    NewMove,
    PostCreditNote,
    Step,
)
from odoo_rma.mappings.plan.goods import SendOut, TakeBackOut
from odoo_rma.mappings.plan.ledger import MakeDebitNote
from odoo_rma.mappings.seen.payment import POSTED

Line = InvoiceLine | NewCreditLine
Pair = tuple[Line | None, Line | None]
"""A line as it is and as it should be; None: there is (or should be) none."""


def correct_money(look: Look, one: Promise, gap: Decimal) -> list[Step]:
    """Plan the note that makes up for what people edited; nothing where that would not come to `gap` to the cent."""
    notes = [n for n in one.notes if n.state == POSTED]
    if look.money is not Side.RMA or not notes or not look.rules.credit.post:
        return []
    pairs = _by_refund(look, one, notes) if by_refund(look) and one.is_refund else _by_arrival(look, notes)
    changed = [(now, meant) for now, meant in pairs if not _same(now, meant)]
    lines = [x for now, meant in changed for x in _turned(now, meant, too_much=gap > 0)]
    lines += _rounding(look, lines, abs(gap), one.currency)
    sums = sums_of(lines, look.erp, one.currency) if lines else None
    if not sums or sum(sums, ZERO) != abs(gap):
        return []
    try:
        return list(_note(look, one, notes[0], lines, abs(gap), too_much=gap > 0))
    except Refusal:  # every day up to today is locked
        return []


def _by_refund(look: Look, one: Promise, notes: Sequence[Invoice]) -> Iterator[Pair]:
    """Compare with the notes that would be made if there were none: by the one comparison."""
    gone = {n.id for n in (*one.notes, *one.debits)}
    erp = _without(look.erp, gone)
    given = look.plan.given or look.plan.rma
    rules, known = {given.source: look.source}, {(given.source, given.id): look.decisions}
    [plan] = compare([given], erp, rules, look.rules, known)
    wanted = [s for s in plan.steps if isinstance(s, MakeCreditNote) and s.key.parts[:2] == one.name]
    meant = {x.key: x for s in wanted for x in s.lines}
    ids = {n.id for n in notes}
    now = sorted((x for x in look.erp.invoice_lines.values() if x.invoice_id in ids), key=lambda x: x.id)
    if not meant or not any(x.key for x in now):
        return
    for line in now:
        yield line, meant.pop(line.key, None) if line.key else None
    for missing in meant.values():
        yield None, missing


def _by_arrival(look: Look, notes: Sequence[Invoice]) -> Iterator[Pair]:
    for note in notes:
        yield from meant_lines(note, look.plan.rma, look.erp)


def _without(erp: Erp, notes: set[int]) -> Erp:
    invoices = {i: x for i, x in erp.invoices.items() if i not in notes}
    lines = {i: x for i, x in erp.invoice_lines.items() if x.invoice_id not in notes}
    return replace(erp, invoices=invoices, invoice_lines=lines)


def _same(now: Line | None, meant: Line | None) -> bool:
    if now is None or meant is None:
        return now is meant
    return all(
        getattr(now, f) == getattr(meant, f) for f in ("quantity", "price_unit", "discount", "tax_ids")
    )


def _turned(now: Line | None, meant: Line | None, *, too_much: bool) -> Iterator[NewCreditLine]:
    """Give the lines that lead from what is to what should be; on a debit note they stand the other way round."""
    for line, sign in ((meant, 1), (now, -1)):
        if line is not None and line.quantity:
            quantity = line.quantity * (-sign if too_much else sign)
            yield _line(line, quantity, "as it should be" if sign > 0 else "as it was edited")


def _line(line: Line, quantity: Decimal, what: str) -> NewCreditLine:
    name = line.name.splitlines()[0] if line.name else "line"
    return NewCreditLine(
        key=Key("", "", ""),
        name=f"Correction: {name}, {what}",
        quantity=quantity,
        price_unit=line.price_unit,
        discount=line.discount,
        product_id=0,
        uom_id=0,
        account_id=line.account_id,
        tax_ids=line.tax_ids,
        order_line_ids=(),
        analytic=line.analytic,
    )


def _rounding(
    look: Look, lines: Sequence[NewCreditLine], total: Decimal, currency: str
) -> list[NewCreditLine]:
    """Give a line for the cent that taxes on the difference round otherwise than the difference of the taxes."""
    sums, unit = sums_of(lines, look.erp, currency) if lines else None, look.erp.unit_of(currency)
    rest = total - sum(sums, ZERO) if sums else ZERO
    if not rest or abs(rest) > HALF * unit * max(len(lines), 2):
        return []
    line = replace(lines[0], quantity=ONE, price_unit=rest, discount=ZERO, tax_ids=(), analytic=False)
    account = look.rules.credit.rounding_account or line.account_id
    return [replace(line, name="Rounding", account_id=account)]


def _note(
    look: Look, one: Promise, first: Invoice, lines: list[NewCreditLine], total: Decimal, *, too_much: bool
) -> Iterator[Step]:
    rma, kind = look.plan.rma, DEBIT if too_much else CREDIT
    before = [n for n in (*one.notes, *one.debits) if n.key and CORRECTION in n.key.parts[2:3]]
    key = Key(rma.source, rma.id, kind, (*one.name, CORRECTION, str(len(before) + 1)))
    reversed_id = first.id if too_much else first.reversed_id
    reversed_one = look.erp.invoices.get(reversed_id)
    make = MakeDebitNote if too_much else MakeCreditNote
    yield make(
        key=key,
        invoice_id=reversed_id,
        invoice=reversed_one.name if reversed_one else first.name,
        partner_id=first.partner_id,
        journal_id=first.journal_id,
        currency=one.currency,
        day=open_day(rma, None, first.date, look.erp, look.rules.credit.today),
        ref=f"{rma.label} {one.of if one.is_refund else ''} correction of {first.name}".replace("  ", " "),
        origin=rma.label,
        lines=tuple(replace(x, key=key.part("line", n)) for n, x in enumerate(lines, 1)),
        expected=total,
        promised=True,
        calculation=(),
    )
    yield PostCreditNote(key, reversed_id, one.currency)


def correct_goods(look: Look, one: Goods) -> list[Step]:
    """Plan what takes out of stock again what was validated beyond what had come; nothing where lots or kits are in it."""
    moves = _moves(look, one)
    rma = look.plan.rma
    if look.receipts is not Side.RMA or one.gap <= 0 or one.each != 1 or not moves:
        return []
    if any(m.lots for m in moves) or sum((m.done for m in moves), ZERO) < one.gap:
        return []
    steps: list[Step] = []
    rest, number = one.gap, _number(look)
    for move in reversed(moves):
        part = min(rest, move.done)
        if part > 0:
            rest -= part
            number += 1
            steps += _take_out(look, move, part, Key(rma.source, rma.id, CORRECTION, (str(number),)))
    return steps


def _moves(look: Look, one: Goods) -> list[Move]:
    own = {s.move_id for s in look.plan.slices.get(one.line.id, ())}
    others = {s.move_id for x, slices in look.plan.slices.items() if x != one.line.id for s in slices}
    return [] if own & others else [m for m in done_moves(look) if m.origin_move_id in own]


def _number(look: Look) -> int:
    keys = (p.key for p in look.erp.pickings.values())
    rma = look.plan.rma
    own = (k for k in keys if k and k.of == (rma.source, rma.id, CORRECTION))
    return max((int(k.parts[0]) for k in own), default=0)


def _take_out(look: Look, move: Move, quantity: Decimal, key: Key) -> Iterable[Step]:
    erp = look.erp
    transfer, delivery = (
        erp.pickings[move.picking_id],
        erp.pickings[erp.moves[move.origin_move_id].picking_id],
    )
    yield TakeBackOut(
        key=key,
        returned_id=transfer.id,
        partner_id=delivery.partner_id,
        type_id=delivery.type_id,
        location_id=move.destination_id,
        destination_id=move.location_id,
        origin=f"{look.plan.rma.label}: correction, more was validated on {transfer.name} than came",
        moves=(
            NewMove(
                key=key.part("move", move.id),
                origin_move_id=move.id,
                product_id=move.product_id,
                uom_id=move.uom_id,
                order_line_id=move.order_line_id,
                group_ids=move.group_ids,
                quantity=quantity,
            ),
        ),
        delivery=transfer.name,
    )
    yield ConfirmTransfer(key)
    yield SendOut(
        key, (Arrival(move.id, move.product_id, quantity, whole=False),), whole=False, backorder=True
    )

"""Say in the RMA's own words what Odoo holds of it, from what was observed: see `in_erp.py` for what stands in it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from odoo_rma.mappings.credit_note import own_notes
from odoo_rma.mappings.debit import own_debits
from odoo_rma.mappings.delivered import Slice, per_line
from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.mappings.erp import CANCELED, DRAFT, Erp, Invoice, InvoiceLine, Picking
from odoo_rma.mappings.in_erp import (
    CREDIT_NOTE,
    DEBIT_NOTE,
    PAYMENT,
    TRANSFER,
    DocumentInErp,
    InErp,
    LineInErp,
)
from odoo_rma.mappings.invoiced import ITEM
from odoo_rma.mappings.issues import Refusal
from odoo_rma.mappings.money import ZERO, Decimal, written
from odoo_rma.mappings.order import find_lines
from odoo_rma.mappings.placed import complete, lots, placed, shares
from odoo_rma.mappings.plan import Found, Plan
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.seen.payment import Payment
from odoo_rma.mappings.standing import standing
from odoo_rma.mappings.transfer import own_moves, own_pickings
from odoo_rma.mappings.vocabulary import Disposition

POSTED = "posted"
Slices = Mapping[str, Sequence[Slice]]


def in_erp(plan: Plan, erp: Erp, rules: InspectionRules, slices: Slices) -> InErp:
    """Give all that Odoo holds of an RMA; lines only for what its order delivered (`slices`)."""
    rma = plan.rma
    lines = tuple(_lines(plan, erp, rules, {x: list(own) for x, own in slices.items()}))
    places = (p for x in lines for p in x.placed)
    states = {p.state for p in own_pickings(rma, erp)}
    return InErp(
        lines=lines,
        documents=tuple(_documents(plan, erp)),
        canceled=states == {CANCELED},
        rejected=sum((p.quantity for p in places if p.disposition is Disposition.RETURN_TO_CUSTOMER), ZERO),
    )


def _lines(
    plan: Plan, erp: Erp, rules: InspectionRules, slices: dict[str, list[Slice]]
) -> Iterator[LineInErp]:
    rma = plan.rma
    back = shares(standing(rma, erp, rules), slices)
    received = {x: written(complete(back[x], own)) for x, own in slices.items()}
    claimed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for move in own_moves(rma, erp):
        claimed[move.origin_move_id] += move.claimed
    either = per_line(slices, claimed)
    noted = _credited(plan, erp)
    for line in rma.lines:
        if line.id not in slices and (line.physical or line.id not in noted):
            continue  # nobody knows what came back of it
        here = received.get(line.id, ZERO)
        yield LineInErp(
            line=line.id,
            received=here,
            expected=written(max(either.get(line.id, ZERO) - here, ZERO)),
            lots=tuple(lots(back.get(line.id, ()), erp)),
            placed=tuple(placed(line, back[line.id], erp, rules)) if back.get(line.id) else (),
            credited=noted.get(line.id, ZERO),
        )


def _credited(plan: Plan, erp: Erp) -> dict[str, Decimal]:
    """Give the units on posted notes by RMA line; before 16 Odoo forgets which line of a note is whose."""
    posted = {n.id for n in own_notes(plan.rma, erp) if n.state == POSTED}
    own = sorted((x for i in posted for x in erp.lines_of.get(i, ())), key=lambda x: x.id)
    sold = _order_lines(plan, erp) if any(x.key is None for x in own) else {}
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in own:
        if line.key is None:
            _spread(
                line, [x for x in plan.rma.lines if sold.get(x.id, set()) & {*line.order_line_ids}], found
            )
        elif line.key.parts[-3:-2] == (ITEM,):
            found[line.key.parts[-2]] += line.quantity
    return found


def _order_lines(plan: Plan, erp: Erp) -> dict[str, set[int]]:
    found = {}
    for line in plan.rma.lines if plan.order_id in erp.orders else ():
        with suppress(Refusal):
            found[line.id] = {x.id for x in find_lines(line, erp.orders[plan.order_id], erp)}
    return found


def _spread(line: InvoiceLine, owners: Sequence[RmaLine], found: dict[str, Decimal]) -> None:
    """Count a line of a note for the RMA lines it may be about, in their order; what is too much for the last one."""
    rest = line.quantity
    for owner in owners:
        part = min(rest, max(owner.allowed - found[owner.id], ZERO))
        found[owner.id] += part
        rest -= part
    if owners:
        found[owners[-1].id] += rest


def _documents(plan: Plan, erp: Erp) -> Iterator[DocumentInErp]:
    rma = plan.rma
    yield from (_transfer(p) for p in own_pickings(rma, erp))
    yield from (_note(n, CREDIT_NOTE) for n in own_notes(rma, erp))
    yield from (_note(n, DEBIT_NOTE) for n in own_debits(rma, erp))
    shown = {("account.move", n.id) for n in own_debits(rma, erp)}
    for payment in sorted(erp.payments.payments.values(), key=lambda p: p.id):
        if payment.key and (payment.key.source, payment.key.owner) == (rma.source, rma.id):
            shown.add(("account.payment", payment.id))
            yield _payment(payment, f"refund {payment.key.parts[0]}")
    notes = {n.id: n for n in own_notes(rma, erp)}
    for record, settling in sorted(erp.payments.by_hand.items()):
        if own := sorted(settling.note_ids & notes.keys()):
            shown.add(("account.payment", record))
            yield _payment(settling.payment, ", ".join(_made_for(notes[x]) for x in own))
    yield from (_other(f) for f in plan.found if (f.model, f.id) not in shown)


def _transfer(picking: Picking) -> DocumentInErp:
    return DocumentInErp(
        what=TRANSFER,
        model="stock.picking",
        id=picking.id,
        key=str(picking.key or ""),
        number=picking.name,
        state=picking.state,
        at=picking.done_at,
    )


def _note(note: Invoice, what: str) -> DocumentInErp:
    return DocumentInErp(
        what=what,
        model="account.move",
        id=note.id,
        key=str(note.key or ""),
        number=note.name,
        state=note.state,
        of=_made_for(note),
        at=note.date,
        amount=note.total,
        tax=note.tax,
        open=note.residual,
        currency=note.currency,
    )


def _made_for(note: Invoice) -> str:
    return " ".join(note.key.parts[:2]) if note.key else ""


def _payment(payment: Payment, of: str) -> DocumentInErp:
    return DocumentInErp(
        what=PAYMENT,
        model="account.payment",
        id=payment.id,
        key=str(payment.key or ""),
        number=payment.name,
        state=payment.state,
        of=of,
        at=payment.day,
        amount=payment.amount,
        currency=payment.currency,
    )


def _other(found: Found) -> DocumentInErp:
    return DocumentInErp(
        what=found.what,
        model=found.model,
        id=found.id,
        number="" if found.name == DRAFT else found.name,
        state=found.state,
    )

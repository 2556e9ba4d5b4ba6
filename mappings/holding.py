"""Say in the RMA's own words what Odoo holds of it, from what was observed: see `in_erp.py` for what stands in it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from odoo_rma.mappings.credit_note import own_notes
from odoo_rma.mappings.delivered import Slice, per_line
from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.mappings.erp import CANCELED, DONE, Erp, Invoice, Picking
from odoo_rma.mappings.in_erp import CREDIT_NOTE, PAYMENT, TRANSFER, DocumentInErp, InErp, LineInErp, Placed
from odoo_rma.mappings.invoiced import ITEM
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.plan import Found, Plan
from odoo_rma.mappings.rma_line import LotQuantity
from odoo_rma.mappings.seen.payment import Payment
from odoo_rma.mappings.standing import Gone, Part, is_sellable, standing
from odoo_rma.mappings.transfer import own_moves, own_pickings
from odoo_rma.mappings.vocabulary import Disposition

POSTED = "posted"
Slices = Mapping[str, Sequence[Slice]]


def in_erp(plan: Plan, erp: Erp, rules: InspectionRules, slices: Slices) -> InErp:
    """Give all that Odoo holds of an RMA; lines only for what its order delivered (`slices`)."""
    rma = plan.rma
    parts = standing(rma, erp, rules)
    sent = sum((p.quantity / _factor(p, slices) for p in parts if p.gone is Gone.SENT), ZERO)
    states = {p.state for p in own_pickings(rma, erp)}
    return InErp(
        lines=tuple(_lines(rma, erp, rules, slices, parts)),
        documents=tuple(_documents(plan, erp)),
        canceled=states == {CANCELED},
        rejected=sent,
    )


def _lines(
    rma: Rma, erp: Erp, rules: InspectionRules, slices: Slices, parts: Sequence[Part]
) -> Iterator[LineInErp]:
    own = {x: list(s) for x, s in slices.items()}
    done: dict[int, Decimal] = defaultdict(lambda: ZERO)
    claimed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for move in own_moves(rma, erp):
        claimed[move.origin_move_id] += move.claimed
        if move.state == DONE:
            done[move.origin_move_id] += move.done
    received, either = per_line(own, done), per_line(own, claimed)
    credited = _credited(rma, erp)
    placed = _placed(erp, rules, own, parts)
    for line in rma.lines:
        here = placed.get(line.id, ())
        yield LineInErp(
            line=line.id,
            received=received.get(line.id, ZERO),
            expected=max(either.get(line.id, ZERO) - received.get(line.id, ZERO), ZERO),
            lots=tuple(_lots(here)),
            placed=tuple(here),
            credited=credited.get(line.id, ZERO),
        )


def _credited(rma: Rma, erp: Erp) -> dict[str, Decimal]:
    posted = {n.id for n in own_notes(rma, erp) if n.state == POSTED}
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in erp.invoice_lines.values():
        if line.invoice_id in posted and line.key and line.key.parts[-3:-2] == (ITEM,):
            found[line.key.parts[-2]] += line.quantity
    return found


def _placed(
    erp: Erp, rules: InspectionRules, slices: Slices, parts: Sequence[Part]
) -> dict[str, list[Placed]]:
    """Give where the units of each line stand; of a kit, its first part stands for it."""
    left = [p.quantity for p in parts]
    found: dict[str, list[Placed]] = {}
    for line_id, own in slices.items():
        units: dict[tuple[Disposition | None, str], list[tuple[int, Decimal]]] = defaultdict(list)
        for one in (s for s in own if s.product_id == own[0].product_id):
            for part, taken in _take(one, parts, left):
                place = _disposition(part, erp, rules), _where(part, erp)
                units[place].append((part.lot_id, taken / one.factor))
        found[line_id] = [
            Placed(
                quantity=sum((q for _, q in lots), ZERO),
                disposition=told,
                location=where,
                lots=tuple(_named(lots, erp)),
            )
            for (told, where), lots in units.items()
        ]
    return found


def _take(one: Slice, parts: Sequence[Part], left: list[Decimal]) -> Iterator[tuple[Part, Decimal]]:
    """Take the units of a slice out of what came back against its delivery and was not taken yet."""
    room = one.quantity
    for number, part in enumerate(parts):
        fits = part.move.origin_move_id == one.move_id and one.lot_id in (0, part.lot_id)
        if fits and (taken := min(room, left[number])) > 0:
            left[number] -= taken
            room -= taken
            yield part, taken


def _named(units: Sequence[tuple[int, Decimal]], erp: Erp) -> Iterator[LotQuantity]:
    known = sorted((lot, q) for lot, q in units if lot in erp.lots)
    for lot, own in groupby(known, key=lambda x: x[0]):
        yield LotQuantity(name=erp.lots[lot], quantity=sum((q for _, q in own), ZERO))


def _lots(placed: Sequence[Placed]) -> Iterator[LotQuantity]:
    every = sorted((x for p in placed for x in p.lots), key=lambda x: x.name)
    for name, own in groupby(every, key=lambda x: x.name):
        yield LotQuantity(name=name, quantity=sum((x.quantity for x in own), ZERO))


def _disposition(part: Part, erp: Erp, rules: InspectionRules) -> Disposition | None:
    if part.gone:
        return Disposition.SCRAP if part.gone is Gone.SCRAPPED else Disposition.RETURN_TO_CUSTOMER
    path = set(erp.dispositions.path(part.location_id))
    for told, places in rules.locations.items():
        if told is not Disposition.RESTOCK and path & set(places.values()):
            return told
    return Disposition.RESTOCK if is_sellable(part.location_id, erp, rules) else None


def _where(part: Part, erp: Erp) -> str:
    return "" if part.gone else erp.dispositions.name(part.location_id)


def _factor(part: Part, slices: Slices) -> Decimal:
    own = (s.factor for x in slices.values() for s in x if s.move_id == part.move.origin_move_id)
    return next(own, Decimal(1))


def _documents(plan: Plan, erp: Erp) -> Iterator[DocumentInErp]:
    rma = plan.rma
    yield from (_transfer(p) for p in own_pickings(rma, erp))
    yield from (_note(n) for n in own_notes(rma, erp))
    shown = set()
    for payment in erp.payments.payments.values():
        if payment.key and (payment.key.source, payment.key.owner) == (rma.source, rma.id):
            shown.add(("account.payment", payment.id))
            yield _payment(payment)
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


def _note(note: Invoice) -> DocumentInErp:
    return DocumentInErp(
        what=CREDIT_NOTE,
        model="account.move",
        id=note.id,
        key=str(note.key or ""),
        number=note.name,
        state=note.state,
        of=" ".join(note.key.parts[:2]) if note.key else "",
        at=note.date,
        amount=note.total,
        tax=note.tax,
        open=note.residual,
        currency=note.currency,
    )


def _payment(payment: Payment) -> DocumentInErp:
    return DocumentInErp(
        what=PAYMENT,
        model="account.payment",
        id=payment.id,
        key=str(payment.key or ""),
        number=payment.name,
        state=payment.state,
        of=f"refund {payment.key.parts[0]}" if payment.key else "",
        at=payment.day,
        amount=payment.amount,
        currency=payment.currency,
    )


def _other(found: Found) -> DocumentInErp:
    return DocumentInErp(
        what=found.what, model=found.model, id=found.id, number=found.name, state=found.state
    )

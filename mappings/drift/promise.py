"""What each refund, or each arrival that is credited by itself, is to come to, and the notes and payments it has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from odoo_rma.mappings.credit_note import REFUND, own_notes
from odoo_rma.mappings.debit import is_correction, own_debits
from odoo_rma.mappings.drift.edited import Edited, edited
from odoo_rma.mappings.drift.look import Look
from odoo_rma.mappings.due import CreditOn, Due, root_of, still_owed
from odoo_rma.mappings.erp import CANCELED, Invoice
from odoo_rma.mappings.model import Refund
from odoo_rma.mappings.money import ZERO, Decimal, round_to
from odoo_rma.mappings.payment import PAYMENT
from odoo_rma.mappings.plan import MakeCreditNote
from odoo_rma.mappings.seen.payment import POSTED, Payment
from odoo_rma.mappings.vocabulary import RefundMethod, RefundState

Name = tuple[str, str]


@dataclass(slots=True)
class Promise:
    """One refund or arrival: `refund R1`, `receipt 2`. `amount` is what it is to come to, in `currency`.

    `planned` are notes still to be made, `edits` what people changed on each note, `excess` what was credited for units
    that the source does not say are here.
    """

    name: Name
    currency: str
    amount: Decimal = ZERO
    notes: list[Invoice] = field(default_factory=list)
    debits: list[Invoice] = field(default_factory=list)
    planned: list[MakeCreditNote] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    edits: dict[int, Edited] = field(default_factory=dict)
    excess: Decimal = ZERO

    @property
    def of(self) -> str:
        """Name it."""
        return " ".join(self.name)

    @property
    def is_refund(self) -> bool:
        """Tell whether the source names its amount."""
        return self.name[0] == REFUND

    def total(self, *states: str) -> Decimal:
        """Add up its notes in these states, in its currency, less its debit notes."""
        notes = (n.total for n in self.notes if n.state in states and n.currency == self.currency)
        return sum(notes, ZERO) - sum((d.total for d in self.debits if d.state in states), ZERO)


def promises(look: Look) -> list[Promise]:
    """Give what an RMA promises, the refunds first."""
    rma, erp = look.plan.rma, look.erp
    found: dict[Name, Promise] = {}

    def at(name: Name) -> Promise:
        return found.setdefault(name, Promise(name, rma.currency))

    for due in look.plan.owed.dues if look.plan.owed else ():
        if due.promised is not None:
            at((due.kind, due.id))
    for note in own_notes(rma, erp):
        if note.key:
            at((note.key.parts[0], note.key.parts[1])).notes.append(note)
    for debit in own_debits(rma, erp):
        if debit.key:
            at((debit.key.parts[0], debit.key.parts[1])).debits.append(debit)
    for step in (*look.plan.steps, *look.plan.kept_back):
        if isinstance(step, MakeCreditNote) and step.key.parts[:1]:
            at((step.key.parts[0], step.key.parts[1])).planned.append(step)
    for refund in rma.refunds if by_refund(look) and look.plan.owed is None else ():
        if refund.state is RefundState.SUCCEEDED and refund.method is not RefundMethod.OFFSET_EXCHANGE:
            at((REFUND, root_of(refund, rma)))
    _with_refunds(look, found)
    for one in found.values():
        corrected = any(map(is_correction, (*one.notes, *one.debits)))
        one.edits = {n.id: e for n in one.notes if not corrected and (e := edited(n, rma, erp)).words}
        one.amount = _amount(look, one)
    _with_excess(look, list(found.values()))
    _with_whole(look, list(found.values()))
    return sorted(found.values(), key=lambda p: (not p.is_refund, p.name))


def by_refund(look: Look) -> bool:
    """Tell whether credit notes follow the refunds, and not the goods."""
    return look.source.credit_on is CreditOn.REFUND or not any(x.physical for x in look.plan.rma.lines)


def _with_refunds(look: Look, found: Mapping[Name, Promise]) -> None:
    """Put refunds and payments with what they pay: a refund of its own, else all arrivals together."""
    rma = look.plan.rma
    keyed = {p.key.parts[0]: p for p in look.erp.payments.payments.values() if p.key and _ours(look, p)}
    first = next(iter(sorted(found)), None)
    for refund in rma.refunds:
        one = found.get((REFUND, root_of(refund, rma))) or (found[first] if first else None)
        if one:
            one.refunds.append(refund)
            one.payments += [keyed[refund.id]] if refund.id in keyed else []
    for settling in look.erp.payments.by_hand.values():
        settled = (p for p in found.values() if settling.note_ids & {n.id for n in p.notes})
        for one in list(settled)[:1]:
            one.payments.append(settling.payment)


def _ours(look: Look, payment: Payment) -> bool:
    key, rma = payment.key, look.plan.rma
    return key is not None and key.of == (rma.source, rma.id, PAYMENT)


def _amount(look: Look, one: Promise) -> Decimal:
    """Say what it is to come to: as the source says, else what its notes come to without what people edited."""
    due = _due(look, one.name)
    if due is not None and due.promised is not None and (one.is_refund or not (one.notes or one.planned)):
        return due.promised
    if one.is_refund and due is None:
        if look.plan.owed is None and by_refund(look):
            paid = (r.amount for r in one.refunds if r.state is RefundState.SUCCEEDED)
            return sum(paid, ZERO)
        if by_refund(look) and one.name[1] not in still_owed(look.plan.rma):
            return ZERO
    made = (one.edits[n.id].total if n.id in one.edits else n.total for n in one.notes if _counts(n, one))
    taken_back = sum((d.total for d in one.debits), ZERO)
    return sum(made, ZERO) + sum((s.expected or ZERO for s in one.planned), ZERO) - taken_back


def _counts(note: Invoice, one: Promise) -> bool:
    return note.currency == one.currency and (note.state != CANCELED or not one.is_refund)


def _due(look: Look, name: Name) -> Due | None:
    dues: Sequence[Due] = look.plan.owed.dues if look.plan.owed else ()
    return next((d for d in dues if (d.kind, d.id) == name), None)


def _with_excess(look: Look, found: Sequence[Promise]) -> None:
    """Find what arrivals were credited for units that are not here by the source's word; the last note bears it."""
    owed = look.plan.owed
    arrivals = sorted((p for p in found if not p.is_refund and p.notes), key=lambda p: p.name)
    if owed is None or by_refund(look) or not arrivals:
        return
    last, unit = arrivals[-1], look.erp.unit_of(look.plan.rma.currency)
    prices = _prices(look, arrivals)
    for line_id, units in owed.credited.units.items():
        too_many = units - owed.accepted.get(line_id, units)
        if too_many > 0 and line_id in prices:
            last.excess += round_to(prices[line_id] * too_many, unit)
    last.amount -= last.excess


def _with_whole(look: Look, found: Sequence[Promise]) -> None:
    """Where all arrivals together were promised another total than was credited, the last one bears what is between."""
    rma = look.plan.rma
    arrivals = sorted((p for p in found if not p.is_refund and p.notes), key=lambda p: p.name)
    refused = (i.numbers.get("promised") for i in look.plan.issues if i.code == "total_differs")
    if arrivals and rma.promised is not None and str(rma.promised) in refused:
        arrivals[-1].amount += rma.promised - sum((p.amount for p in found), ZERO)


def _prices(look: Look, arrivals: Sequence[Promise]) -> dict[str, Decimal]:
    """Give what one unit of each line was credited for, tax included."""
    ids = {n.id for p in arrivals for n in p.notes if n.state == POSTED}
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    units: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for x in look.erp.invoice_lines.values():
        if x.invoice_id in ids and x.key and x.key.parts[-3:-2] == ("item",):
            totals[x.key.parts[-2]] += x.total
            units[x.key.parts[-2]] += x.quantity
    return {i: totals[i] / q for i, q in units.items() if q}

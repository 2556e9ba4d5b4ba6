"""What has to be credited, and when: by receipt, by inspection, or when the source reports the refund."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from odoo_rma.mappings.exchanged import EXCHANGE, Exchanged
from odoo_rma.mappings.inspection import absent, is_absent
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Charge, Refund, Rma
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.vocabulary import ChargeStatus, Disposition, RefundState, Resolution

IN_GOODS = frozenset({Resolution.REPAIR, Resolution.REPLACEMENT, Resolution.NONE})
"""Resolutions by which the customer gets goods, or nothing; goods that come back for them are not credited."""


class CreditOn(StrEnum):
    """What makes a credit note due."""

    RECEIPT = "receipt"
    INSPECTION = "inspection"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to credit: units per RMA line, charges, and what the customer was promised for it, if known.

    `kind` and `id` name it for ever: `refund R1`, `receipt 2`.
    """

    kind: str
    id: str
    units: Mapping[str, Decimal]
    charges: tuple[Charge, ...]
    promised: Decimal | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Credited:
    """What the credit notes of an RMA already hold: units per line, charge ids and total.

    `counts` is the highest number by kind; `names` are the (kind, id) that have a note, `canceled` the kinds of which
    a person canceled one.
    """

    units: Mapping[str, Decimal]
    charges: frozenset[str]
    total: Decimal
    counts: Mapping[str, int]
    names: frozenset[tuple[str, ...]] = frozenset()
    canceled: frozenset[str] = frozenset()


NOTHING = Exchanged()


def find_due(
    rma: Rma,
    on: CreditOn,
    received: Mapping[str, Decimal],
    credited: Credited,
    swapped: Exchanged = NOTHING,
) -> list[Due]:
    """Give everything that is to be credited now, booked or not (by refund), or not yet booked (by receipt).

    `swapped` are the lines that come back for new goods.

    Raises:
        Refusal: two refunds without lines.

    """
    here = accepted(rma, on, received, swapped)
    if on is CreditOn.REFUND or not any(x.physical for x in rma.lines):
        own = [x for x in rma.lines if x.id not in swapped.charged | swapped.free]
        refunds = _by_refund(rma, own, credited)
        return _with_exchange(rma, refunds, here, credited, swapped) if swapped.charged else refunds
    return [
        *_by_arrival(rma, on.value, here, credited, _promised_rest(rma, here, credited, swapped)),
        *_of_kept(rma, credited),
    ]


def accepted(
    rma: Rma, on: CreditOn, received: Mapping[str, Decimal], swapped: Exchanged = NOTHING
) -> Mapping[str, Decimal]:
    """Give the units that make a credit note due by themselves: those that are here, or were inspected and accepted."""
    lines = _by_themselves(rma, swapped)
    if on is CreditOn.INSPECTION:
        return {x.id: inspected(x) if x.inspections else received.get(x.id, ZERO) for x in lines}
    return {x.id: max(received[x.id] - sent_back(x), ZERO) for x in lines if x.id in received}


def unplaced(rma: Rma, credited: Credited) -> list[Charge]:
    """Give the charges that came up when every refund they could belong to was credited already."""
    paid = [("refund", root_of(r, rma)) for r in rma.refunds if r.state is RefundState.SUCCEEDED]
    if not paid or credited.canceled:
        return []
    all_credited = all(x in credited.names for x in paid)
    late = [c for c in booked_charges(rma) if c.id not in credited.charges]
    roots = {r.id: root_of(r, rma) for r in rma.refunds}
    return [c for c in late if (("refund", roots[c.refund]) in credited.names if c.refund else all_credited)]


def is_last(rma: Rma, arrived: Mapping[str, Decimal], swapped: Exchanged = NOTHING) -> bool:
    """Tell whether nothing more will arrive, so that the credit notes have to make up the promise."""
    lines = _by_themselves(rma, swapped)
    return rma.closed or all(arrived.get(x.id, ZERO) >= x.allowed - sent_back(x) for x in lines)


def _by_themselves(rma: Rma, swapped: Exchanged) -> list[RmaLine]:
    """Give the lines whose goods are credited when they come back, unless refunds decide about all of them."""
    back = (x for x in rma.lines if x.physical and x.id not in swapped.free)
    return [x for x in back if x.id in swapped.charged or x.resolution not in IN_GOODS]


def sent_back(line: RmaLine) -> Decimal:
    """Units that were not accepted and go back to the customer."""
    refused = (i for i in line.inspections if i.disposition is Disposition.RETURN_TO_CUSTOMER)
    return sum((i.quantity for i in refused), ZERO)


def inspected(line: RmaLine) -> Decimal:
    """Units inspected and accepted: neither missing, nor another article, nor going back to the customer."""
    return sum(
        (
            i.quantity
            for i in line.inspections
            if not is_absent(i) and i.disposition is not Disposition.RETURN_TO_CUSTOMER
        ),
        ZERO,
    )


def booked_charges(rma: Rma) -> list[Charge]:
    """Give the charges that reach the books."""
    return [c for c in rma.charges if c.status is ChargeStatus.CHARGED]


def root_of(refund: Refund, rma: Rma) -> str:
    """Give the id of the first refund that this one repeats: the credit note is named after it, whoever pays it."""
    seen = {refund.id}
    while refund.retry_of and refund.retry_of not in seen:
        seen.add(refund.retry_of)
        refund = next(r for r in rma.refunds if r.id == refund.retry_of)
    return refund.id


def still_owed(rma: Rma) -> set[str]:
    """Name the refunds whose credit notes stand: paid, or failed and being repeated."""
    alive = (RefundState.SUCCEEDED, RefundState.PENDING)
    repeated = {root_of(r, rma) for r in rma.refunds if r.retry_of and r.state in alive}
    return repeated | {r.id for r in rma.refunds if r.state is RefundState.SUCCEEDED}


def _by_refund(rma: Rma, lines: Sequence[RmaLine], credited: Credited) -> list[Due]:
    refunds = [r for r in rma.refunds if r.state is RefundState.SUCCEEDED]
    twice = sorted(x for x, n in Counter(root_of(r, rma) for r in refunds).items() if n > 1)
    if twice:
        raise Refusal(
            Issue(
                "refund_twice",
                f"Refund {', '.join(twice)} of {rma.label} and its repetition are both reported as paid.",
                "Say at the source which of them failed; or, if both went out, report the second one as a refund of "
                "its own, without retry_of.",
                "refunds",
            )
        )
    if sum(not r.lines for r in refunds) > 1:
        raise Refusal(
            Issue(
                "refund_unexplained",
                f"{rma.label} has several refunds that do not say which lines they pay for.",
                "Give refund.lines at the source.",
                "refunds",
            )
        )
    # A charge that names no refund goes with the first one that has no note yet, and only once.
    open_ones = [r.id for r in refunds if ("refund", root_of(r, rma)) not in credited.names]
    charges = [c for c in booked_charges(rma) if c.id not in credited.charges]
    return [
        Due(
            "refund",
            root_of(refund, rma),
            _units(refund, refunds, lines),
            tuple(c for c in charges if _belongs(c, refund, open_ones, rma)),
            refund.amount,
            refund.at,
        )
        for refund in refunds
    ]


def _belongs(charge: Charge, refund: Refund, open_ones: list[str], rma: Rma) -> bool:
    if not charge.refund:
        return open_ones[:1] == [refund.id]
    named = next(r for r in rma.refunds if r.id == charge.refund)
    return root_of(named, rma) == root_of(refund, rma)


def _of_kept(rma: Rma, credited: Credited) -> list[Due]:
    """Give what refunds say about lines that never arrive, where all else is credited by arrival."""
    kept = [x for x in rma.lines if not x.physical]
    alone = _refunds_of_kept(rma)
    due = []
    for one in _by_refund(rma, kept, credited) if kept else ():
        if one.id in alone:
            due.append(replace(one, charges=tuple(c for c in one.charges if c.refund)))
        elif one.units:  # its amount pays for goods that arrive as well
            due.append(replace(one, charges=(), promised=None))
    return due


def _refunds_of_kept(rma: Rma) -> frozenset[str]:
    kept = {x.id for x in rma.lines if not x.physical}
    own = (r for r in rma.refunds if r.lines and all(p.line in kept for p in r.lines))
    return frozenset(x for r in own for x in (r.id, root_of(r, rma)))


def _units(refund: Refund, refunds: list[Refund], lines: Sequence[RmaLine]) -> dict[str, Decimal]:
    own = {x.id for x in lines}
    units: dict[str, Decimal] = {}
    if refund.lines:
        for part in refund.lines:
            if part.line in own:
                units[part.line] = units.get(part.line, ZERO) + part.quantity
        return units
    # A refund that does not say what it pays for pays for what is neither repaired, replaced nor sent back.
    paid = [x for x in lines if x.resolution not in IN_GOODS] or lines
    for line in paid:
        elsewhere = sum((p.quantity for r in refunds for p in r.lines if p.line == line.id), ZERO)
        most = line.allowed - elsewhere - sent_back(line) - absent(line)
        if most > 0:
            units[line.id] = most
    return units


def _with_exchange(
    rma: Rma, refunds: list[Due], here: Mapping[str, Decimal], credited: Credited, swapped: Exchanged
) -> list[Due]:
    """Credit what is exchanged when it arrives; a refund that pays for nothing else pays out what is left of that."""
    paying = [x for x in refunds if x.units]
    taken = {c.id for x in paying for c in x.charges}
    here = {x: q for x, q in here.items() if x in swapped.charged}
    return [*paying, *_by_arrival(rma, EXCHANGE, here, credited, None, taken)]


def _promised_rest(
    rma: Rma, arrived: Mapping[str, Decimal], credited: Credited, swapped: Exchanged
) -> Decimal | None:
    if rma.promised is None or not is_last(rma, arrived, swapped):
        return None
    return rma.promised - credited.total


def _by_arrival(
    rma: Rma,
    kind: str,
    arrived: Mapping[str, Decimal],
    credited: Credited,
    promised: Decimal | None,
    taken: AbstractSet[str] = frozenset(),
) -> list[Due]:
    """Give what arrived and is not credited yet; `taken` are charges that go elsewhere."""
    units = {x: q - credited.units.get(x, ZERO) for x, q in arrived.items()}
    units = {x: q for x, q in units.items() if q > 0}
    elsewhere = credited.charges | taken
    alone = _refunds_of_kept(rma)
    charges = tuple(c for c in booked_charges(rma) if c.id not in elsewhere and c.refund not in alone)
    number = credited.counts.get(kind, 0) + 1
    late = charges and number > 1  # a charge that came up after the goods were credited
    if kind in credited.canceled or not (units or late):
        return []
    return [Due(kind, str(number), units, charges, promised, rma.received_at)]

"""What has to be credited, and when: by receipt, by inspection, or when the source reports the refund."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Charge, Refund, Rma, RmaLine
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.vocabulary import ChargeStatus, Condition, Disposition, RefundState


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
    """What the credit notes of an RMA already hold: units per line, charge ids, total, and how many by kind."""

    units: Mapping[str, Decimal]
    charges: frozenset[str]
    total: Decimal
    counts: Mapping[str, int]


def find_due(rma: Rma, on: CreditOn, received: Mapping[str, Decimal], credited: Credited) -> list[Due]:
    """Give everything that is to be credited now, booked or not (by refund), or not yet booked (by receipt).

    Raises:
        Refusal: two refunds without lines, or a charge that no refund takes.

    """
    if on is CreditOn.REFUND:
        return _by_refund(rma, rma.lines)
    kept = [x for x in rma.lines if not x.physical]
    arrived = received if on is CreditOn.RECEIPT else {x.id: inspected(x) for x in rma.lines if x.physical}
    due = _by_arrival(rma, on, arrived, credited)
    if kept or not rma.lines:
        due += _by_refund(rma, kept)
    return due


def inspected(line: RmaLine) -> Decimal:
    """Units inspected and accepted: neither missing nor going back to the customer."""
    refused = (Disposition.RETURN_TO_CUSTOMER, Disposition.NOT_RECEIVED)
    return sum(
        (
            i.quantity
            for i in line.inspections
            if i.condition is not Condition.MISSING and i.disposition not in refused
        ),
        ZERO,
    )


def booked_charges(rma: Rma) -> list[Charge]:
    """Give the charges that reach the books."""
    return [c for c in rma.charges if c.status is ChargeStatus.CHARGED]


def _by_refund(rma: Rma, lines: tuple[RmaLine, ...] | list[RmaLine]) -> list[Due]:
    refunds = [r for r in rma.refunds if r.state is RefundState.SUCCEEDED]
    if sum(not r.lines for r in refunds) > 1:
        raise Refusal(
            Issue(
                "refund_unexplained",
                f"{rma.label} has several refunds that do not say which lines they pay for.",
                "Give refund.lines at the source.",
                "refunds",
            )
        )
    return [
        Due(
            "refund",
            refund.id,
            _units(rma, refund, refunds, lines),
            tuple(c for c in booked_charges(rma) if (c.refund or refunds[0].id) == refund.id),
            refund.amount,
            refund.at,
        )
        for refund in refunds
    ]


def _units(
    rma: Rma, refund: Refund, refunds: list[Refund], lines: tuple[RmaLine, ...] | list[RmaLine]
) -> dict[str, Decimal]:
    own = {x.id for x in lines}
    units: dict[str, Decimal] = {}
    if refund.lines:
        for part in refund.lines:
            if part.line in own:
                units[part.line] = units.get(part.line, ZERO) + part.quantity
        return units
    for line in lines:
        elsewhere = sum((p.quantity for r in refunds for p in r.lines if p.line == line.id), ZERO)
        if line.allowed > elsewhere:
            units[line.id] = line.allowed - elsewhere
    return units


def _by_arrival(rma: Rma, on: CreditOn, arrived: Mapping[str, Decimal], credited: Credited) -> list[Due]:
    units = {x: q - credited.units.get(x, ZERO) for x, q in arrived.items()}
    units = {x: q for x, q in units.items() if q > 0}
    charges = tuple(c for c in booked_charges(rma) if c.id not in credited.charges and not c.refund)
    if not units:
        return []
    allowed = {x.id: x.allowed for x in rma.lines if x.physical}
    last = rma.closed or all(arrived.get(x, ZERO) >= q for x, q in allowed.items())
    promised = rma.promised - credited.total if last and rma.promised is not None else None
    number = credited.counts.get(on.value, 0) + 1
    return [Due(on.value, str(number), units, charges, promised, rma.received_at)]

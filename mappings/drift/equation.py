"""The sums: source total + listed differences = Odoo total, for units and for every currency, in all and by month."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.drift import UNITS, Area, Drift, DriftKind, Equation
from odoo_rma.mappings.drift.look import UNDATED, Findings
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.ownership import Side

WHOLE = ""
Place = tuple[Area, str, str]
"""Area, measure and month; `WHOLE`: all of it, whenever it was."""

Totals = Mapping[Place, Decimal]


def _zeros() -> dict[Place, Decimal]:
    return defaultdict(lambda: ZERO)


@dataclass(slots=True)
class Sums:
    """What the sources say, added up RMA by RMA. Its size does not grow with the number of RMAs."""

    source: dict[Place, Decimal] = field(default_factory=_zeros)

    def add(self, found: Findings) -> None:
        """Add what is found about one RMA. In a month the source says what Odoo holds, less the differences."""
        for goods in found.inventory:
            self.source[Area.INVENTORY, UNITS, WHOLE] += goods.source_received * goods.pieces
        for money in found.ledger:
            self.source[Area.LEDGER, money.currency, WHOLE] += money.promised
        for one in found.counted:
            self.source[one.area, one.measure, one.period or UNDATED] += one.amount
        for drift in found.drifts:
            for place, amount in _parts(drift):
                if place[2] != WHOLE:
                    self.source[place] -= amount


def _parts(drift: Drift) -> Iterable[tuple[Place, Decimal]]:
    """Give what a difference adds, in all and by month."""
    month = drift.period or UNDATED
    yield (drift.area, drift.measure, WHOLE), drift.difference
    yield (drift.area, drift.measure, month), drift.difference


@dataclass(slots=True)
class Differences:
    """The differences, added up by place and kind."""

    sums: dict[Place, dict[DriftKind, Decimal]] = field(default_factory=dict)

    def add(self, drift: Drift) -> None:
        """Count one difference."""
        for place, amount in _parts(drift):
            if amount:
                own = self.sums.setdefault(place, defaultdict(lambda: ZERO))
                own[drift.kind] += amount


def equations(sums: Sums, differences: Differences, totals: Totals) -> tuple[Equation, ...]:
    """Set up all equations; `totals` are what Odoo itself counts."""
    places = {p for own in (sums.source, differences.sums, totals) for p in own}
    found = []
    for place in sorted(places):
        area, measure, period = place
        own = {k: _tidy(v, measure) for k, v in sorted(differences.sums.get(place, {}).items()) if v}
        source, erp = (_tidy(t.get(place, ZERO), measure) for t in (sums.source, totals))
        if source or erp or own:
            found.append(Equation(area, measure, period, source, own, erp))
    return tuple(found)


def _tidy(value: Decimal, measure: str) -> Decimal:
    """Write units without the zeros that Odoo counts in."""
    return Decimal(plain(value)) if measure == UNITS else value


def unexplained(found: Iterable[Equation]) -> list[Drift]:
    """Give what no listed difference explains, as findings: in all, or where only the months do not add up, by month."""
    wrong = [e for e in found if e.unexplained]
    whole = {(e.area, e.measure) for e in wrong if e.period == WHOLE}
    return [
        Drift(
            area=e.area,
            kind=DriftKind.UNEXPLAINED,
            source="",
            rma="",
            label="",
            subject=f"sum {e.period}".strip(),
            message=f"Odoo counts {e.erp_total} {e.measure}{f' in {e.period}' if e.period else ''}, the sources and the "
            f"listed differences come to {e.erp_total - e.unexplained}.",
            owner=Side.ERP,
            measure=e.measure,
            rma_value=str(e.erp_total - e.unexplained),
            erp_value=str(e.erp_total),
            period=e.period,
            way_out="Documents may have changed while they were read: reconcile again. If it stays, please report it.",
        )
        for e in wrong
        if e.period == WHOLE or (e.area, e.measure) not in whole
    ]

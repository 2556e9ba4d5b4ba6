"""Small totals, gathered while the long lists are written; the workbook's formulas must come to the same."""

from collections import Counter, defaultdict

from odoo_rma.mappings.drift import Area, Drift, DriftKind, LedgerRow
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.sync.reports.columns import LEDGER, Form, period
from odoo_rma.sync.reports.words import NOT_POSTED

SUMMED = tuple(c for c in LEDGER.columns if c.form is Form.NUMBER)
"""The columns of the ledger that add up, within one currency."""


class Totals:
    """What the rows seen so far come to."""

    def __init__(self) -> None:
        self.kinds: Counter[DriftKind] = Counter()
        self.settled: Counter[DriftKind] = Counter()
        self.differences: defaultdict[tuple[Area, str, str, DriftKind], Decimal] = defaultdict(lambda: ZERO)
        self.refunds: Counter[tuple[str, str]] = Counter()
        self.months: defaultdict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
        self.accounts: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)

    def drift(self, drift: Drift) -> None:
        """Count a difference."""
        (self.settled if drift.settled else self.kinds)[drift.kind] += 1
        if drift.difference:
            self.differences[drift.area, drift.measure, period(drift), drift.kind] += drift.difference

    def ledger(self, row: LedgerRow) -> None:
        """Count a refund, by currency and month, and what it moved on the accounts."""
        month = row.period or NOT_POSTED
        self.refunds[row.currency, month] += 1
        for column in SUMMED:
            self.months[row.currency, month, column.heading] += _number(column.read(row))
        for code, balance in row.accounts.items():
            self.accounts[code, month] += balance

    def places(self) -> set[tuple[str, str]]:
        """Give the currencies and months of the ledger, of its differences too."""
        listed = {(measure, month) for area, measure, month, _ in self.differences if area is Area.LEDGER}
        return self.refunds.keys() | listed

    def listed(self, area: Area, measure: str, month: str, kind: DriftKind | None = None) -> Decimal:
        """Sum up listed differences: of one month or (empty) all, of one kind or all."""
        return sum(
            (
                amount
                for (its_area, its_measure, its_month, its_kind), amount in self.differences.items()
                if (its_area, its_measure) == (area, measure)
                and month in ("", its_month)
                and kind in (None, its_kind)
            ),
            ZERO,
        )


def _number(cell: object) -> Decimal:
    return cell if isinstance(cell, Decimal) else ZERO

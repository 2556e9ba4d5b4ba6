"""What the charts show, counted while the long lists are read once."""

from collections import Counter, defaultdict
from datetime import datetime

from odoo_rma.mappings.drift import InventoryRow, LedgerRow
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import ZERO, Decimal

MONTHS = 24
"""So many of the latest months are shown."""

FATES = {
    "restocked": "back in stock",
    "repaired": "repaired",
    "scrapped": "scrapped",
    "sent_back": "sent back",
}
UNDECIDED = "undecided or elsewhere"

Sums = defaultdict[str, Decimal]


class Figures:
    """Units by month, reason and fate; value by currency; days from the request to the credit note."""

    def __init__(self, found: Reconciliation) -> None:
        self.requested: Sums = _sums()
        self.reasons: Sums = _sums()
        self.fates: Sums = _sums()
        self._spelled: dict[str, str] = {}
        self.returned: defaultdict[str, Sums] = defaultdict(_sums)
        self.recovered: defaultdict[str, Sums] = defaultdict(_sums)
        self.days: Counter[int] = Counter()
        self.credited: Sums = _sums()
        self.received = ZERO
        for row in found.rows.inventory():
            self._inventory(row)
        for refund in found.rows.ledger():
            self._ledger(refund)
        self.inspected = any(self.fates[name] for name in FATES.values())
        self.currency = max(self.returned, key=lambda c: (sum(self.returned[c].values()), c), default="")
        if found.company_currency in self.returned:
            self.currency = found.company_currency

    def _inventory(self, row: InventoryRow) -> None:
        if asked := row.requested_at or row.received_at:
            self.requested[_month(asked)] += row.requested * row.pieces
        reason = row.reason.replace("_", " ") or "unknown"
        self.reasons[self._spelled.setdefault(reason.casefold(), reason)] += row.requested * row.pieces
        self.received += row.received * row.pieces
        fates = {name: getattr(row, name) * row.pieces for name in FATES}
        for name, units in fates.items():
            self.fates[FATES[name]] += units
        self.fates[UNDECIDED] += max(row.received * row.pieces - sum(fates.values(), ZERO), ZERO)
        if row.received and row.unit_price is not None and row.received_at:
            month = _month(row.received_at)
            self.returned[row.currency][month] += row.received * row.unit_price
            self.recovered[row.currency][month] += (row.restocked + row.repaired) * row.unit_price

    def _ledger(self, row: LedgerRow) -> None:
        self.credited[row.currency] += row.credited
        asked = row.requested_at or row.promised_at
        if row.credited and row.credited_at and asked:
            self.days[max((row.credited_at - asked).days, 0)] += 1


def percentile(days: Counter[int], percent: int) -> int:
    """Give the days within which so many percent of all lie; the smallest such number."""
    needed, seen = -(-days.total() * percent // 100), 0
    for day in sorted(days):
        seen += days[day]
        if seen >= needed:
            return day
    return 0


def months(*named: str) -> list[str]:
    """Give all months from the first to the last of those named, at most the latest `MONTHS`."""
    if not named:
        return []
    first, last = (int(m[:4]) * 12 + int(m[5:7]) - 1 for m in (min(named), max(named)))
    first = max(first, last - MONTHS + 1)
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(first, last + 1)]


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"


def _sums() -> Sums:
    return defaultdict(lambda: ZERO)

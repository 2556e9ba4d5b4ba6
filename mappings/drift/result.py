"""A whole reconciliation, as the reports read it: small totals as values, long lists as iterators that may be read again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from odoo_rma.mappings.drift import Area, Drift, Equation, InventoryRow, LedgerRow
from odoo_rma.mappings.money import Decimal


@dataclass(frozen=True, slots=True)
class Scope:
    """What was looked at: `period` such as 2026-10 (empty: all), `since` a day, and the names of the sources."""

    areas: tuple[Area, ...]
    sources: tuple[str, ...]
    since: date | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class StockOnHand:
    """Units of an article (and lot) in one of the locations where returns stand: as Odoo counts, whatever they came by."""

    location: str
    sku: str
    lot: str
    quantity: Decimal


class Rows(Protocol):
    """The long lists; each call starts from the beginning and reads as it goes, so that memory stays flat."""

    def inventory(self) -> Iterator[InventoryRow]:
        """Every line of every RMA in scope, by source and RMA."""

    def ledger(self) -> Iterator[LedgerRow]:
        """Every refund of every RMA in scope, by source and RMA."""

    def drifts(self) -> Iterator[Drift]:
        """Every difference, by source and RMA."""

    def stock(self) -> Iterator[StockOnHand]:
        """What stands in the return locations."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What `reconcile` found. `fixed` counts the repairs carried out, by kind; `history` earlier counts by day,
    `sold` the units delivered to customers by month, as Odoo counts them. `user` is the login that read Odoo; `settings`
    those that decided what was expected, such as `sources.shop.credit_note_on`: never a secret.
    """

    scope: Scope
    started: datetime
    finished: datetime
    server: str
    company: str
    company_currency: str
    rmas: int
    rows: Rows
    equations: tuple[Equation, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    history: tuple[tuple[date, int], ...] = ()
    sold: Mapping[str, Decimal] = field(default_factory=dict)
    calls: int = 0
    writes: int = 0
    repairs: tuple[tuple[str, str], ...] = ()
    dry_run: bool = False
    user: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

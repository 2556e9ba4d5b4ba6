"""Differences between the returns systems and Odoo, as data: what `reconcile` finds, counts and proposes to repair."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from odoo_rma.mappings.money import ONE, ZERO, Decimal
from odoo_rma.mappings.ownership import Side

UNITS = "units"
"""The measure of the inventory; the measure of the ledger is a currency code."""


class Area(StrEnum):
    """What is reconciled."""

    INVENTORY = "inventory"
    LEDGER = "ledger"


class DriftKind(StrEnum):
    """In what the two sides differ."""

    MISSING_IN_ERP = "missing_in_erp"
    MISSING_IN_RMA = "missing_in_rma"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    TAX = "tax"
    CURRENCY = "currency"
    STATE = "state"
    PERIOD = "period"
    DUPLICATE = "duplicate"
    ORPHAN = "orphan"
    PAID_NOT_POSTED = "paid_not_posted"
    POSTED_NOT_PAID = "posted_not_paid"
    CHANGED_BY_HAND = "changed_by_hand"
    CONFLICT = "conflict"
    DISPOSITION = "disposition"
    LOT = "lot"
    UNREADABLE = "unreadable"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a person can look: `label` such as RINV/2026/00012, `address` empty where there is no screen."""

    label: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference.

    `rma_value` and `erp_value` are what each side says, as text for people. `difference` is Odoo's value less the
    source's, in `measure` (`units` or a currency code), 0 where it is no matter of counting. `owner` is believed.
    `repair` are the steps that would mend it, in words; where there are none, `way_out` says what a person has to
    decide. `since` is when it came about, as far as anybody knows; `period` the accounting month, such as 2026-10.

    `of` names the row it belongs to: the line of an inventory row, the `of` of a ledger row. Money that stands in another
    month is two differences, one in each, which come to nothing in all. `settled` says that a person has decided about it
    already: it counts in the equation and is no finding.
    """

    area: Area
    kind: DriftKind
    source: str
    rma: str
    label: str
    subject: str
    message: str
    owner: Side
    measure: str = UNITS
    rma_value: str = ""
    erp_value: str = ""
    difference: Decimal = ZERO
    since: datetime | None = None
    period: str = ""
    repair: tuple[str, ...] = ()
    way_out: str = ""
    rma_link: Link | None = None
    erp_links: tuple[Link, ...] = ()
    of: str = ""
    settled: str = ""


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One line of an RMA, one lot of it (empty: not by lot): what the source says, and what Odoo holds. In units.

    `requested` to `source_received` are the source's word; `expected` to `elsewhere` Odoo's; `placed` are the units per
    location (full name) where they stand now; `delivered` is what the order line shows as delivered, net of returns;
    `unit_price` what one was invoiced for, tax included. `pieces` is how many units of stock one of the line is: 12 of a
    dozen, all parts of a kit. The equation of the inventory counts pieces.
    """

    source: str
    rma: str
    label: str
    line: str
    sku: str
    lot: str
    requested: Decimal
    authorized: Decimal
    source_received: Decimal
    expected: Decimal
    received: Decimal
    restocked: Decimal = ZERO
    scrapped: Decimal = ZERO
    repaired: Decimal = ZERO
    sent_back: Decimal = ZERO
    elsewhere: Decimal = ZERO
    delivered: Decimal | None = None
    placed: Mapping[str, Decimal] = field(default_factory=dict)
    reason: str = ""
    unit_price: Decimal | None = None
    currency: str = ""
    requested_at: datetime | None = None
    received_at: datetime | None = None
    pieces: Decimal = ONE


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One refund, or one arrival that is credited by itself: what was promised, and what the books say.

    Amounts in `currency`, tax included, positive. `promised` to `source_tax` are the source's word; `credited` counts
    posted notes, `draft` those not posted; `residual` is what is not yet paid of posted ones, `paid` what payments of
    ours settled. `accounts` are the balances (debit less credit) of the notes' journal items by account code, in the
    company's currency. `period` is the month of the posted notes' date; `requested_at` when the customer asked.
    """

    source: str
    rma: str
    label: str
    of: str
    currency: str
    promised: Decimal
    refunded: Decimal
    fees: Decimal
    source_tax: Decimal | None
    credited: Decimal
    draft: Decimal
    canceled: Decimal
    tax: Decimal
    residual: Decimal
    paid: Decimal
    period: str = ""
    notes: tuple[Link, ...] = ()
    accounts: Mapping[str, Decimal] = field(default_factory=dict)
    promised_at: datetime | None = None
    credited_at: datetime | None = None
    method: str = ""
    requested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Equation:
    """Source total + listed differences = Odoo total, for one measure (and period, empty: all).

    `differences` sum up the drifts by kind. Odoo's total is counted by Odoo itself, not from the rows; what is left
    over is `unexplained`, and a finding.
    """

    area: Area
    measure: str
    period: str
    source_total: Decimal
    differences: Mapping[DriftKind, Decimal]
    erp_total: Decimal

    @property
    def unexplained(self) -> Decimal:
        """What the listed differences do not explain; 0 is proof."""
        return self.erp_total - self.source_total - sum(self.differences.values(), ZERO)

"""The long lists of a reconciliation, column by column: the same in the workbook and in CSV."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Generic, TypeVar

from odoo_rma.mappings.drift import Area, Drift, InventoryRow, LedgerRow, Link
from odoo_rma.mappings.drift.result import Rows, StockOnHand
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.sync.reports.words import AREAS, DECIDED, KINDS, NOT_POSTED, OPEN, SIDES

Row = TypeVar("Row")
Cell = str | int | Decimal | datetime | Link | None


class Form(Enum):
    """How a column is shown."""

    TEXT = auto()
    NUMBER = auto()
    TIME = auto()
    PERIOD = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its heading, what stands in it, and how wide it is in characters."""

    heading: str
    read: Callable[[Row], Cell]
    form: Form = Form.TEXT
    width: int = 12


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """One long list. `measure` is what its numbers count: a currency code, or units."""

    name: str
    about: str
    columns: tuple[Column[Row], ...]
    rows: Callable[[Rows], Iterator[Row]]
    measure: Callable[[Row], str]

    def letter(self, heading: str) -> str:
        """Give the letter of a column in a sheet."""
        return chr(ord("A") + [c.heading for c in self.columns].index(heading))


def differences(at: datetime) -> Listing[Drift]:
    """List the differences, with their age at a moment."""
    return Listing(
        "Differences",
        "one row for each difference between the source and Odoo",
        (
            Column("Area", lambda d: AREAS[d.area]),
            Column("Kind", lambda d: KINDS[d.kind][0], width=20),
            Column("Source", lambda d: d.source),
            Column("RMA", lambda d: d.label),
            Column("Subject", lambda d: d.subject, width=20),
            Column("What differs", lambda d: d.message, width=60),
            Column("Measure", lambda d: d.measure, width=10),
            Column("Source says", lambda d: d.rma_value, width=18),
            Column("Odoo says", lambda d: d.erp_value, width=18),
            Column("Odoo less source", lambda d: d.difference, Form.NUMBER, 14),
            Column("Period", period, Form.PERIOD, 10),
            Column("Since (UTC)", lambda d: d.since, Form.TIME, 17),
            Column("Age in days", lambda d: age(d, at), Form.NUMBER, 9),
            Column("Believed", lambda d: SIDES[d.owner]),
            Column("Proposed repair", lambda d: "\n".join(d.repair), width=45),
            Column("Way out", lambda d: d.way_out, width=45),
            Column("Standing", standing),
            Column("Decided", lambda d: d.settled, width=30),
            Column("At the source", lambda d: d.rma_link, Form.LINK, 18),
            *_links(lambda d: d.erp_links),
        ),
        lambda rows: rows.drifts(),
        lambda d: d.measure,
    )


def period(drift: Drift) -> str:
    """Give the accounting month of a difference; goods have none."""
    return drift.period or (NOT_POSTED if drift.area is Area.LEDGER else "")


def standing(drift: Drift) -> str:
    """Say whether somebody has decided about a difference: then it still counts, but is no finding."""
    return DECIDED if drift.settled else OPEN


def age(drift: Drift, at: datetime) -> int | None:
    """Give for how many whole days a difference stands; None where nobody knows."""
    return None if drift.since is None else max((at - drift.since).days, 0)


def _links(read: Callable[[Row], tuple[Link, ...]]) -> tuple[Column[Row], ...]:
    """Three columns for documents in Odoo; the third names those that find no place."""

    def third(row: Row) -> Link | None:
        found = read(row)[2:]
        more = "".join(f", {link.label}" for link in found[1:])
        return Link(found[0].label + more, found[0].address) if found else None

    return (
        Column("In Odoo", lambda row: next(iter(read(row)), None), Form.LINK, 18),
        Column("In Odoo (2)", lambda row: next(iter(read(row)[1:]), None), Form.LINK, 18),
        Column("In Odoo (3)", third, Form.LINK, 18),
    )


INVENTORY: Listing[InventoryRow] = Listing(
    "Inventory",
    "one row for each line and lot of a return: what the source says, and what Odoo holds, in units",
    (
        Column("Source", lambda r: r.source),
        Column("RMA", lambda r: r.label),
        Column("Line", lambda r: r.line, width=10),
        Column("Article", lambda r: r.sku, width=18),
        Column("Lot", lambda r: r.lot),
        Column("Pieces in one", lambda r: r.pieces, Form.NUMBER, 10),
        Column("Requested", lambda r: r.requested, Form.NUMBER),
        Column("Authorized", lambda r: r.authorized, Form.NUMBER),
        Column("Received, source", lambda r: r.source_received, Form.NUMBER),
        Column("Expected", lambda r: r.expected, Form.NUMBER),
        Column("Received, Odoo", lambda r: r.received, Form.NUMBER),
        Column("Restocked", lambda r: r.restocked, Form.NUMBER),
        Column("Scrapped", lambda r: r.scrapped, Form.NUMBER),
        Column("Repaired", lambda r: r.repaired, Form.NUMBER),
        Column("Sent back", lambda r: r.sent_back, Form.NUMBER),
        Column("Elsewhere", lambda r: r.elsewhere, Form.NUMBER),
        Column("Order line, delivered", lambda r: r.delivered, Form.NUMBER),
        Column("Where it stands", lambda r: _listed(r.placed), width=30),
        Column("Reason", lambda r: r.reason.replace("_", " "), width=18),
        Column("Requested (UTC)", lambda r: r.requested_at, Form.TIME, 17),
        Column("Received (UTC)", lambda r: r.received_at, Form.TIME, 17),
    ),
    lambda rows: rows.inventory(),
    lambda r: "units",
)

LEDGER: Listing[LedgerRow] = Listing(
    "Ledger",
    "one row for each refund: what the source promised, and what stands in the books, tax included",
    (
        Column("Source", lambda r: r.source),
        Column("RMA", lambda r: r.label),
        Column("Refund", lambda r: r.of, width=14),
        Column("Method", lambda r: r.method.replace("_", " "), width=16),
        Column("Currency", lambda r: r.currency, width=9),
        Column("Period", lambda r: r.period or NOT_POSTED, Form.PERIOD, 10),
        Column("Promised", lambda r: r.promised, Form.NUMBER),
        Column("Refunded", lambda r: r.refunded, Form.NUMBER),
        Column("Fees", lambda r: r.fees, Form.NUMBER),
        Column("Tax, source", lambda r: r.source_tax, Form.NUMBER),
        Column("Credited", lambda r: r.credited, Form.NUMBER),
        Column("Draft", lambda r: r.draft, Form.NUMBER),
        Column("Canceled", lambda r: r.canceled, Form.NUMBER),
        Column("Tax, Odoo", lambda r: r.tax, Form.NUMBER),
        Column("Not yet paid", lambda r: r.residual, Form.NUMBER),
        Column("Paid", lambda r: r.paid, Form.NUMBER),
        Column("Accounts", lambda r: _listed(r.accounts), width=40),
        Column("Promised (UTC)", lambda r: r.promised_at, Form.TIME, 17),
        Column("Credited (UTC)", lambda r: r.credited_at, Form.TIME, 17),
        *_links(lambda r: r.notes),
    ),
    lambda rows: rows.ledger(),
    lambda r: r.currency,
)

STOCK: Listing[StockOnHand] = Listing(
    "Stock on hand",
    "what stands in the locations for returns, as Odoo counts it, whatever it came by",
    (
        Column("Location", lambda s: s.location, width=34),
        Column("Article", lambda s: s.sku, width=20),
        Column("Lot", lambda s: s.lot, width=16),
        Column("Units", lambda s: s.quantity, Form.NUMBER),
    ),
    lambda rows: rows.stock(),
    lambda s: "units",
)


def _listed(amounts: Mapping[str, Decimal]) -> str:
    return "; ".join(f"{name}: {plain(amount)}" for name, amount in amounts.items())

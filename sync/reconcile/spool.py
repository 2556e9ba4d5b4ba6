"""Rows and differences on disk while a reconciliation runs and is reported, so that memory stays flat.

A temporary file of SQLite's, thrown away at the end; nothing in it outlives the command.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from pydantic import TypeAdapter

from odoo_rma.mappings.drift import Area, Drift, InventoryRow, LedgerRow
from odoo_rma.mappings.drift.result import Rows, StockOnHand
from odoo_rma.mappings.drift.strays import Kin, Stray

_TABLES = """
CREATE TABLE inventory (seq INTEGER PRIMARY KEY, source TEXT, rma TEXT, body BLOB);
CREATE TABLE ledger (seq INTEGER PRIMARY KEY, source TEXT, rma TEXT, body BLOB);
CREATE TABLE drift (
    seq INTEGER PRIMARY KEY, source TEXT, rma TEXT, area TEXT, of_ TEXT, behind INTEGER, body BLOB
);
CREATE INDEX drift_rma ON drift (source, rma);
CREATE TABLE stock (seq INTEGER PRIMARY KEY, body BLOB);
CREATE TABLE stray (
    seq INTEGER PRIMARY KEY, order_id INTEGER, invoice_id INTEGER, partner_id INTEGER, body BLOB
);
CREATE TABLE owned (model TEXT, record INTEGER, day TEXT, PRIMARY KEY (model, record)) WITHOUT ROWID;
CREATE TABLE kin (source TEXT, rma TEXT, body BLOB, PRIMARY KEY (source, rma)) WITHOUT ROWID;
CREATE TABLE paid (source TEXT, rma TEXT, PRIMARY KEY (source, rma)) WITHOUT ROWID;
CREATE TABLE mark (
    kind TEXT, value TEXT, source TEXT, rma TEXT, PRIMARY KEY (kind, value, source, rma)
) WITHOUT ROWID;
"""

TEXT, ORDER, INVOICE, CUSTOMER = "text", "order", "invoice", "customer"
"""Marks by which a document is put down to an RMA: a word it names, the order, an invoice of it, who is credited."""

_INVENTORY, _LEDGER, _DRIFT = TypeAdapter(InventoryRow), TypeAdapter(LedgerRow), TypeAdapter(Drift)
_STOCK, _STRAY, _KIN = TypeAdapter(StockOnHand), TypeAdapter(Stray), TypeAdapter(Kin)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Linked:
    """Records in Odoo that a document is linked to: its order, the invoice it reverses, who it is for; 0: none."""

    order_id: int = 0
    invoice_id: int = 0
    partner_id: int = 0


class Spool:
    """What was found so far; the `Rows` of a `Reconciliation`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.executescript(_TABLES)

    # ── the rows of the report ──

    def add_rows(self, inventory: Iterable[InventoryRow], ledger: Iterable[LedgerRow]) -> None:
        """Keep the rows of an RMA."""
        goods = ((r.source, r.rma, _INVENTORY.dump_json(r)) for r in inventory)
        money = ((r.source, r.rma, _LEDGER.dump_json(r)) for r in ledger)
        self._db.executemany("INSERT INTO inventory (source, rma, body) VALUES (?, ?, ?)", goods)
        self._db.executemany("INSERT INTO ledger (source, rma, body) VALUES (?, ?, ?)", money)

    def add_drifts(self, drifts: Iterable[Drift]) -> None:
        """Keep differences."""
        sql = "INSERT INTO drift (source, rma, area, of_, behind, body) VALUES (?, ?, ?, ?, ?, ?)"
        values = (
            (d.source, d.rma, d.area.value, d.of, d.difference < 0, _DRIFT.dump_json(d)) for d in drifts
        )
        self._db.executemany(sql, values)

    def add_stock(self, stock: Iterable[StockOnHand]) -> None:
        """Keep what stands in the return locations."""
        self._db.executemany("INSERT INTO stock (body) VALUES (?)", ((_STOCK.dump_json(s),) for s in stock))

    def inventory(self) -> Iterator[InventoryRow]:
        """Every line of every RMA in scope, by source and RMA."""
        return self._read("SELECT body FROM inventory ORDER BY source, rma, seq", _INVENTORY)

    def ledger(self) -> Iterator[LedgerRow]:
        """Every refund of every RMA in scope, by source and RMA."""
        return self._read("SELECT body FROM ledger ORDER BY source, rma, seq", _LEDGER)

    def drifts(self) -> Iterator[Drift]:
        """Every difference, by source and RMA."""
        return self._read("SELECT body FROM drift ORDER BY source, rma, seq", _DRIFT)

    def stock(self) -> Iterator[StockOnHand]:
        """What stands in the return locations."""
        return self._read("SELECT body FROM stock ORDER BY seq", _STOCK)

    def narrowed(self, period: str) -> "Rows":
        """Give the rows and differences of one accounting month; of all, where none is named."""
        return _OfPeriod(self, period) if period else self

    def _read(self, sql: str, adapter: TypeAdapter[T], *values: Any) -> Iterator[T]:
        with closing(self._db.cursor()) as cursor:
            for (body,) in cursor.execute(sql, values):
                yield adapter.validate_json(body)

    # ── who owns which document ──

    def claim(self, documents: Iterable[tuple[str, int, date | None]]) -> None:
        """Write down documents (model, id, day) that belong to an RMA."""
        values = ((m, i, day.isoformat() if day else None) for m, i, day in documents)
        self._db.executemany("INSERT OR IGNORE INTO owned VALUES (?, ?, ?)", values)

    def claimed(self, model: str, ids: Iterable[int]) -> set[int]:
        """Give those of these records that belong to an RMA."""
        sql = "SELECT record FROM owned WHERE model = ? AND record IN (SELECT value FROM json_each(?))"
        return {r for (r,) in self._db.execute(sql, (model, json.dumps(list(ids))))}

    def paid(self, source: str, rma: str) -> None:
        """Write down that an RMA has a payment of ours."""
        self._db.execute("INSERT OR IGNORE INTO paid VALUES (?, ?)", (source, rma))

    def has_payment(self, source: str, rma: str) -> bool:
        """Tell whether it has."""
        sql = "SELECT 1 FROM paid WHERE source = ? AND rma = ?"
        return self._db.execute(sql, (source, rma)).fetchone() is not None

    def all_claimed(self, model: str, before: date | None = None) -> Iterator[int]:
        """Give all records of a model that belong to an RMA; only those of an earlier day, if one is named."""
        sql = "SELECT record FROM owned WHERE model = ? AND (? IS NULL OR day < ?) ORDER BY record"
        day = before.isoformat() if before else None
        for (record,) in self._db.execute(sql, (model, day, day)):
            yield record

    # ── what nobody claimed ──

    def add_kin(self, kin: Kin, marks: Iterable[tuple[str, str]]) -> None:
        """Keep what it takes to put a document down to an RMA."""
        name = (kin.source, kin.rma)
        self._db.execute("INSERT OR REPLACE INTO kin VALUES (?, ?, ?)", (*name, _KIN.dump_json(kin)))
        self._db.executemany(
            "INSERT OR IGNORE INTO mark VALUES (?, ?, ?, ?)", ((kind, value, *name) for kind, value in marks)
        )

    def kin(self, kind: str, values: Iterable[str]) -> list[Kin]:
        """Give the RMAs that have one of these marks."""
        sql = (
            "SELECT DISTINCT kin.body FROM mark JOIN kin ON kin.source = mark.source AND kin.rma = mark.rma"
            " WHERE mark.kind = ? AND mark.value IN (SELECT value FROM json_each(?))"
            " ORDER BY kin.source, kin.rma"
        )
        return list(self._read(sql, _KIN, kind, json.dumps(list(values))))

    def known(self, source: str, rma: str) -> list[Kin]:
        """Give one RMA, if it was looked at."""
        return list(self._read("SELECT body FROM kin WHERE source = ? AND rma = ?", _KIN, source, rma))

    def add_stray(self, stray: Stray, of: Linked) -> None:
        """Keep a document that nobody claimed, to be judged when all are known."""
        sql = "INSERT INTO stray (order_id, invoice_id, partner_id, body) VALUES (?, ?, ?, ?)"
        self._db.execute(sql, (of.order_id, of.invoice_id, of.partner_id, _STRAY.dump_json(stray)))

    def strays(self) -> Iterator[tuple[Stray, Linked]]:
        """Give them back, with the records that they are linked to."""
        sql = "SELECT order_id, invoice_id, partner_id, body FROM stray ORDER BY seq"
        with closing(self._db.cursor()) as cursor:
            for *ids, body in cursor.execute(sql):
                yield _STRAY.validate_json(body), Linked(*ids)

    def take_out(self, source: str, rma: str, area: Area, of: str) -> list[Drift]:
        """Take out what an RMA lacks, because something else stands for it; `of` empty: all of the area."""
        sql = "source = ? AND rma = ? AND area = ? AND behind AND (? = '' OR of_ = ?)"
        values = (source, rma, area.value, of, of)
        found = list(self._read(f"SELECT body FROM drift WHERE {sql}", _DRIFT, *values))  # noqa: S608
        self._db.execute(f"DELETE FROM drift WHERE {sql}", values)  # noqa: S608
        return found


class _OfPeriod:
    """The rows of one month, filtered as they are read."""

    def __init__(self, whole: Spool, period: str) -> None:
        self._whole, self._period = whole, period

    def inventory(self) -> Iterator[InventoryRow]:
        """Lines that were received, or else asked for, in the month."""
        return (r for r in self._whole.inventory() if _month(r.received_at or r.requested_at) == self._period)

    def ledger(self) -> Iterator[LedgerRow]:
        """Refunds that are credited, or were promised, in the month."""
        return (
            r for r in self._whole.ledger() if self._period in (r.period, r.period or _month(r.promised_at))
        )

    def drifts(self) -> Iterator[Drift]:
        """Differences of the month."""
        return (d for d in self._whole.drifts() if d.period == self._period)

    def stock(self) -> Iterator[StockOnHand]:
        """What stands in the return locations now."""
        return self._whole.stock()


def _month(at: datetime | None) -> str:
    return f"{at:%Y-%m}" if at else ""


@contextmanager
def spool() -> Iterator[Spool]:
    """Open an empty spool, and throw it away at the end."""
    with TemporaryDirectory(prefix="odoo-rma-") as folder:
        path = Path(folder, "reconcile.sqlite")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -20000")
            yield Spool(connection)

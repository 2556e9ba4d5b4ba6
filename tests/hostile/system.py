"""The system: it stands for the API of a shop, and none of what it does here is made up for the sake of malice alone.

- Its clock ticks in whole seconds, so that many changes bear one time; a change may be seen later than its time says.
- Pages may repeat and reorder what they list, with older versions among it; positions shift while one reads.
- The total that it shows of what was received is that of the last parcel only; the single parcels are right.
- It adds whatever it is sent, has no key against sending twice, loses replies, and refuses what it has recorded.
- Its errors show the key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from odoo_rma.mappings.money import Decimal

KEY = "sk_live_0123456789abcdef"
PAGE = 3


class Refused(Exception):
    """The system says no."""


@dataclass
class Row:
    """A return as the system keeps it; `records` is what was done with it, each thing as a row of its own."""

    id: str
    born: int
    updated: int
    title: str = "as made"
    state: str = "approved"
    quantity: Any = "4"
    promised: str = "40.00"
    edits: int = 1
    records: list[dict[str, str]] = field(default_factory=list)

    def sum_of(self, kind: str) -> Decimal:
        return sum((Decimal(r["value"]) for r in self.records if r["kind"] == kind), Decimal(0))

    def as_json(self) -> dict[str, Any]:
        """Give it as the API shows it."""
        parcels = [r["value"] for r in self.records if r["kind"] == "receipt"]
        return {
            "id": self.id,
            "updated": self.updated,
            "edits": self.edits,
            "title": self.title,
            "state": self.state,
            "items": [{"id": "a", "sku": "TENT-2P", "quantity": self.quantity, "price": "10.00"}],
            "promised": self.promised,
            "received_total": parcels[-1] if parcels else "0",  # wrong, but for the first parcel
            "records": [dict(r) for r in self.records],
        }


class HostileSystem:
    """All returns of one shop."""

    def __init__(self) -> None:
        self.now = 1_000
        self.rows: dict[str, Row] = {}
        self.hidden: dict[str, Row] = {}
        """Changes of transactions that are still open: they are not seen, though others are already."""
        self.open_sessions = 0
        self.down = False
        self.disorderly = False
        self.next_change = ""
        """What becomes of the next change: `lost` (its reply) or `misreported`."""
        self._still = False
        self._older: dict[str, dict[str, Any]] = {}

    def tick(self, seconds: int = 1) -> None:
        """Let time pass."""
        self.now += 0 if self._still else seconds

    @contextmanager
    def clock_stands(self) -> Iterator[None]:
        self._still = True
        yield
        self._still = False
        self.tick()

    # What people do there.

    def make(self, **fields: Any) -> str:
        self.tick()
        row = Row(f"ret/{len(self.rows) + 1:03}", self.now, self.now, **fields)
        self.rows[row.id] = row
        return row.id

    def change(self, row: Row, **fields: Any) -> None:
        self.tick()
        self._older[row.id] = row.as_json()
        for name, value in {**fields, "updated": self.now, "edits": row.edits + 1}.items():
            setattr(row, name, value)

    def record(self, row: Row, kind: str, value: str, note: str = "") -> None:
        self.change(row)
        row.records.append({"kind": kind, "value": value, "note": note})

    # The API.

    def log_in(self, key: str) -> None:
        self._answer()
        if key != KEY:
            raise Refused(f"401: wrong key {key!r}")
        self.open_sessions += 1

    def log_out(self) -> None:
        self.open_sessions -= 1

    def time(self) -> int:
        self._answer()
        return self.now

    def list(self, since: int, *, limit: int = PAGE, offset: int = 0) -> list[dict[str, Any]]:
        """Give those changed at `since` or later, a page of them, the oldest change first as a rule."""
        self._answer()
        self.tick()
        seen = (self.hidden.get(row.id, row) for row in self.rows.values())
        fitting = sorted((r for r in seen if r.updated >= since), key=lambda r: r.updated)
        page = [r.as_json() for r in fitting[offset : offset + limit]]
        if not self.disorderly:
            return page
        return [*reversed(page), *(self._older.get(r["id"], r) for r in page[:2])]

    def get(self, row_id: str) -> dict[str, Any] | None:
        self._answer()
        row = self.hidden.get(row_id) or self.rows.get(row_id)
        return row.as_json() if row else None

    def add(self, row_id: str, kind: str, value: str, note: str = "") -> None:
        """Add a record: `receipt`, `damaged`, `refund`, `decision` or `credit_note`. Sent twice, it is there twice."""
        self._answer()
        if row_id not in self.rows:
            raise Refused("404: no such return")
        self.record(self.rows[row_id], kind, value, note)
        fate, self.next_change = self.next_change, ""
        if fate == "lost":
            raise TimeoutError(f"no answer within 30 s (Authorization: Basic {KEY})")
        if fate == "misreported":
            raise Refused(f"400: this return has an active change already (key {KEY})")

    def _answer(self) -> None:
        if self.down:
            raise ConnectionError(f"cannot connect to https://{KEY}@shop.example/api")

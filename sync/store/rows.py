"""What the store gives out, as data."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from odoo_rma.mappings.issues import Issue
from odoo_rma.sync.report import Document, Outcome
from odoo_rma.sync.store.database import Row

LONGEST_REST = timedelta(days=1)
"""No return rests longer: an end that lies further ahead was written by a clock that was wrong."""

HELD = frozenset({"odoo_refused", "conflict", "unreadable"})
"""Issue codes that only a person or a newer revision releases; for all others the cause may be gone tomorrow."""


class Reception(StrEnum):
    """What an RMA that came in meant to the store."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"
    STALE = "stale"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one RMA. `finished` means that only a newer revision or a change in Odoo needs another look, `rest` that
    nothing else does for so long, or up to twice as long: each after a time of its own, so that not all come in one run.

    Issues open (or renew) its quarantine entry; done or unchanged without issues closes it. `agreed` is what both sides
    say the same about, by fact. `revision` and `asked` say what was looked at (None: what there is): where another look was
    asked for meanwhile, nothing is ended by this one.
    """

    source: str
    id: str
    outcome: Outcome
    finished: bool = False
    documents: tuple[Document, ...] = ()
    issues: tuple[Issue, ...] = ()
    steps: tuple[str, ...] = ()
    agreed: Mapping[str, str] = field(default_factory=dict)
    revision: int | None = None
    asked: int | None = None
    rest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One quarantine entry. `key` is the RMA's id, or `u-…` where it could not be read; `label` what people call it.

    `state` is open, released, dropped or resolved; a `held` entry keeps its RMA out of runs.
    """

    source: str
    key: str
    label: str
    kind: str
    code: str
    held: bool
    state: str
    origin: str
    issues: tuple[Issue, ...]
    document: dict[str, Any] | None
    opened: datetime
    closed: datetime | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """Give the key that names it in any case."""
        return f"{self.source}/{self.key}"

    @classmethod
    def of(cls, row: Row) -> "Entry":
        """Read a row of the quarantine."""
        return cls(
            source=row["source"],
            key=row["key"],
            label=row["number"] or _called(row["key"], row["origin"]),
            kind=row["kind"],
            code=row["code"],
            held=bool(row["held"]),
            state=row["state"],
            origin=row["origin"],
            issues=tuple(Issue(**i) for i in json.loads(row["issues"])),
            document=json.loads(row["document"]) if row["document"] else None,
            opened=when(row["opened"]),
            closed=when(row["closed"]) if row["closed"] else None,
            note=row["note"],
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the entry as plain data for `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Run:
    """One run in the diary: `state` is ended, failed (with `error`) or interrupted."""

    id: int
    command: str
    started: datetime
    ended: datetime | None
    dry_run: bool
    exit_code: int | None
    error: str
    report: dict[str, Any] | None

    @property
    def state(self) -> str:
        """Say how it ended, if it did."""
        if self.ended is None:
            return "interrupted"
        return "failed" if self.error else "ended"

    @property
    def counts(self) -> dict[str, int]:
        """Give the number of RMAs by outcome."""
        return dict((self.report or {}).get("counts", {}))

    @classmethod
    def of(cls, row: Row) -> "Run":
        """Read a row of the diary."""
        return cls(
            id=row["id"],
            command=row["command"],
            started=when(row["started"]),
            ended=when(row["ended"]) if row["ended"] else None,
            dry_run=bool(row["dry_run"]),
            exit_code=row["exit_code"],
            error=row["error"],
            report=json.loads(row["report"]) if row["report"] else None,
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the run as plain data for `--json`."""
        return asdict(self) | {"state": self.state, "counts": self.counts}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to an RMA here: received, settled, or decided by a person."""

    at: datetime
    what: str
    text: str
    run: int | None = None


def _called(key: str, origin: str) -> str:
    # `u-…` tells nobody which file to look into.
    return f"{key} in {origin}" if key.startswith("u-") and origin else key


def stamp(now: datetime) -> str:
    """Write a time for the store.

    Raises:
        ValueError: the time has no zone.

    """
    if now.tzinfo is None:
        raise ValueError("a time without its zone")
    return now.astimezone(UTC).isoformat()


def when(text: str) -> datetime:
    """Read a time from the store."""
    return datetime.fromisoformat(text)

"""What a run did, as data: the command line prints it, the store keeps it, `--json` gives it out."""

from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Protocol

from odoo_rma.mappings.issues import Issue
from odoo_rma.sync.spooled import Spooled


class Exit(IntEnum):
    """Exit codes, for a scheduler."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    QUARANTINE = 3
    LOCKED = 4


def reason_of(error: BaseException) -> str:
    """Say why a run ended early, for the diary."""
    if isinstance(error, KeyboardInterrupt):
        return "Stopped from outside, before it was done; the next run goes on."
    return str(error) or type(error).__name__


class Outcome(StrEnum):
    """What became of one RMA in this run."""

    DONE = "done"
    PLANNED = "planned"
    UNCHANGED = "unchanged"
    QUARANTINED = "quarantined"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Document:
    """A record in Odoo that belongs to an RMA. `link` opens it in Odoo's screens; `id` is None while only planned."""

    what: str
    model: str
    id: int | None
    name: str
    state: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One RMA in a run: what was (or would be) done, in words, step by step; `decision` is the answer to a request."""

    source: str
    id: str
    label: str
    outcome: Outcome
    steps: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    issues: tuple[Issue, ...] = ()
    decision: dict[str, Any] | None = None


@dataclass(slots=True)
class RunReport:
    """The whole run. `calls` and `writes` count requests to Odoo."""

    started: datetime
    dry_run: bool = False
    finished: datetime | None = None
    server: str = ""
    results: Spooled[Result] = field(default_factory=Spooled)
    notes: list[str] = field(default_factory=list)
    calls: int = 0
    writes: int = 0
    away: dict[str, str] = field(default_factory=dict)
    """Sources that could not be read and were left out, and why."""
    at_rest: int = 0
    """How many open returns were not looked at: they wait for their goods, or are all done but not closed by their source, and
    nothing has happened to them."""

    @property
    def counts(self) -> Counter[Outcome]:
        """Count the RMAs by outcome."""
        return Counter(r.outcome for r in self.results)

    def count(self, outcome: Outcome) -> int:
        """Count the RMAs with this outcome."""
        return self.counts[outcome]

    @property
    def exit_code(self) -> Exit:
        """Say how the run ended, for a scheduler."""
        counts = self.counts
        if self.away or counts[Outcome.UNDECIDED]:
            return Exit.FAILED
        return Exit.QUARANTINE if counts[Outcome.QUARANTINED] else Exit.DONE

    def in_short(self) -> dict[str, Any]:
        """Give the report as plain data, without the results: there may be many."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        counts = self.counts
        by_name = {o.value: counts[o] for o in Outcome}
        return own | {"results": [], "counts": by_name, "exit_code": int(self.exit_code)}

    def as_dict(self) -> dict[str, Any]:
        """Give the report as plain data."""
        return self.in_short() | {"results": [asdict(r) for r in self.results]}


class Progress(Protocol):
    """Told how far a run is; the command line draws a bar, a service logs."""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Say that `done` of `total` items of a phase are finished."""

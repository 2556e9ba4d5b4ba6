"""How a run ended, in short: what there is to tell, and a mark that changes whenever there is something new to tell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from heapq import nsmallest

from odoo_rma.connector.alerts import Status
from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.redact import redact
from odoo_rma.mappings.drift import Drift, DriftKind
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.sync.report import Outcome, Result, RunReport
from odoo_rma.sync.reports.columns import age
from odoo_rma.sync.reports.words import KINDS

WORST = 5
"""So many findings are named; the rest are counted."""

_FIRST = (
    DriftKind.UNEXPLAINED,
    DriftKind.DUPLICATE,
    DriftKind.PAID_NOT_POSTED,
    DriftKind.AMOUNT,
    DriftKind.CURRENCY,
    DriftKind.CONFLICT,
)
"""What costs money comes first, then what is oldest."""


@dataclass(frozen=True, slots=True)
class State:
    """How a run ended. `mark` is another one whenever there is something new to tell; empty: all is well."""

    status: Status
    headline: str
    mark: str = ""
    server: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    worst: tuple[str, ...] = ()
    to_do: tuple[str, ...] = ()


WELL = State(Status.OK, "All is well again")


def after_sync(report: RunReport) -> State:
    """Give the state after a sync."""
    held = [r for r in report.results if r.outcome in (Outcome.QUARANTINED, Outcome.UNDECIDED)]
    if not (held or report.away):
        return WELL
    undecided = report.count(Outcome.UNDECIDED)
    counts = {o.value: n for o in Outcome if (n := report.count(o))}
    what = [f"{len(held) - undecided} in quarantine"] if len(held) > undecided else []
    what += [f"{undecided} could not be decided"] if undecided else []
    away = [f"Not read: {', '.join(report.away)}"] if report.away else []
    waiting = [f"Returns wait for a person: {', '.join(what)}"] if held else []
    return State(
        Status.FAILED if undecided or away else Status.FINDINGS,
        ". ".join((*away, *waiting)),
        digest([*away, *sorted(f"{r.source}/{r.id} {r.outcome} {_codes(r)}" for r in held)]),
        report.server,
        counts,
        _named([f"{r.label}: {_codes(r)}" for r in held[:WORST]], len(held)),
        ("odoo-rma quarantine list", "odoo-rma quarantine show RMA   says what releases it"),
    )


def after_reconcile(found: Reconciliation) -> State:
    """Give the state after a reconciliation; what a person has decided about is none of it."""
    if not (findings := sum(found.counts.values())):
        return WELL
    worst = nsmallest(
        WORST, _open(found), key=lambda d: (_rank(d), d.since is None, d.since or found.finished)
    )
    return State(
        Status.FINDINGS,
        f"Returns and Odoo differ: {findings} difference{'s' if findings > 1 else ''}",
        digest(f"{d.area} {d.kind} {d.source}/{d.rma} {d.subject} {d.difference}" for d in _open(found)),
        found.server,
        found.counts,
        _named([_in_short(d, found.finished) for d in worst], findings),
        ("odoo-rma reconcile", "odoo-rma reconcile --format xlsx --output FILE   for the accountant"),
    )


def after_failure(error: BaseException) -> State:
    """Give the state after a run that had to stop. Only the kind of failure is told: its words may name customers."""
    kind = type(error)
    known = isinstance(error, RmaError) and kind.__doc__
    words = (
        " ".join((kind.__doc__ or "").split())
        if known
        else f"This should not have happened ({kind.__name__})."
    )
    return State(
        Status.FAILED,
        f"A run failed: {words}",
        digest([kind.__name__]),
        to_do=("odoo-rma runs   says more about it", "odoo-rma check"),
    )


def _open(found: Reconciliation) -> Iterator[Drift]:
    return (drift for drift in found.rows.drifts() if not drift.settled)


def _rank(drift: Drift) -> int:
    return _FIRST.index(drift.kind) if drift.kind in _FIRST else len(_FIRST)


def _in_short(drift: Drift, at: datetime) -> str:
    days = age(drift, at)
    parts = (
        KINDS[drift.kind][0],
        f"{drift.difference:+f} {drift.measure}" if drift.difference else "",
        "" if days is None else f"{days} day{'' if days == 1 else 's'} old",
    )
    return f"{drift.label or 'a total'}: {', '.join(p for p in parts if p)}"


def _codes(result: Result) -> str:
    return ", ".join(sorted({i.code for i in result.issues})) or result.outcome.value


def _named(lines: Sequence[str], of: int) -> tuple[str, ...]:
    more = of - len(lines)
    return (*(redact(line) for line in lines), *([f"and {more} more"] if more > 0 else []))


def digest(parts: Iterable[str]) -> str:
    """Give a mark for these parts, in this order."""
    made = sha256()
    for part in parts:
        made.update(part.encode("utf-8", "backslashreplace") + b"\n")
    return made.hexdigest()

"""Prove that both sides agree, to the unit and the cent, or say where and why not: the comparison over everything."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from itertools import islice

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.drift import UNITS, Area, Drift, DriftKind
from odoo_rma.mappings.drift.equation import WHOLE, Differences, equations, unexplained
from odoo_rma.mappings.drift.result import Reconciliation, Scope
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.ownership import Side
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.intake import take_in
from odoo_rma.sync.lock import run_lock
from odoo_rma.sync.marks import changed_since
from odoo_rma.sync.reconcile.decisive import decisive
from odoo_rma.sync.reconcile.fix import WAYS, Fix, Repair, ToMend, mend
from odoo_rma.sync.reconcile.scan import Scanner, midnight
from odoo_rma.sync.reconcile.spool import Spool, spool
from odoo_rma.sync.reconcile.strays import Judge
from odoo_rma.sync.reconcile.sweep import ENTRY, PICKING, Sweeper
from odoo_rma.sync.reconcile.totals import Narrow, Totals, booked_since, chunks, done_since
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.rehearsal import rehearsal
from odoo_rma.sync.report import Exit, Progress, reason_of
from odoo_rma.sync.run import silent
from odoo_rma.sync.store import Entry, Store

__all__ = ["BATCH", "COMMAND", "Fix", "exit_code", "reconcile"]

COMMAND = "reconcile"
SHOWN = 1000
"""Repairs that are told one by one."""
BATCH = 500
"""RMAs that are looked at together, whatever a sync takes: nothing is written, so more at once is only quicker."""


@contextmanager
def reconcile(
    settings: Settings,
    areas: Sequence[Area],
    *,
    sources: Sequence[str] = (),
    since: date | None = None,
    period: str = "",
    fix: Fix | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
    clock: Clock = utc_now,
    patience: float = 0.3,
) -> Iterator[Reconciliation]:
    """Compare everything, and give what was found while the block runs: its rows lie in a temporary file.

    With `fix` what can be mended is mended, and all is compared once more; a dry run says what would be done. So many
    seconds (`patience`) it waits for workers, where there are some.

    Raises:
        Stop: a source or Odoo cannot be read.

    """
    names = tuple(sources) or tuple(settings.sources)
    if unknown := [n for n in names if n not in settings.sources]:
        raise BadSettings(
            f"No source is called {unknown[0]}; configured: {', '.join(settings.sources) or 'none'}."
        )
    started, scope = clock(), Scope(tuple(areas), names, since, period)
    with ExitStack() as stack:
        stack.enter_context(run_lock(settings.run.store, now=started, command=COMMAND, patience=patience))
        place = settings.run.store
        store = stack.enter_context(rehearsal(place) if dry_run else Store.open(place))
        number = store.begin_run(COMMAND, started)
        try:
            notes = take_in(store, settings, names, keep=not dry_run, now=started)
            client = stack.enter_context(closing(connect(settings.odoo, settings.secrets)))
            work = _Work(settings, store, client, scope, clock, progress, stack)
            found = work.run(started, notes)
            if fix:
                found = work.mend(found, fix, dry_run=dry_run)
        except BaseException as error:
            store.fail_run(number, clock(), reason_of(error))
            raise
        _write_down(store, number, found)
        yield found


def exit_code(found: Reconciliation) -> Exit:
    """Say how it ended, for a scheduler."""
    return Exit.QUARANTINE if sum(found.counts.values()) else Exit.DONE


def _write_down(store: Store, number: int, found: Reconciliation) -> None:
    report = {
        "counts": dict(found.counts),
        "findings": sum(found.counts.values()),
        "rmas": found.rmas,
        "calls": found.calls,
        "writes": found.writes,
        "fixed": dict(found.fixed),
        "whole": found.scope.since is None and not found.scope.period,
    }
    store.close_run(number, found.finished, int(exit_code(found)), report, dry_run=found.dry_run)


@dataclass(slots=True)
class _Work:
    settings: Settings
    store: Store
    client: OdooClient
    scope: Scope
    clock: Clock
    progress: Progress
    stack: ExitStack
    spool: Spool = field(init=False)
    _kept: dict[str, list[int]] = field(default_factory=dict)

    def mend(self, before: Reconciliation, fix: Fix, *, dry_run: bool) -> Reconciliation:
        """Mend what can be mended, and compare once more where anything was written."""
        run = Repair(self.settings, self.store, self.client, self.clock, WAYS[fix], dry_run)
        to_mend = ToMend.of(fix, before.rows.drifts(), self.store)
        size = self.settings.run.batch
        done = [(r.label, "; ".join(r.steps)) for r in mend(run, to_mend, self.store, size, self.progress)]
        after = before if dry_run or not done else self.run(before.started, list(before.notes))
        kinds = {k: n - after.counts.get(k, 0) for k, n in before.counts.items()}
        fixed = {k: n for k, n in kinds.items() if n > 0}
        return replace(
            after,
            fixed=fixed,
            repairs=tuple(done[:SHOWN]),
            dry_run=dry_run,
            calls=self.client.calls,
            writes=self.client.writes,
        )

    def run(self, started: datetime, notes: list[str]) -> Reconciliation:
        self.spool, self._kept = self.stack.enter_context(spool()), {}
        reference = Reference(self.client)
        today = reference.today(self.clock)
        where = (self.settings, self.store, self.client, reference, self.spool)
        scanner = Scanner(*where, self.scope.areas, today, self.stack)
        sweeper = Sweeper(self.client, reference, self.spool)
        self._scan(scanner, reference)
        since = midnight(self.scope.since, reference) if self.scope.since else None
        read = 0
        for what, count in sweeper.sweep(self.scope.areas, since):
            read += count
            self.progress(f"documents in Odoo ({what})", read, 0)
        notes += self._judge(scanner, reference)
        self.spool.add_drifts(self._set_aside())
        return self._sum_up(scanner, reference, started, notes)

    # ── what both sides say ──

    def _scan(self, scanner: Scanner, reference: Reference) -> None:
        total, done = self.store.count_rmas(self.scope.sources), 0
        rest = self._rmas(reference)
        while batch := list(islice(rest, BATCH)):
            for _ in scanner.look_at(batch):
                done += 1
            self.progress("returns", done, total)

    def _rmas(self, reference: Reference) -> Iterator[tuple[Rma, str]]:
        if self.scope.since is None:
            return self.store.every_rma(self.scope.sources)
        since = midnight(self.scope.since, reference)
        touched = {*self.store.changed_since(since), *changed_since(self.store, self.client, since)}
        return self.store.rmas_named(sorted(n for n in touched if n[0] in self.scope.sources))

    @property
    def _partly(self) -> bool:
        whole = set(self.scope.sources) == set(self.settings.sources)
        return not whole or self.scope.since is not None

    def _judge(self, scanner: Scanner, reference: Reference) -> list[str]:
        others = frozenset(self.settings.sources) - frozenset(self.scope.sources)
        elsewhere = self._not_looked_at if self._partly else None
        aside = {(e.source, e.key): e.origin or e.label for e in self._unread()}
        judge = Judge(self.spool, reference, scanner.seen.first, others, elsewhere, aside)
        self.spool.add_drifts(d for d in judge.judge())
        self._kept = judge.kept
        if not judge.before:
            return []
        made = f"{judge.before} return(s) and credit note(s) were made by hand before the first RMA"
        return [f"{made} of {scanner.seen.first}: they are left out"]

    def _not_looked_at(self, source: str, rma: str) -> bool:
        return self.store.rma(source, rma) is not None

    def _set_aside(self) -> Iterator[Drift]:
        """Give what came in and could not be read, or came twice with different content."""
        return (_waiting(entry) for entry in self._unread("conflict"))

    def _unread(self, *also: str) -> Iterator[Entry]:
        wanted = ("unreadable", *also)
        for entry in self.store.quarantine_list():
            if entry.source in self.scope.sources and entry.kind in wanted:
                yield entry

    # ── the sums ──

    def _sum_up(
        self, scanner: Scanner, reference: Reference, started: datetime, notes: list[str]
    ) -> Reconciliation:
        differences = Differences()
        for drift in self.spool.drifts():
            differences.add(drift)
        sums = scanner.seen.sums
        months = {p for own in (sums.source, differences.sums) for _, _, p in own} - {WHOLE}
        period = self.scope.period
        months &= {period} if period else months
        totals = Totals(self.client, reference)
        counted = totals.read(self.scope.areas, months, *self._narrow(scanner.seen.first, reference.zone))
        every = equations(sums, differences, counted)
        shown = tuple(e for e in every if e.area in self.scope.areas and period in ("", e.period))
        self.spool.add_drifts(unexplained(shown))
        if Area.INVENTORY in self.scope.areas:
            self.spool.add_stock(scanner.beside.stock(scanner.rules.inspection))
        return Reconciliation(
            scope=self.scope,
            started=started,
            finished=self.clock(),
            server=f"{self.client.server.url}/{self.client.server.database}",
            company=reference.company.name,
            company_currency=reference.company.currency,
            rmas=scanner.seen.rmas,
            rows=self.spool.narrowed(period),
            equations=shown,
            counts=self._counts(period),
            notes=tuple(notes),
            history=tuple(_history(self.store)),
            sold=totals.sold(sorted(months)[-36:]),
            calls=self.client.calls,
            writes=self.client.writes,
            user=self.settings.odoo.login,
            settings=decisive(self.settings, self.scope.sources),
        )

    def _narrow(self, first: date | None, zone: tzinfo) -> tuple[Narrow, Narrow]:
        """Say what Odoo has to add up: all since the first RMA, and what is older and ours; else only what was read."""
        places = (("picking_id", PICKING), ("id", ENTRY))
        if self._partly:
            kept = ([*self.spool.all_claimed(m), *self._kept.get(m, ())] for _, m in places)
            goods, money = (chunks(f, ids) for (f, _), ids in zip(places, kept, strict=True))
            return goods, money
        if first is None:
            return [], []
        older = [chunks(f, self.spool.all_claimed(m, first)) for f, m in places]
        return [done_since(first, zone), *older[0]], [booked_since(first), *older[1]]

    def _counts(self, period: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for drift in self.spool.narrowed(period).drifts():
            if not drift.settled:
                counts[drift.kind.value] = counts.get(drift.kind.value, 0) + 1
        return dict(sorted(counts.items()))


def _waiting(entry: Entry) -> Drift:
    unreadable = entry.kind == "unreadable"
    return Drift(
        area=Area.INVENTORY,
        kind=DriftKind.UNREADABLE if unreadable else DriftKind.CONFLICT,
        source=entry.source,
        rma=entry.key,
        label=entry.label,
        subject=entry.origin or "RMA",
        message=" ".join(i.message for i in entry.issues),
        owner=Side.RMA,
        measure=UNITS,
        since=entry.opened,
        way_out=" ".join(dict.fromkeys(i.way_out for i in entry.issues)),
    )


def _history(store: Store) -> Iterator[tuple[date, int]]:
    """Give how many differences were found on earlier days, the last run of each day."""
    by_day: dict[date, int] = {}
    for run in store.runs_of(COMMAND):
        if run.report and run.report.get("whole"):
            by_day[run.started.date()] = int(run.report.get("findings", 0))
    return iter(sorted(by_day.items()))

"""One run, on one screen: take in what the sources have and what changed in Odoo, then for each batch observe, compare,
plan, apply, look again, and tell the sources.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from enum import Flag, auto
from itertools import islice
from time import monotonic

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.redact import redact
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.agreement import agreed_now
from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.foresee import foresee
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.rules import Rules, SourceRules
from odoo_rma.sync.apply import apply
from odoo_rma.sync.batch import Work
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.documents import documents
from odoo_rma.sync.intake import go_on, take_in_what_answers
from odoo_rma.sync.lock import run_lock
from odoo_rma.sync.marks import wake_changed
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.outcome import NOTHING_TOLD, Name, Outcomes, name_of
from odoo_rma.sync.pace import Pace
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.rehearsal import rehearsal
from odoo_rma.sync.report import Outcome, Progress, Result, RunReport, reason_of
from odoo_rma.sync.rest import heed_new_rules, rest
from odoo_rma.sync.rules import company_rules, source_rules
from odoo_rma.sync.store import Settled, Store
from odoo_rma.sync.tell import Told, tell_sources, untold

FRESH = 5.0
"""Seconds for which a look ahead at the batch that follows is as good as one that is taken now: telling sources may take
minutes, in which people work on."""
ROUNDS = 6
"""How often a batch is looked at again before what is still open is left to the next run."""


def silent(phase: str, done: int, total: int) -> None:
    """Report no progress."""


def all_of(batch: Sequence[Rma], _erp: Erp, _decisions: Mapping[Name, Decisions]) -> Sequence[Rma]:
    """Work on every return of a batch; a worker keeps those of its lane, once Odoo has said which they are."""
    return batch


class Guard:
    """What a run does one at a time with others that are at work beside it: nothing, where there are none."""

    def writing(self, _plans: Sequence[Plan]) -> AbstractContextManager[None]:
        """Hold while plans are carried out in Odoo."""
        return nullcontext()

    def telling(self, _sources: Collection[str]) -> AbstractContextManager[None]:
        """Hold while sources are told."""
        return nullcontext()


Keep = Callable[[Sequence[Rma], Erp, Mapping[Name, Decisions]], Sequence[Rma]]


class Direction(Flag):
    """Which way facts go: from the returns systems into Odoo, and back."""

    PULL = auto()
    PUSH = auto()


BOTH = Direction.PULL | Direction.PUSH


def sync(
    settings: Settings,
    *,
    sources: Sequence[str] = (),
    rmas: Sequence[str] = (),
    direction: Direction = BOTH,
    dry_run: bool = False,
    progress: Progress = silent,
    clock: Clock = utc_now,
    stop: Callable[[], bool] = go_on,
) -> RunReport:
    """Bring Odoo in line with the returns systems, and tell them what Odoo owns.

    A source that cannot be read is left out, and the others go on. `stop` is asked whenever the run can be left without
    harm: while reading, between batches, while telling.

    Raises:
        Stop: the run could not go on; what was done stands, the next run continues.

    """
    report = RunReport(clock(), dry_run)
    names = list(sources) or list(settings.sources)
    with ExitStack() as stack:
        held = stack.enter_context(run_lock(settings.run.store, now=report.started, command="sync"))
        place = settings.run.store
        store = stack.enter_context(rehearsal(place) if dry_run else Store.open(place))
        number = store.begin_run("sync", report.started)
        try:
            if Direction.PULL in direction:
                notes, away = take_in_what_answers(
                    store, settings, names, keep=not dry_run, now=report.started, stop=stop
                )
                if rmas and away:
                    raise next(iter(away.values()))
                report.notes += notes
                report.away = {name: redact(str(error)) for name, error in away.items()}
                names = [n for n in names if n not in away]
            client = stack.enter_context(closing(connect(settings.odoo, settings.secrets)))
            report.server = f"{client.server.url}/{client.server.database}"
            if Direction.PUSH in direction and not rmas:
                report.notes += wake_changed(store, client, clock)
            run = Run(settings, store, client, clock, direction, dry_run, stop)
            heed_new_rules(store, settings)
            # Who heeds one direction alone does not see what ends a rest.
            now = report.started if direction == BOTH and not rmas else None
            total = store.count_open(names, rmas, now=now)
            report.at_rest = store.count_open(names) - total if now else 0
            for batch, following in run.batches(store.open_rmas(names, rmas, now=now)):
                held()
                report.results += run.carry_out(batch, following)
                progress("returns", len(report.results), total)
                if stop():
                    report.notes.append("Stopped, as asked; the next run goes on.")
                    break
            if not rmas:
                report.results += waiting(store, names, report.results)
        except BaseException as error:
            store.fail_run(number, clock(), reason_of(error))
            raise
        report.finished, report.calls, report.writes = clock(), client.calls, client.writes
        store.end_run(number, report)
    return report


def waiting(store: Store, names: Sequence[str], results: Iterable[Result]) -> list[Result]:
    """Give what waits in quarantine and was not looked at: unreadable, in conflict, or held for a person."""
    seen = {(r.source, r.id) for r in results}
    found = {}
    for entry in store.in_quarantine():
        name = (entry.source, entry.key)
        if entry.source in names and name not in seen and (entry.held or name not in found):
            found[name] = Result(*name, entry.label, Outcome.QUARANTINED, issues=entry.issues)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Setup:
    """What is asked of Odoo before the first return: the company's rules, and what does not change during a run."""

    reference: Reference
    rules: Rules
    observer: Observer
    sources: Mapping[str, SourceRules]

    @classmethod
    def of(cls, settings: Settings, client: OdooClient, clock: Clock) -> "Setup":
        """Ask for it.

        Raises:
            BadSettings: the settings name what is not in Odoo.

        """
        reference = Reference(client)
        rules = company_rules(settings, client, reference, reference.today(clock))
        observer = Observer(client, settings.matching, reference, rules.policy)
        return cls(reference, rules, observer, source_rules(settings))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store knows about a batch: what people have decided, and which customers it was for."""

    decisions: Mapping[Name, Decisions]
    customers: set[int]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What was seen of the batch that follows, and when (seconds of the monotonic clock)."""

    known: _Known
    erp: Erp
    at: float


class Run:
    """What the batches of a run share."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        client: OdooClient,
        clock: Clock,
        direction: Direction,
        dry_run: bool,
        stop: Callable[[], bool] = go_on,
        keep: Keep = all_of,
        guard: "Guard | None" = None,
        setup: "Setup | None" = None,
    ) -> None:
        self._ahead: _Ahead | None = None
        self._pace = Pace(settings.run.batch, settings.odoo.timeout)
        self._keep, self._guard = keep, guard or Guard()
        self._settings, self._store, self._client = settings, store, client
        self._clock, self._direction, self._dry_run, self._stop = clock, direction, dry_run, stop
        known = setup or Setup.of(settings, client, clock)
        self._reference, self._rules = known.reference, known.rules
        self._observer, self._sources = known.observer, known.sources

    def batches(self, rmas: Iterator[Rma]) -> Iterator[tuple[list[Rma], list[Rma]]]:
        """Cut the work into batches; gives each with the one that follows. What comes later is not read before its time."""
        batch = list(islice(rmas, self._pace.size))
        while batch:
            following = list(islice(rmas, self._pace.size))
            yield batch, following
            batch = following

    def carry_out(self, batch: Sequence[Rma], following: Sequence[Rma] = ()) -> list[Result]:
        """Observe, compare and apply until there is nothing left to do, and write down how it ended.

        The look at what was done is a look at the batch that follows as well, unless there is more to do for this one.
        """
        known, erp = self._look_at(batch)
        decisions, outcomes = known.decisions, Outcomes()
        if not (batch := self._keep(batch, erp, decisions)):
            return []
        for _ in range(ROUNDS):
            plans = self.plans(batch, erp, decisions)
            if Direction.PULL not in self._direction:
                plans = [replace(p, steps=[]) for p in plans]
            to_do = outcomes.to_do(plans)
            if not to_do:
                break
            if self._dry_run:
                outcomes.imagine(to_do)
                erp = foresee(erp, to_do)
                continue
            with self._guard.writing(to_do):
                for work in self._apply(to_do):
                    outcomes.note(work)
                    known.customers.update({work.partner_id} - {0})
            erp = self._look_again(known, batch, following)
            following = ()
        found = [documents(plan, erp, self._client) for plan in plans]
        told = self._tell(plans)
        results = [
            outcomes.result(p, d, told.get(name_of(p), NOTHING_TOLD), dry_run=self._dry_run)
            for p, d in zip(plans, found, strict=True)
        ]
        self._settle(plans, results, told, decisions)
        return results

    def _apply(self, plans: Sequence[Plan]) -> Iterator[Work]:
        """Carry plans out in parts that Odoo manages: after a lost reply the same again is smaller."""
        rest = list(plans)
        while rest:
            some, rest = rest[: self._pace.size], rest[self._pace.size :]
            began, lost = monotonic(), False
            for work in apply(some, self._client, self._reference):
                lost = lost or bool(work.undecided)
                yield work
            self._pace.note(len(some), monotonic() - began, lost=lost)

    def _look_at(self, batch: Sequence[Rma]) -> tuple[_Known, Erp]:
        known, ahead = self._known(batch), self._ahead
        self._ahead = None
        if ahead and ahead.known == known and monotonic() - ahead.at < FRESH:
            return known, ahead.erp
        return known, self._observer.observe(batch, known.decisions, known.customers)

    def _look_again(self, known: _Known, batch: Sequence[Rma], following: Sequence[Rma]) -> Erp:
        ahead = self._known(following)
        both = {**known.decisions, **ahead.decisions}
        erp = self._observer.observe([*batch, *following], both, known.customers | ahead.customers)
        self._ahead = _Ahead(ahead, erp, monotonic()) if following else None
        return erp

    def _known(self, batch: Sequence[Rma]) -> _Known:
        decisions = {(r.source, r.id): self._store.decisions(r.source, r.id) for r in batch}
        return _Known(decisions, self._known_customers(batch))

    def plans(self, batch: Sequence[Rma], erp: Erp, decisions: Mapping[Name, Decisions]) -> list[Plan]:
        """Compare a batch with what was observed."""
        return compare(batch, erp, self._sources, self._rules, decisions)

    def _tell(self, plans: Sequence[Plan]) -> dict[Name, Told]:
        news = untold(plans, self._sources, self._store, self._client.server)
        if Direction.PUSH not in self._direction:
            return {name: Told(later=True) for name in news}
        if self._dry_run:
            return {name: Told((str(one),)) for name, one in news.items()}
        with self._guard.telling({source for source, _ in news}):
            return tell_sources(self._settings, self._store, news, stop=self._stop)

    def _known_customers(self, batch: Sequence[Rma]) -> set[int]:
        seen = (d for r in batch for d in self._store.documents(r.source, r.id))
        return {d.id for d in seen if d.model == "res.partner" and d.id}

    def _settle(
        self,
        plans: Sequence[Plan],
        results: Sequence[Result],
        told: Mapping[Name, Told],
        decisions: Mapping[Name, Decisions],
    ) -> None:
        settled = [
            Settled(
                r.source,
                r.id,
                r.outcome,
                p.finished and whole,
                r.documents,
                r.issues,
                r.steps,
                agreed_now(p.rma, p.in_erp),
                revision=p.rma.revision,
                asked=decisions[name_of(p)].asked,
                rest=rest(p, r) if whole and self._direction == BOTH else None,
            )
            for p, r in zip(plans, results, strict=True)
            for whole in [told.get(name_of(p), NOTHING_TOLD).whole]
        ]
        self._store.settle_many(settled, now=self._clock())

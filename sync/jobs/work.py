"""What each job does: read a source, notice what changed in Odoo, work on the returns of one lane, compare everything.

A lane is a share of all orders. Its job holds the lane's lock in the store's server, so that nobody else works on one of
these orders, not even a worker that was thought to be dead. A run by hand waits for no lane and no lane for it: whoever
comes second is told.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.drift import Area
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.lane import home
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan
from odoo_rma.sync.alert import tell
from odoo_rma.sync.alert.state import after_reconcile
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.intake import go_on, take_in_what_answers
from odoo_rma.sync.jobs.clients import Clients
from odoo_rma.sync.jobs.ready import server_of
from odoo_rma.sync.lock import shared_lock
from odoo_rma.sync.marks import wake_changed
from odoo_rma.sync.outcome import Name
from odoo_rma.sync.reconcile import reconcile
from odoo_rma.sync.report import Outcome, RunReport, reason_of
from odoo_rma.sync.rest import heed_new_rules
from odoo_rma.sync.run import BOTH, Guard, Run
from odoo_rma.sync.store import Store

if TYPE_CHECKING:
    from odoo_rma.sync.lock_server import Held

PATIENCE = 600.0
"""Seconds that a comparison of everything waits until the lanes have come to the end of their batches."""


class Undecided(RmaError):
    """Odoo or a source did not say what became of some returns. They are looked at again."""


@dataclass(slots=True)
class Lane:
    """One of so many lanes, and which returns turned out to belong to others."""

    number: int
    of: int
    elsewhere: dict[Name, int] = field(default_factory=dict)

    def keep(self, batch: Sequence[Rma], erp: Erp, decisions: Mapping[Name, Decisions]) -> list[Rma]:
        """Give the returns whose orders are in this lane, now that Odoo was asked which orders they are."""
        kept = []
        for rma in batch:
            where = home(rma, erp, decisions[rma.source, rma.id])
            if where % self.of == self.number:
                kept.append(rma)
            else:
                self.elsewhere[rma.source, rma.id] = where
        return kept


@dataclass(frozen=True, slots=True)
class Worked:
    """How the job of a lane went; `elsewhere` are the lanes that got returns from it."""

    report: RunReport
    elsewhere: frozenset[int] = frozenset()

    @property
    def undecided(self) -> str:
        """Say which returns are to be looked at again soon; empty when there are none."""
        left = [r for r in self.report.results if r.outcome is Outcome.UNDECIDED]
        if not left:
            return ""
        return f"{len(left)} undecided, such as {left[0].label}: {left[0].steps[-1] if left[0].steps else 'no answer'}"


def pull(
    settings: Settings, source: str, *, clock: Clock = utc_now, stop: Callable[[], bool] = go_on
) -> list[str]:
    """Take in what a source has; gives notes for people.

    Raises:
        RmaError: it cannot be read.

    """
    with _locked(settings, f"source {source}", "pull", clock), Store.open(settings.run.store) as store:
        notes, away = take_in_what_answers(store, settings, [source], keep=True, now=clock(), stop=stop)
        for error in away.values():
            raise error
        return notes


def push(settings: Settings, *, clock: Clock = utc_now) -> list[str]:
    """Notice what people changed in Odoo, so that the lanes tell the sources; gives notes for people."""
    with (
        _locked(settings, "push", "push", clock),
        Store.open(settings.run.store) as store,
        closing(connect(settings.odoo, settings.secrets)) as client,
    ):
        return wake_changed(store, client, clock)


def lanes_with_work(settings: Settings, *, clock: Clock = utc_now) -> list[int]:
    """Give the lanes that hold returns which need a look."""
    with Store.open(settings.run.store) as store:
        heed_new_rules(store, settings)
        return store.lanes_with_work(list(settings.sources), settings.workers.lanes, now=clock())


def work(
    settings: Settings,
    number: int,
    *,
    clients: Clients | None = None,
    clock: Clock = utc_now,
    stop: Callable[[], bool] = go_on,
) -> Worked:
    """Bring Odoo and the sources in line for the returns of one lane, in both directions; nothing is done twice.

    Raises:
        Locked: somebody else is at work on this lane, or on the whole store.
        Stop: it could not go on; what was done stands.

    """
    report, lane = RunReport(clock()), Lane(number, settings.workers.lanes)
    with ExitStack() as stack:
        held = stack.enter_context(_locked(settings, f"lane {number}", "worker", clock))
        store = stack.enter_context(Store.open(settings.run.store))
        names = list(settings.sources)
        rmas = list(store.open_rmas(names, lane=(lane.number, lane.of), now=report.started))
        if not rmas:
            return Worked(report)
        diary = store.begin_run(f"worker, lane {number}", report.started)
        try:
            pool = clients or stack.enter_context(closing(Clients()))
            found = stack.enter_context(pool.one(settings, clock))
            run = Run(
                settings,
                store,
                found.client,
                clock,
                BOTH,
                False,
                stop,
                lane.keep,
                OneByOne(held),
                found.setup,
            )
            for batch, following in run.batches(iter(rmas)):
                held.check()
                report.results += run.carry_out(batch, following)
                if stop():
                    break
            store.move_home(lane.elsewhere)
        except BaseException as error:
            store.fail_run(diary, clock(), reason_of(error))
            raise
        report.finished = clock()
        report.calls, report.writes = found.client.calls - found.calls, found.client.writes - found.writes
        store.end_run(diary, report)
        store.forget_quiet_run(diary)
    return Worked(report, frozenset(where % lane.of for where in lane.elsewhere.values()))


def compare_all(settings: Settings, *, clock: Clock = utc_now) -> dict[str, int]:
    """Compare everything, while no lane is at work, and tell whoever is to be told; gives the findings by kind."""
    with reconcile(settings, list(Area), clock=clock, patience=PATIENCE) as found:
        if settings.alerts.any:
            tell(settings, "reconcile", after_reconcile(found), clock())
        return dict(found.counts)


@contextmanager
def _locked(settings: Settings, what: str, command: str, clock: Clock) -> "Iterator[Held]":
    with shared_lock(server_of(settings), what, now=clock(), command=command) as held:
        yield held


@dataclass(frozen=True, slots=True)
class OneByOne(Guard):
    """What lanes do one after the other, by locks in the store's server."""

    held: "Held"

    def writing(self, plans: Sequence[Plan]) -> AbstractContextManager[None]:
        """Move each article in one lane at a time: Odoo gives up on one of two that move the same, which costs more."""
        articles = {line.sku or line.barcode for plan in plans for line in plan.rma.lines}
        return self.held.waiting([f"article {name}" for name in sorted(filter(None, articles))], PATIENCE)

    def telling(self, sources: Collection[str]) -> AbstractContextManager[None]:
        """Tell each source in one lane at a time: some have no key that would make a second telling harmless."""
        return self.held.waiting([f"tell {name}" for name in sorted(sources)])

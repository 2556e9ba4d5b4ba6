"""The jobs as Procrastinate knows them: which never run together, when they come again, how they are tried again.

`lock`: no two jobs of one lane, or of one source, run at once. `queueing_lock`: no second one waits behind one that waits.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, JobAborted
from procrastinate.jobs import Job
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.redact import in_public, redact
from odoo_rma.connector.settings import Settings
from odoo_rma.sync.intake import go_on
from odoo_rma.sync.jobs import work as jobs
from odoo_rma.sync.jobs.clients import Clients
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.store import Store
from odoo_rma.sync.watch import LASTING

QUEUE = "odoo_rma"
FIRST, LATER = 10, 0
"""Reading comes before working: what came in is worked on in the same round."""

TRIES = 8
LONGEST = 900
KEEP_HOURS = 48

logger = logging.getLogger(__name__)

T = TypeVar("T")
Heard = Callable[[RunReport | RmaError], None]


class Failed(Exception):
    """A job failed, in words without secrets; `cause` is what it was."""

    def __init__(self, cause: RmaError) -> None:
        super().__init__(in_public(cause))
        self.cause = cause


class BackOff(BaseRetryStrategy):
    """Try again after 5, 10, 20 … seconds, up to a quarter of an hour; what will not mend by itself is not tried again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when; None for never."""
        cause = exception.cause if isinstance(exception, Failed) else exception
        if isinstance(cause, Locked):  # that ends with the other one, however often it was met
            return RetryDecision(retry_in={"seconds": min(2 + job.attempts, 15)})
        if isinstance(cause, LASTING) or job.attempts >= TRIES:
            return None
        return RetryDecision(retry_in={"seconds": min(5 * 2**job.attempts, LONGEST)})


@dataclass(slots=True)
class Hands:
    """What the jobs of one process share: the settings, when to stop, who hears how they went, which are under way."""

    settings: Settings
    stop: Callable[[], bool] = go_on
    heard: Heard = lambda _: None
    clients: Clients = field(default_factory=Clients)
    at_work: set[int] = field(default_factory=set)
    """The jobs that are under way."""
    number: int | None = None
    """Procrastinate's number of this worker, once it had a job."""

    async def hold(self, go_on: AsyncCallNext, context: JobContext, _worker: Worker) -> object:
        """Have a job in hand from its first step to its last."""
        job, number = context.job, context.job.id or 0
        self.number = job.worker_id
        self.at_work.add(number)
        try:
            return await go_on()
        finally:
            self.at_work.discard(number)


def app_of(hands: Hands, connector: BaseConnector) -> App:
    """Make the jobs known, with the times at which they come again."""
    app, settings = App(connector=connector), hands.settings
    every = settings.workers

    @app.task(name="lane", queue=QUEUE, retry=BackOff(), pass_context=True)
    async def lane(context: JobContext, lane: int) -> str:
        done = await _carry_out(
            hands, context, lambda: jobs.work(settings, lane, clients=hands.clients, stop=hands.stop)
        )
        # What is left because this worker stops, another one goes on with.
        await defer_lanes(app, done.elsewhere | ({lane} if hands.stop() else set()))
        if done.undecided:
            raise await _failure(hands, context, jobs.Undecided(done.undecided))
        hands.heard(done.report)
        return f"{len(done.report.results)} returns"

    @app.task(name="pull", queue=QUEUE, priority=FIRST, retry=BackOff(), pass_context=True)
    async def pull(context: JobContext, timestamp: int = 0, *, source: str) -> str:
        notes = await _carry_out(hands, context, lambda: jobs.pull(settings, source, stop=hands.stop))
        await defer_lanes(app, await asyncio.to_thread(jobs.lanes_with_work, settings))
        return "; ".join(notes)

    @app.task(name="push", queue=QUEUE, priority=FIRST, retry=BackOff(), pass_context=True)
    async def push(context: JobContext, timestamp: int = 0) -> str:
        notes = await _carry_out(hands, context, lambda: jobs.push(settings))
        await defer_lanes(app, await asyncio.to_thread(jobs.lanes_with_work, settings))
        return "; ".join(notes)

    @app.task(name="reconcile", queue=QUEUE, retry=BackOff(), pass_context=True)
    async def reconcile(context: JobContext, timestamp: int = 0) -> str:
        counts = await _carry_out(hands, context, lambda: jobs.compare_all(settings))
        return f"{sum(counts.values())} findings"

    @app.task(name="alert", queue=QUEUE, retry=BackOff(), pass_context=True)
    async def alert(context: JobContext, timestamp: int = 0) -> str:
        from odoo_rma.sync.jobs.tell import tell_people  # noqa: PLC0415 (it looks at the queue, by way of this module)

        return " ".join(await _carry_out(hands, context, lambda: tell_people(settings)))

    @app.task(name="clean", queue=QUEUE, pass_context=True)
    async def clean(context: JobContext, timestamp: int = 0) -> None:
        # Procrastinate has a job for that, too, but its name changes with each app of a process.
        manager = context.app.job_manager
        await manager.delete_old_jobs(
            KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    for source in settings.sources:
        app.periodic(cron=every.pull, periodic_id=source, **_alone(f"pull {source}", source=source))(pull)
    app.periodic(cron=every.push, periodic_id="push", **_alone("push"))(push)
    app.periodic(cron=every.reconcile, periodic_id="reconcile", **_alone("reconcile"))(reconcile)
    if settings.alerts.any:
        app.periodic(cron=every.push, periodic_id="alert", **_alone("alert"))(alert)
    app.periodic(cron="17 * * * *", periodic_id="clean", **_alone("clean"))(clean)
    return app


async def defer_lanes(app: App, numbers: Iterable[int]) -> None:
    """Let the jobs of these lanes wait, each once."""
    for number in sorted(set(numbers)):
        try:
            await app.tasks["lane"].configure(**_alone(f"lane {number}", lane=number)).defer_async()
        except AlreadyEnqueued:
            continue


def defer_now(app: App, settings: Settings, kinds: Iterable[str]) -> list[str]:
    """Let jobs wait that would come later; gives the names of those that did not wait already."""
    names = [(kind, s) for kind in kinds for s in (settings.sources if kind == "pull" else [""])]
    put = []
    for kind, source in names:
        name = f"{kind} {source}".strip()
        try:
            app.tasks[kind].configure(**_alone(name, **({"source": source} if source else {}))).defer()
        except AlreadyEnqueued:
            continue
        put.append(name)
    return put


def _alone(name: str, **arguments: Any) -> Any:
    return {"queue": QUEUE, "lock": name, "queueing_lock": name, "task_kwargs": arguments}


async def _carry_out(hands: Hands, context: JobContext, do: Callable[[], T]) -> T:
    """Do it in a thread, so that the heart goes on beating."""
    try:
        done = await asyncio.to_thread(do)
    except RmaError as error:
        raise await _failure(hands, context, error) from None
    await asyncio.to_thread(_remember, hands.settings, context.job.id or 0, "")
    return done


async def _failure(hands: Hands, context: JobContext, error: RmaError) -> Failed | JobAborted:
    """Write down why a job failed; gives what to end it with: where the next of its kind waits already, that goes on."""
    hands.heard(error)
    words = in_public(error)
    await asyncio.to_thread(_remember, hands.settings, context.job.id or 0, words)
    return JobAborted(words) if await _another_waits(context) else Failed(error)


async def _another_waits(context: JobContext) -> bool:
    # Two may not wait under one name, so this one could not be put back: it would stand as being done for ever.
    name = context.job.queueing_lock
    waiting = await context.app.job_manager.list_jobs_async(queueing_lock=name, status="todo") if name else ()
    return bool(list(waiting))


def _remember(settings: Settings, job: int, error: str) -> None:
    try:
        with Store.open(settings.run.store) as store:
            store.job_failed(job, error) if error else store.job_went_well(job)
    except RmaError as away:  # then nobody can be told there; the log says it
        logger.warning("The reason of job %s cannot be kept: %s", job, redact(str(away)))

"""A worker: takes on jobs until it is asked to stop, tends to what nobody does any more, and says how it goes.

It outlives its database: while that is away it waits, longer each time, and goes on. What will not mend by itself (settings,
login, missing modules) makes its jobs fail and itself unhealthy; it goes on, for other sources may be well.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import JobAborted, ProcrastinateException
from psycopg import sql

from odoo_rma.connector.errors import RmaError, StoreFailed
from odoo_rma.connector.redact import in_public, redact
from odoo_rma.connector.settings import Settings, StoreServer
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.jobs.look import Counts
from odoo_rma.sync.jobs.queue import QUEUE, Failed, Hands, app_of
from odoo_rma.sync.jobs.ready import server_of
from odoo_rma.sync.jobs.schema import make_queue
from odoo_rma.sync.jobs.tend import Tending
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Exit, RunReport
from odoo_rma.sync.store import Store
from odoo_rma.sync.store.server import conninfo
from odoo_rma.sync.watch import Health

SIGNS = 6
"""So many signs of life a worker may miss before it counts as dead."""
ASKED = 0.2
LONGEST_PAUSE = 60.0

logger = logging.getLogger(__name__)

Told = Callable[[RunReport | RmaError], None]


class _InOurWords(logging.Filter):
    """Keeps out how Procrastinate tells of a job that failed for a reason: that is told in words, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], (Failed, JobAborted)):
            record.exc_info = None
            return record.levelno < logging.ERROR
        return True


logging.getLogger("procrastinate.worker").addFilter(_InOurWords())


@dataclass(slots=True)
class Worker:
    """What one process does: `concurrency` jobs at once, each in a thread with connections of its own."""

    settings: Settings
    stop: Event
    health: Health
    told: Told
    counted: Callable[[Counts], None] = lambda _: None
    concurrency: int = 1
    until_empty: bool = False

    def run(self) -> Exit:
        """Work until asked to stop, or, with `until_empty`, until no job waits.

        Raises:
            RmaError: it cannot even begin: the store is out of reach, not ours, or newer.

        """
        place = server_of(self.settings)
        Store.open(place).close()
        make_queue(place)
        pause = 1.0
        while not self.stop.is_set():
            self.health.write("running", utc_now())
            try:
                if asyncio.run(self._work(place)) and self.until_empty:
                    break
                pause = 1.0
            except (ProcrastinateException, psycopg.Error, StoreFailed, OSError) as error:
                self._away(error)
                self.stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self.health.end("stopped", utc_now())
        return Exit.FAILED if self.until_empty and self.health.failures else Exit.DONE

    def _away(self, error: Exception) -> None:
        cause = error.__cause__ or error
        words = redact(
            f"The queue in {self.settings.run.store} is out of reach: {' '.join(str(cause).split())}"
        )
        logger.warning("%s", words)
        self.health.failures, self.health.error = self.health.failures + 1, words
        self.health.write("waiting", utc_now())

    def _heard(self, how: RunReport | RmaError) -> None:
        if isinstance(how, RmaError):
            if not isinstance(how, Locked):
                self.health.failures, self.health.error = self.health.failures + 1, in_public(how)
        else:
            self.health.failures, self.health.error = 0, ""
        self.told(how)

    async def _work(self, place: StoreServer) -> bool:
        """Take on jobs; gives whether none is left, neither waiting nor under way anywhere."""
        hands = Hands(self.settings, self.stop.is_set, self._heard)
        app = app_of(hands, connector(place, self.concurrency))
        with closing(hands.clients):
            async with app.open_async():
                return await self._at_work(app, hands, Tending(app, hands, place, self._dead))

    async def _at_work(self, app: App, hands: Hands, tending: Tending) -> bool:
        await self._tend(app, tending)
        working = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=self.concurrency,
                wait=not self.until_empty,
                install_signal_handlers=False,
                update_heartbeat_interval=self._beat,
                stalled_worker_timeout=self._dead,
                worker_middleware=[hands.hold],
            )
        )
        beside = [asyncio.create_task(c) for c in (self._ask(working), self._go_on_tending(app, tending))]
        try:
            with suppress(asyncio.CancelledError):
                await working
        finally:
            for task in beside:
                task.cancel()
            ended = await asyncio.gather(*beside, return_exceptions=True)
        for how in ended:
            if isinstance(how, Exception):
                raise how
        left = Counts.of(await app.job_manager.list_queues_async()).by_state
        if self.until_empty and (more := bool(left["todo"] + left["doing"])):
            await asyncio.sleep(ASKED)
            return not more
        return True

    @property
    def _dead(self) -> float:
        return self.settings.workers.dead_after

    @property
    def _beat(self) -> float:
        return self._dead / SIGNS

    async def _ask(self, working: "asyncio.Task[None]") -> None:
        while not self.stop.is_set():
            await asyncio.sleep(ASKED)
        working.cancel()  # it ends the jobs under way first

    async def _go_on_tending(self, app: App, tending: Tending) -> None:
        while True:
            await asyncio.sleep(self._beat)
            await self._tend(app, tending)

    async def _tend(self, app: App, tending: Tending) -> None:
        await tending.look()
        self.counted(Counts.of(await app.job_manager.list_queues_async()))
        self.health.beat(utc_now())


def connector(place: StoreServer, concurrency: int = 1) -> PsycopgConnector:
    """Give what Procrastinate needs to reach the queue: few connections, at work in our schema."""

    async def ours(connection: "psycopg.AsyncConnection[Any]") -> None:
        await connection.set_autocommit(True)
        await connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(place.schema)))

    most = 3 + concurrency
    return PsycopgConnector(conninfo=conninfo(place), configure=ours, min_size=1, max_size=most, timeout=15)

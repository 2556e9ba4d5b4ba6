"""Nothing stands as being done that nobody does: jobs of dead workers wait again, and what this worker left behind, too.

One worker at a time takes over, and looks again when it is its turn. Who went by an older look would take what another has
put back, or begun, for lost.
"""

import asyncio
import logging
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from procrastinate import App
from procrastinate.exceptions import ProcrastinateException, UniqueViolation
from procrastinate.jobs import Job, Status

from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.jobs.queue import Hands
from odoo_rma.sync.lock import Holder
from odoo_rma.sync.lock_server import session

LOCK = "tend"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Tending:
    """What one worker puts back; who gave no sign of life for `dead_after` seconds is dead."""

    app: App
    hands: Hands
    place: StoreServer
    dead_after: float
    _since: dict[int, float] = field(default_factory=dict)

    async def look(self) -> None:
        """Put back what nobody does any more."""
        await self.app.job_manager.prune_stalled_workers(self.dead_after)
        if await self._left_by_the_dead():
            await self._take_over()
        await self._put_back_own()

    async def _left_by_the_dead(self) -> list[Job]:
        return list(await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.dead_after))

    async def _take_over(self) -> None:
        with ExitStack() as stack:
            held = await asyncio.to_thread(
                stack.enter_context, session(self.place, Holder.here(utc_now(), LOCK))
            )
            if not await asyncio.to_thread(held.take, LOCK):
                return
            for job in await self._left_by_the_dead():
                logger.warning(
                    "%s was left by a worker that gave no sign of life; it is taken over.", job.call_string
                )
                await self._put_back(job)

    async def _put_back_own(self) -> None:
        """What this worker has and does not do was not put back when it ended, such as while the database was away."""
        me, manager = self.hands.number, self.app.job_manager
        doing = await manager.list_jobs_async(status="doing", worker_id=me) if me else ()
        left = {job.id or 0: job for job in doing if job.id not in self.hands.at_work}
        now = time.monotonic()
        self._since = {number: self._since.get(number, now) for number in left}
        for number, since in self._since.items():
            if now - since >= self.dead_after:  # not just on its way to its end
                await self._put_back(left[number])

    async def _put_back(self, job: Job) -> None:
        manager = self.app.job_manager
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # Another one of its kind waits: that goes on in its place.
            with suppress(ProcrastinateException):
                await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
        except ProcrastinateException as error:  # it has ended meanwhile; or it is put back next time
            logger.info("%s was not put back: %s", job.call_string, error.__cause__ or error)

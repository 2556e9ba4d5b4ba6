"""What waits, what is done, what failed and why: the queue as people and supervisors see it."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from procrastinate import App, SyncPsycopgConnector
from procrastinate.jobs import Job
from psycopg import sql

from odoo_rma.connector.settings import Settings
from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.jobs.queue import Hands, app_of
from odoo_rma.sync.jobs.ready import server_of
from odoo_rma.sync.jobs.schema import has_queue
from odoo_rma.sync.store import Store
from odoo_rma.sync.store.server import connect, conninfo
from odoo_rma.sync.store.server_words import plain_words

STATES = ("todo", "doing", "failed", "succeeded")
_SHOWN = ("doing", "failed", "todo")

_WORKERS = """
SELECT w.id, extract(epoch FROM now() - w.last_heartbeat)::float8 AS seconds,
    (SELECT count(*) FROM procrastinate_jobs j WHERE j.worker_id = w.id AND j.status = 'doing') AS jobs
FROM procrastinate_workers w ORDER BY w.id
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs there are, by state."""

    by_state: Mapping[str, int]

    @classmethod
    def of(cls, queues: Iterable[Mapping[str, Any]]) -> "Counts":
        """Add up what Procrastinate says of each queue."""
        found = dict.fromkeys(STATES, 0)
        for queue in queues:
            for state in STATES:
                found[state] += int(queue[state])
        return cls(found)


@dataclass(frozen=True, slots=True)
class Seen:
    """One job: `tried` counts how often it was begun before, `due` when it is tried next, `why` why it failed last."""

    id: int
    name: str
    state: str
    tried: int
    due: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The queue at one moment. `workers` gives for each the seconds since its last sign of life, and its jobs."""

    counts: Counts
    jobs: tuple[Seen, ...] = ()
    workers: tuple[dict[str, Any], ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "counts": dict(self.counts.by_state),
            "jobs": [asdict(job) for job in self.jobs],
            "workers": list(self.workers),
        }


def overview(settings: Settings) -> Overview:
    """Look at the queue; an empty one where there was never a worker.

    Raises:
        StoreFailed: the store is out of reach.

    """
    place = server_of(settings)
    if not has_queue(place):
        return Overview(Counts(dict.fromkeys(STATES, 0)))
    app = app_of(Hands(settings), sync_connector(place))
    with app.open(), Store.open(place) as store, closing(connect(place)) as connection, plain_words(place):
        why = store.job_failures()
        jobs = tuple(
            Seen(
                job.id, job.lock or job.task_name, state, job.attempts, job.scheduled_at, why.get(job.id, "")
            )
            for state in _SHOWN
            for job in app.job_manager.list_jobs(status=state)
            if job.id is not None and not (state == "failed" and _made_up_for(app, job))
        )
        workers = tuple(dict(row) for row in connection.execute(_WORKERS).fetchall())
        return Overview(Counts.of(app.job_manager.list_queues()), jobs, workers)


def _made_up_for(app: App, job: Job) -> bool:
    """Tell whether a later job of the same kind went well."""
    later = app.job_manager.list_jobs(status="succeeded", lock=job.lock) if job.lock else ()
    return any((other.id or 0) > (job.id or 0) for other in later)


def sync_connector(place: StoreServer) -> SyncPsycopgConnector:
    """Give what Procrastinate needs to reach the queue from a command that ends at once."""

    def ours(connection: Any) -> None:
        connection.autocommit = True
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(place.schema)))

    return SyncPsycopgConnector(conninfo=conninfo(place), configure=ours, min_size=1, max_size=2, timeout=15)

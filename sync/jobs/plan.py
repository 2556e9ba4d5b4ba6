"""When jobs come by themselves, and letting them come now."""

from collections.abc import Sequence
from datetime import datetime

from croniter import croniter

from odoo_rma.connector.settings import Settings
from odoo_rma.sync.jobs.look import sync_connector
from odoo_rma.sync.jobs.queue import Hands, app_of, defer_now
from odoo_rma.sync.jobs.ready import server_of
from odoo_rma.sync.jobs.schema import make_queue
from odoo_rma.sync.store import Store


def due(settings: Settings, now: datetime) -> list[tuple[str, str, datetime]]:
    """Give each job with its cron expression (UTC) and when it comes next."""
    every = settings.workers
    jobs = [(f"pull {name}", every.pull) for name in settings.sources]
    jobs += [("push", every.push), ("reconcile", every.reconcile)]
    return [(name, cron, croniter(cron, now).get_next(datetime)) for name, cron in jobs]


def let_come(settings: Settings, kinds: Sequence[str]) -> list[str]:
    """Let jobs of these kinds wait for a worker; gives the names of those that did not wait already.

    Raises:
        StoreFailed: the store is out of reach.

    """
    place = server_of(settings)
    Store.open(place).close()
    make_queue(place)
    app = app_of(Hands(settings), sync_connector(place))
    with app.open():
        return defer_now(app, settings, kinds)

"""Tells people how it goes with all workers together, as `--alert` does of a run: once for each change."""

from odoo_rma.connector.settings import Settings
from odoo_rma.sync.alert import tell
from odoo_rma.sync.alert.state import after_sync
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.jobs.look import Overview, overview
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import waiting
from odoo_rma.sync.store import Store

ODOO = "Odoo"


def tell_people(settings: Settings, *, clock: Clock = utc_now) -> list[str]:
    """Tell what waits for a person, and what cannot be read; gives notes on what went wrong with that."""
    now = clock()
    report = RunReport(now, away=_away(overview(settings)))
    with Store.open(settings.run.store) as store:
        report.results += waiting(store, list(settings.sources), ())
    return tell(settings, "worker", after_sync(report), now)


def _away(seen: Overview) -> dict[str, str]:
    """Give what jobs could not reach when they were tried last: a source, or Odoo itself."""
    return {
        job.name.removeprefix("pull ") if job.name.startswith("pull ") else ODOO: job.why
        for job in seen.jobs
        if job.why and (job.tried or job.state == "failed")
    }

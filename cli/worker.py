"""`odoo-rma worker`."""

import os
import sys
from pathlib import Path

import click

from odoo_rma.cli.failures import tell
from odoo_rma.cli.logs import say
from odoo_rma.cli.session import Session, pass_session, transport_option
from odoo_rma.cli.sync import listening_at
from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.redact import in_public
from odoo_rma.sync.jobs.ready import server_of
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.watch import Health, asked_to_stop


@click.command()
@click.option(
    "--concurrency",
    type=click.IntRange(1, 32),
    default=1,
    show_default=True,
    metavar="JOBS",
    help="So many jobs at once, each with a connection to Odoo of its own.",
)
@click.option("--until-empty", is_flag=True, help="End when no job waits, instead of waiting for the next.")
@click.option(
    "--health",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A file that says how it goes, as JSON.",
)
@click.option(
    "--listen",
    metavar="[HOST:]PORT",
    help="Answer /health and /metrics (Prometheus) there; without HOST to this machine alone.",
)
@transport_option
@pass_session
def worker(
    session: Session,
    concurrency: int,
    until_empty: bool,
    health: Path | None,
    listen: str | None,
    transport: str | None,
) -> None:
    """Take on jobs, beside any number of other workers on any number of hosts, until stopped (SIGTERM, Ctrl-C).

    The jobs do what sync and reconcile do. They come by themselves, as the settings say ([workers]), and wait in the store,
    which has to be on a PostgreSQL server. Killed, its jobs are taken over by another worker.

    \b
    Examples:
      odoo-rma worker
      odoo-rma worker --concurrency 4 --listen 9109
      odoo-rma worker --until-empty
    """
    settings = session.settings(transport=transport)
    place = server_of(settings)
    from odoo_rma.sync.jobs.worker import Worker  # noqa: PLC0415 (needs what only workers need)

    said = Health(health)
    with asked_to_stop() as stop, listening_at(listen, said) as figures:
        say(f"Worker {os.getpid()} takes jobs from {place}")

        def told(how: RunReport | RmaError) -> None:
            if figures:
                figures.hear(how)
            _tell(how)

        counted = figures.count_jobs if figures else lambda _: None
        ours = Worker(settings, stop, said, told, lambda c: counted(c.by_state), concurrency, until_empty)
        sys.exit(ours.run())


def _tell(how: RunReport | RmaError) -> None:
    if isinstance(how, RmaError):
        if not isinstance(how, Locked):
            tell(in_public(how))
        return
    done = [r for r in how.results if r.outcome is Outcome.DONE]
    if done:
        names = ", ".join(r.label for r in done[:5]) + (f" and {len(done) - 5} more" if len(done) > 5 else "")
        say(
            f"{names}: done; {how.calls} calls to Odoo, {how.writes} of them writing",
            calls=how.calls,
            writes=how.writes,
            returns=[f"{r.source}/{r.id}" for r in done],
        )

"""`odoo-rma sync`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odoo_rma.cli.alerting import Alarm, alert_option
from odoo_rma.cli.arguments import WORDS
from odoo_rma.cli.failures import tell
from odoo_rma.cli.logs import say
from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.report import print_report
from odoo_rma.cli.session import Session, json_option, pass_session, transport_option
from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.redact import in_public
from odoo_rma.sync.alert.state import after_failure, after_sync
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.intake import go_on
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Exit, RunReport
from odoo_rma.sync.watch import Health, asked_to_stop, watch

if TYPE_CHECKING:
    from odoo_rma.sync.listen import Figures


@click.command()
@click.option("--dry-run", is_flag=True, help="Print what would be done; write nothing.")
@click.option(
    "--source", "-s", "sources", multiple=True, metavar="NAME", help="Only this source; may be repeated."
)
@click.option(
    "--rma",
    "-r",
    "rmas",
    multiple=True,
    type=WORDS,
    metavar="ID",
    help="Only this RMA (id, number or source/id), whatever its state; may be repeated.",
)
@click.option(
    "--batch", type=click.IntRange(1, 1000), help="RMAs per batch; the settings decide when left out."
)
@click.option("--pull", is_flag=True, help="Only from the returns systems into Odoo.")
@click.option("--push", is_flag=True, help="Only back: tell the returns systems what Odoo holds.")
@click.option("--watch", "watching", is_flag=True, help="Go on until stopped (SIGTERM, Ctrl-C).")
@click.option(
    "--every",
    type=click.IntRange(1, 86_400),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="With --watch: the pause between two runs; longer after failed ones.",
)
@click.option(
    "--health",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --watch: a file that says how it goes, as JSON.",
)
@click.option(
    "--listen",
    metavar="[HOST:]PORT",
    help="With --watch: answer /health and /metrics (Prometheus) there; without HOST to this machine alone.",
)
@alert_option
@transport_option
@json_option
@pass_session
def sync(
    session: Session,
    dry_run: bool,
    sources: tuple[str, ...],
    rmas: tuple[str, ...],
    batch: int | None,
    pull: bool,
    push: bool,
    watching: bool,
    every: int,
    health: Path | None,
    listen: str | None,
    alerting: bool,
    transport: str | None,
    as_json: bool,
) -> None:
    """Bring the returns systems and Odoo together, in both directions.

    What the returns systems say is carried into Odoo; what Odoo owns goes back to them (settings: owners). Run it as
    often as you like: nothing is done twice.

    \b
    Examples:
      odoo-rma sync
      odoo-rma sync --dry-run
      odoo-rma sync --source shop --rma R-1001 --rma R-1002
      odoo-rma sync --pull
      odoo-rma sync --watch --every 60 --health health.json
      odoo-rma sync --watch --listen 9109
      odoo-rma sync --alert
    """
    from odoo_rma.sync import run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)

    if pull and push:
        raise click.UsageError("--pull and --push are the two halves; leave both out to do both.")
    if watching and dry_run:
        raise click.UsageError("--watch with --dry-run would say the same for ever.")
    if (health or listen) and not watching:
        raise click.UsageError("--health and --listen go with --watch.")
    if alerting and (dry_run or rmas):
        raise click.UsageError("--alert is for whole runs: leave out --dry-run and --rma.")
    direction = run.Direction.PULL if pull else run.Direction.PUSH if push else run.BOTH
    settings = session.settings(transport=transport, batch=batch)
    half = ["--pull"] if pull else ["--push"] if push else []
    alarm = Alarm(settings, " ".join(("sync", *half, *sorted(sources))), alerting)

    def once(stop: Callable[[], bool] = go_on) -> RunReport:
        with ProgressBar() as progress:
            return run.sync(
                settings,
                sources=sources,
                rmas=rmas,
                direction=direction,
                dry_run=dry_run,
                progress=progress,
                stop=stop,
            )

    if watching:
        sys.exit(_watch(once, timedelta(seconds=every), Health(health), listen, alarm, as_json=as_json))
    with alarm.on_failure():
        report = once()
    print_report(report, as_json=as_json, with_unchanged=bool(rmas))
    alarm.tell(after_sync(report))
    sys.exit(report.exit_code)


def _watch(
    once: Callable[[Callable[[], bool]], RunReport],
    every: timedelta,
    said: Health,
    listen: str | None,
    alarm: Alarm,
    *,
    as_json: bool,
) -> Exit:
    def told(how: RunReport | RmaError) -> None:
        if figures:
            figures.hear(how)
        if isinstance(how, RunReport):
            print_report(how, as_json=as_json, one_of_many=True)
            alarm.tell(after_sync(how))
        else:
            tell(in_public(how))
            if not isinstance(how, Locked):
                alarm.tell(after_failure(how))

    with asked_to_stop() as stop, alarm.on_failure(), listening_at(listen, said) as figures:

        def asked() -> bool:
            said.beat(utc_now())
            return stop.is_set()

        return watch(lambda: once(asked), every=every, health=said, stop=stop, told=told)


@contextmanager
def listening_at(address: str | None, said: Health) -> "Iterator[Figures | None]":
    """Answer /health and /metrics at an address, where one is given."""
    if address is None:
        yield None
        return
    from odoo_rma.sync.listen import Figures, listening  # noqa: PLC0415 (loaded only where it is used)

    figures = Figures(said)
    with listening(address, said, figures) as url:
        say(f"Answering {url}/health and {url}/metrics")
        yield figures

"""`odoo-rma audit`: the month's package for the files."""

import logging
import sys
from datetime import timedelta
from pathlib import Path

import click

from odoo_rma.cli.arguments import MONTH
from odoo_rma.cli.logs import say
from odoo_rma.cli.output import clean
from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.reconcile import AREAS
from odoo_rma.cli.session import Session, now, pass_session, transport_option
from odoo_rma.mappings.drift.result import Reconciliation


@click.command()
@click.option(
    "--period",
    type=MONTH,
    metavar="MONTH",
    help="The accounting month, such as 2026-10; the one before this when left out.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("audit"),
    show_default=True,
    metavar="FOLDER",
    help="Each month gets a folder of its own in it.",
)
@transport_option
@pass_session
def audit(session: Session, period: str | None, output: Path, transport: str | None) -> None:
    """Write the package of a month: workbook, page, JSON, a note in plain words, and checksums.

    It is the reconciliation of everything in that month, ready to be filed as evidence.

    \b
    Examples:
      odoo-rma audit
      odoo-rma audit --period 2026-10 --output /srv/audit
    """
    from odoo_rma.sync import reconcile as run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)
    from odoo_rma.sync.audit import write_package  # noqa: PLC0415
    from odoo_rma.sync.reports.file import check_writable  # noqa: PLC0415

    month = period or last_month()
    check_writable(output / month / "returns")
    settings = session.settings(transport=transport)
    with (
        ProgressBar() as progress,
        run.reconcile(settings, AREAS["all"], period=month, progress=progress) as found,
    ):
        progress.stop()
        written = write_package(found, output / month)
        code = run.exit_code(found)
    for file in written:
        click.echo(clean(str(file)))
    click.echo(_verdict(found))
    if month > last_month():
        say(f"Note: {month} is not over yet; file it again when it is.", logging.WARNING)
    sys.exit(code)


def _verdict(found: Reconciliation) -> str:
    if any(equation.unexplained for equation in found.equations):
        return click.style("NOT PROVEN: a total is not explained by the listed differences.", fg="red")
    if findings := sum(found.counts.values()):
        kinds = ", ".join(f"{count} {kind}" for kind, count in found.counts.items())
        return click.style(
            f"Every total ties out; {findings} difference{'s wait' if findings > 1 else ' waits'} for somebody ({kinds}).",
            fg="yellow",
        )
    return click.style("Both sides agree.", fg="green")


def last_month() -> str:
    """Name the month before this one."""
    first = now().astimezone().replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"

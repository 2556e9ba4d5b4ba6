"""`odoo-rma reconcile`: do both sides agree, to the unit and the cent?"""

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import click

from odoo_rma.cli.alerting import Alarm, alert_option
from odoo_rma.cli.arguments import DAY, MONTH
from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.reconciled import print_reconciliation
from odoo_rma.cli.session import Session, now, pass_session, transport_option
from odoo_rma.mappings.drift import Area
from odoo_rma.sync.alert.state import after_reconcile

AREAS = {"inventory": (Area.INVENTORY,), "ledger": (Area.LEDGER,), "all": (Area.INVENTORY, Area.LEDGER)}
FORMATS = ("table", "json", "csv", "xlsx", "html")


@click.command()
@click.argument("what", type=click.Choice(list(AREAS)), default="all")
@click.option(
    "--source", "-s", "sources", multiple=True, metavar="NAME", help="Only this source; may be repeated."
)
@click.option(
    "--since",
    type=DAY,
    metavar="DAY",
    help="Only what changed since this day, here or in Odoo.",
)
@click.option("--period", type=MONTH, metavar="MONTH", help="Only this accounting month, such as 2026-10.")
@click.option(
    "--fix",
    type=click.Choice(["rma", "erp", "auto"]),
    help="Mend what can be mended: tell the sources (rma), carry it out in Odoo (erp), or each by who owns the fact.",
)
@click.option("--dry-run", is_flag=True, help="With --fix: say what would be done; write nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="What to make of it.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Where to write it; csv, xlsx and html need one.",
)
@click.option(
    "--limit", type=click.IntRange(0), default=50, show_default=True, help="Differences in the table."
)
@alert_option
@transport_option
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@pass_session
def reconcile(
    session: Session,
    what: str,
    sources: tuple[str, ...],
    since: date | None,
    period: str | None,
    fix: str | None,
    dry_run: bool,
    form: str,
    output: Path | None,
    limit: int,
    alerting: bool,
    transport: str | None,
    as_json: bool,
) -> None:
    """Compare every return at its source with Odoo, unit by unit and cent by cent, and list every difference.

    \b
    Examples:
      odoo-rma reconcile
      odoo-rma reconcile ledger --period 2026-10
      odoo-rma reconcile all --format xlsx --output october.xlsx
      odoo-rma reconcile --fix auto --dry-run
      odoo-rma reconcile --fix auto
      odoo-rma reconcile --alert
    """
    from odoo_rma.sync import reconcile as run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)
    from odoo_rma.sync.reports import WRITERS  # noqa: PLC0415
    from odoo_rma.sync.reports.file import check_writable  # noqa: PLC0415
    from odoo_rma.sync.reports.whole import pieces  # noqa: PLC0415

    form = "json" if as_json else form
    _check(form, output, since)
    if dry_run and not fix:
        raise click.UsageError("--dry-run goes with --fix: without it nothing is written anyway.")
    if output and not (form == "csv" and output.is_dir()):
        check_writable(output)
    settings = session.settings(transport=transport)
    alarm = Alarm(settings, _scope(what, sources, since, period), alerting)
    with (
        alarm.on_failure(),
        ProgressBar() as progress,
        run.reconcile(
            settings,
            AREAS[what],
            sources=sources,
            since=since,
            period=period or "",
            fix=run.Fix(fix) if fix else None,
            dry_run=dry_run,
            progress=progress,
        ) as found,
    ):
        progress.stop()
        if form == "json" and output is None:
            for piece in pieces(found):
                click.echo(piece, nl=False)
        else:
            if output:
                WRITERS[form](found, output)
            print_reconciliation(found, limit=limit, written=output)
        code, state = run.exit_code(found), after_reconcile(found)
    alarm.tell(state)
    sys.exit(code)


def _scope(what: str, sources: Sequence[str], since: date | None, period: str | None) -> str:
    """Name the run for the memory of alerts: what is looked at, but not since which day."""
    return " ".join(
        ["reconcile", what, *sorted(sources), *(["--since"] if since else []), *filter(None, [period])]
    )


def _check(form: str, output: Path | None, since: date | None) -> None:
    if since and since > now().date() + timedelta(days=1):  # where Odoo's people are it may be tomorrow
        raise click.UsageError(f"--since {since} lies in the future: nothing would be looked at.")
    if output and form == "table":
        raise click.UsageError("A table is only printed; for a file name another --format.")
    if form not in ("table", "json") and output is None:
        raise click.UsageError(f"--format {form} writes a file: name it with --output.")

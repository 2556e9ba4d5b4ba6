"""`odoo-rma reconcile`: do both sides agree, to the unit and the cent?"""

import sys
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import click

from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.reconciled import print_reconciliation
from odoo_rma.cli.session import Session, pass_session, transport_option
from odoo_rma.mappings.drift import Area

AREAS = {"inventory": (Area.INVENTORY,), "ledger": (Area.LEDGER,), "all": (Area.INVENTORY, Area.LEDGER)}
FORMATS = ("table", "json", "csv", "xlsx", "html")


def _period(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    try:
        return f"{datetime.strptime(value, '%Y-%m'):%Y-%m}" if value else ""  # noqa: DTZ007 (a month has no zone)
    except ValueError:
        raise click.BadParameter(f"{value} is no month; write it as 2026-10.") from None


@click.command()
@click.argument("what", type=click.Choice(list(AREAS)), default="all")
@click.option(
    "--source", "-s", "sources", multiple=True, metavar="NAME", help="Only this source; may be repeated."
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Only what changed since this day, here or in Odoo.",
)
@click.option(
    "--period", callback=_period, metavar="MONTH", help="Only this accounting month, such as 2026-10."
)
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
@transport_option
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@pass_session
def reconcile(
    session: Session,
    what: str,
    sources: tuple[str, ...],
    since: datetime | None,
    period: str,
    form: str,
    output: Path | None,
    limit: int,
    transport: str | None,
    as_json: bool,
) -> None:
    """Compare every return at its source with Odoo, unit by unit and cent by cent, and list every difference.

    \b
    Examples:
      odoo-rma reconcile
      odoo-rma reconcile ledger --period 2026-10
      odoo-rma reconcile all --format xlsx --output october.xlsx
    """
    from odoo_rma.sync import reconcile as run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)
    from odoo_rma.sync.reports import WRITERS  # noqa: PLC0415
    from odoo_rma.sync.reports.whole import pieces  # noqa: PLC0415

    form = "json" if as_json else form
    _check(form, output, WRITERS)
    settings = session.settings(transport=transport)
    with (
        ProgressBar() as progress,
        run.reconcile(
            settings,
            AREAS[what],
            sources=sources,
            since=since.date() if since else None,
            period=period,
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
        code = run.exit_code(found)
    sys.exit(code)


def _check(form: str, output: Path | None, known: Collection[str]) -> None:
    if form not in (*known, "table"):
        raise click.UsageError(f"--format {form} is not there yet.")
    if output and form == "table":
        raise click.UsageError("A table is only printed; for a file name another --format.")
    if form not in ("table", "json") and output is None:
        raise click.UsageError(f"--format {form} writes a file: name it with --output.")

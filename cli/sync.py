"""`odoo-rma sync`."""

import sys

import click

from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.report import print_report
from odoo_rma.cli.session import Session, json_option, pass_session, transport_option


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
    metavar="ID",
    help="Only this RMA (id, number or source/id), whatever its state; may be repeated.",
)
@click.option(
    "--batch", type=click.IntRange(1, 1000), help="RMAs per batch; the settings decide when left out."
)
@transport_option
@json_option
@pass_session
def sync(
    session: Session,
    dry_run: bool,
    sources: tuple[str, ...],
    rmas: tuple[str, ...],
    batch: int | None,
    transport: str | None,
    as_json: bool,
) -> None:
    """Carry what the returns systems say into Odoo. Run it as often as you like: nothing is done twice.

    \b
    Examples:
      odoo-rma sync
      odoo-rma sync --dry-run
      odoo-rma sync --source shop --rma R-1001 --rma R-1002
    """
    from odoo_rma.sync import run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)

    settings = session.settings(transport=transport, batch=batch)
    with ProgressBar() as progress:
        report = run.sync(settings, sources=sources, rmas=rmas, dry_run=dry_run, progress=progress)
    print_report(report, as_json=as_json, with_unchanged=bool(rmas))
    sys.exit(report.exit_code)

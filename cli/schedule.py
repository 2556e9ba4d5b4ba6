"""`odoo-rma schedule`: when jobs come, and letting them come now."""

from datetime import datetime

import click

from odoo_rma.cli.output import local, print_json, print_table
from odoo_rma.cli.session import Session, json_option, now, pass_session
from odoo_rma.sync.jobs.ready import server_of

KINDS = ("pull", "push", "reconcile")


@click.command()
@click.option(
    "--now",
    "kinds",
    multiple=True,
    type=click.Choice([*KINDS, "all"]),
    help="Let this job wait for a worker at once; may be repeated.",
)
@json_option
@pass_session
def schedule(session: Session, kinds: tuple[str, ...], as_json: bool) -> None:
    """Show when jobs come by themselves, or let them come now.

    pull reads a source, push notices what changed in Odoo, and both let the lanes work where there is work; reconcile
    compares everything. The times stand in the settings ([workers]); every worker keeps them, and a job comes once however
    many there are.

    \b
    Examples:
      odoo-rma schedule
      odoo-rma schedule --now pull --now push
    """
    settings = session.settings()
    server_of(settings)
    from odoo_rma.sync.jobs import plan  # noqa: PLC0415 (needs what only workers need)

    if kinds:
        wanted = KINDS if "all" in kinds else tuple(k for k in KINDS if k in kinds)
        put = plan.let_come(settings, wanted)
        if as_json:
            print_json({"waiting": put})
        else:
            click.echo(
                f"Waiting for a worker: {', '.join(put)}." if put else "They wait for a worker already."
            )
        return
    due = plan.due(settings, now())
    if as_json:
        print_json([{"job": name, "cron": cron, "next": at} for name, cron, at in due])
    else:
        print_table(("job", "cron", "next"), [(name, cron, _when(at)) for name, cron, at in due])


def _when(at: datetime) -> str:
    return local(at)

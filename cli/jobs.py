"""`odoo-rma jobs`: what waits, what is done, what failed and why."""

import sys

import click

from odoo_rma.cli.output import local, print_json, print_table
from odoo_rma.cli.session import Session, json_option, pass_session
from odoo_rma.sync.jobs.ready import server_of
from odoo_rma.sync.report import Exit


@click.command()
@json_option
@pass_session
def jobs(session: Session, as_json: bool) -> None:
    """Show the queue: how many jobs there are, which are being done, which failed and why, and which workers live.

    Exit code 1 when a job has failed for good and none of its kind went well after it.

    \b
    Examples:
      odoo-rma jobs
      odoo-rma jobs --json
    """
    settings = session.settings()
    server_of(settings)
    from odoo_rma.sync.jobs.look import overview  # noqa: PLC0415 (needs what only workers need)

    seen = overview(settings)
    if as_json:
        print_json(seen.as_dict())
    else:
        click.echo(", ".join(f"{n} {state}" for state, n in seen.counts.by_state.items()))
        if seen.jobs:
            rows = [(j.id, j.name, j.state, j.tried, local(j.due), j.why) for j in seen.jobs]
            print_table(("job", "what", "state", "tried", "next", "why"), rows)
        for one in seen.workers:
            click.echo(
                f"worker {one['id']}: {one['jobs']} at work, gave a sign of life {one['seconds']:.0f} s ago"
            )
    sys.exit(Exit.FAILED if any(job.state == "failed" for job in seen.jobs) else Exit.DONE)

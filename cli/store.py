"""`odoo-rma store …`: carry what the local store knows over to a server."""

from pathlib import Path

import click

from odoo_rma.cli.output import print_json
from odoo_rma.cli.session import Session, json_option, now, pass_session


@click.group()
def store() -> None:
    """Carry the local store over to a PostgreSQL database that several hosts share. docs/workers.md says when.

    \b
    Examples:
      odoo-rma store copy odoo-rma.sqlite
    """


@store.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@pass_session
def copy(session: Session, file: Path, as_json: bool) -> None:
    """Copy all that a store in FILE holds into the one that [run] store names, which must be empty. The file stays.

    \b
    Examples:
      odoo-rma store copy odoo-rma.sqlite
    """
    from odoo_rma.sync.carry_over import carry_over  # noqa: PLC0415 (the database is loaded only here)

    place = session.settings().run.store
    rows = carry_over(file, place, now=now())
    if as_json:
        print_json({"from": str(file), "to": str(place), "rows": rows})
        return
    click.echo(
        f"Copied {rows['rma']} returns, {rows['quarantine']} cases of the quarantine and {rows['run']} runs to {place}. "
        f"{file} is not used any more; keep it until you are sure."
    )

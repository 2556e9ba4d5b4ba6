"""`odoo-rma show`."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from odoo_rma.cli.arguments import WORDS
from odoo_rma.cli.output import clean, local, print_json, print_table
from odoo_rma.cli.session import Session, json_option, now, pass_session
from odoo_rma.mappings.policy.words import write

if TYPE_CHECKING:
    from odoo_rma.sync.show import RmaView


@click.command()
@click.argument("rma", type=WORDS)
@json_option
@pass_session
def show(session: Session, rma: str, as_json: bool) -> None:
    """Show one RMA with its documents in Odoo.

    What happened, in order, and every document with its link. RMA is the id or the number, or source/id where
    several sources use the same one.

    \b
    Examples:
      odoo-rma show R-1001
      odoo-rma show shop/1001 --json
    """
    from odoo_rma.sync import show as sync_show  # noqa: PLC0415 (the Odoo client is loaded only here)

    view = sync_show.show(session.settings(), rma, clock=now)
    if as_json:
        print_json(_as_dict(view))
    else:
        _print(view)


def _as_dict(view: "RmaView") -> dict[str, object]:
    return {
        "rma": view.rma.model_dump(mode="json"),
        "timeline": [{"at": at, "who": who, "text": text} for at, who, text in view.timeline],
        "documents": [asdict(d) for d in view.documents],
        "steps": list(view.steps),
        "issues": [i.as_dict() for i in view.issues],
        "notes": list(view.notes),
        "awaits": list(view.awaits),
        "decision": view.answer.as_dict() if view.answer else None,
    }


def _print(view: "RmaView") -> None:
    rma = view.rma
    click.secho(clean(f"{rma.label} ({rma.source}, revision {rma.revision})"), bold=True)
    click.echo(clean(f"{rma.customer.name}; order {', '.join(rma.order.references) or rma.order.invoice}"))
    click.echo(f"{rma.authorization}; goods {rma.logistics}; settlement {rma.settlement}\n")
    for issue in view.issues:
        click.secho(clean(f"{issue.code}: {issue}"), fg="yellow")
    if view.answer:
        stands = "" if view.answer.recorded else " (not yet in Odoo)"
        click.echo(f"Decision: {write(view.answer.verdict, 'en')}{stands}")
        for line in view.answer.lines:
            click.echo(clean(f"  {line}"))
        click.echo()
    for note in view.notes:
        click.echo(clean(f"Note: {note}"))
    if view.timeline:
        print_table(("when", "who", "what"), [(local(at), who, text) for at, who, text in view.timeline])
        click.echo()
    if view.documents:
        rows = [(d.what, d.name, d.state, d.link) for d in view.documents]
        print_table(("document", "name", "state", "link"), rows)
    else:
        click.echo("No document in Odoo yet.")
    for what in view.awaits:
        click.echo(clean(f"Waits in Odoo: {what}"))
    for step in view.steps:
        click.echo(clean(f"The next sync will: {step}"))

"""`odoo-rma messages …`: what customers are told, before they are told."""

import sys
from typing import TYPE_CHECKING

import click
from markupsafe import Markup

from odoo_rma.cli.arguments import WORDS
from odoo_rma.cli.output import clean, print_json, print_table
from odoo_rma.cli.session import Session, json_option, now, pass_session
from odoo_rma.mappings.vocabulary import MessageStep
from odoo_rma.sync.report import Exit

if TYPE_CHECKING:
    from odoo_rma.mappings.message_text import Text


@click.group()
def messages() -> None:
    """See what customers are told at each step of a return. docs/messages.md says how to change it.

    \b
    Examples:
      odoo-rma messages list
      odoo-rma messages preview refunded --lang zh
      odoo-rma messages check
    """


@messages.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the steps: whether customers are told, and which file each text comes from.

    \b
    Examples:
      odoo-rma messages list
      odoo-rma messages list --json
    """
    from odoo_rma.sync import message_preview  # noqa: PLC0415 (the Odoo client is loaded only here)

    settings = session.settings().messages
    found = message_preview.steps(settings)
    if as_json:
        since = settings.since.isoformat() if settings.since else None
        rows = [{"step": s.step.value, "on": s.on, "templates": s.templates} for s in found]
        print_json({"since": since, "channel": settings.channel, "steps": rows})
        return
    print_table(
        ("step", "told", "text"),
        [(s.step.value, "yes" if s.on else "no", _where(s.templates)) for s in found],
    )
    if settings.since is None:
        click.echo("Customers are told nothing: set [messages] since to the day from which they are.")
    else:
        click.echo(f"Told by {settings.channel}, of what happens from {settings.since} on.")


def _where(templates: dict[str, str]) -> str:
    return ", ".join(f"{language}: {where}" for language, where in templates.items())


@messages.command()
@click.argument("step", type=click.Choice([s.value for s in MessageStep]))
@click.option(
    "--lang", type=WORDS, metavar="LANG", help="Language, such as en or zh; the customer's when left out."
)
@click.option(
    "--rma",
    type=WORDS,
    metavar="RMA",
    help="A return you know, by id or number; a made-up one when left out.",
)
@click.option("--html", is_flag=True, help="Print the message as it is sent.")
@json_option
@pass_session
def preview(
    session: Session, step: str, lang: str | None, rma: str | None, html: bool, as_json: bool
) -> None:
    """Print the message of one step. Nothing is sent.

    With --rma it is written from what Odoo holds about that return now; else about a made-up one.

    \b
    Examples:
      odoo-rma messages preview refunded
      odoo-rma messages preview authorized --lang zh --html > message.html
      odoo-rma messages preview refunded --rma R-1001
    """
    from odoo_rma.sync import message_preview  # noqa: PLC0415 (the Odoo client is loaded only here)

    settings, what = session.settings(), MessageStep(step)
    if rma:
        text = message_preview.real(settings, what, lang or "", rma, clock=now)
    else:
        text = message_preview.sample(settings.messages, what, lang or "en")
    if lang and _family(lang) != _family(text.language):
        click.echo(f"There is no text in {lang}: whoever reads it gets this one.", err=True)
    _print(text, html=html, as_json=as_json)


def _family(language: str) -> str:
    return language.partition("_")[0]


def _print(text: "Text", *, html: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {"subject": text.subject, "body": text.body, "language": text.language, "template": text.template}
        )
    elif html:
        click.echo(text.body)
    else:
        click.secho(clean(text.subject), bold=True)
        lines = text.body.replace("<td", " <td").replace("<br/>", "\n").splitlines()
        shown = (Markup(line).striptags() for line in lines)  # noqa: S704 (its tags are taken out)
        for line in filter(None, shown):
            click.echo(clean(line))


@messages.command()
@json_option
@pass_session
def check(session: Session, as_json: bool) -> None:
    """Write every message, in every language, about returns of all kinds, and name what does not work.

    Ends with 1 when a template cannot be used.

    \b
    Examples:
      odoo-rma messages check
      odoo-rma messages check --json
    """
    from odoo_rma.sync import message_preview  # noqa: PLC0415 (the Odoo client is loaded only here)

    found = list(message_preview.problems(session.settings()))
    if as_json:
        rows = [{"file": p.file, "problem": p.problem, "sample": p.sample} for p in found]
        print_json({"ok": not found, "problems": rows})
    else:
        for problem in found:
            click.secho(clean(f"{problem.problem} (with: {problem.sample})"), fg="red")
        click.echo(
            f"Templates that cannot be used: {len({p.file for p in found})}."
            if found
            else "All messages can be written."
        )
    sys.exit(Exit.FAILED if found else Exit.DONE)

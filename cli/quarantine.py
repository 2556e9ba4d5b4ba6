"""`odoo-rma quarantine …`: what waits for a person."""

import json
import sys
from collections.abc import Sequence

import click

from odoo_rma.cli.arguments import FREE_TEXT, WORDS
from odoo_rma.cli.failures import tell
from odoo_rma.cli.output import clean, local, print_json, print_table
from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.report import print_report
from odoo_rma.cli.session import Session, json_option, now, pass_session, transport_option
from odoo_rma.sync.store import Entry

STATES = ("open", "released", "dropped", "resolved", "all")

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
note_option = click.option("--note", "-n", type=FREE_TEXT, default="", help="Why, for those who look later.")


@click.group()
def quarantine() -> None:
    """List and settle what could not be carried out. Nothing in here is lost, nothing was guessed.

    docs/quarantine.md explains every reason and what releases it.

    \b
    Examples:
      odoo-rma quarantine list
      odoo-rma quarantine show R-1001
      odoo-rma quarantine resolve R-1001 --order S00042
    """


@quarantine.command("list")
@click.option("--source", "-s", metavar="NAME", help="Only this source.")
@click.option(
    "--state", type=click.Choice(STATES), default="open", show_default=True, help="Which entries to list."
)
@json_option
@pass_session
def list_(session: Session, source: str | None, state: str, as_json: bool) -> None:
    """List what waits, and why.

    \b
    Examples:
      odoo-rma quarantine list
      odoo-rma quarantine list --source shop --state all --json
    """
    settings = session.settings()
    with session.store() as store:
        entries = store.quarantine_list(source, None if state == "all" else state)
    if source and not entries and source not in settings.sources:
        # What waits of a source that is gone from the settings is still listed.
        raise click.ClickException(
            f"No source is called {source}; configured: {', '.join(settings.sources)}."
        )
    if as_json:
        print_json([entry.as_dict() for entry in entries])
    elif entries:
        columns = ("RMA", "source", "state", "since", "looked at", "why")
        print_table(columns, [_row(entry) for entry in entries])
    else:
        click.echo("Nothing is in quarantine." if state == "open" else "Nothing found.")


@quarantine.command()
@click.argument("rma", type=WORDS)
@json_option
@pass_session
def show(session: Session, rma: str, as_json: bool) -> None:
    """Show why an RMA waits, with the numbers, the way out and what the source sent.

    RMA is the id or the number, or source/id where several sources use the same one.

    \b
    Examples:
      odoo-rma quarantine show R-1001
      odoo-rma quarantine show u-3f2a91 --json
    """
    with session.store() as store:
        entries = store.quarantine_show(rma)
    if as_json:
        print_json([entry.as_dict() for entry in entries])
    else:
        for entry in entries:
            _print(entry)


@quarantine.command()
@click.argument("rmas", type=WORDS, metavar="RMA...", nargs=-1, required=True)
@transport_option
@json_option
@pass_session
def retry(session: Session, rmas: Sequence[str], transport: str | None, as_json: bool) -> None:
    """Look at RMAs again now: releases them and runs a sync for just these.

    \b
    Examples:
      odoo-rma quarantine retry R-1001
      odoo-rma quarantine retry R-1001 shop/1002
    """
    from odoo_rma.sync import run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)

    with session.store() as store:
        released = [store.retry(rma, now=now()) for rma in rmas]
    names = [f"{source}/{rma_id}" for source, rma_id in released]
    try:
        with ProgressBar() as progress:
            report = run.sync(
                session.settings(transport=transport),
                sources=sorted({source for source, _ in released}),
                rmas=names,
                dry_run=False,
                progress=progress,
            )
    except BaseException:
        # It is not in the list any more, and nobody has looked at it.
        tell(f"Released, but not looked at: {', '.join(names)}. The next sync does that.")
        raise
    print_report(report, as_json=as_json, with_unchanged=True)
    sys.exit(report.exit_code)


@quarantine.command()
@click.argument("rma", type=WORDS)
@note_option
@yes_option
@json_option
@pass_session
def drop(session: Session, rma: str, note: str, yes: bool, as_json: bool) -> None:
    """Leave an RMA alone: nothing more is done for it until the source sends a newer revision.

    \b
    Examples:
      odoo-rma quarantine drop R-1001 --note "test order"
      odoo-rma quarantine drop u-3f2a91 --yes
    """
    with session.store() as store:
        source, rma_id = store.find_one(rma)
        _confirm(f"Leave {source}/{rma_id} alone until a newer revision comes?", yes)
        store.drop(f"{source}/{rma_id}", note, now=now())
    _say(source, rma_id, "dropped", "is left alone until a newer revision comes.", as_json)


@quarantine.command()
@click.argument("rma", type=WORDS)
@click.option(
    "--partner-id",
    "--partner",
    "partner_id",
    type=click.IntRange(1),
    metavar="ID",
    help="Its customer is this contact in Odoo.",
)
@click.option("--order", type=WORDS, metavar="NAME", help="Its goods come from this sale order in Odoo.")
@click.option(
    "--again", is_flag=True, help="Make again what people canceled, reset or deleted of it in Odoo so far."
)
@click.option(
    "--authorize/--decline", "authorize", default=None, help="Answer a request that needs a person."
)
@note_option
@yes_option
@json_option
@pass_session
def resolve(
    session: Session,
    rma: str,
    partner_id: int | None,
    order: str | None,
    again: bool,
    authorize: bool | None,
    note: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Decide what the rules would not guess, or call an RMA settled by hand.

    With --partner-id, --order, --again, --authorize or --decline the next run goes on with this decision. With none, the
    RMA counts as settled by hand: it is not looked at again until a newer revision comes.

    \b
    Examples:
      odoo-rma quarantine resolve R-1001 --partner-id 42
      odoo-rma quarantine resolve R-1001 --order S00042
      odoo-rma quarantine resolve R-1001 --again
      odoo-rma quarantine resolve R-1001 --decline --note "worn outdoors, see photos"
      odoo-rma quarantine resolve R-1001 --note "credit note made by hand"
    """
    decided = partner_id is not None or order is not None or again or authorize is not None
    after = "goes on with this in the next run." if decided else "counts as settled by hand."
    with session.store() as store:
        source, rma_id = store.find_one(rma)
        _confirm(f"{source}/{rma_id} {after} Is that right?", yes)
        store.resolve(
            f"{source}/{rma_id}",
            note,
            now=now(),
            partner_id=partner_id,
            order=order,
            again=again,
            authorize=authorize,
        )
    _say(source, rma_id, "resolved", after, as_json)


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    try:
        sure = click.confirm(clean(question), err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo(err=True)
        raise click.UsageError("Nobody is here to answer, so nothing was changed. Add --yes.") from None
    if not sure:
        click.echo("Nothing was changed.", err=True)
        sys.exit(1)


def _say(source: str, rma_id: str, state: str, words: str, as_json: bool) -> None:
    if as_json:
        print_json({"source": source, "id": rma_id, "state": state})
    else:
        click.echo(clean(f"{source}/{rma_id} {words}"))


def _row(entry: Entry) -> tuple[str, ...]:
    again = "" if entry.state != "open" else "after retry" if entry.held else "each run"
    why = "\n".join(f"{issue.code}: {issue.message}" for issue in entry.issues)
    return (entry.label, entry.source, entry.state, local(entry.opened), again, why)


def _print(entry: Entry) -> None:
    click.secho(clean(f"{entry.label} ({entry.name}): {entry.code}, {entry.state}"), bold=True)
    if entry.origin:
        click.echo(clean(f"  found in  {entry.origin}"))
    click.echo(f"  since     {local(entry.opened)}")
    if entry.closed:
        click.echo(clean(f"  until     {local(entry.closed)}  {entry.note}"))
    for issue in entry.issues:
        place = f" at {issue.where}" if issue.where else ""
        click.secho(clean(f"  {issue.code}{place}: {issue.message}"), fg="yellow")
        for name, value in issue.numbers.items():
            click.echo(clean(f"    {name}: {value}"))
        click.echo(clean(f"    what to do: {issue.way_out}"))
    if entry.document is not None:
        click.echo("  what the source sent:")
        click.echo(clean(json.dumps(entry.document, indent=2, ensure_ascii=False)))
    click.echo()

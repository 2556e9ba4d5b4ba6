"""`odoo-rma feedback …`: what customers think of how their returns went."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from odoo_rma.cli.arguments import DAY, FREE_TEXT
from odoo_rma.cli.output import clean, local, print_json, print_table
from odoo_rma.cli.session import Session, json_option, now, pass_session

if TYPE_CHECKING:
    from odoo_rma.mappings.feedback import Report, Share


@click.group()
def feedback() -> None:
    """Take down what customers answer, and report on it.

    \b
    Examples:
      odoo-rma feedback report --since 2026-11-01
      odoo-rma feedback record TOKEN --score 4 --comment "Quick, but the label was hard to print"
    """


@feedback.command()
@click.argument("token")
@click.option("--score", required=True, type=click.IntRange(1, 5), help="From 1 (bad) to 5 (very good).")
@click.option("--comment", type=FREE_TEXT, help="In the customer's own words.")
@json_option
@pass_session
def record(session: Session, token: str, score: int, comment: str | None, as_json: bool) -> None:
    """Take down an answer that came by mail or from a web form.

    TOKEN is the signed answer key in the link that the customer got. The next sync notes the answer on the customer
    in Odoo, where `[crm] notes` are on. Nothing is sent anywhere now.

    \b
    Examples:
      odoo-rma feedback record WyJzaG9wIiwiMTAwMSJd.Xk2… --score 5
    """
    from odoo_rma.sync import feedback as at_work  # noqa: PLC0415 (the store is loaded only here)

    done = at_work.record(session.settings(), token, score, comment, clock=now)
    if as_json:
        print_json(asdict(done))
    elif not done.new:
        click.echo(clean(f"{done.label} ({done.source}): this answer was taken down before."))
    else:
        click.echo(clean(f"{done.label} ({done.source}): {score} of 5, taken down."))
        if not done.known:
            click.echo("This return is not known here (yet); the answer is noted in Odoo once it is.")


@feedback.command()
@click.option("--since", type=DAY, metavar="DATE", help="Only answers given since this day.")
@json_option
@pass_session
def report(session: Session, since: date | None, as_json: bool) -> None:
    """Report on all feedback: average, distribution, months, reasons, and every answer, the worst first.

    It is read from our own store: what the sources told, and what came with an answer key. Where a customer answered
    several times, the newest answer counts.

    \b
    Examples:
      odoo-rma feedback report
      odoo-rma feedback report --since 2026-11-01 --json
    """
    from odoo_rma.sync import feedback as at_work  # noqa: PLC0415 (the store is loaded only here)

    found = at_work.report(session.settings(), since)
    if as_json:
        print_json(asdict(found))
    elif found.average is None:
        click.echo("No feedback yet.")
    else:
        _print(found)


def _print(found: "Report") -> None:
    click.secho(f"{found.average} of 5, from {len(found.answers)} customers' answers\n", bold=True)
    most = max(found.distribution.values())
    print_table(
        ("score", "answers", ""),
        [(score, n, "█" * round(20 * n / most)) for score, n in found.distribution.items()],
    )
    for title, shares in (("month", found.months), ("reason", found.reasons)):
        click.echo()
        print_table((title, "answers", "average"), [_share(s) for s in shares])
    click.echo()
    rows = [(a.score, a.rma, a.source, a.customer, local(a.at), a.comment or "–") for a in found.answers]
    print_table(("score", "RMA", "source", "customer", "when", "comment"), rows)


def _share(share: "Share") -> tuple[object, ...]:
    return (share.name.replace("_", " "), share.answers, share.average)

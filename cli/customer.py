"""`odoo-rma customer`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from odoo_rma.cli.arguments import WORDS
from odoo_rma.cli.output import clean, local, print_json, print_table
from odoo_rma.cli.session import Session, json_option, pass_session, transport_option
from odoo_rma.mappings.money import Money, plain

if TYPE_CHECKING:
    from odoo_rma.mappings.history import History, Rate, Record, Return


LATEST = 20
"""How many orders are listed for people."""


@click.command()
@click.argument("who", type=WORDS, metavar="EMAIL|ID")
@transport_option
@json_option
@pass_session
def customer(session: Session, who: str, transport: str | None, as_json: bool) -> None:
    """Show what a customer ordered and returned.

    Orders, returns with their reasons, refunds, how much came back of what was sold, credit left, open repairs and
    exchanges, and feedback, each with its link into Odoo. All contacts of a company are one customer. EMAIL|ID is an
    e-mail address, the contact's id in Odoo, or the customer number (Reference). Nothing is written.

    Exit code 1: nobody is known under it, or several customers are; then all are named and none is guessed.

    \b
    Examples:
      odoo-rma customer ada@example.com
      odoo-rma customer 57 --json
    """
    from odoo_rma.sync.customer import history  # noqa: PLC0415 (the Odoo client is loaded only here)

    found = history(session.settings(transport=transport), who)
    if as_json:
        print_json(_as_dict(found))
    else:
        _print(found)


def _as_dict(found: "History") -> dict[str, object]:
    whole = asdict(found)
    for name, rate in (("units", found.units), ("value", found.value)):
        whole[name] |= {"percent": rate.percent}
    return whole


def _print(found: "History") -> None:
    click.secho(clean(f"{found.contact.name} ({found.contact.id})"), bold=True)
    click.echo(clean(found.contact.link))
    for other in found.contacts:
        click.echo(clean(f"  with {other.name} ({other.id})"))
    click.echo()
    print_table(("summary", ""), _summary(found))
    _part("Returns", ("RMA", "source", "when", "state", "what and why"), [_return(r) for r in found.returns])
    documents = [(r.label, *_record(d)) for r in found.returns for d in r.documents]
    _part("Documents", ("RMA", *_RECORD), documents)
    _part("Open repairs and exchanges", _RECORD, [_record(r) for r in found.open_work])
    _part("Gift cards", _RECORD, [_record(r) for r in found.gift_cards])
    rows = [(g.rma, g.source, f"{g.score} of 5", local(g.at), g.comment or "–") for g in found.feedback]
    _part("Feedback", ("RMA", "source", "score", "when", "comment"), rows)
    _part("Orders", _RECORD, [_record(r) for r in found.orders[:LATEST]])
    if len(found.orders) > LATEST:
        click.echo(f"and {len(found.orders) - LATEST} earlier ones; --json gives them all")


def _summary(found: "History") -> list[tuple[str, str]]:
    left = ", ".join(map(str, found.credit_left)) or "none"
    return [
        ("orders", str(len(found.orders))),
        ("returns", str(len(found.returns))),
        ("units returned", _rate(found.units, plain(found.units.back), plain(found.units.sold))),
        (
            "value returned",
            _rate(
                found.value, *(str(Money(v, found.currency)) for v in (found.value.back, found.value.sold))
            ),
        ),
        ("credit left", left),
    ]


def _rate(rate: "Rate", back: str, sold: str) -> str:
    share = "" if rate.percent is None else f" ({rate.percent} %)"
    return f"{back} of {sold}{share}"


def _return(one: "Return") -> tuple[str, ...]:
    goods = [
        f"{plain(w.units)} × {w.sku}"
        + (f": {w.reason}" if w.reason else "")
        + (f" – “{w.comment}”" if w.comment else "")
        for w in one.wares
    ]
    return (one.label, one.source or "by hand", str(one.day or ""), one.state, "; ".join(goods))


_RECORD = ("document", "name", "day", "state", "amount", "link")


def _record(r: "Record") -> tuple[str, ...]:
    return (r.what, r.name, str(r.day or ""), r.state, str(r.amount or ""), r.link)


def _part(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        click.secho(f"\n{title}", bold=True)
        print_table(columns, rows)

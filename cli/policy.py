"""`odoo-rma policy …`: what the shop promises, whether it fits together, and what it says to a case."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from odoo_rma.cli.arguments import CURRENCY, DAY, QUANTITY, WORDS
from odoo_rma.cli.output import clean, print_json, print_table
from odoo_rma.cli.session import Session, json_option, now, pass_session, transport_option
from odoo_rma.mappings.money import Money, plain
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Decision, Offered, Request, Verdict
from odoo_rma.mappings.policy.check import check as find_findings
from odoo_rma.mappings.policy.finding import Finding, Severity
from odoo_rma.mappings.policy.page import page
from odoo_rma.mappings.policy.words import LANGUAGES, write
from odoo_rma.mappings.vocabulary import Condition, ReasonCode
from odoo_rma.sync.policy_file import READY, load, write_ready
from odoo_rma.sync.report import Exit

START = Path("policy.toml")

file_argument = click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="English or Chinese."
)


def _load(session: Session, file: Path | None) -> Policy:
    """Read the named policy, or else the one of the settings; where there are none, `policy.toml` in this folder."""
    if file is None:
        none = session.config is None and not session.path.is_file()
        file = START if none else session.settings().run.policy
    return load(file)


@click.group()
def policy() -> None:
    """Write, check, explain and show the return policy. docs/policy.md explains every key of its file.

    \b
    Examples:
      odoo-rma policy init generous
      odoo-rma policy check
      odoo-rma policy explain --order S00042 --sku MUG --reason defective --condition defective
      odoo-rma policy show --lang zh
    """


@policy.command()
@click.argument("ready", type=click.Choice(READY))
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=START,
    show_default=True,
    help="The file to write.",
)
@click.option("--currency", type=CURRENCY, metavar="CODE", help="Your company's currency; USD when left out.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
def init(ready: str, output: Path, currency: str | None, force: bool) -> None:
    """Write a ready policy to start from.

    `generous` is in the manner of the large marketplaces: 30 days, 90 for some goods, a long season before the New
    Year. `strict` takes unopened goods for 14 days.

    \b
    Examples:
      odoo-rma policy init generous
      odoo-rma policy init strict --currency EUR --output shop-policy.toml
    """
    write_ready(ready, output, currency=currency, overwrite=force)
    click.echo(f"Wrote {output}. Change it to what your shop promises, then: odoo-rma policy check {output}")


@policy.command()
@file_argument
@json_option
@pass_session
def check(session: Session, file: Path | None, as_json: bool) -> None:
    """Find what does not fit together, and what is not ruled. FILE is the one of the settings when left out.

    Ends with 1 when rules contradict each other. Gaps are warnings: such cases go to a person.

    \b
    Examples:
      odoo-rma policy check
      odoo-rma policy check policy.toml --json
    """
    findings = find_findings(_load(session, file))
    wrong = [f for f in findings if f.severity is Severity.CONTRADICTION]
    if as_json:
        print_json({"ok": not wrong, "findings": [f.as_dict() for f in findings]})
    elif findings:
        for finding in findings:
            _print_finding(finding)
        click.echo(f"Contradictions: {len(wrong)}. Gaps: {len(findings) - len(wrong)}.")
    else:
        click.echo("The policy is complete, and nothing contradicts anything.")
    sys.exit(Exit.FAILED if wrong else Exit.DONE)


def _print_finding(finding: Finding) -> None:
    # Not a table: these are sentences, and they would be cut into narrow columns.
    color = "red" if finding.severity is Severity.CONTRADICTION else "yellow"
    click.secho(clean(f"{finding.severity}: {', '.join(finding.rules)}"), fg=color)
    click.echo(clean(f"  {finding.message}\n  → {finding.way_out}\n"))


@policy.command()
@file_argument
@lang_option
@pass_session
def show(session: Session, file: Path | None, lang: str) -> None:
    """Print the page for customers, as Markdown. FILE is the one of the settings when left out.

    \b
    Examples:
      odoo-rma policy show
      odoo-rma policy show --lang zh > returns-zh.md
    """
    click.echo(clean(page(_load(session, file), lang)))


_CASE = (
    click.option(
        "--order", required=True, type=WORDS, metavar="NAME", help="The order's number or reference."
    ),
    click.option("--sku", required=True, type=WORDS, help="The article."),
    click.option(
        "--reason",
        required=True,
        type=click.Choice([r.value for r in ReasonCode]),
        callback=lambda _context, _option, value: ReasonCode(value),
        help="Why it comes back.",
    ),
    click.option(
        "--condition",
        required=True,
        type=click.Choice([c.value for c in Condition]),
        callback=lambda _context, _option, value: Condition(value),
        help="What it looks like.",
    ),
    click.option("--quantity", default="1", show_default=True, type=QUANTITY, help="How many come back."),
    click.option("--channel", type=WORDS, help="Where it was sold; the sales team in Odoo when left out."),
    click.option(
        "--on",
        type=DAY,
        metavar="DATE",
        help="Day of the request; today when left out.",
    ),
)


def _case_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_CASE):
        command = option(command)
    return command


@policy.command()
@_case_options
@click.option(
    "--policy",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The policy; the one of the settings when left out.",
)
@lang_option
@transport_option
@json_option
@pass_session
def explain(
    session: Session, /, file: Path | None, lang: str, transport: str | None, as_json: bool, **asked: Any
) -> None:
    """Print what the policy says to a case, with every rule that led to it and the values it saw.

    The order, its delivery, the product's category, the country and the customer's tags and history are read from
    your Odoo. Nothing is written.

    \b
    Examples:
      odoo-rma policy explain --order S00042 --sku MUG --reason changed_mind --condition new_opened
      odoo-rma policy explain --order S00042 --sku MUG --reason defective --condition defective --on 2026-12-24 --json
    """
    from odoo_rma.sync import policy as at_work  # noqa: PLC0415 (the Odoo client is loaded only here)

    rules = _load(session, file)
    case = at_work.Case(**asked)
    request, decision = at_work.explain(session.settings(transport=transport), rules, case, clock=now)
    if as_json:
        print_json({"request": request.model_dump(mode="json"), "decision": decision.model_dump(mode="json")})
    else:
        _print(request, decision, lang)


_COLORS = {Verdict.AUTHORIZE: "green", Verdict.NEEDS_PERSON: "yellow", Verdict.DECLINE: "red"}


def _print(request: Request, decision: Decision, lang: str) -> None:
    money = Money(request.amount, request.currency)
    click.echo(clean(f"{request.order}: {plain(request.quantity)} × {request.sku}, {money}"))
    verdict = write(decision.verdict, lang)
    click.secho(verdict[:1].upper() + verdict[1:], fg=_COLORS[decision.verdict], bold=True)
    for reason in decision.reasons:
        click.echo(clean(f"  {getattr(reason, lang)}"))
    click.echo()
    print_table(_WORDS[lang]["terms"], _terms(decision, lang))
    click.echo()
    rows = [
        (a.rule, a.effect, getattr(a.words, lang), ", ".join(f"{k} {v}" for k, v in a.saw.items()))
        for a in decision.rules
    ]
    print_table(_WORDS[lang]["rules"], rows)


_WORDS = {
    "en": {
        "terms": ("terms", ""),
        "rules": ("rule", "effect", "in words", "saw"),
        "end": ("last day", "not set"),
        "label": ("way back paid by", "nobody: the customer keeps the item"),
        "amounts": ("kept for the label", "restocking fee", "refund"),
        "offers": ("offered", "nothing"),
    },
    "zh": {
        "terms": ("条件", ""),
        "rules": ("规则", "效果", "说明", "依据"),
        "end": ("退货截止日期", "未设定"),
        "label": ("退货运费承担方", "无需寄回商品"),
        "amounts": ("扣除运单费", "退货手续费", "退款金额"),
        "offers": ("可选方式", "无"),
    },
}


def _terms(decision: Decision, lang: str) -> list[tuple[str, str]]:
    words = _WORDS[lang]
    end, label, offers = words["end"], words["label"], words["offers"]
    last = write(decision.window_end, lang) if decision.window_end else end[1]
    if decision.verdict is Verdict.DECLINE:
        return [(end[0], last)]
    amounts = (decision.label_cost, decision.fee, decision.refund)
    kept = [str(Money(amount, decision.currency)) for amount in amounts]
    paid_by = write(decision.label_paid_by, lang) if decision.label_paid_by else label[1]
    return [
        (end[0], last),
        (label[0], paid_by),
        *zip(words["amounts"], kept, strict=True),
        (offers[0], "; ".join(_offered(o, decision.currency, lang) for o in decision.offers) or offers[1]),
    ]


def _offered(offer: Offered, currency: str, lang: str) -> str:
    bonus = f" (+ {Money(offer.bonus, currency)})" if offer.bonus else ""
    return write(offer.method, lang) + bonus

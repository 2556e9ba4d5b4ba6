"""Prints the demo: every return and what became of it, what waits for a person, and where to look in Odoo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from odoo_rma.cli.demo_retail import print_retail
from odoo_rma.cli.output import print_table
from odoo_rma.sync.report import Document, Outcome, Result, RunReport

if TYPE_CHECKING:
    from odoo_rma.cli.demo import Demo

_PAID = {"not_paid": "to be paid back", "partial": "partly to be paid back", "paid": "off its invoice"}
_SHOWN = ("return transfer", "credit note")


def print_demo(shown: Demo) -> None:
    """Print all of it."""
    results = {f"{r.source}/{r.id}": r for r in shown.report.results}
    print_table(
        ("RMA", "source", "outcome", "in Odoo"),
        [_row(name, results.get(name), own) for name, own in shown.documents.items()],
    )
    _print_waiting(shown.report)
    click.echo(_counts(shown.report, len(shown.documents)))
    print_retail(shown.retail)
    _print_differences(shown.differences + shown.retail.differences)
    _print_where_to_look(shown)


def _row(name: str, result: Result | None, stored: tuple[Document, ...]) -> tuple[str, str, str, str]:
    source, _, rma = name.partition("/")
    outcome = result.outcome if result else Outcome.UNCHANGED
    documents = (result.documents if result else ()) or stored
    made = [f"{d.name} {_PAID.get(d.state, d.state)}" for d in documents if d.what in _SHOWN]
    return rma, source, outcome.value, "; ".join(made)


def _print_waiting(report: RunReport) -> None:
    waiting = [r for r in report.results if r.outcome is Outcome.QUARANTINED]
    if not waiting:
        return
    click.echo("\nWhat waits for a person, as it should:\n")
    print_table(("RMA", "reason", "why"), [(r.label, i.code, i.message) for r in waiting for i in r.issues])


def _counts(report: RunReport, total: int) -> str:
    counts = {o: report.count(o) for o in Outcome if o is not Outcome.UNCHANGED}
    counted = ", ".join(f"{n} {o.value}" for o, n in counts.items() if n)
    unchanged = total - sum(counts.values())
    took = (report.finished - report.started).total_seconds() if report.finished else 0
    changed = f"{report.calls} calls to Odoo, {report.writes} of them writing, {took:.1f} s"
    nothing = "" if report.writes else " No change: Odoo has no new record."
    return f"\n{total} returns: {counted}, {unchanged} unchanged; {changed}.{nothing}"


def _print_differences(differences: list[str]) -> None:
    if differences:
        click.secho("\nThis did not end as the sample tells:", fg="red")
        for difference in differences:
            click.echo(f"  {difference}")


def _print_where_to_look(shown: Demo) -> None:
    env = shown.env
    menu = "Invoicing → Customers → Credit Notes"
    click.echo(
        f"""
Odoo {env.version} runs at {env.url}/web?db={env.database}

  accountant / accountant   {menu}: search for R-1024, which has two and a rounding cent
  warehouse / warehouse     Inventory → Receipts: validate the one of D-3002, then run this again: it is credited
  admin / admin             everything

One return with its timeline and its documents, as the returns system's own user sees them:

  ODOO_RMA_PASSWORD={env.rma_password} odoo-rma --config {shown.config} show R-1025

Run the demo again, and nothing changes. `odoo-rma demo --reset` starts from a clean shop, `odoo-rma sandbox down`
stops Odoo."""
    )

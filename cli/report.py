"""Prints what a run did."""

import click

from odoo_rma.cli.failures import tell
from odoo_rma.cli.output import STYLES, clean, print_json, print_table
from odoo_rma.sync.report import Outcome, Result, RunReport


def print_report(
    report: RunReport, *, as_json: bool = False, with_unchanged: bool = False, one_of_many: bool = False
) -> None:
    """Print a run: a row per RMA, what the sources noted, the counts."""
    if as_json:
        print_json(report.as_dict(), in_a_line=one_of_many)
        return
    shown = [r for r in report.results if with_unchanged or r.outcome is not Outcome.UNCHANGED]
    if shown:
        print_table(("RMA", "source", "outcome", "what"), [_row(result) for result in shown])
        click.echo()
    for note in report.notes:
        click.echo(f"Note: {clean(note)}")
    for name, why in report.away.items():
        tell(f"{name} could not be read and was left out: {why}")
    click.echo(_counts(report))
    if report.count(Outcome.QUARANTINED):
        click.echo("See why, and what to do: odoo-rma quarantine list")


def _row(result: Result) -> tuple[str, str, str, str]:
    what = [f"{i.code}: {i.message}" for i in result.issues] or list(result.steps)
    return (result.label, result.source, result.outcome.value, "; ".join(what))


def _counts(report: RunReport) -> str:
    counts = [(outcome, report.count(outcome)) for outcome in Outcome]
    words = [_styled(f"{n} {o.value}", o) for o, n in counts if n] or ["nothing to do"]
    seconds = f" in {(report.finished - report.started).total_seconds():.1f} s" if report.finished else ""
    dry = " Dry run: nothing was written." if report.dry_run else ""
    return f"{', '.join(words)}; {report.calls} calls to Odoo, {report.writes} of them writing{seconds}.{dry}"


def _styled(words: str, outcome: Outcome) -> str:
    style = STYLES.get(outcome.value)
    return click.style(words, dim=True) if style == "dim" else click.style(words, fg=style)

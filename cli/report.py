"""Prints what a run did."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict

import click

from odoo_rma.cli.failures import tell
from odoo_rma.cli.output import STYLES, clean, print_long_json, print_table
from odoo_rma.sync.report import Outcome, Result, RunReport


def print_report(
    report: RunReport, *, as_json: bool = False, with_unchanged: bool = False, one_of_many: bool = False
) -> None:
    """Print a run: a row per RMA, what the sources noted, the counts."""
    if as_json:
        results = (asdict(r) for r in report.results)
        print_long_json(report.in_short(), "results", results, in_a_line=one_of_many)
        return
    if shown := _Shown(report, with_unchanged):
        print_table(("RMA", "source", "outcome", "what"), shown)
        click.echo()
    for note in report.notes:
        click.echo(f"Note: {clean(note)}")
    for name, why in report.away.items():
        tell(f"{name} could not be read and was left out: {why}")
    click.echo(_counts(report))
    if report.count(Outcome.QUARANTINED):
        click.echo("See why, and what to do: odoo-rma quarantine list")


class _Shown(Collection[Sequence[str]]):
    """The rows of a run, made anew whenever they are gone through."""

    def __init__(self, report: RunReport, with_unchanged: bool) -> None:
        self._results = report.results
        self._left_out = None if with_unchanged else Outcome.UNCHANGED

    def __iter__(self) -> Iterator[Sequence[str]]:
        return (_row(r) for r in self._results if r.outcome is not self._left_out)

    def __len__(self) -> int:
        return sum(r.outcome is not self._left_out for r in self._results)

    def __contains__(self, row: object) -> bool:
        return any(one == row for one in self)


def _row(result: Result) -> tuple[str, str, str, str]:
    what = [f"{i.code}: {i.message}" for i in result.issues] or list(result.steps)
    return (result.label, result.source, result.outcome.value, "; ".join(what))


def _counts(report: RunReport) -> str:
    counts = report.counts
    words = [_styled(f"{counts[o]} {o.value}", o) for o in Outcome if counts[o]] or ["nothing to do"]
    words += [click.style(f"{report.at_rest} at rest", dim=True)] if report.at_rest else []
    seconds = f" in {(report.finished - report.started).total_seconds():.1f} s" if report.finished else ""
    dry = " Dry run: nothing was written." if report.dry_run else ""
    return f"{', '.join(words)}; {report.calls} calls to Odoo, {report.writes} of them writing{seconds}.{dry}"


def _styled(words: str, outcome: Outcome) -> str:
    style = STYLES.get(outcome.value)
    return click.style(words, dim=True) if style == "dim" else click.style(words, fg=style)

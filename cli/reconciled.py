"""Prints what a reconciliation found: the sums first, then what they are made of."""

from itertools import islice
from pathlib import Path

import click

from odoo_rma.cli.output import clean, print_table
from odoo_rma.mappings.drift import UNITS, Area, Drift, Equation
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import Decimal, plain

WORDS = {Area.INVENTORY: "inventory", Area.LEDGER: "ledger"}


def print_reconciliation(found: Reconciliation, *, limit: int, written: Path | None) -> None:
    """Print the equations, the counts by kind, and the first differences."""
    whole = [e for e in found.equations if e.period in ("", found.scope.period)]
    if whole:
        print_table(("", "", "source", "differences", "Odoo", "unexplained"), [_sum(e) for e in whole])
        click.echo()
    shown = list(islice(found.rows.drifts(), limit))
    if shown:
        columns = ("RMA", "kind", "what", "source", "Odoo", "since", "what to do")
        print_table(columns, [_row(d) for d in shown])
        click.echo()
    if found.repairs:
        print_table(("RMA", "would be done" if found.dry_run else "mended"), found.repairs)
        click.echo()
    for note in found.notes:
        click.echo(f"Note: {clean(note)}")
    if written:
        click.echo(f"Written: {written}")
    click.echo(_verdict(found, len(shown)))


def _sum(one: Equation) -> tuple[object, ...]:
    listed = ", ".join(f"{_signed(v, one.measure)} {k.value}" for k, v in one.differences.items())
    what = (_amount(one.source_total, one.measure), listed or "none", _amount(one.erp_total, one.measure))
    return (WORDS[one.area], one.measure, *what, _amount(one.unexplained, one.measure))


def _amount(value: Decimal, measure: str) -> str:
    return plain(value) if measure == UNITS or not value else str(value)


def _signed(value: Decimal, measure: str) -> str:
    return f"{'+' if value > 0 else '−'}{_amount(abs(value), measure)}"


def _row(one: Drift) -> tuple[str, ...]:
    todo = "; ".join(one.repair) or one.way_out
    since = one.since.astimezone().strftime("%Y-%m-%d") if one.since else ""
    kind = f"{one.kind.value} (settled)" if one.settled else one.kind.value
    return (one.label, kind, f"{one.subject}: {one.message}", one.rma_value, one.erp_value, since, todo)


def _verdict(found: Reconciliation, shown: int) -> str:
    findings = sum(found.counts.values())
    dry = " Dry run: nothing was written." if found.dry_run else ""
    mended = f" {sum(found.fixed.values())} mended." if found.fixed else ""
    kinds = ", ".join(f"{n} {kind}" for kind, n in found.counts.items())
    seconds = (found.finished - found.started).total_seconds()
    work = f"{found.rmas} return{'s' * (found.rmas != 1)}; {found.calls} calls to Odoo, {found.writes} of them writing, in {seconds:.1f} s."
    work += dry + mended
    if not findings:
        return click.style(f"Both sides agree: {work}", fg="green")
    more = f" The first {shown} are shown; --limit shows more." if findings > shown else ""
    return click.style(f"{findings} difference{'s' * (findings > 1)} ({kinds}) in {work}", fg="yellow") + more

"""The first sheet: whether the totals tie out, what differs, and what was looked at."""

from collections.abc import Iterable, Mapping, Sequence

from odoo_rma.mappings.drift import DriftKind
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.sync.reports.about import facts, heading, of_all
from odoo_rma.sync.reports.totals import Totals
from odoo_rma.sync.reports.words import DECIDED, KINDS, OPEN
from odoo_rma.sync.reports.xlsx.equations import Equations, write_verdict
from odoo_rma.sync.reports.xlsx.lists import Written
from odoo_rma.sync.reports.xlsx.page import Page

WIDTHS = (26, 14, 12, 16, *[16] * 24)
_SUMS = (
    ("Periods", "the ledger by accounting month and currency"),
    ("Accounts", "what the credit notes moved on each account, by accounting month"),
)
_TO_EQUATIONS = 4
"""Lines between the verdict and the first equation."""


def write_summary(
    page: Page,
    found: Reconciliation,
    lists: Sequence[Written],
    totals: Totals,
    months: Equations,
    checks: str,
) -> None:
    """Write the sheet; `months` are the equations by month, and `checks` is where theirs stand."""
    differences = next(w for w in lists if w.listing.name == "Differences")
    whole = Equations(of_all(found), differences, totals)
    page.title(heading(found))
    places = (whole.checks(page.sheet.get_name(), page.row + _TO_EQUATIONS), checks)
    proven = bool(found.equations) and whole.proven and months.proven
    write_verdict(page, [place for place in places if place], proven=proven)
    page.next()
    page.section("Source + differences = Odoo")
    whole.write(page)
    page.section("Differences by kind")
    _kinds(page, differences, totals, found.fixed)
    page.section("What was looked at")
    _pairs(page, facts(found))
    if found.settings:
        page.section("Settings that decided what was expected")
        _pairs(page, found.settings.items())
    page.section("In this workbook")
    _contents(page, lists)
    _notes(page, found.notes)


def _kinds(page: Page, differences: Written, totals: Totals, fixed: Mapping[str, int]) -> None:
    page.heads(("Kind", "Open", "Decided", "Repaired", "What it means"), (1, 2, 3))
    first = page.row + 1
    shown = [k for k in DriftKind if totals.kinds[k] or totals.settled[k] or fixed.get(k)]
    for kind in shown:
        name, meaning = KINDS[kind]
        page.text(0, name)
        for column, word, counted in ((1, OPEN, totals.kinds), (2, DECIDED, totals.settled)):
            where = {"Kind": f"$A{page.row + 1}", "Standing": f'"{word}"'}
            page.formula(column, differences.count(where), counted[kind])
        page.number(3, fixed.get(kind, 0))
        page.text(4, meaning)
        page.next()
    page.text(0, "All", "total")
    repaired = sum(fixed.get(kind, 0) for kind in shown)
    counts = (totals.kinds.total(), totals.settled.total(), repaired)
    for column, (letter, count) in enumerate(zip("BCD", counts, strict=True), 1):
        formula = f"SUM({letter}{first}:{letter}{page.row})" if shown else "0"
        page.formula(column, formula, count, look="total_number")
    page.next()


def _pairs(page: Page, pairs: Iterable[tuple[str, str]]) -> None:
    for label, text in pairs:
        page.text(0, label, "label")
        page.text(1, text)
        page.next()


def _contents(page: Page, lists: Sequence[Written]) -> None:
    page.heads(("Sheet", "Rows", "", "About"), (1,))
    for name, about in _SUMS:
        _contained(page, name, about)
    for written in lists:
        for name, rows in written.sheets:
            page.number(1, rows)
            _contained(page, name, written.listing.about)


def _contained(page: Page, name: str, about: str) -> None:
    page.formula(0, f'HYPERLINK("#\'{name}\'!A1","{name}")', name, look="link")
    page.text(3, about)
    page.next()


def _notes(page: Page, notes: Sequence[str]) -> None:
    if notes:
        page.section("Notes")
    for note in notes:
        page.text(0, note)
        page.next()

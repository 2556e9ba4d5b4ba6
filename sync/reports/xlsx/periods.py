"""The ledger by accounting month and currency: every number a formula over the rows of the ledger."""

from itertools import groupby

from xlsxwriter.utility import xl_col_to_name as letter

from odoo_rma.mappings.drift import Area
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.sync.reports.totals import SUMMED, Totals
from odoo_rma.sync.reports.words import digits_of
from odoo_rma.sync.reports.xlsx.equations import Equations
from odoo_rma.sync.reports.xlsx.lists import Written
from odoo_rma.sync.reports.xlsx.page import Page

WIDTHS = (12, 10, 10, *[14] * (len(SUMMED) + 1))
HEADS = ("Period", "Currency", "Refunds", *(c.heading for c in SUMMED), "Differences")


def write_periods(
    page: Page, ledger: Written, differences: Written, totals: Totals, equations: Equations
) -> str:
    """Write the sheet: the months of one currency below each other, then their total; the proof by month.

    Returns the range of the proof's checks.
    """
    page.heads(HEADS, range(2, len(HEADS)))
    page.sheet.freeze_panes(1, 2)
    page.sheet.repeat_rows(0)
    for currency, months in groupby(sorted(totals.places()), lambda key: key[0]):
        first = page.row + 1
        periods = [period for _, period in months]
        for period in periods:
            _month(page, currency, period, ledger, differences, totals)
        _total(page, currency, periods, first, totals)
    if not equations:
        return ""
    page.section("Source + differences = Odoo, by month")
    return equations.write(page)


def _month(
    page: Page, currency: str, period: str, ledger: Written, differences: Written, totals: Totals
) -> None:
    at, digits = page.row + 1, digits_of(currency)
    where = {"Period": f"$A{at}", "Currency": f"$B{at}"}
    page.period(0, period)
    page.text(1, currency)
    page.formula(2, ledger.count(where), totals.refunds[currency, period])
    for column, summed in enumerate(SUMMED, 3):
        value = totals.months[currency, period, summed.heading]
        page.formula(column, f"ROUND({ledger.sum(summed.heading, where)},{digits})", value, currency)
    listed = {"Area": '"Ledger"', "Measure": f"$B{at}", "Period": f"$A{at}"}
    value = totals.listed(Area.LEDGER, currency, period)
    formula = f"ROUND({differences.sum('Odoo less source', listed)},{digits})"
    page.formula(3 + len(SUMMED), formula, value, currency)
    page.next()


def _total(page: Page, currency: str, periods: list[str], first: int, totals: Totals) -> None:
    page.text(0, "Total", "total")
    page.text(1, currency, "total")
    counts = sum(totals.refunds[currency, period] for period in periods)
    sums: list[Decimal] = [
        sum((totals.months[currency, period, c.heading] for period in periods), ZERO) for c in SUMMED
    ]
    listed = sum((totals.listed(Area.LEDGER, currency, period) for period in periods), ZERO)
    page.formula(2, f"SUM(C{first}:C{page.row})", counts, look="total_number")
    for column, value in enumerate((*sums, listed), 3):
        name = letter(column)
        formula = f"ROUND(SUM({name}{first}:{name}{page.row}),{digits_of(currency)})"
        page.formula(column, formula, value, currency, "total_number")
    page.next(2)

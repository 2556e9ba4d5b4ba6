"""What the credit notes moved on each account, in the company's currency; each month adds up to nothing."""

from xlsxwriter.utility import xl_col_to_name as letter

from odoo_rma.mappings.money import ZERO
from odoo_rma.sync.reports.totals import Totals
from odoo_rma.sync.reports.words import digits_of
from odoo_rma.sync.reports.xlsx.page import Page

BALANCED, OPEN = "balanced", "NOT BALANCED"


def write_accounts(page: Page, currency: str, totals: Totals) -> None:
    """Write the sheet: a row for each account, a column for each month, debit less credit."""
    codes = sorted({code for code, _ in totals.accounts})
    periods = sorted({period for _, period in totals.accounts})
    page.text(0, f"Debit less credit, in {currency}", "label")
    page.next()
    page.heads(("Account", *periods, "All months"), range(1, len(periods) + 2))
    page.sheet.freeze_panes(2, 1)
    page.sheet.repeat_rows(0, 1)
    for code in codes:
        values = [totals.accounts[code, period] for period in periods]
        page.text(0, code)
        for column, value in enumerate(values, 1):
            page.number(column, value, currency)
        at, last = page.row + 1, letter(len(periods))
        formula = f"ROUND(SUM(B{at}:{last}{at}),{digits_of(currency)})"
        page.formula(len(periods) + 1, formula, sum(values, ZERO), currency, "total_number")
        page.next()
    if codes:
        _balance(page, codes, periods, currency, totals)


def _balance(page: Page, codes: list[str], periods: list[str], currency: str, totals: Totals) -> None:
    """Write the totals and, below them, that what is debited is credited."""
    page.text(0, "Total", "total")
    sums = [sum((totals.accounts[code, period] for code in codes), ZERO) for period in periods]
    for column, value in enumerate((*sums, sum(sums, ZERO)), 1):
        name = letter(column)
        formula = f"ROUND(SUM({name}3:{name}{page.row}),{digits_of(currency)})"
        page.formula(column, formula, value, currency, "total_number")
    page.next()
    page.text(0, "Check")
    for column, value in enumerate((*sums, sum(sums, ZERO)), 1):
        formula = f'IF({letter(column)}{page.row}=0,"{BALANCED}","{OPEN}")'
        page.verdict(column, formula, BALANCED, OPEN, is_good=not value)
    page.next()

"""The accountant's workbook: sums as formulas over the rows they come from, ready to file as evidence; no macros."""

from datetime import UTC
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError

from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.sync.reports.about import by_month, heading, release
from odoo_rma.sync.reports.columns import INVENTORY, LEDGER, STOCK, differences
from odoo_rma.sync.reports.file import replacing
from odoo_rma.sync.reports.totals import Totals
from odoo_rma.sync.reports.xlsx import accounts, periods, summary
from odoo_rma.sync.reports.xlsx.book import Book
from odoo_rma.sync.reports.xlsx.equations import Equations
from odoo_rma.sync.reports.xlsx.lists import MOST, write_list
from odoo_rma.sync.reports.xlsx.page import Page

SHEETS = ("Summary", "Periods", "Differences", "Ledger", "Inventory", "Accounts", "Stock on hand")


def write_xlsx(found: Reconciliation, path: Path, *, most: int = MOST) -> None:
    """Write the workbook; each long list is read once, row by row.

    Args:
        found: what was reconciled.
        path: the file.
        most: rows per sheet; longer lists go on in a further one.

    Raises:
        NotWritten: the disk or the rights do not allow it.

    """
    with replacing(path) as fresh:
        options = {"constant_memory": True, "tmpdir": str(fresh.parent)}
        try:
            with Workbook(str(fresh), options) as workbook:
                _describe(workbook, found)
                _fill(Book(workbook), found, most)
        except XlsxFileError as error:
            raise OSError(str(error)) from error


def _describe(workbook: Workbook, found: Reconciliation) -> None:
    # The time is the reconciliation's, so that the same input gives the same file.
    workbook.set_properties(
        {
            "title": heading(found),
            "company": found.company,
            "author": found.user,
            "comments": f"{found.server}; made by {release()}",
            "created": found.finished.astimezone(UTC).replace(tzinfo=None),
        }
    )


def _fill(book: Book, found: Reconciliation, most: int) -> None:
    sheets = {name: book.workbook.add_worksheet(name) for name in SHEETS}
    totals, rows = Totals(), found.rows
    differing = differences(found.finished)
    drifts = write_list(book, sheets[differing.name], differing, rows.drifts(), totals.drift, most)
    ledger = write_list(book, sheets[LEDGER.name], LEDGER, rows.ledger(), totals.ledger, most)
    inventory = write_list(book, sheets[INVENTORY.name], INVENTORY, rows.inventory(), most=most)
    stock = write_list(book, sheets[STOCK.name], STOCK, rows.stock(), most=most)
    months = Equations(by_month(found), drifts, totals)
    by_period = Page(book, sheets["Periods"], periods.WIDTHS)
    checks = periods.write_periods(by_period, ledger, drifts, totals, months)
    accounts.write_accounts(Page(book, sheets["Accounts"], [14] * 40), found.company_currency, totals)
    lists = (drifts, ledger, inventory, stock)
    first = Page(book, sheets["Summary"], summary.WIDTHS)
    summary.write_summary(first, found, lists, totals, months, checks)

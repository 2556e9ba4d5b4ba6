"""The drill-down sheets: a long list from its first row to its last, in as many sheets as it needs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from odoo_rma.mappings.drift import UNITS, Link
from odoo_rma.sync.reports.columns import Cell, Column, Form, Listing, Row
from odoo_rma.sync.reports.xlsx.book import A3, Book

MOST = 1_048_575
"""Rows below the headings that a sheet can hold."""

WIDE = 40
"""Columns wider than so many characters break their lines."""


@dataclass(slots=True)
class Written:
    """Where a list stands, for formulas: sheets, and how many rows each holds."""

    listing: Listing[Any]
    sheets: list[tuple[str, int]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Count the rows of all sheets."""
        return sum(rows for _, rows in self.sheets)

    def sum(self, heading: str, where: Mapping[str, str]) -> str:
        """Write the formula that sums a column up where other columns hold what cells say."""
        return "+".join(f"SUMIFS({self._range(s, heading)},{self._criteria(s, where)})" for s in self.sheets)

    def count(self, where: Mapping[str, str]) -> str:
        """Write the formula that counts rows."""
        return "+".join(f"COUNTIFS({self._criteria(s, where)})" for s in self.sheets)

    def _criteria(self, sheet: tuple[str, int], where: Mapping[str, str]) -> str:
        return ",".join(f"{self._range(sheet, heading)},{cell}" for heading, cell in where.items())

    def _range(self, sheet: tuple[str, int], heading: str) -> str:
        name, rows = sheet
        letter = self.listing.letter(heading)
        return f"'{name}'!${letter}$2:${letter}${max(rows, 1) + 1}"


def write_list(
    book: Book,
    first: Any,
    listing: Listing[Row],
    rows: Iterable[Row],
    seen: Callable[[Row], None] | None = None,
    most: int = MOST,
) -> Written:
    """Write a list into its sheet, and on into further ones where it is longer than a sheet can be.

    Args:
        book: the workbook.
        first: the sheet that stands ready for it.
        listing: what the columns are.
        rows: read once.
        seen: told of each row.
        most: rows per sheet.

    """
    written, sheet, at = Written(listing), _begin(book, first, listing), 0
    for row in rows:
        if at == most:
            _end(written, sheet, at)
            name = f"{listing.name} ({len(written.sheets) + 1})"
            sheet, at = _begin(book, book.workbook.add_worksheet(name), listing), 0
        at += 1
        cells = [column.read(row) for column in listing.columns]
        if (lines := max(map(_lines, listing.columns, cells))) > 1:
            sheet.set_row(at, 15 * min(lines, 20))
        for number, (column, cell) in enumerate(zip(listing.columns, cells, strict=True)):
            _write(book, sheet, at, number, column, cell, listing.measure(row))
        if seen:
            seen(row)
    _end(written, sheet, at)
    return written


def _begin(book: Book, sheet: Any, listing: Listing[Row]) -> Any:
    for number, column in enumerate(listing.columns):
        sheet.set_column(number, number, column.width)
        look = "head_number" if column.form is Form.NUMBER else "head"
        book.text(sheet, 0, number, column.heading, look)
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    book.set_up(sheet, A3)
    return sheet


def _lines(column: Column[Row], cell: Cell) -> int:
    """Count the lines that a cell needs: nobody opens rows of a workbook written by a program by hand."""
    if column.width <= WIDE or not isinstance(cell, str):
        return 1
    return sum(1 + len(line) // (column.width - 2) for line in cell.split("\n"))


def _end(written: Written, sheet: Any, rows: int) -> None:
    sheet.autofilter(0, 0, rows, len(written.listing.columns) - 1)
    written.sheets.append((sheet.get_name(), rows))


def _write(
    book: Book, sheet: Any, row: int, number: int, column: Column[Row], cell: Cell, measure: str
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Link):
        book.link(sheet, row, number, cell)
    elif isinstance(cell, datetime):
        book.time(sheet, row, number, cell)
    elif isinstance(cell, str):
        if column.form is Form.PERIOD:
            book.period(sheet, row, number, cell)
        else:
            book.text(sheet, row, number, cell, "wrap" if column.width > WIDE else "plain")
    else:
        book.number(sheet, row, number, cell, UNITS if isinstance(cell, int) else measure)

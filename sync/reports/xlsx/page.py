"""A sheet that is written from top to bottom, one line after the other."""

from collections.abc import Iterable, Sequence
from typing import Any

from odoo_rma.mappings.drift import UNITS
from odoo_rma.mappings.money import Decimal
from odoo_rma.sync.reports.xlsx.book import A4, Book


class Page:
    """Where the next line goes; columns are counted from 0."""

    def __init__(self, book: Book, sheet: Any, widths: Sequence[int]) -> None:
        self.book, self.sheet, self.row = book, sheet, 0
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        book.set_up(sheet, A4)

    def next(self, lines: int = 1) -> None:
        """Go on below."""
        self.row += lines

    def section(self, title: str) -> None:
        """Leave a line empty and write a title."""
        self.next()
        self.text(0, title, "section")
        self.next()

    def title(self, text: str) -> None:
        """Write the title of the sheet."""
        self.sheet.set_row(self.row, 28)
        self.text(0, text, "title")
        self.next()

    def heads(self, names: Iterable[str], numbers: Iterable[int] = ()) -> None:
        """Write the headings of a table; `numbers` are the columns whose cells stand on the right."""
        right = set(numbers)
        for column, name in enumerate(names):
            self.text(column, name, "head_number" if column in right else "head")
        self.next()

    def text(self, column: int, text: str, look: str = "plain") -> None:
        """Write text."""
        self.book.text(self.sheet, self.row, column, text, look)

    def number(self, column: int, value: Decimal | int, measure: str = UNITS, look: str = "number") -> None:
        """Write an amount or a quantity."""
        self.book.number(self.sheet, self.row, column, value, measure, look)

    def period(self, column: int, period: str, look: str = "plain") -> None:
        """Write an accounting month."""
        self.book.period(self.sheet, self.row, column, period, look)

    def formula(
        self,
        column: int,
        formula: str,
        value: Decimal | int | str,
        measure: str = UNITS,
        look: str = "number",
    ) -> None:
        """Write a formula and what it comes to."""
        self.book.formula(self.sheet, self.row, column, formula, value, measure, look)

    def verdict(self, column: int, formula: str, good: str, bad: str, *, is_good: bool) -> None:
        """Write a formula that gives one of two words, green or red."""
        self.formula(column, formula, good if is_good else bad, look="verdict")
        at = (self.row, column, self.row, column)
        for word, look in ((good, "good"), (bad, "bad")):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": self.book.look(look)}
            self.sheet.conditional_format(*at, rule)

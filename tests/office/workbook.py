"""The accountant's workbook, opened again by another program than the one that wrote it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

Value = Any


class Opened:
    """A workbook: its formulas, and what they came to when it was written."""

    def __init__(self, path: Path) -> None:
        self.written, self.shown = load_workbook(path), load_workbook(path, data_only=True)

    def sheet(self, name: str) -> Worksheet:
        return self.shown[name]

    def rows(self, name: str, head: int = 1) -> list[dict[str, Value]]:
        """A sheet's rows by their headings, which stand in line `head`."""
        lines = list(self.shown[name].iter_rows(min_row=head, values_only=True))
        return [dict(zip(map(str, lines[0]), line, strict=True)) for line in lines[1:]]

    def formulas(self) -> Iterator[tuple[str, str, str, Value]]:
        """Every formula: sheet, cell, the formula, and what it came to."""
        for sheet in self.written:
            for line in sheet.iter_rows():
                for cell in line:
                    if cell.data_type == "f":
                        value = self.shown[sheet.title][cell.coordinate].value
                        yield sheet.title, cell.coordinate, str(cell.value), value

    def table(self, sheet: str, title: str) -> list[dict[str, Value]]:
        """The table below a title in column A, down to the first empty line."""
        lines = list(self.shown[sheet].iter_rows(values_only=True))
        at = next(n for n, line in enumerate(lines) if line[0] == title) + 1
        heads = [str(h) for h in lines[at] if h is not None]
        found = []
        for line in lines[at + 1 :]:
            if line[0] is None:
                break
            found.append(dict(zip(heads, line, strict=False)))
        return found


def month_of(value: Value) -> str:
    """An accounting month as it is written in the records."""
    return f"{value:%Y-%m}" if isinstance(value, datetime) else str(value)

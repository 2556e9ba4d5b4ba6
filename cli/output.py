"""Printing: tables with rich on a terminal, aligned text elsewhere, JSON for programs."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from odoo_rma.mappings.money import Decimal, plain

STYLES = {
    "done": "green",
    "ok": "green",
    "planned": "cyan",
    "unchanged": "dim",
    "quarantined": "yellow",
    "open": "yellow",
    "interrupted": "yellow",
    "undecided": "red",
    "failed": "red",
    "not ok": "red",
}


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their headings."""
    cells = [[clean(str(cell)) for cell in row] for row in rows]
    if sys.stdout and sys.stdout.isatty():  # there is none where it was closed
        _print_rich(columns, cells)
    else:
        _print_plain([[c.upper() for c in columns], *cells])


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        # Text objects, because foreign words may look like rich's own markup.
        table.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    Console().print(table)


def _style(cell: str) -> Style | str:
    # An address opens by a click even where the column is too narrow for it.
    is_link = cell.startswith(("http://", "https://")) and not any(c.isspace() for c in cell)
    return Style(link=cell) if is_link else STYLES.get(cell, "")


def _print_plain(rows: Sequence[Sequence[str]]) -> None:
    flat = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*flat, strict=True)]
    for row in flat:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def print_json(value: Any, *, in_a_line: bool = False) -> None:
    """Print plain data as JSON; in one line where more will follow."""
    indent = None if in_a_line else 2
    click.echo(json.dumps(value, indent=indent, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else str(value)


def clean(text: str) -> str:
    """Make foreign text harmless on a terminal: escape sequences and invisible marks become dots."""
    return "".join(c if c.isprintable() or c == "\n" else "·" for c in text)


def local(moment: datetime | None) -> str:
    """Write a time as the clock on the wall shows it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else ""

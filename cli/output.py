"""Printing: tables with rich on a terminal, aligned text elsewhere, JSON for programs."""

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
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


LONG = 1_000
"""Rows; a longer table is printed as plain text on a terminal as well, for a program that measures it holds it whole."""


def print_table(columns: Sequence[str], rows: Collection[Sequence[object]]) -> None:
    """Print rows under their headings; they are gone through twice, but never held."""
    if sys.stdout and sys.stdout.isatty() and len(rows) <= LONG:  # there is none where it was closed
        _print_rich(columns, [_cleaned(row) for row in rows])
    else:
        _print_plain([c.upper() for c in columns], rows)


def _cleaned(row: Sequence[object]) -> list[str]:
    return [clean(str(cell)) for cell in row]


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


def _print_plain(head: Sequence[str], rows: Collection[Sequence[object]]) -> None:
    widths = [0] * len(head)
    for row in _flat(head, rows):
        widths = [max(width, cell_len(cell)) for width, cell in zip(widths, row, strict=True)]
    for row in _flat(head, rows):
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _flat(head: Sequence[str], rows: Collection[Sequence[object]]) -> Iterator[list[str]]:
    return ([" ".join(cell.split()) for cell in _cleaned(row)] for row in chain([head], rows))


def print_json(value: Any, *, in_a_line: bool = False) -> None:
    """Print plain data as JSON; in one line where more will follow."""
    click.echo(_as_json(value, in_a_line))


def print_long_json(
    value: dict[str, Any], name: str, items: Iterable[Any], *, in_a_line: bool = False
) -> None:
    """Print a record as `print_json` does, whose list `name` is empty in `value`: its items come one by one."""
    # Quotes within a text are escaped, so that this stands nowhere else.
    begin, gap, end = _as_json(value, in_a_line).partition(f'"{name}": []')
    click.echo(begin + gap.removesuffix("]"), nl=False)
    before, between, behind = ("", ", ", "") if in_a_line else ("\n    ", ",\n    ", "\n  ")
    first = True
    for item in items:
        text = _as_json(item, in_a_line).replace("\n", "\n    ")
        click.echo((before if first else between) + text, nl=False)
        first = False
    click.echo(("" if first else behind) + "]" + end)


def _as_json(value: Any, in_a_line: bool) -> str:
    indent = None if in_a_line else 2
    return json.dumps(value, indent=indent, ensure_ascii=False, default=_plain)


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

"""The lists as CSV: the differences as one file, or all lists as a folder. No cell is one that a spreadsheet would run."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from odoo_rma.mappings.drift import Link
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.sync.reports.columns import INVENTORY, LEDGER, STOCK, Cell, Form, Listing, differences
from odoo_rma.sync.reports.file import replacing
from odoo_rma.sync.reports.text import guarded


def write_csv(found: Reconciliation, path: Path) -> None:
    """Write the differences; where `path` is a folder, all lists into it.

    UTF-8 with a mark at the beginning, which spreadsheets need to know it by.

    Raises:
        NotWritten: the disk or the rights do not allow it.

    """
    differing = differences(found.finished)
    if not path.is_dir():
        _write(found, differing, path)
        return
    for listing in (differing, INVENTORY, LEDGER, STOCK):
        _write(found, listing, path / f"{listing.name.lower().replace(' ', '-')}.csv")


def _write(found: Reconciliation, listing: Listing[Any], path: Path) -> None:
    with replacing(path) as fresh, fresh.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([heading for c in listing.columns for heading in _headings(c.heading, c.form)])
        for row in listing.rows(found.rows):
            out.writerow([text for c in listing.columns for text in _texts(c.read(row), c.form)])


def _headings(heading: str, form: Form) -> tuple[str, ...]:
    return (heading, f"{heading}: address") if form is Form.LINK else (heading,)


def _texts(cell: Cell, form: Form) -> Iterator[str]:
    if form is Form.LINK:
        link = cell if isinstance(cell, Link) else Link("")
        yield guarded(link.label)
        yield guarded(link.address)
    elif isinstance(cell, (int, Decimal)):
        yield plain(Decimal(cell))
    elif isinstance(cell, datetime):
        yield cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    else:
        yield guarded(cell) if isinstance(cell, str) else ""

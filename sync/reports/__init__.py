"""A reconciliation as files for people: lists, the accountant's workbook, one page with charts."""

from collections.abc import Callable, Mapping
from pathlib import Path

from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.sync.reports.lists import write_csv
from odoo_rma.sync.reports.page import write_html
from odoo_rma.sync.reports.whole import write_json
from odoo_rma.sync.reports.xlsx import write_xlsx

WRITERS: Mapping[str, Callable[[Reconciliation, Path], None]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "html": write_html,
    "json": write_json,
}
"""What writes each format; a file takes its place only when it is whole. All may raise `NotWritten`."""

"""The accountant's workbook in LibreOffice: its formulas come to the very numbers that it was written with."""

from pathlib import Path

import pytest
from office.libreoffice import converted, without_results
from office.workbook import Opened
from office.year import year

from odoo_rma.mappings.money import Decimal
from odoo_rma.sync.reports.xlsx import write_xlsx

pytestmark = pytest.mark.office

ROWS = 200
"""Rows per sheet, so that sums over several sheets are calculated too."""


@pytest.fixture(scope="module", params=[1_048_575, ROWS], ids=["one-sheet", "several-sheets"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of an invented year."""
    path = tmp_path_factory.mktemp("office") / "year.xlsx"
    write_xlsx(year(), path, most=request.param)
    return path


def test_all_formulas_come_to_what_the_workbook_shows(written: Path, tmp_path: Path) -> None:
    empty = without_results(written, tmp_path / "empty.xlsx")
    ours = {(sheet, cell): value for sheet, cell, _, value in Opened(written).formulas()}
    assert {v for _, _, _, v in Opened(empty).formulas()} <= {0, "0"}
    again = Opened(converted(empty, "xlsx", tmp_path / "out"))
    theirs = {(sheet, cell): again.shown[sheet][cell].value for sheet, cell in ours}
    wrong = {at: (value, theirs[at]) for at, value in ours.items() if not same(value, theirs[at])}
    assert not wrong
    assert sum(sheet == "Periods" for sheet, _ in ours) > 300
    assert again.sheet("Summary")["A2"].value == "Every total ties out"


def same(one: object, other: object) -> bool:
    """Equal as an accountant reads it: to a hundredth of a cent."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(Decimal(str(one)) - Decimal(str(other))) < Decimal("0.0001")
    return one == other


def test_it_can_be_printed(written: Path, tmp_path: Path) -> None:
    pdf = converted(written, "pdf", tmp_path)
    assert pdf.read_bytes().startswith(b"%PDF")

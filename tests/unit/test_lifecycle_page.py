"""The page on the life of a return names only tests and stories that there are."""

import json
import re
from pathlib import Path

import pytest

from odoo_rma.sandbox.sample.retail import RETAIL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lifecycle.md").read_text("utf-8")
TESTS = {
    name
    for f in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^ *def (test_\w+)", f.read_text(), re.MULTILINE)
}
STORIES = {rma["id"] for f in RETAIL.glob("*/*.json") for rma in json.loads(f.read_text("utf-8"))}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", PAGE))))
def test_a_test_that_the_page_names_is_there(name: str) -> None:
    assert name in TESTS


def test_every_state_and_event_says_who_owns_it_what_odoo_holds_what_the_customer_is_told_and_what_goes_back() -> (
    None
):
    tables = [own.split("\n") for own in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)]
    for head, _, *rows in (t for t in tables if "What a person does" not in t[0]):
        assert re.findall(r"[^|]+", head)[1:6] == [
            " Who owns it ",
            " Odoo holds ",
            " Customer ",
            " Source ",
            " Shown by ",
        ]
        for own in filter(None, rows):
            event, owner, _odoo, _customer, source, shown = (c.strip() for c in own.split("|")[1:-1])
            assert all((event, owner, source, shown)), own


def test_every_story_of_the_retailer_that_the_page_names_is_there() -> None:
    assert set(re.findall(r"T-\d{4}", PAGE)) <= STORIES


def rows() -> list[tuple[str, str]]:
    """Every row of a table about returns, and what its column on the source says."""
    found, column = [], -1
    for text in PAGE.splitlines():
        cells = [c.strip() for c in text.strip("|").split("|")]
        if not text.startswith("|"):
            column = -1
        elif "Source" in cells:
            column = cells.index("Source")
        elif column >= 0 and not set(text) <= set("|- "):
            found.append((cells[0], cells[column]))
    return found


def test_every_row_says_what_goes_back_to_the_source() -> None:
    assert len(rows()) > 70
    assert [event for event, told in rows() if not told] == []

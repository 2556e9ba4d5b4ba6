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


def test_every_story_of_the_retailer_that_the_page_names_is_there() -> None:
    assert set(re.findall(r"T-\d{4}", PAGE)) <= STORIES

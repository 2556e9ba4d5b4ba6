"""The sample: some hundred returns as JSON and XML files, and what Odoo must hold once they are carried out."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parent

RULES: dict[str, dict[str, Any]] = {
    "shop": {"credit_note_on": "refund"},
    "hub": {"credit_note_on": "receipt"},
    "desk": {"owners": {"receipt": "erp"}, "credit_note_on": "receipt"},
}
"""The sources, and what is agreed on with each: a web shop, a warehouse of somebody else, the company's own desk."""

Story = dict[str, Any]


def stories() -> dict[str, Story]:
    """What Odoo must hold, per RMA (`shop/R-1001`): `expected.json`, written by hand; README.md explains it."""
    told = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
    return {f"{source}/{rma}": story for source, own in told.items() for rma, story in own.items()}


def fill(folder: Path) -> None:
    """Put every file into the inbox of its source below `folder`."""
    for source in RULES:
        shutil.copytree(SAMPLE / source, folder / source / "inbox", copy_function=_copied_long_ago)


def _copied_long_ago(source: str, target: str) -> None:
    # A file that has just been written is left alone by the next run, as somebody may still be writing it.
    shutil.copyfile(source, target)
    os.utime(target, (0, 0))

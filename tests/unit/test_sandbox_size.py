"""How much room a sandbox takes is asked while databases in it come and go."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odoo_rma.sandbox.status import size_of


def test_what_goes_away_while_it_is_counted_takes_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stays").write_bytes(b"12345")
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / "goes").write_bytes(b"123")
    walk = os.walk

    def dropped_meanwhile(top: Path) -> Iterator[Any]:
        for place, folders, files in walk(top):
            (tmp_path / "database" / "goes").unlink(missing_ok=True)
            yield place, folders, [*files, "gone"]

    monkeypatch.setattr(os, "walk", dropped_meanwhile)
    assert size_of(tmp_path) == 5

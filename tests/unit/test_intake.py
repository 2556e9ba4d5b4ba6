"""Sources are read into the store: all at once or bit by bit, nothing is lost in between."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from office import article

from odoo_rma.connector.settings import Settings
from odoo_rma.sync import intake
from odoo_rma.sync.store import Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    odoo = {"url": "https://e.example.com", "database": "d", "login": "l"}
    source = {"path": tmp_path / "drop"}
    return Settings.model_validate(
        {"odoo": odoo, "sources": {"shop": source}, "run": {"store": tmp_path / "s.sqlite"}}
    )


def test_one_who_asks_to_stop_does_not_wait_until_all_is_read(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "CHUNK", 1)
    inbox = tmp_path / "drop" / "inbox"
    inbox.mkdir(parents=True)
    for number in range(3):
        path = inbox / f"{number}.json"
        path.write_text(json.dumps(article(f"R-{number}")), encoding="utf-8")
        os.utime(path, (0, 0))
    with Store.open(settings.run.store) as store:
        notes = intake.take_in(store, settings, ["shop"], keep=True, now=NOON, stop=lambda: True)
        assert (notes, store.cursor("source:shop")) == (["shop: 1 new"], None)
        assert intake.take_in(store, settings, ["shop"], keep=True, now=NOON) == ["shop: 2 new, 1 same"]
        assert not list(inbox.glob("*.json"))

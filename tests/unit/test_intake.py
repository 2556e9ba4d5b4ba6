"""Sources are read into the store: all at once or bit by bit, nothing is lost in between."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from memory.company import Company
from memory.week import line, rma
from office import article

from odoo_rma.connector.errors import LoginRefused, Unreachable
from odoo_rma.connector.settings import Settings, SourceSettings
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.files import FileSource
from odoo_rma.connector.sources.medusa.source import MedusaSource
from odoo_rma.sync import intake
from odoo_rma.sync.report import Exit, Outcome
from odoo_rma.sync.store import Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, place: StorePlace) -> Settings:
    odoo = {"url": "https://e.example.com", "database": "d", "login": "l"}
    source = {"path": tmp_path / "drop"}
    return Settings.model_validate({"odoo": odoo, "sources": {"shop": source}, "run": {"store": place}})


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
        found = intake.take_in_what_answers(store, settings, ["shop"], keep=True, now=NOON, stop=lambda: True)
        assert (found, store.cursor("source:shop")) == ((["shop: 1 new"], {}), None)
        assert intake.take_in(store, settings, ["shop"], keep=True, now=NOON) == ["shop: 2 new, 1 same"]
        assert not list(inbox.glob("*.json"))


class Away(MedusaSource):
    """A shop that does not let us read."""

    error: Exception = Unreachable("Nobody answers at https://web.example.")

    def changes(self, since: str | None) -> Iterator[object]:  # type: ignore[override]
        raise self.error


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Two shops: one sends files, the other does not answer."""
    company = Company.of_the_shop(tmp_path / "company")
    web = {"type": "medusa", "options": {"url": "https://web.example", "api_key": "sk_1"}}
    company.settings.sources["web"] = SourceSettings.model_validate(web)
    monkeypatch.setattr("odoo_rma.connector.sources.registry._kind", lambda _, own: KINDS[own.type])
    return company


KINDS = {"files": FileSource, "medusa": Away}


@pytest.mark.parametrize("error", [Unreachable("Nobody answers."), LoginRefused("The key is refused.")])
def test_a_shop_that_is_away_does_not_stop_the_other_one(
    company: Company, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(Away, "error", error)
    company.drop("a.json", [rma("A-1", "S-1002", line("BOOT-42", 1))])
    report = company.run()
    assert [(r.label, r.outcome) for r in report.results] == [("A-1", Outcome.DONE)]
    assert (report.away, report.exit_code) == ({"web": str(error)}, Exit.FAILED)


def test_where_no_shop_answers_the_run_fails(company: Company) -> None:
    for name in set(company.settings.sources) - {"web"}:
        del company.settings.sources[name]
    with pytest.raises(Unreachable, match="Nobody answers"):
        company.run()

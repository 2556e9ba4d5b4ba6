"""`odoo-rma demo`: a second run changes nothing, a reset starts again, and what differs from the sample is said."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from odoo_rma.cli import demo_retail
from odoo_rma.cli.demo import demo
from odoo_rma.cli.demo_retail import RetailDemo
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.issues import Issue
from odoo_rma.sandbox import Env, Status
from odoo_rma.sandbox.sample import SAMPLE, retail, stories
from odoo_rma.sync.report import Document, Outcome, RunReport
from odoo_rma.sync.report import Result as RmaResult

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class FakeSandbox:
    """A sandbox that is a folder; remembers its databases, and how often they were made."""

    folder: Path
    databases: tuple[str, ...]
    resets: int

    def __init__(self, version: int | None) -> None:
        self.version = version

    def up(self, report: Any) -> Env:
        return self.env()

    def env(self, database: str = "shop") -> Env:
        return Env(
            url="http://127.0.0.1:1",
            database=database,
            login="admin",
            password="admin",
            api_key=None,
            version="19.0",
            rma_login="rma",
            rma_password="rma",
        )

    def reset(self, database: str) -> Env:
        type(self).databases = ("shop", database)
        type(self).resets += 1
        return self.env(database)

    def status(self) -> Status:
        return Status(
            way="packages", name="n", version=19, running=True, databases=self.databases, folder=self.folder
        )


def as_told(skip: str = "") -> list[RmaResult]:
    """Everything ends as the sample says."""
    results = []
    for name, story in stories().items():
        source, _, rma = name.partition("/")
        made = [Document("return transfer", "", 1, "IN", t["state"]) for t in story.get("transfers", ())]
        made += [Document("credit note", "", 1, "RINV", "paid") for _ in story.get("credit_notes", ())]
        issues = (Issue(story["issue"], "why", "way out"),) if "issue" in story and name != skip else ()
        outcome = Outcome.QUARANTINED if issues else Outcome.DONE
        results.append(RmaResult(source, rma, rma, outcome, (), tuple(made), issues))
    return results


class FakeSync:
    """Takes the place of a run."""

    def __init__(self) -> None:
        self.settings: list[Settings] = []
        self.results = as_told()

    def __call__(self, settings: Settings, **_: Any) -> RunReport:
        self.settings.append(settings)
        return RunReport(NOW, results=self.results, calls=10, writes=3, finished=NOW + timedelta(seconds=4))


@pytest.fixture
def sync(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeSync:
    fake = FakeSync()
    monkeypatch.setattr("odoo_rma.sync.run.sync", fake)
    monkeypatch.setattr("odoo_rma.cli.demo.Sandbox", FakeSandbox)
    monkeypatch.setattr(FakeSandbox, "folder", tmp_path / "instance", raising=False)
    monkeypatch.setattr(FakeSandbox, "databases", ("shop",), raising=False)
    monkeypatch.setattr(FakeSandbox, "resets", 0, raising=False)
    monkeypatch.setattr("odoo_rma.cli.demo.documents_of", lambda _, told: stored(fake, told))
    monkeypatch.setattr(demo_retail, "prepare", lambda *_: None)
    monkeypatch.setattr(demo_retail, "play", lambda *_: RetailDemo(tmp_path, [], 0, []))
    (tmp_path / "instance").mkdir()
    return fake


def stored(fake: FakeSync, told: Any) -> dict[str, tuple[Document, ...]]:
    found = {f"{r.source}/{r.id}": r.documents for r in fake.results}
    return {name: found.get(name, ()) for name in told}


@pytest.fixture
def run(sync: FakeSync) -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(demo, list(arguments))


def test_the_first_run_fills_the_inboxes_and_says_where_to_look(run: Any, sync: FakeSync) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert "80 done" in result.output
    assert "16 quarantined" in result.output
    assert "http://127.0.0.1:1/web?db=demo" in result.output
    assert "accountant / accountant" in result.output
    (settings,) = sync.settings
    for name, source in settings.sources.items():
        waiting = {p.name for p in (source.path / "inbox").iterdir()}
        assert waiting == {p.name for p in (SAMPLE / name).iterdir()}
    assert settings.odoo.login == "rma"


def test_the_settings_are_a_file_without_secrets_that_any_command_can_use(run: Any, sync: FakeSync) -> None:
    run()
    text = (FakeSandbox.folder / "demo" / "odoo-rma.toml").read_text()
    assert 'database = "demo"' in text
    assert "password =" not in text.lower().replace("odoo_rma_password", "")


def test_the_second_run_leaves_the_shop_and_the_inboxes_alone(run: Any, sync: FakeSync) -> None:
    run()
    (sync.settings[0].sources["shop"].path / "inbox" / "everyday.json").unlink()
    sync.results = [r for r in as_told() if r.issues]
    assert run().exit_code == 0
    assert FakeSandbox.resets == 1
    assert not (sync.settings[1].sources["shop"].path / "inbox" / "everyday.json").exists()


def test_a_reset_makes_a_clean_shop_with_full_inboxes(run: Any, sync: FakeSync) -> None:
    run()
    (sync.settings[0].sources["shop"].path / "inbox" / "everyday.json").unlink()
    assert run("--reset").exit_code == 0
    assert FakeSandbox.resets == 2
    assert (sync.settings[1].sources["shop"].path / "inbox" / "everyday.json").exists()


def test_a_return_that_should_wait_and_does_not_is_named(run: Any, sync: FakeSync) -> None:
    sync.results = as_told(skip="shop/R-1901")
    result = run()
    assert result.exit_code == 1
    assert "shop/R-1901: expected unknown_order, found nothing" in result.output


def test_a_credit_note_too_many_in_a_fresh_shop_is_named(run: Any, sync: FakeSync) -> None:
    first = sync.results[0]
    twice = (*first.documents, first.documents[-1])
    sync.results[0] = RmaResult("shop", "R-1001", "R-1001", Outcome.DONE, (), twice)
    result = run()
    assert result.exit_code == 1
    assert "1 transfers (done) and 2 credit notes" in result.output


def test_programs_get_json(run: Any, sync: FakeSync) -> None:
    told = json.loads(run("--json").output)
    assert told["odoo"]["database"] == "demo"
    assert told["report"]["counts"]["quarantined"] == 16
    assert told["differences"] == []


def test_a_return_of_the_retailer_that_ends_otherwise_is_named(
    run: Any, sync: FakeSync, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = RetailDemo(tmp_path, [], 0, ["retail/T-3001: expected nothing, found no_location"])
    monkeypatch.setattr(demo_retail, "play", lambda *_: found)
    result = run()
    assert result.exit_code == 1
    assert "retail/T-3001: expected nothing, found no_location" in result.output


def test_every_return_of_the_retailer_is_expected_and_tells_its_story() -> None:
    told = {
        rma["id"]: rma["note"]
        for day in retail.days()
        for area in retail.areas(day)
        for rma in json.loads((retail.RETAIL / str(day) / f"{area}.json").read_text())
    }
    assert told.keys() == retail.expected("19.0").keys()


def test_every_story_belongs_to_a_return_of_the_sample() -> None:
    texts = "".join(p.read_text() for s in ("shop", "hub", "desk") for p in (SAMPLE / s).iterdir())
    assert len(stories()) == 96
    for name in stories():
        assert name.partition("/")[2] in texts

"""`reconcile` and `audit`: what they hand on, what they write, whom they tell, how they end."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from office.year import Lists, reconciled, year
from pytest_httpserver import HTTPServer

from odoo_rma.cli.main import main
from odoo_rma.connector.errors import NoServer
from odoo_rma.connector.settings import AlertSettings, Settings
from odoo_rma.mappings.drift import Area
from odoo_rma.mappings.drift.result import Reconciliation

Call = Callable[..., Result]


class Compared:
    """Stands for the reconciliation: remembers what it was asked, and gives a year or fails."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.found: Reconciliation = year()
        self.error: Exception | None = None

    @contextmanager
    def __call__(
        self, _settings: Settings, areas: tuple[Area, ...], **asked: Any
    ) -> Iterator[Reconciliation]:
        self.asked = {"areas": areas} | asked
        if self.error:
            raise self.error
        yield replace(self.found, scope=replace(self.found.scope, period=asked["period"]))


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Compared:
    stand_in = Compared()
    monkeypatch.setattr("odoo_rma.sync.reconcile.reconcile", stand_in)
    return stand_in


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> Call:
    httpserver.expect_request("/").respond_with_data("")
    settings = Settings.model_validate(
        {
            "odoo": {"url": "https://erp.example.com", "database": "erp", "login": "rma"},
            "run": {"store": tmp_path / "store.sqlite"},
        }
    ).model_copy(update={"alerts": AlertSettings(webhook_url=httpserver.url_for("/"))})
    monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: settings)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, arguments)


def told(server: HTTPServer) -> list[str]:
    return [json.loads(request.data)["headline"] for request, _ in server.log]


class TestAudit:
    def test_a_month_gets_a_folder_of_its_own(self, call: Call, compared: Compared) -> None:
        ended = call("audit", "--period", "2026-10", "--output", "files")
        assert ended.exit_code == 3
        assert compared.asked["period"] == "2026-10"
        assert compared.asked["areas"] == (Area.INVENTORY, Area.LEDGER)
        names = sorted(p.name for p in Path("files/2026-10").iterdir())
        assert names[0:2] == ["README.txt", "SHA256SUMS"]
        assert [n.partition(".")[2] for n in names[2:]] == ["html", "json", "xlsx"]
        assert "Every total ties out; 53 differences wait for somebody" in ended.stdout

    @pytest.mark.parametrize(("today", "month"), [("2026-11-03", "2026-10"), ("2027-01-31", "2026-12")])
    def test_left_out_it_is_the_month_before(
        self, call: Call, compared: Compared, monkeypatch: pytest.MonkeyPatch, today: str, month: str
    ) -> None:
        noon = datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=UTC)
        monkeypatch.setattr("odoo_rma.cli.audit.now", lambda: noon)
        call("audit")
        assert compared.asked["period"] == month
        assert (Path("audit") / month / "SHA256SUMS").is_file()

    def test_agreement_ends_well(self, call: Call, compared: Compared) -> None:
        compared.found = reconciled(Lists())
        ended = call("audit", "--period", "2026-10")
        assert (ended.exit_code, ended.stdout.splitlines()[-1]) == (0, "Both sides agree.")

    def test_what_is_not_explained_is_said_first(self, call: Call, compared: Compared) -> None:
        wrong = [replace(e, erp_total=e.erp_total + 1) for e in compared.found.equations]
        compared.found = replace(compared.found, equations=tuple(wrong))
        assert "NOT PROVEN" in call("audit", "--period", "2026-10").stdout

    @pytest.mark.parametrize("period", ["2026-13", "2026", "10/2026", "2026-1", "0000-01", "²026-10"])
    def test_what_is_no_month_is_refused(self, call: Call, compared: Compared, period: str) -> None:
        assert call("audit", "--period", period).exit_code == 2
        assert not compared.asked

    def test_a_month_that_is_not_over_is_filed_with_a_word(self, call: Call, compared: Compared) -> None:
        month = f"{datetime.now(UTC):%Y-%m}"
        ended = call("audit", "--period", month)
        assert "is not over yet" in ended.stderr, (ended.output, ended.exception)
        assert "is not over yet" not in call("audit", "--period", "2020-10").stderr

    def test_where_nothing_can_be_filed_nothing_is_compared(self, call: Call, compared: Compared) -> None:
        Path("audit").write_text("")
        ended = call("audit", "--output", "audit/of/2026")
        assert (ended.exit_code, compared.asked) == (1, {})
        assert "cannot be written" in ended.stderr


class TestReconcile:
    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "tomorrow", "2026-02-30", "2999-01-01"])
    def test_a_day_that_cannot_be_meant_is_refused(self, call: Call, compared: Compared, day: str) -> None:
        ended = call("reconcile", "--since", day)
        assert ended.exit_code == 2
        assert not compared.asked

    @pytest.mark.parametrize("output", ["taken/report.xlsx", "folder", "/proc/report.xlsx"])
    def test_a_report_that_cannot_be_written_is_told_before_anything_is_mended(
        self, call: Call, compared: Compared, output: str
    ) -> None:
        Path("taken").write_text("")
        Path("folder").mkdir()
        ended = call("reconcile", "--fix", "auto", "--format", "xlsx", "--output", output)
        assert ended.exit_code == 1
        assert f"{output} cannot be written" in ended.stderr
        assert not compared.asked

    @pytest.mark.parametrize("form", ["xlsx", "html", "csv", "json"])
    def test_a_report_is_written(self, call: Call, compared: Compared, form: str) -> None:
        ended = call("reconcile", "--format", form, "--output", f"r.{form}")
        assert ended.exit_code == 3
        assert Path(f"r.{form}").stat().st_size > 1000

    def test_findings_are_told_once_and_the_exit_code_stays(
        self, call: Call, compared: Compared, httpserver: HTTPServer
    ) -> None:
        assert [call("reconcile", "--alert").exit_code for _ in range(3)] == [3, 3, 3]
        assert told(httpserver) == ["Returns and Odoo differ: 53 differences"]
        compared.found = reconciled(Lists())
        assert call("reconcile", "--alert").exit_code == 0
        assert told(httpserver)[1:] == ["All is well again"]

    def test_another_choice_has_its_own_memory(
        self, call: Call, compared: Compared, httpserver: HTTPServer
    ) -> None:
        for options in (("all",), ("ledger",), ("ledger", "--since", "2026-10-01"), ("all",)):
            call("reconcile", *options, "--alert")
        # The day moves on by itself: it makes no other run.
        call("reconcile", "ledger", "--since", "2026-10-02", "--alert")
        assert len(told(httpserver)) == 3

    def test_a_failure_is_told(self, call: Call, compared: Compared, httpserver: HTTPServer) -> None:
        compared.error = NoServer("secret words")
        assert call("reconcile", "--alert").exit_code == 1
        assert told(httpserver) == [
            "A run failed: Nobody answers at this address. Check the url, the network and that Odoo runs."
        ]

    def test_nobody_is_told_unless_asked(
        self, call: Call, compared: Compared, httpserver: HTTPServer
    ) -> None:
        call("reconcile")
        assert told(httpserver) == []

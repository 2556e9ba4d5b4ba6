"""The commands: what they hand on, what they print, how they end."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from odoo_rma.cli.main import main
from odoo_rma.connector.errors import LoginRefused, StoreFailed
from odoo_rma.connector.settings import AlertSettings, Settings
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.answer import Answer, By, LineAnswer
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.policy.case import Verdict
from odoo_rma.mappings.policy.words import say
from odoo_rma.sync import report as reports
from odoo_rma.sync.lock import Locked, run_lock
from odoo_rma.sync.report import Document, Outcome, RunReport
from odoo_rma.sync.run import BOTH, Direction
from odoo_rma.sync.store import Store

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ISSUE = Issue("unknown_order", "No order is called S9.", "Correct it.", "order.name", {"searched": "S9"})

Call = Callable[..., Result]


def rma(rma_id: str = "1") -> Rma:
    return Rma.model_validate(
        {
            "source": "shop",
            "id": rma_id,
            "number": f"R-{rma_id}",
            "order": {"name": "S9"},
            "customer": {"name": "Ada \x9b31m"},
            "currency": "EUR",
            "lines": [{"id": "1", "sku": "MUG", "requested": "2"}],
        }
    )


@pytest.fixture
def settings(place: StorePlace, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = Settings.model_validate(
        {
            "odoo": {"url": "https://erp.example.com", "database": "erp", "login": "rma"},
            "sources": {"shop": {"path": "rma"}},
            "run": {"store": place},
        }
    )
    monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: found)
    return found


@pytest.fixture
def call(settings: Settings) -> Iterator[Call]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def run(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=given)

    yield run
    root.handlers, root.level = handlers, level


@pytest.fixture
def quarantined(settings: Settings) -> None:
    with Store.open(settings.run.store) as store:
        for rma_id in ("1", "2"):
            store.receive("shop", Incoming("a.json", {"id": rma_id}, rma_id, rma(rma_id)), now=NOW)
            store.settle("shop", rma_id, outcome=Outcome.QUARANTINED, issues=(ISSUE,), now=NOW)
        store.receive("shop", Incoming("b.json", {"note": "\x1b[31m"}, issues=(ISSUE,)), now=NOW)


class Synced:
    """Stands for `sync.run.sync`: remembers what it was asked, and gives a report or fails."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.report = RunReport(NOW, finished=NOW + timedelta(seconds=2), calls=7, writes=3)
        self.error: BaseException | None = None

    def __call__(self, settings: Settings, **asked: Any) -> RunReport:
        self.asked = {"settings": settings} | asked
        asked["progress"]("returns", 1, 2)
        if self.error:
            raise self.error
        return self.report

    def ended(self, outcome: Outcome, *issues: Issue, steps: tuple[str, ...] = ()) -> None:
        number = f"R-{len(self.report.results) + 1}"
        self.report.results.append(reports.Result("shop", number, number, outcome, steps, (), issues))


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Synced:
    stand_in = Synced()
    monkeypatch.setattr("odoo_rma.sync.run.sync", stand_in)
    return stand_in


class TestSync:
    def test_it_hands_on_what_was_asked(self, call: Call, synced: Synced) -> None:
        call(
            "sync", "--dry-run", "-s", "shop", "--rma", "1", "-r", "2", "--batch", "7", "--transport", "json2"
        )
        settings = synced.asked.pop("settings")
        del synced.asked["progress"], synced.asked["stop"]
        named = {"sources": ("shop",), "rmas": ("1", "2")}
        assert synced.asked == named | {"dry_run": True, "direction": BOTH}
        assert (settings.run.batch, settings.odoo.transport) == (7, "json2")

    @pytest.mark.parametrize(
        ("option", "direction"), [("--pull", Direction.PULL), ("--push", Direction.PUSH)]
    )
    def test_one_half_can_be_asked_for(
        self, call: Call, synced: Synced, option: str, direction: Direction
    ) -> None:
        call("sync", option)
        assert synced.asked["direction"] is direction

    @pytest.mark.parametrize(
        "options",
        [
            ("--watch", "--every", "nan"),
            ("--watch", "--every", "inf"),
            ("--pull", "--push"),
            ("--watch", "--dry-run"),
            ("--health", "h.json"),
        ],
    )
    def test_what_makes_no_sense_together_is_refused(
        self, call: Call, synced: Synced, options: tuple[str, ...]
    ) -> None:
        assert call("sync", *options).exit_code == 2
        assert not synced.asked

    @pytest.mark.parametrize(
        ("outcome", "code"),
        [("done", 0), ("planned", 0), ("unchanged", 0), ("quarantined", 3), ("undecided", 1)],
    )
    def test_the_exit_code_tells_a_scheduler(
        self, call: Call, synced: Synced, outcome: str, code: int
    ) -> None:
        synced.ended(Outcome(outcome))
        assert call("sync").exit_code == code

    def test_the_table_has_what_happened_and_the_counts(self, call: Call, synced: Synced) -> None:
        synced.ended(Outcome.DONE, steps=("receipt made", "credit note posted"))
        synced.ended(Outcome.QUARANTINED, ISSUE)
        synced.ended(Outcome.UNCHANGED)
        synced.report.notes.append("half.json was left alone")
        printed = call("sync").stdout
        assert re.search(r"RMA +SOURCE +OUTCOME +WHAT", printed)
        assert re.search(r"R-1 +shop +done +receipt made; credit note posted", printed)
        assert re.search(r"R-2 +shop +quarantined +unknown_order: No order is called S9", printed)
        assert "R-3" not in printed
        assert "Note: half.json was left alone" in printed
        assert "1 done, 1 unchanged, 1 quarantined; 7 calls to Odoo, 3 of them writing in 2.0 s" in printed
        assert "odoo-rma quarantine list" in printed

    def test_a_named_one_is_shown_even_when_unchanged(self, call: Call, synced: Synced) -> None:
        synced.ended(Outcome.UNCHANGED)
        assert "R-1" in call("sync", "--rma", "R-1").stdout

    def test_json_is_all_there_is_on_stdout(self, call: Call, synced: Synced) -> None:
        synced.ended(Outcome.QUARANTINED, ISSUE)
        report = json.loads(call("sync", "--json").stdout)
        assert (report["exit_code"], report["counts"]["quarantined"]) == (3, 1)

    def test_nothing_to_do_is_said(self, call: Call, synced: Synced) -> None:
        synced.report.dry_run = True
        assert "nothing to do; 7 calls" in (printed := call("sync").stdout)
        assert "nothing was written" in printed

    def test_those_that_were_not_looked_at_are_counted(self, call: Call, synced: Synced) -> None:
        synced.report.at_rest = 40
        assert "nothing to do, 40 at rest; 7 calls" in call("sync").stdout


class TestAlerts:
    @pytest.fixture
    def told(self, settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
        httpserver.expect_request("/").respond_with_data("")
        told = settings.model_copy(update={"alerts": AlertSettings(webhook_url=httpserver.url_for("/"))})
        monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: told)
        return httpserver

    def test_findings_are_told_and_the_exit_code_stays(
        self, call: Call, synced: Synced, told: HTTPServer
    ) -> None:
        synced.ended(Outcome.QUARANTINED, ISSUE)
        assert call("sync", "--alert").exit_code == 3
        assert call("sync", "--alert").exit_code == 3
        ((request, _),) = told.log
        assert json.loads(request.data)["worst"] == ["R-1: unknown_order"]

    def test_nobody_is_told_unless_asked(self, call: Call, synced: Synced, told: HTTPServer) -> None:
        synced.ended(Outcome.QUARANTINED, ISSUE)
        call("sync")
        assert not told.log

    def test_a_failed_run_is_told(self, call: Call, synced: Synced, told: HTTPServer) -> None:
        synced.error = LoginRefused("")
        assert call("sync", "--alert").exit_code == 1
        ((request, _),) = told.log
        assert json.loads(request.data)["status"] == "failed"

    @pytest.mark.parametrize("error", [Locked(""), KeyboardInterrupt()])
    def test_another_run_or_somebody_who_stops_it_is_no_failure(
        self, call: Call, synced: Synced, told: HTTPServer, error: BaseException
    ) -> None:
        synced.error = error
        call("sync", "--alert")
        assert not told.log

    def test_an_alert_that_fails_changes_nothing(self, call: Call, synced: Synced, told: HTTPServer) -> None:
        told.clear()
        told.expect_request("/").respond_with_data("", 500)
        synced.ended(Outcome.QUARANTINED, ISSUE)
        ended = call("sync", "--alert")
        assert ended.exit_code == 3
        assert "Note: The alert by webhook was not sent." in ended.stderr

    def test_to_tell_nobody_is_a_mistake(self, call: Call, synced: Synced) -> None:
        ended = call("sync", "--alert")
        assert ended.exit_code == 2
        assert "set mail_to or webhook_url under [alerts]" in ended.stderr
        assert not synced.asked

    @pytest.mark.parametrize("option", [("--dry-run",), ("--rma", "1")])
    def test_part_of_a_run_is_not_told(
        self, call: Call, synced: Synced, told: HTTPServer, option: tuple[str, ...]
    ) -> None:
        assert call("sync", "--alert", *option).exit_code == 2
        assert not synced.asked


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "code", "words"),
        [
            (LoginRefused(), 1, "Odoo refuses the login"),
            (StoreFailed("The disk is full."), 1, "The disk is full."),
            (Locked("Another run is at work: process 7."), 4, "process 7"),
            (KeyboardInterrupt(), 130, "Stopped; nothing is lost, run it again."),
            (ZeroDivisionError("oops"), 1, "ZeroDivisionError: oops. Run it again with -v"),
        ],
    )
    def test_one_plain_message_and_a_code(
        self, call: Call, synced: Synced, error: BaseException, code: int, words: str
    ) -> None:
        synced.error = error
        result = call("sync")
        assert (result.exit_code, result.stdout) == (code, "")
        assert words in result.stderr
        assert "Traceback" not in result.stderr

    def test_a_traceback_only_when_asked_for(self, call: Call, synced: Synced) -> None:
        synced.error = ZeroDivisionError("oops")
        assert "Traceback" in call("-v", "sync").stderr

    def test_no_secret_in_a_message_or_traceback(self, call: Call, synced: Synced) -> None:
        from odoo_rma.connector import redact

        redact.register("canary-4711")
        synced.error = ZeroDivisionError("canary-4711")
        said = call("-v", "sync").stderr
        assert "canary-4711" not in said
        assert redact.STRUCK in said

    @pytest.mark.parametrize(
        "given", [["nonsense"], ["sync", "--nonsense"], ["sync", "--batch", "0"], ["show"]]
    )
    def test_wrong_usage(self, call: Call, given: list[str]) -> None:
        assert call(*given).exit_code == 2

    def test_an_extra_that_is_missing_is_named(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(name: str) -> None:
            raise ModuleNotFoundError(f"No module named {name}", name="psutil")

        monkeypatch.setattr("odoo_rma.cli.main.import_module", refuse)
        result = call("sandbox", "up", "--odoo", "14")
        assert result.exit_code == 1
        assert "(psutil): pip install 'odoo-rma[sandbox]'" in result.stderr


@pytest.mark.usefixtures("quarantined")
class TestQuarantine:
    def test_the_list_says_what_waits_and_why(self, call: Call) -> None:
        printed = call("quarantine", "list").stdout
        assert re.search(r"R-1 +shop +open .*each run +unknown_order: No order is called S9\.", printed)
        assert re.search(r"u-\w{10} in b\.json +shop +open .*after retry", printed)

    def test_the_list_as_data(self, call: Call) -> None:
        entries = json.loads(call("quarantine", "list", "--json", "--source", "shop").stdout)
        assert [e["label"] for e in entries][:2] == ["R-1", "R-2"]

    def test_an_empty_list_says_so(self, call: Call) -> None:
        assert call("quarantine", "list", "--state", "dropped").stdout == "Nothing found.\n"
        for entry in json.loads(call("quarantine", "list", "--json").stdout):
            call("quarantine", "drop", entry["key"], "--yes")
        assert call("quarantine", "list", "-s", "shop").stdout == "Nothing is in quarantine.\n"

    def test_show_has_numbers_way_out_and_document(self, call: Call) -> None:
        printed = call("quarantine", "show", "R-1").stdout
        for words in ("unknown_order at order.name", "searched: S9", "what to do: Correct it."):
            assert words in printed

    def test_foreign_text_cannot_play_with_the_terminal(self, call: Call) -> None:
        key = json.loads(call("quarantine", "list", "--json").stdout)[-1]["key"]
        printed = call("quarantine", "show", key).stdout
        assert "what the source sent" in printed
        assert "\x1b" not in printed

    def test_an_unknown_name_fails(self, call: Call) -> None:
        result = call("quarantine", "show", "R-9")
        assert (result.exit_code, "R-9" in result.stderr) == (1, True)

    def test_retry_runs_just_these(self, call: Call, synced: Synced) -> None:
        synced.ended(Outcome.QUARANTINED, ISSUE)
        assert call("quarantine", "retry", "R-1", "shop/2").exit_code == 3
        assert synced.asked["rmas"] == ["shop/1", "shop/2"]
        assert synced.asked["sources"] == ["shop"]

    def test_drop_asks_first(self, call: Call) -> None:
        result = call("quarantine", "drop", "R-1", given="n\n")
        assert (result.exit_code, "Nothing was changed" in result.stderr) == (1, True)
        assert "left alone until" in call("quarantine", "drop", "R-1", "--note", "test", given="y\n").stdout
        assert "R-1" not in call("quarantine", "list").stdout

    def test_drop_without_asking(self, call: Call) -> None:
        said = json.loads(call("quarantine", "drop", "R-1", "--yes", "--json").stdout)
        assert said == {"source": "shop", "id": "1", "state": "dropped"}

    def test_resolve_with_a_decision(self, call: Call, settings: Settings) -> None:
        printed = call("quarantine", "resolve", "R-1", "--order", "S2", "--partner-id", "42", "-y").stdout
        assert "goes on with this in the next run" in printed
        with Store.open(settings.run.store) as store:
            assert store.decisions("shop", "1") == Decisions(42, "S2", asked=1)

    def test_resolve_without_one_is_settled_by_hand(self, call: Call, settings: Settings) -> None:
        assert "settled by hand" in call("quarantine", "resolve", "R-1", "-y", "-n", "done").stdout
        with Store.open(settings.run.store) as store:
            assert [r.id for r in store.open_rmas(["shop"])] == ["2"]


class TestRuns:
    def test_the_diary(self, call: Call, settings: Settings) -> None:
        assert call("runs").stdout == "No run yet.\n"
        with Store.open(settings.run.store) as store:
            result = reports.Result("shop", "1", "R-1", Outcome.QUARANTINED, issues=(ISSUE,))
            store.end_run(store.begin_run("sync", NOW), RunReport(NOW, finished=NOW, results=[result]))
            store.fail_run(store.begin_run("sync", NOW), NOW, "no server")
            store.begin_run("sync", NOW)
        printed = call("runs").stdout
        assert re.search(r"3 +sync .* interrupted", printed)
        assert re.search(r"2 +sync .* failed +1 +no server", printed)
        assert re.search(r"1 +sync .* ended +3 +1 quarantined", printed)
        assert re.search(r"R-1 +shop +quarantined +unknown_order", call("runs", "1").stdout)
        assert json.loads(call("runs", "1", "--json").stdout)["counts"]["quarantined"] == 1
        assert len(json.loads(call("runs", "--limit", "2", "--json").stdout)) == 2

    def test_a_run_under_way_is_no_interrupted_one(self, call: Call, settings: Settings) -> None:
        with Store.open(settings.run.store) as store:
            store.begin_run("sync", NOW)
        with run_lock(settings.run.store, now=NOW):
            assert "at work" in call("runs").stdout

    def test_an_unknown_run(self, call: Call) -> None:
        assert call("runs", "9").exit_code == 1


class TestShow:
    @pytest.fixture(autouse=True)
    def view(self, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
        document = Document("credit note", "account.move", 7, "RINV/1", "posted", "https://erp.example.com/7")
        view = SimpleNamespace(
            rma=rma(),
            timeline=((NOW, "odoo-rma", "posted"),),
            documents=(document,),
            steps=("reconcile it",),
            issues=(ISSUE,),
            notes=("the policy would have declined 1 × MUG",),
            awaits=(),
            answer=None,
        )
        monkeypatch.setattr("odoo_rma.sync.show.show", lambda _settings, _rma, *, clock: clock() and view)
        return view

    def test_timeline_documents_and_links(self, call: Call) -> None:
        printed = call("show", "R-1").stdout
        assert "R-1 (shop, revision 1)" in printed
        assert re.search(r"credit note +RINV/1 +posted +https://erp.example.com/7", printed)
        assert re.search(r"odoo-rma +posted", printed)
        assert "unknown_order: order.name: No order is called S9. Correct it." in printed
        assert "The next sync will: reconcile it" in printed
        assert "\x9b" not in printed

    def test_as_data(self, call: Call) -> None:
        shown = json.loads(call("show", "R-1", "--json").stdout)
        assert (shown["rma"]["id"], shown["documents"][0]["id"], shown["issues"][0]["code"]) == (
            "1",
            7,
            "unknown_order",
        )

    def test_what_was_decided_and_why(self, call: Call, view: SimpleNamespace) -> None:
        line = LineAnswer("1", "MUG", Decimal(2), Verdict.DECLINE, False, By.PERSON, (say("person"),))
        view.answer = Answer((line,), NOW)
        printed = call("show", "R-1").stdout
        assert "Decision: declined\n  2 × MUG declined: A person decided." in printed
        assert "Note: the policy would have declined 1 × MUG" in printed
        told = json.loads(call("show", "R-1", "--json").stdout)["decision"]
        assert (told["decision"], told["decided_by"]) == ("decline", "person")

    def test_what_people_have_yet_to_do(self, call: Call, view: SimpleNamespace) -> None:
        view.awaits = ("repair order WH/RO/00001 is waiting to be finished in Odoo",)
        assert "Waits in Odoo: repair order WH/RO/00001" in call("show", "R-1").stdout
        assert json.loads(call("show", "R-1", "--json").stdout)["awaits"] == list(view.awaits)

    def test_nothing_there_yet(self, call: Call, view: SimpleNamespace) -> None:
        view.documents = view.timeline = ()
        assert "No document in Odoo yet." in call("show", "R-1").stdout


class TestCheck:
    @pytest.fixture(autouse=True)
    def client(self, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
        closed: list[bool] = []
        client = SimpleNamespace(close=lambda: closed.append(True))
        monkeypatch.setattr("odoo_rma.connector.odoo.connect.connect", lambda _odoo, _secrets: client)
        return closed

    @pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
    def test_each_is_ok_or_says_what_to_do(
        self, call: Call, monkeypatch: pytest.MonkeyPatch, client: list[bool], ok: bool, code: int
    ) -> None:
        one = SimpleNamespace(name="journals", ok=ok, detail="none found", what_to_do="Make one.")
        monkeypatch.setattr("odoo_rma.connector.odoo.check.check", lambda _client, **_: [one])
        monkeypatch.setattr("odoo_rma.sync.readiness.readiness", lambda _settings, _client: [])
        result = call("check")
        assert result.exit_code == code
        assert re.search(r"journals +(not )?ok +none found +Make one\.", result.stdout)
        assert json.loads(call("check", "--json").stdout)[0]["ok"] is ok
        assert client == [True, True]

    def test_no_connection_is_the_first_finding(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise LoginRefused

        monkeypatch.setattr("odoo_rma.connector.odoo.connect.connect", refuse)
        result = call("check")
        assert result.exit_code == 1
        assert re.search(r"connection +not ok +Odoo refuses the login", result.stdout)


class TestOthers:
    def test_schema(self, call: Call) -> None:
        schema = json.loads(call("schema").stdout)
        assert schema["title"] == "Rma"
        assert "customer" in schema["required"]

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion(self, call: Call, shell: str) -> None:
        assert "_ODOO_RMA_COMPLETE" in call("completion", shell).stdout

    def test_version(self, call: Call) -> None:
        assert "odoo-rma" in call("--version").stdout

"""`odoo-rma sandbox`: what is printed, and the exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import odoo_rma.sandbox
from odoo_rma.cli.sandbox import sandbox
from odoo_rma.sandbox import Env, MedusaEnv, NotOurServer, Status, StepFailed

ENV = Env(
    url="http://127.0.0.1:1", database="shop", login="admin", password="admin", api_key="key", version="19.0"
)
STATUS = Status(
    way="packages", name="n", version=19, running=True, url="http://127.0.0.1:1", disk_bytes=2_000_000
)


MEDUSA = MedusaEnv(
    url="http://127.0.0.1:2",
    login="a@b.example",
    password="p",
    api_key="sk_1",
    publishable_key="pk_1",
    version="2.21.2",
    log=Path("/m/medusa.log"),
    manifest=Path("/m/manifest.json"),
)


class FakeMedusa:
    """Beside a sandbox; remembers what was asked of it."""

    there = running = False
    asked: list[str]
    named = False

    @classmethod
    def beside(cls, _sandbox: Any) -> "FakeMedusa":
        if cls.named:
            raise NotOurServer("no place")
        return cls()

    def up(self, report: Any) -> MedusaEnv:
        report("Starting Medusa", None)
        FakeMedusa.asked.append("up")
        return MEDUSA

    def down(self, *, purge: bool) -> bool:
        FakeMedusa.asked.append("purge" if purge else "down")
        return True

    def reset(self) -> MedusaEnv:
        FakeMedusa.asked.append("reset")
        return MEDUSA

    def env(self) -> MedusaEnv:
        if not self.running:
            raise StepFailed("env", "The Medusa sandbox does not run.")
        return MEDUSA

    def exists(self) -> bool:
        return self.there

    def runs(self) -> bool:
        return self.running

    def status(self) -> Status:
        return Status(way="npm", name="n-19", version=2, running=self.running)


class FakeSandbox:
    """Says what it was asked; fails when told to."""

    failure: Exception | None = None
    asked: list[Any]

    def __init__(self, *given: Any, **options: Any) -> None:
        FakeSandbox.asked = [given, options]

    def up(self, report: Any) -> Env:
        if self.failure:
            raise self.failure
        report("Downloading: one", 0.1)
        report("Downloading: two", 0.2)
        return ENV

    def down(self, *, purge: bool) -> bool:
        FakeSandbox.asked.append(purge)
        return not purge

    def reset(self, database: str | None) -> Env:
        FakeSandbox.asked.append(database)
        return ENV

    def env(self, database: str | None) -> Env:
        FakeSandbox.asked.append(database)
        return ENV

    def status(self) -> Status:
        return STATUS


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(odoo_rma.sandbox, "Sandbox", FakeSandbox)
    monkeypatch.setattr(odoo_rma.sandbox, "Medusa", FakeMedusa)
    monkeypatch.setattr(FakeMedusa, "asked", [], raising=False)
    for name in ("there", "running", "named"):
        monkeypatch.setattr(FakeMedusa, name, False)
    monkeypatch.setattr(FakeSandbox, "failure", None)
    monkeypatch.delenv("ODOO_RMA_SANDBOX_URL", raising=False)
    return lambda *arguments: CliRunner().invoke(sandbox, list(arguments))


def test_env_prints_everything_a_program_needs(run: Any) -> None:
    printed = json.loads(run("env", "--json").stdout)
    assert {name: printed[name] for name in ("url", "database", "login", "password", "api_key")} == {
        "url": "http://127.0.0.1:1",
        "database": "shop",
        "login": "admin",
        "password": "admin",
        "api_key": "key",
    }


def test_up_shows_each_step_once_and_the_way_in(run: Any) -> None:
    result = run("up", "--odoo", "14", "--name", "mine", "--workers", "2")
    assert result.exit_code == 0
    assert result.stderr == "Downloading …\n"
    assert "http://127.0.0.1:1" in result.stdout
    assert FakeSandbox.asked[0] == (14, "mine")
    assert FakeSandbox.asked[1]["workers"] == 2


def test_a_failure_says_step_reason_and_log_and_ends_with_one(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        FakeSandbox, "failure", StepFailed("seed the shop", "no room left", Path("/tmp/x.log"))
    )
    result = run("up")
    assert result.exit_code == 1
    assert result.stderr == "Error: This step failed: seed the shop\nno room left\nFull log: /tmp/x.log\n"


def test_a_full_disk_has_no_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeSandbox, "failure", OSError(28, "No space left on device", "/cache"))
    result = run("up")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr


def test_an_error_of_our_own_is_not_hidden(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeSandbox, "failure", ZeroDivisionError())
    assert isinstance(run("up").exception, ZeroDivisionError)


def test_wrong_usage_ends_with_two(run: Any) -> None:
    assert run("up", "--odoo", "nineteen").exit_code == 2
    assert run("up", "--workers", "99").exit_code == 2


def test_an_address_without_credentials_is_refused_in_words(run: Any) -> None:
    result = run("up", "--url", "http://127.0.0.1:9")
    assert result.exit_code == 1
    assert "ODOO_RMA_PASSWORD" in result.stderr


def test_down_reset_and_status(run: Any) -> None:
    assert run("down").stdout == "Stopped.\n"
    assert run("down", "--purge").stdout == "It did not run.\nDeleted.\n"
    assert run("reset", "--database", "mine").exit_code == 0
    assert FakeSandbox.asked[-1] == "mine"
    assert "disk use" in run("status").stdout
    assert json.loads(run("status", "--json").stdout)["running"] is True


def test_with_medusa_both_are_started_and_both_ways_in_are_shown(run: Any) -> None:
    result = run("up", "--with", "medusa", "--json")
    printed = json.loads(result.stdout)
    assert printed["api_key"] == "key"
    assert printed["medusa"]["api_key"] == "sk_1"
    assert printed["medusa"]["login"] == "a@b.example"
    assert "Starting Medusa …" in result.stderr
    assert "Medusa\nurl              http://127.0.0.1:2" in run("up", "--with", "medusa").stdout


def test_without_it_nobody_starts_a_medusa(run: Any) -> None:
    assert "medusa" not in json.loads(run("up", "--json").stdout)
    run("reset")
    run("down")
    assert FakeMedusa.asked == []


def test_a_medusa_that_runs_is_shown_without_asking(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeMedusa, "there", True)
    assert "medusa" not in json.loads(run("env", "--json").stdout)
    assert json.loads(run("status", "--json").stdout)["medusa"]["running"] is False
    monkeypatch.setattr(FakeMedusa, "running", True)
    assert json.loads(run("env", "--json").stdout)["medusa"]["url"] == "http://127.0.0.1:2"
    assert "way      npm" in run("status").stdout.partition("Medusa\n")[2]


def test_who_asks_for_a_medusa_that_does_not_run_is_told(run: Any) -> None:
    result = run("env", "--with", "medusa")
    assert result.exit_code == 1
    assert "does not run" in result.stderr


def test_down_stops_the_medusa_too_or_that_alone(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeMedusa, "there", True)
    run("down", "--purge")
    assert (FakeMedusa.asked, FakeSandbox.asked[-1]) == (["purge"], True)
    run("down", "--with", "medusa")
    assert FakeMedusa.asked == ["purge", "down"]
    assert len(FakeSandbox.asked) == 2  # made, and never asked to stop


def test_reset_with_medusa_resets_both(run: Any) -> None:
    assert "medusa" in json.loads(run("reset", "--with", "medusa", "--json").stdout)
    assert FakeMedusa.asked == ["reset"]


def test_beside_a_named_server_nothing_is_looked_for(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeMedusa, "named", True)
    assert run("env").exit_code == run("status").exit_code == 0
    result = run("up", "--with", "medusa")
    assert result.exit_code == 1
    assert "no place" in result.stderr


@pytest.mark.parametrize("command", sandbox.commands)
def test_every_command_has_help_with_an_example(run: Any, command: str) -> None:
    assert f"odoo-rma sandbox {command}" in run(command, "--help").stdout

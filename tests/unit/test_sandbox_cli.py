"""`odoo-rma sandbox`: what is printed, and the exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import odoo_rma.sandbox
from odoo_rma.cli.sandbox import sandbox
from odoo_rma.sandbox import Env, Status, StepFailed

ENV = Env(
    url="http://127.0.0.1:1", database="shop", login="admin", password="admin", api_key="key", version="19.0"
)
STATUS = Status(
    way="packages", name="n", version=19, running=True, url="http://127.0.0.1:1", disk_bytes=2_000_000
)


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


@pytest.mark.parametrize("command", sandbox.commands)
def test_every_command_has_help_with_an_example(run: Any, command: str) -> None:
    assert f"odoo-rma sandbox {command}" in run(command, "--help").stdout

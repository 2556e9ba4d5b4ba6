"""What an admin gets wrong before any Odoo is reached: each is told in plain words, and no file is lost."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGINT, SIGTERM
from time import monotonic

import pytest
from office import Office, article

from odoo_rma.sandbox import Env
from odoo_rma.sync.lock import run_lock

NOBODY = "http://127.0.0.1:9"


def office_at(folder: Path, url: str) -> Office:
    env = Env(
        url=url, database="erp", login="", password="", api_key=None, version="19.0", rma_api_key="k" * 40
    )
    office = Office(folder / "office", env, sources={"shop": {}})
    office.drop("one.json", article("R-1"))
    return office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_at(tmp_path, NOBODY)


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """A server that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def other_server() -> Iterator[str]:
    """A web server that is not an Odoo."""
    from pytest_httpserver import HTTPServer

    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/").respond_with_data("<h1>Welcome to nginx!</h1>")
        yield server.url_for("").rstrip("/")


def nothing_is_lost(office: Office) -> None:
    """The RMA is still in the inbox, or safely in the store."""
    known = office.run("quarantine", "drop", "R-1", "--yes").code == 0
    assert known or office.lying("inbox") == ["one.json"]


def test_the_server_is_down(office: Office) -> None:
    office.run("sync").says(1, "nobody answers", NOBODY, "check odoo.url")
    nothing_is_lost(office)


def test_the_host_is_unknown(tmp_path: Path) -> None:
    office = office_at(tmp_path, "https://erp.invalid")
    office.run("sync").says(1, "nobody answers", "erp.invalid", "check odoo.url")
    nothing_is_lost(office)


def test_the_server_is_not_an_odoo(tmp_path: Path, other_server: str) -> None:
    office = office_at(tmp_path, other_server)
    office.run("sync").says(1, other_server, "not as an Odoo", "check odoo.url")
    nothing_is_lost(office)


def test_a_password_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    office_at(tmp_path, "http://erp.example").run("sync").says(1, "plain http", "https", "allow_http")


@pytest.mark.parametrize("command", ["sync", "check", "runs", "quarantine list"])
def test_the_settings_file_is_not_toml(office: Office, command: str) -> None:
    office.settings.write_text("[odoo\nurl = nonsense", encoding="utf-8")
    office.run(*command.split()).says(1, "odoo-rma.toml is not TOML", "line 1")
    assert office.lying("inbox") == ["one.json"]


def test_a_key_is_misspelt(office: Office) -> None:
    office.settings.write_text(office.settings.read_text().replace("database", "databse"), encoding="utf-8")
    office.run("sync").says(1, "odoo-rma.toml", "odoo.databse is not a known key", "did you mean database?")


def test_a_value_makes_no_sense(office: Office) -> None:
    office.settings.write_text(
        office.settings.read_text().replace("batch = 50", "batch = -1"), encoding="utf-8"
    )
    office.run("sync").says(1, "odoo-rma.toml", "run.batch", "-1")


def test_a_secret_stands_in_the_file_and_is_not_shown(office: Office) -> None:
    text = office.settings.read_text().replace("[odoo]", '[odoo]\npassword = "hunter2hunter2"')
    office.settings.write_text(text, encoding="utf-8")
    ended = office.run("sync")
    ended.says(1, "odoo.password is a secret", "ODOO_RMA_PASSWORD", "keyring")
    assert "hunter2" not in ended.out + ended.err


def test_the_settings_file_is_missing(office: Office) -> None:
    office.settings.unlink()
    office.run("sync").says(1, "there is no settings file", "odoo-rma init")


def test_the_settings_file_is_empty(office: Office) -> None:
    office.settings.write_text("")
    office.run("sync").says(1, f"{office.settings} is empty", "odoo-rma init")


def test_a_source_is_not_configured(office: Office) -> None:
    office.run("sync", "--source", "shpo").says(1, "no source is called shpo", "shop")
    assert office.lying("inbox") == ["one.json"]


@pytest.mark.parametrize(
    "wrong", [["--batch", "0"], ["--batch", "many"], ["--bogus"], ["--transport", "fax"]]
)
def test_wrong_usage(office: Office, wrong: list[str]) -> None:
    office.run("sync", *wrong).says(2, "usage: odoo-rma sync", wrong[0])


@pytest.mark.parametrize(
    "command", [["sync", "--rma"], ["show"], ["quarantine", "show"], ["quarantine", "retry"]]
)
def test_an_rma_that_nobody_knows(office: Office, command: list[str]) -> None:
    office.run("sync")
    assert office.run(*command, "R-0815").code == 1


def test_a_second_run_is_told_at_once_who_is_at_work(office: Office) -> None:
    with run_lock(office.store, now=datetime.now(UTC), command="sync"):
        before = monotonic()
        ended = office.run("sync")
        took = monotonic() - before
    ended.says(4, "another run is at work", f"process {_me()}", "wait until it has ended")
    assert took < 5  # of which the lock takes a third of a second, and a busy machine the rest
    assert office.lying("inbox") == ["one.json"]


def _me() -> int:
    import os

    return os.getpid()


@pytest.mark.parametrize(("signal", "code"), [(SIGINT, 130), (SIGTERM, 143)])
def test_a_person_stops_waiting_for_a_server_that_does_not_answer(
    tmp_path: Path, mute: socket.socket, signal: int, code: int
) -> None:
    office = office_at(tmp_path, f"http://127.0.0.1:{mute.getsockname()[1]}")
    process = office.start("sync")
    taken, _ = mute.accept()
    with taken:
        process.send_signal(signal)
        office.wait(process, 10).says(code, "stopped", "nothing is lost")
    nothing_is_lost(office)

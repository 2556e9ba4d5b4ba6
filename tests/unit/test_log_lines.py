"""`--log-format json`: whatever is said on stderr is a JSON object per line, and no secret is in it."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from odoo_rma.cli import logs
from odoo_rma.cli.logs import LogFormat, log_to_stderr
from odoo_rma.cli.main import main
from odoo_rma.connector.redact import register

CANARY = 'canary "7/x\n'

Lines = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def text_again() -> Iterator[None]:
    yield
    log_to_stderr(0)


def lines(text: str) -> Lines:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[], Lines]:
    return lambda: lines(capsys.readouterr().err)


def test_a_line_says_when_how_bad_who_and_what(said: Callable[[], Lines]) -> None:
    log_to_stderr(0, LogFormat.JSON)
    logging.getLogger("odoo_rma.sync").warning("The disk is %s.", "full", extra={"job": 7})
    (line,) = said()
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "warning", "logger": "odoo_rma.sync", "message": "The disk is full.", "job": 7}


def test_a_secret_is_struck_out_of_message_extras_and_traceback_and_an_address_of_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    register(CANARY)
    log_to_stderr(2, LogFormat.JSON)
    try:
        raise ValueError(f"{CANARY} of anna@mail.example")
    except ValueError:
        logging.getLogger("x").exception("It was %s", CANARY, extra={"sent": {"key": CANARY}})
    text = capsys.readouterr().err
    assert "canary" not in text
    (line,) = lines(text)
    assert line["message"] == "It was [secret]"
    assert line["sent"] == {"key": "[secret]"}
    assert "ValueError: [secret] of [address]" in line["traceback"]


def test_several_lines_of_text_and_odd_characters_stay_one_line(said: Callable[[], Lines]) -> None:
    log_to_stderr(0, LogFormat.JSON)
    logs.say("two\nlines \x1b[31m \u2028")
    assert [line["message"] for line in said()] == ["two\nlines \x1b[31m \u2028"]


def test_broken_unicode_is_written_out() -> None:
    # Not by way of a logger: what pytest keeps of that could not be sent to the process that reports.
    record = logging.LogRecord("x", logging.INFO, "", 0, "half a letter \ud800", None, None)
    text = logs.JsonLines().format(record)
    assert text.isascii()
    assert json.loads(text)["message"] == "half a letter \ud800"


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_failure_of_a_command_is_a_line_too(tmp_path: Path, how: str) -> None:
    arguments = ["--config", str(tmp_path / "gone.toml"), "sync"]
    environment = {"ODOO_RMA_LOG_FORMAT": "json"} if how == "environment" else {}
    if how == "option":
        arguments = ["--log-format", "json", *arguments]
    done = CliRunner().invoke(main, arguments, env=environment)
    assert done.exit_code == 1
    (line,) = lines(done.stderr)
    assert line["level"] == "error"
    assert "no settings file" in line["message"]


def test_with_v_a_failure_has_its_traceback_in_a_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["-v", "--log-format", "json", "-c", str(tmp_path / "gone.toml"), "sync"])
    traced = [line for line in lines(done.stderr) if "traceback" in line]
    assert "BadSettings" in traced[0]["traceback"]


def test_people_read_lines_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(0)
    logs.say("Answering.", calls=3)
    assert capsys.readouterr().err == "Answering.\n"

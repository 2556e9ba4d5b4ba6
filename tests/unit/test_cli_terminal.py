"""On a terminal, in a pipe, and when somebody stops it: the command as a process of its own."""

import os
import pty
import shlex
import signal
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

# Stands for a sync that works until it is told to stop, and for one that prints more than a pipe holds.
PROGRAM = """
import sys, time
from datetime import UTC, datetime
from odoo_rma.cli.main import main
from odoo_rma.connector import settings as settings_file
from odoo_rma.mappings.issues import Issue
from odoo_rma.sync import run
from odoo_rma.sync.report import Outcome, Result, RunReport

def sync(settings, *, progress, **_):
    progress("returns", 1, 2)
    if sys.argv[-1] == "slow":
        print("at work", file=sys.stderr, flush=True)
        time.sleep(60)
    now = datetime.now(UTC)
    steps = ("return made [bold]not markup[/bold]", "\\x1b[31mred")
    results = [Result("shop", f"R-{n}", f"R-{n}", Outcome.DONE, steps) for n in range(int(sys.argv[-1]))]
    return RunReport(now, finished=now, results=results)

run.sync = sync
settings_file.load = lambda _path: settings_file.Settings.model_validate(
    {"odoo": {"url": "https://erp.example.com", "database": "erp", "login": "rma"}}
)
main(["sync"], prog_name="odoo-rma")
"""


def command(what: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, what]


def on_a_terminal(what: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    env = os.environ | {"TERM": "xterm", "COLUMNS": "100"} | environment
    with subprocess.Popen(command(what), stdout=theirs, stderr=theirs, stdin=theirs, env=env):
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:
            pass
        finally:
            os.close(ours)
    return shown.decode()


def test_a_table_with_colors_on_a_terminal() -> None:
    shown = on_a_terminal("1", NO_COLOR="")
    assert "\x1b[32mdone" in shown
    assert "─" in shown
    assert "[bold]not markup[/bold]" in shown
    assert "\x1b[31mred" not in shown


def test_no_color_is_honored() -> None:
    shown = on_a_terminal("1", NO_COLOR="1")
    assert "done" in shown
    assert "\x1b[32m" not in shown


def test_plain_text_and_no_bar_in_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(command("1"), capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "\x1b" not in done.stdout
    assert "─" not in done.stdout
    assert done.stderr == ""


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(command("5000"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_it_says_that_nothing_is_lost(how: Any, code: int) -> None:
    with subprocess.Popen(
        command("slow"), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "at work\n"
        process.send_signal(how)
        _, said = process.communicate(timeout=10)
    assert (process.returncode, said) == (code, "Stopped; nothing is lost, run it again.\n")


STARTING = """
import os, signal, sys
from odoo_rma.cli.start import start

class Impatient:
    def find_spec(self, name, *_):
        if name == "odoo_rma.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Impatient())
sys.argv[0] = "odoo-rma"
start()
"""


def test_stopped_while_it_is_loaded_it_says_the_same() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STARTING, "policy"], check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (130, "Stopped; nothing is lost, run it again.\n")


def test_the_installed_command_starts_there() -> None:
    [script] = entry_points(group="console_scripts", name="odoo-rma")
    assert script.value == "odoo_rma.cli.start:start"


@pytest.mark.parametrize(
    ("output", "code", "said"),
    [(">/dev/full", 1, "The output cannot be written: No space left on device.\n"), (">&-", 0, "")],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_takes_nothing(
    tmp_path: Path, output: str, code: int, said: str, unbuffered: str
) -> None:
    line = " ".join(map(shlex.quote, command("1")))
    ended = subprocess.run(
        ["sh", "-c", f"{line} {output}"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    assert (ended.returncode, ended.stderr) == (code, said)

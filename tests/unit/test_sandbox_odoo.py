"""The Odoo process: its settings, its port, its end."""

import configparser
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from odoo_rma.sandbox import StepFailed
from odoo_rma.sandbox.odoo import OdooServer, Program
from odoo_rma.sandbox.processes import end, free_port, processes


def server(folder: Path, script: str = "", version: int = 19) -> OdooServer:
    prefix = folder / "prefix"
    (prefix / "usr/bin").mkdir(parents=True)
    (prefix / "usr/bin/odoo").write_text(script)
    return OdooServer(Program(version, Path(sys.executable), prefix), folder, folder / "socket")


@pytest.mark.parametrize(("version", "other_port"), [(19, "gevent_port"), (14, "longpolling_port")])
def test_the_settings_keep_it_on_this_machine(tmp_path: Path, version: int, other_port: str) -> None:
    made = server(tmp_path, version=version)
    made.write_settings(40123, workers=2)
    read = configparser.RawConfigParser()
    read.read(made.settings)
    options = read["options"]
    assert options["http_interface"] == "127.0.0.1"
    assert options["http_port"] == "40123"
    assert options["max_cron_threads"] == "0"
    assert options["workers"] == "2"
    assert (options["smtp_server"], options["smtp_port"]) == ("127.0.0.1", "1")
    assert options["db_user"] != "postgres"
    assert int(options[other_port]) != 40123


def test_a_port_that_is_taken_is_left_alone() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port


def test_a_server_that_dies_tells_its_last_words(tmp_path: Path) -> None:
    made = server(tmp_path, "import sys; sys.exit('CRITICAL: no such module')")
    made.log.write_text("ERROR of an earlier run\n")
    with pytest.raises(StepFailed) as failed:
        made.start(free_port())
    assert failed.value.step == "start Odoo"
    assert "no such module" in failed.value.reason
    assert "earlier run" not in failed.value.reason
    assert failed.value.log == made.log


def test_processes_are_known_by_their_settings_and_ended_with_their_children(tmp_path: Path) -> None:
    settings = tmp_path / "odoo.conf"
    code = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(settings)]) as started:
        deadline = time.monotonic() + 10
        while not processes(settings) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert processes(settings) == [started.pid]
        end(started.pid)
    assert processes(settings) == []
    end(started.pid)

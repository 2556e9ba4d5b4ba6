"""The Odoo process of one instance: its settings file, start, stop, and the one-off commands."""

from __future__ import annotations

import configparser
import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

from odoo_rma.sandbox.errors import StepFailed
from odoo_rma.sandbox.postgres import ROLE
from odoo_rma.sandbox.steps import run_step, telling_lines

START_SECONDS = 90
STOP_SECONDS = 20
LAUNCH = 'log=$1; shift; "$@" >>"$log" 2>&1 & echo $!'
"""Starts a program that is nobody's child: it outlives us, and leaves us no process to wait for."""


@dataclass(frozen=True)
class Program:
    """Odoo's code and the Python that runs it."""

    version: int
    python: Path
    prefix: Path

    def command(self, *arguments: str | Path) -> list[str | Path]:
        """`odoo` with these arguments."""
        return [self.python, self.prefix / "usr/bin/odoo", *arguments]

    def environment(self) -> dict[str, str]:
        """What tells Python where Odoo's code lies, and nothing of the caller's own set-up."""
        code = self.prefix / "usr/lib/python3/dist-packages"
        return {
            "PYTHONPATH": str(code),
            "PYTHONWARNINGS": "ignore",
            "PYTHONDONTWRITEBYTECODE": "",
            "PGPASSWORD": "",
        }


def free_port(preferred: int | None = None) -> int:
    """A free loopback port: the preferred one when nobody has it."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on the loopback interface")


@dataclass(frozen=True)
class OdooServer:
    """One instance's Odoo."""

    program: Program
    folder: Path
    socket: Path

    @property
    def settings(self) -> Path:
        """Odoo's settings file."""
        return self.folder / "odoo.conf"

    @property
    def log(self) -> Path:
        """Odoo's log."""
        return self.folder / "odoo.log"

    @property
    def files(self) -> Path:
        """Odoo's data folder, with the file store of every database."""
        return self.folder / "files"

    def write_settings(self, port: int, workers: int = 0) -> None:
        """Write the settings file: loopback only, no timed jobs, no way for an e-mail to leave."""
        options = {
            "db_host": self.socket,
            "db_port": 5432,
            "db_user": ROLE,
            "data_dir": self.files,
            "http_interface": "127.0.0.1",
            "http_port": port,
            "gevent_port" if self.program.version >= 16 else "longpolling_port": free_port(),
            "workers": workers,
            "max_cron_threads": 0,
            "limit_time_cpu": 900,
            "limit_time_real": 1200,
            "db_maxconn": 64,
            "list_db": True,
            "admin_passwd": "admin",
            "smtp_server": "127.0.0.1",
            "smtp_port": 1,  # nobody listens there
            "log_level": "info",
        }
        self.files.mkdir(parents=True, exist_ok=True)
        parser = configparser.RawConfigParser()
        parser["options"] = {name: str(value) for name, value in options.items()}
        with self.settings.open("w", encoding="utf-8") as written:
            parser.write(written)

    def run_once(
        self, step: str, *arguments: str | Path, stdin: str | None = None, seen: Callable[[str], None]
    ) -> None:
        """Run Odoo for one job, such as installing modules."""
        command = self.program.command(*arguments)
        environment = self.program.environment()
        run_step(
            step, command, self.folder / "setup.log", environment=environment, stdin=stdin, line_seen=seen
        )

    def start(self, port: int) -> None:
        """Start it in a session of its own, so that it outlives us; comes back when it answers."""
        before = self.log.stat().st_size if self.log.exists() else 0
        command = [str(part) for part in self.program.command("-c", self.settings)]
        launched = subprocess.run(
            ["sh", "-c", LAUNCH, "sh", str(self.log), *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **self.program.environment()},
            cwd=self.folder,
            start_new_session=True,
        )
        self._wait_until_it_answers(int(launched.stdout), port, before)

    def _wait_until_it_answers(self, pid: int, port: int, log_from: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and _alive(pid):
            if answers(f"http://127.0.0.1:{port}"):
                return
            time.sleep(0.1)
        end(pid)
        with self.log.open("rb") as log:
            log.seek(log_from)
            lines = log.read().decode(errors="replace").splitlines()
        raise StepFailed("start Odoo", telling_lines(lines) or "it did not answer in time", self.log)


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def answers(url: str) -> bool:
    """Something answers here; which calls it knows is for others to find out."""
    try:
        return httpx.get(f"{url}/web/static/img/favicon.ico", timeout=5).status_code < 500
    except httpx.HTTPError:
        return False


def processes(settings: Path) -> list[int]:
    """The Odoo processes that run with these settings, the first one started first."""
    found = []
    for process in psutil.process_iter(["cmdline", "create_time"]):
        if str(settings) in (process.info["cmdline"] or ()):
            found.append((process.info["create_time"], process.pid))
    return [pid for _created, pid in sorted(found)]


def end(pid: int) -> None:
    """Stop a process and its children: politely, then by force."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    parent.terminate()
    _gone, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)

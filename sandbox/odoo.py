"""The Odoo process of one instance: its settings file, start, stop, and the one-off commands."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from odoo_rma.sandbox.postgres import ROLE
from odoo_rma.sandbox.processes import free_port, start
from odoo_rma.sandbox.steps import run_step


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
        url = f"http://127.0.0.1:{port}"
        command = self.program.command("-c", self.settings)
        environment = self.program.environment()
        start(
            "start Odoo", command, lambda: answers(url), self.log, environment=environment, folder=self.folder
        )


def answers(url: str) -> bool:
    """Something answers here; which calls it knows is for others to find out."""
    try:
        return httpx.get(f"{url}/web/static/img/favicon.ico", timeout=5).status_code < 500
    except httpx.HTTPError:
        return False

"""The Medusa process of one instance: its PostgreSQL, the one-off commands, start and stop."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from odoo_rma.sandbox.medusa.program import QUIET, Program, command_path
from odoo_rma.sandbox.postgres import ROLE, Postgres
from odoo_rma.sandbox.processes import end, processes, start
from odoo_rma.sandbox.steps import run_step

START_SECONDS = 180  # five on an idle machine, a minute and more beside other builds


@dataclass(frozen=True)
class MedusaServer:
    """One project folder with its database."""

    program: Program
    folder: Path
    postgres: Postgres

    @property
    def log(self) -> Path:
        """Medusa's log."""
        return self.folder / "medusa.log"

    def run_once(
        self,
        step: str,
        database: str,
        *arguments: str | Path,
        extra: Mapping[str, str] | None = None,
        seen: Callable[[str], None] | None = None,
    ) -> None:
        """Run Medusa's command line for one job, such as migrating the database."""
        run_step(
            step,
            self.program.command(self.folder, *arguments),
            self.postgres.log,
            environment={**self._environment(database), **(extra or {})},
            folder=self.folder,
            line_seen=seen,
        )

    def start(self, database: str, port: int) -> None:
        """Start it so that it outlives us; comes back when it answers."""
        command = self.program.command(self.folder, "start", "-H", "127.0.0.1", "-p", str(port))
        start(
            "start Medusa",
            command,
            lambda: answers(f"http://127.0.0.1:{port}"),
            self.log,
            environment=self._environment(database),
            folder=self.folder,
            seconds=START_SECONDS,
        )

    def _environment(self, database: str) -> dict[str, str]:
        socket = quote(str(self.postgres.socket), safe="")  # where others have a host name
        return {
            **QUIET,
            "DATABASE_URL": f"postgres://{ROLE}@{socket}/{database}",
            "JWT_SECRET": secrets.token_hex(32),
            "COOKIE_SECRET": secrets.token_hex(32),
        }


def answers(url: str) -> bool:
    """Medusa is up at this address."""
    try:
        return httpx.get(f"{url}/health", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def running(folder: Path) -> list[int]:
    """The Medusa processes of a project folder, the first one started first."""
    return processes(command_path(folder))


def stop(folder: Path) -> None:
    """End them."""
    for pid in running(folder):
        end(pid)

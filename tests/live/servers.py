"""The sandbox's two servers, Odoo and PostgreSQL, one by one: they fall over, and somebody starts them again."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import pytest

from odoo_rma.sandbox import Sandbox
from odoo_rma.sandbox.odoo import answers
from odoo_rma.sandbox.packaged import PackagedOdoo
from odoo_rma.sandbox.processes import start

OURS = "SELECT count(*) FROM ir_model_data WHERE module = '__rma__'"
BUSY_BACKEND = """
    SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()
    ORDER BY state = 'idle', state_change DESC LIMIT 1"""


@dataclass
class Servers:
    """Both servers of a sandbox, for one of its databases."""

    way: PackagedOdoo
    database: str

    @classmethod
    def of(cls, sandbox: Sandbox, database: str) -> "Servers":
        """Take over a sandbox. What PostgreSQL says it has committed shall be there after a crash as well."""
        if not isinstance(sandbox.way, PackagedOdoo):
            pytest.skip("only servers that the sandbox starts by itself can be ended one by one")
        with sandbox.way.postgres.session() as cursor:
            cursor.execute(f'ALTER DATABASE "{database}" SET synchronous_commit = on')
        return cls(sandbox.way, database)

    def records(self) -> int:
        """Count the records that are ours, without Odoo."""
        with self.way.postgres.session(self.database) as cursor:
            cursor.execute(OURS)
            return int(cursor.fetchone()[0])

    def odoo_stops(self, away: float) -> None:
        """Odoo is asked to end, as an upgrade does it, and comes back."""
        self._odoo(signal.SIGTERM, away)

    def odoo_dies(self, away: float) -> None:
        """Odoo is killed, and comes back."""
        self._odoo(signal.SIGKILL, away)

    def postgres_stops(self, away: float) -> None:
        """PostgreSQL is restarted under the running Odoo, as an update does it."""
        self.way.postgres.stop()
        time.sleep(away)
        self.way.postgres.start()

    def postgres_dies(self, away: float) -> None:
        """PostgreSQL loses power, and recovers when it comes back."""
        pid = self.way.postgres.pid()
        assert pid is not None
        postmaster = psutil.Process(pid)
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(30)
        time.sleep(away)
        self.way.postgres.start()

    def a_session_dies(self, away: float) -> None:
        """One session of Odoo with PostgreSQL is killed: PostgreSQL ends all of them, and recovers by itself."""
        while not (pid := self._session()):  # Odoo may have none at all, when it was just started
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        time.sleep(away)
        while not self.way.postgres.answers():
            time.sleep(0.1)

    def all_kinds(self) -> list[Callable[[float], None]]:
        """Name whatever can happen to them."""
        first = [self.odoo_dies, self.postgres_stops, self.postgres_dies]
        return [*first, self.odoo_stops, self.a_session_dies]

    def _session(self) -> int | None:
        with self.way.postgres.session() as cursor:
            cursor.execute(BUSY_BACKEND, [self.database])
            found = cursor.fetchone()
            return int(found[0]) if found else None

    def _odoo(self, asked: signal.Signals, away: float) -> None:
        pid, url = self.way.status().pid, self.way.env().url
        odoo = psutil.Process(pid)
        command, environment, folder = odoo.cmdline(), odoo.environ(), self.way.folder
        odoo.send_signal(asked)
        psutil.wait_procs([odoo], timeout=60)
        time.sleep(away)
        start(
            "start Odoo again",
            command,
            lambda: answers(url),
            folder / "odoo.log",
            environment=environment,
            folder=folder,
        )

"""An office whose returns are brought in by workers: real processes and a real PostgreSQL, at whatever Odoo."""

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from live.books import Books
from memory.books import MemoryTables
from memory.company import fresh_odoo
from memory.server import MemoryServer, served
from office import COMMAND, Office
from office.odoo_state import State, read_state

from odoo_rma.connector.settings_store import StoreServer

SOURCES = {"shop": {"credit_note_on": "refund"}}
NEVER = "0 0 1 1 *"
LATEST = 180.0


class Hosts:
    """`inside` is put before the command of a worker, such as `ip netns exec …`."""

    def __init__(self, office: Office, place: StoreServer, dead_after: float = 2) -> None:
        self.office, self.place = office, place
        self.environment = {
            "ODOO_RMA_RUN__STORE": str(place),
            "ODOO_RMA_WORKERS__LANES": "4",
            "ODOO_RMA_WORKERS__DEAD_AFTER": str(dead_after),
            **{f"ODOO_RMA_WORKERS__{job}": NEVER for job in ("PULL", "PUSH", "RECONCILE")},
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.log = office.folder / "workers.log"

    def begin(self, *words: str, inside: tuple[str, ...] = (), **environ: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        command = [*inside, str(COMMAND), "--config", str(self.office.settings), "-v", "worker", *words]
        own = self.office._environment(self.environment | environ)
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=self.office.folder, env=own, stdout=log, stderr=log)
        self.workers.append(process)
        return process

    def call(self, *words: str) -> Any:
        """Run a command to its end; gives what it printed as JSON."""
        ended = self.office.run(*words, "--json", **self.environment)
        assert ended.code in (0, 1), ended.err
        return ended.data

    def counts(self) -> Counter[str]:
        """How many jobs there are, by state; asked of the database itself, for that is quicker."""
        try:
            with closing(psycopg.connect(self.place.url)) as connection:
                query = (
                    f"SELECT status::text, count(*) FROM {self.place.schema}.procrastinate_jobs GROUP BY 1"
                )
                return Counter(dict(connection.execute(query.encode()).fetchall()))
        except psycopg.OperationalError:  # it restarts
            return Counter({"todo": 1})

    def bring_in(self, name: str, rmas: Any, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Let the source send a file, and wait until the workers have seen to it."""
        self.office.drop(name, rmas)
        assert self.call("schedule", "--now", "pull", "--now", "push")["waiting"]
        self.until_done(meanwhile)

    def until_done(self, meanwhile: Callable[[], None] = lambda: None, latest: float = LATEST) -> None:
        """Wait until no job waits or is being done."""
        deadline = time.monotonic() + latest
        while (counts := self.counts())["todo"] + counts["doing"]:
            assert time.monotonic() < deadline, self.said()
            meanwhile()
            time.sleep(0.05)

    def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + LATEST
        while not true():
            assert not self.workers or any(w.poll() is None for w in self.workers), self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def said(self) -> str:
        """What all workers said."""
        return self.log.read_text("utf-8") if self.log.exists() else ""

    def end(self) -> None:
        """Stop all workers, as a supervisor does."""
        for process in self.workers:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.workers:
            process.wait(60)


def an_office(odoo: MemoryServer, folder: Path) -> Office:
    """An office at the Odoo in memory, with one source."""
    return Office(folder, odoo.env(), 3, sources=SOURCES)


def state_of(odoo: MemoryServer) -> State:
    """What stands in the Odoo in memory."""
    return read_state(Books(MemoryTables(odoo.odoo)))


@contextmanager
def an_odoo(takes: float = 0.005, address: str = "127.0.0.1") -> Iterator[MemoryServer]:
    """The shop as it is before the week; one call at a time, each in so many seconds at least."""
    odoo = fresh_odoo()
    odoo.db.now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    one_at_a_time = threading.Lock()
    with served(odoo, address=address) as server:

        def before(_call: object) -> None:
            time.sleep(takes)
            one_at_a_time.acquire()

        server.before, server.after = before, lambda _call: one_at_a_time.release()
        yield server

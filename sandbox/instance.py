"""One sandbox: an instance of PostgreSQL and Odoo in its own folder, made from a snapshot."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odoo_rma.sandbox import debian, pythons
from odoo_rma.sandbox.databases import restart_caches
from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import HostUnfit, SandboxError
from odoo_rma.sandbox.folders import Cache, default_name
from odoo_rma.sandbox.odoo import OdooServer, Program, answers, end, free_port, running
from odoo_rma.sandbox.postgres import Postgres
from odoo_rma.sandbox.recipes import NEWEST_KNOWN, recipe
from odoo_rma.sandbox.snapshot import TEMPLATE, Snapshots, copy_tree
from odoo_rma.sandbox.steps import Report, silent

DATABASE = "shop"


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a sandbox is doing.

    Attributes:
        name: the instance's name.
        version: Odoo's major version.
        running: Odoo answers.
        url: its address, when it runs.
        databases: the databases people work with, when PostgreSQL runs.
        pid: Odoo's process, when it runs.
        since: when it was started, ISO 8601 with offset.
        log: Odoo's log file.
        folder: everything of this instance.
        disk_bytes: what that folder takes.
    """

    name: str
    version: int
    running: bool
    url: str | None
    databases: tuple[str, ...]
    pid: int | None
    since: str | None
    log: Path
    folder: Path
    disk_bytes: int


class Sandbox:
    """A real Odoo on this machine, with a seeded shop, that can be put back to its clean state in seconds."""

    def __init__(
        self,
        version: int | None = None,
        name: str | None = None,
        cache: Path | None = None,
        workers: int = 0,
    ) -> None:
        """Describe a sandbox; nothing happens yet.

        Args:
            version: Odoo's major version; None means 19, or a newer one once Debian has moved on.
            name: the instance's name; by default one that belongs to this checkout alone.
            cache: the folder for everything; by default ODOO_RMA_CACHE or the user's cache folder.
            workers: Odoo's worker processes; 0 answers one request at a time.
        """
        self._asked = version
        self.name = name or default_name()
        self.cache = Cache(cache.resolve()) if cache else Cache.usual()
        self.workers = workers

    @property
    def version(self) -> int:
        """Odoo's major version."""
        return self._asked or debian.remembered_newest(self.cache) or NEWEST_KNOWN

    @property
    def folder(self) -> Path:
        """Everything that belongs to this instance."""
        return self.cache.instance(self.name, self.version)

    def up(self, report: Report = silent) -> Env:
        """Make sure it runs: fetches, installs, seeds and starts what is missing, and nothing else.

        Raises:
            HostUnfit: this machine lacks something; the message says what.
            StepFailed: a step went wrong; the message says which, why, and where its log is.
        """
        if self._asked is None:
            self._asked = debian.newest_version(self.cache, report)
        with self.cache.lock(self._lock, report):
            program = self._program(report)
            snapshots = Snapshots(self.cache, program)
            if self._state().get("snapshot") != snapshots.shop_folder.name:
                self._adopt(snapshots.shop(report), report)
            if not self._odoo_runs():
                self._start(program, report)
            self._ensure(DATABASE, report)
        return self.env()

    def down(self, *, purge: bool = False) -> bool:
        """Stop Odoo and PostgreSQL; with `purge`, delete the instance too. True if anything ran."""
        with self.cache.lock(self._lock):
            ran = self._odoo_runs() or self._postgres.pid() is not None
            self._stop()
            if purge:
                shutil.rmtree(self.folder, ignore_errors=True)
            return ran

    def reset(self, database: str | None = None) -> Env:
        """Make `database` the clean seeded shop again, or for the first time; takes a second or two."""
        with self.cache.lock(self._lock):
            self._must_run()
            self._restore(database or DATABASE)
        return self.env(database)

    def drop(self, database: str) -> None:
        """Remove a database; nothing happens if there is none by that name."""
        with self.cache.lock(self._lock):
            self._must_run()
            self._postgres.drop(database)
            shutil.rmtree(self._filestore(database), ignore_errors=True)

    def env(self, database: str | None = None) -> Env:
        """How to reach a database of the running sandbox."""
        state = self._state()
        if not state:
            raise SandboxError(f"There is no Odoo {self.version} sandbox yet. Start one: odoo-rma sandbox up")
        secrets = json.loads((self.folder / "credentials.json").read_text(encoding="utf-8"))
        return Env(
            url=f"http://127.0.0.1:{state['port']}",
            database=database or DATABASE,
            log=self.folder / "odoo.log",
            manifest=self.folder / "manifest.json",
            **secrets,
        )

    def status(self) -> Status:
        """What it is doing now."""
        state, runs = self._state(), self._odoo_runs()
        postgres_runs = self._postgres.pid() is not None
        return Status(
            name=self.name,
            version=self.version,
            running=runs,
            url=f"http://127.0.0.1:{state['port']}" if runs else None,
            databases=tuple(self._postgres.databases()) if postgres_runs else (),
            pid=state["pid"] if runs else None,
            since=state.get("since") if runs else None,
            log=self.folder / "odoo.log",
            folder=self.folder,
            disk_bytes=_size(self.folder),
        )

    # ── inside ──

    @property
    def _lock(self) -> str:
        return f"instance-{self.name}-{self.version}"

    @property
    def _postgres(self) -> Postgres:
        return Postgres(self.folder / "pg", self.cache.socket_folder(self.folder), self.folder / "setup.log")

    def _program(self, report: Report) -> Program:
        """Odoo's code and its Python: fetched side by side."""
        try:
            wanted = recipe(self.version)
        except KeyError:
            raise HostUnfit(f"Debian has no package of Odoo {self.version}: there are 14, and 19 or newer.") from None
        pythons.interpreter(wanted)
        with ThreadPoolExecutor() as both:
            code = both.submit(debian.unpacked, self.cache, wanted, report)
            python = both.submit(pythons.environment, self.cache, wanted, report)
            return Program(wanted.version, python.result(), code.result())

    def _adopt(self, snapshot: Path, report: Report) -> None:
        """Make this instance from the snapshot; one made from another snapshot is replaced."""
        if self.folder.exists():
            report("The seeded shop has changed since this sandbox was made: making it afresh", None)
            self._stop()
            shutil.rmtree(self.folder)
        report("Copying the prepared database", None)
        with self.cache.built_whole(self.folder) as building:
            copy_tree(snapshot, building)
            (building / "setup.log").unlink(missing_ok=True)
            _write_state(building, {"snapshot": snapshot.name})

    def _start(self, program: Program, report: Report) -> None:
        report("Starting PostgreSQL", None)
        self._stop()
        self._postgres.start()
        report("Starting Odoo", None)
        server = OdooServer(program, self.folder, self._postgres.socket)
        port = free_port(self._state().get("port"))
        server.write_settings(port, self.workers)
        since = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        pid = server.start(port)
        _write_state(self.folder, {**self._state(), "port": port, "pid": pid, "since": since})

    def _ensure(self, database: str, report: Report) -> None:
        if database not in self._postgres.databases():
            report("Restoring the seeded shop", None)
            self._restore(database)

    def _restore(self, database: str) -> None:
        if database == TEMPLATE:
            raise SandboxError(f"{TEMPLATE} is the clean original; name another database.")
        self._postgres.copy(TEMPLATE, database)
        filestore = self._filestore(database)
        shutil.rmtree(filestore, ignore_errors=True)
        if self._filestore(TEMPLATE).exists():
            filestore.mkdir(parents=True)
            copy_tree(self._filestore(TEMPLATE), filestore)
        restart_caches(self._postgres, database)

    def _filestore(self, database: str) -> Path:
        return self.folder / "files" / "filestore" / database

    def _stop(self) -> None:
        pid = self._state().get("pid")
        if self._odoo_runs() and pid is not None:
            end(pid)
        if self._postgres.data.exists():
            self._postgres.stop()
        shutil.rmtree(self._postgres.socket, ignore_errors=True)

    def _state(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "instance.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _odoo_runs(self) -> bool:
        state = self._state()
        known = running(state.get("pid"), self.folder / "odoo.conf")
        return known and self._postgres.pid() is not None and answers(f"http://127.0.0.1:{state['port']}")

    def _must_run(self) -> None:
        if not self._odoo_runs():
            raise SandboxError(f"The Odoo {self.version} sandbox does not run. Start it: odoo-rma sandbox up")


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    written = folder / "instance.json.new"
    written.write_text(json.dumps(state, indent=1), encoding="utf-8")
    written.replace(folder / "instance.json")


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())

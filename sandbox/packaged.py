"""One instance of Odoo from Debian's packages: its own folder, PostgreSQL and port, made from a snapshot."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from odoo_rma.sandbox import debian, pythons
from odoo_rma.sandbox.databases import SHOP, TEMPLATE, forget_caches
from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import HostUnfit, SandboxError
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.odoo import OdooServer, Program
from odoo_rma.sandbox.postgres import Postgres
from odoo_rma.sandbox.processes import end, free_port, processes
from odoo_rma.sandbox.recipes import NEWEST_KNOWN, recipe
from odoo_rma.sandbox.snapshot import Snapshots, copy_tree
from odoo_rma.sandbox.status import Status, size_of
from odoo_rma.sandbox.steps import Report, silent


class PackagedOdoo:
    """An Odoo from Debian's packages on a PostgreSQL of its own; it outlives the process that started it."""

    def __init__(self, version: int | None, name: str, cache: Cache, workers: int = 0) -> None:
        """Describe the instance; nothing happens yet.

        Args:
            version: Odoo's major version; None means 19, or a newer one once Debian has moved on.
            name: the instance's name.
            cache: the folder for everything.
            workers: Odoo's worker processes; 0 answers one request at a time.
        """
        self._asked = version
        self.name = name
        self.cache = cache
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
        """Fetch, install, seed and start what is missing, and nothing else."""
        self.cache.socket_folder(self.folder)  # refuses a path that is too long before anything is fetched
        if self._asked is None:
            self._asked = debian.newest_version(self.cache, report)
        with self.cache.lock(self._lock, report):
            program = self._program(report)
            snapshots = Snapshots(self.cache, program)
            if self._state().get("snapshot") != snapshots.shop_folder.name:
                self._adopt(snapshots.shop(report), report)
            if not self._runs():
                self._start(program, report)
            self._restore_missing(report)
        return self.env()

    def down(self, *, purge: bool = False) -> bool:
        """Stop Odoo and PostgreSQL; with `purge`, delete the instance too. True if anything ran."""
        with self.cache.lock(self._lock):
            ran = bool(self._processes()) or self.postgres.pid() is not None
            self._stop()
            if purge:
                shutil.rmtree(self.folder, ignore_errors=True)
            return ran

    def reset(self, database: str | None = None) -> Env:
        """Make a database the clean seeded shop again, or for the first time."""
        with self.cache.lock(self._lock):
            self._must_run()
            self._restore(database or SHOP)
        return self.env(database)

    def drop(self, database: str) -> None:
        """Remove a database; nothing happens if there is none by that name."""
        with self.cache.lock(self._lock):
            self._must_run()
            self.postgres.drop(database)
            shutil.rmtree(self._filestore(database), ignore_errors=True)

    def env(self, database: str | None = None) -> Env:
        """How to reach a database of the running instance."""
        self._must_run()
        secrets = json.loads((self.folder / "credentials.json").read_text(encoding="utf-8"))
        return Env(
            url=self._url,
            database=database or SHOP,
            log=self.folder / "odoo.log",
            manifest=self.folder / "manifest.json",
            **secrets,
        )

    def shell(self, database: str, script: str, seen: Callable[[str], None]) -> None:
        """Run a script in Odoo's own shell, where `env` is; `seen` gets what it prints, line by line."""
        server = OdooServer(self._program(silent), self.folder, self.postgres.socket)
        command = ("shell", "-c", server.settings, "-d", database, "--no-http", "--log-level=warn")
        server.run_once("run a script in Odoo's shell", *command, stdin=f"exec({script!r})\n", seen=seen)

    def status(self) -> Status:
        """What it is doing now."""
        pids = self._processes()
        return Status(
            way="packages",
            name=self.name,
            version=self.version,
            running=self._runs(),
            url=self._url if pids else None,
            databases=tuple(self.postgres.databases()) if self.postgres.pid() else (),
            pid=pids[0] if pids else None,
            since=self._state().get("since") if pids else None,
            log=self.folder / "odoo.log",
            folder=self.folder,
            disk_bytes=size_of(self.folder),
        )

    # ── inside ──

    @property
    def _lock(self) -> str:
        return f"instance-{self.name}-{self.version}"

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._state().get('port')}"

    @property
    def postgres(self) -> Postgres:
        """The database server of the instance."""
        socket = self.cache.socket_folder(self.folder)
        return Postgres(self.folder / "pg", socket, self.folder / "setup.log")

    def _program(self, report: Report) -> Program:
        """Odoo's code and its Python: fetched side by side."""
        try:
            wanted = recipe(self.version)
        except KeyError:
            raise HostUnfit(
                f"Debian has no package of Odoo {self.version}: there are 14, and 19 or newer."
            ) from None
        pythons.interpreter(wanted)
        with ThreadPoolExecutor() as both:
            code = both.submit(debian.unpacked, self.cache, wanted, report)
            python = both.submit(pythons.environment, self.cache, wanted, report)
            return Program(wanted.version, python.result(), code.result())

    def _adopt(self, snapshot: Path, report: Report) -> None:
        """Make this instance from the snapshot; one made from another snapshot is replaced."""
        kept = {"snapshot": snapshot.name, "port": self._state().get("port"), "databases": [SHOP]}
        if self.folder.exists():
            report("The seeded shop has changed since this sandbox was made: making it afresh", None)
            if self.postgres.pid():
                kept["databases"] = self.postgres.databases()
            self._stop()
            shutil.rmtree(self.folder)
        report("Copying the prepared database", None)
        with self.cache.built_whole(self.folder) as building:
            copy_tree(snapshot, building)
            (building / "setup.log").unlink(missing_ok=True)
            _write_state(building, kept)

    def _start(self, program: Program, report: Report) -> None:
        report("Starting PostgreSQL", None)
        self._stop()
        self.postgres.start()
        report("Starting Odoo", None)
        server = OdooServer(program, self.folder, self.postgres.socket)
        port = free_port(self._state().get("port"))
        server.write_settings(port, self.workers)
        since = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        server.start(port)
        _write_state(self.folder, {**self._state(), "port": port, "since": since})

    def _restore_missing(self, report: Report) -> None:
        """Make the usual database, and those an instance had that was replaced, where they are not there."""
        state = self._state()
        for database in {SHOP, *state.pop("databases", [])} - set(self.postgres.databases()):
            report("Restoring the seeded shop", None)
            self._restore(database)
        _write_state(self.folder, state)

    def _restore(self, database: str) -> None:
        if database == TEMPLATE:
            raise SandboxError(f"{TEMPLATE} is the clean original; name another database.")
        self.postgres.copy(TEMPLATE, database)
        filestore = self._filestore(database)
        shutil.rmtree(filestore, ignore_errors=True)
        if self._filestore(TEMPLATE).exists():
            filestore.mkdir(parents=True)
            copy_tree(self._filestore(TEMPLATE), filestore)
        with self.postgres.session(database) as cursor:
            cursor.execute(forget_caches())

    def _filestore(self, database: str) -> Path:
        return self.folder / "files" / "filestore" / database

    def _stop(self) -> None:
        for pid in self._processes():
            end(pid)
        if self.postgres.data.exists():
            self.postgres.stop()
        shutil.rmtree(self.postgres.socket, ignore_errors=True)

    def _state(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "instance.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _processes(self) -> list[int]:
        return processes(self.folder / "odoo.conf")

    def _runs(self) -> bool:
        """Odoo is up; not asked over HTTP, as a busy server may be slow to answer and must not be restarted."""
        return bool(self._processes()) and self.postgres.pid() is not None and "since" in self._state()

    def _must_run(self) -> None:
        if not self._runs():
            raise SandboxError(
                f"The Odoo {self.version} sandbox does not run. Start it with `odoo-rma sandbox up`."
            )


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    written = folder / "instance.json.new"
    written.write_text(json.dumps(state, indent=1), encoding="utf-8")
    written.replace(folder / "instance.json")

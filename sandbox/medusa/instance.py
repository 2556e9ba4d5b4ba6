"""One instance of Medusa: its own folder, PostgreSQL and port, made from a snapshot."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odoo_rma.sandbox.databases import SHOP, TEMPLATE
from odoo_rma.sandbox.errors import NotOurServer, SandboxError
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.medusa.env import MedusaEnv
from odoo_rma.sandbox.medusa.node import Node
from odoo_rma.sandbox.medusa.program import Program, fetched, medusa_version
from odoo_rma.sandbox.medusa.server import running, stop
from odoo_rma.sandbox.medusa.snapshot import MedusaSnapshots, progress_of, server_of
from odoo_rma.sandbox.named import NamedServer
from odoo_rma.sandbox.postgres import Postgres
from odoo_rma.sandbox.processes import free_port
from odoo_rma.sandbox.snapshot import copy_tree
from odoo_rma.sandbox.status import Status, size_of
from odoo_rma.sandbox.steps import Report, silent

if TYPE_CHECKING:
    from odoo_rma.sandbox.ways import Sandbox


class Medusa:
    """A Medusa with the seeded shop, on a PostgreSQL of its own; it outlives the process that started it."""

    def __init__(self, name: str, cache: Cache | None = None) -> None:
        """Describe the instance; nothing happens yet.

        Args:
            name: the instance's name.
            cache: the folder for everything; by default ODOO_RMA_CACHE or the user's cache folder.
        """
        self.name = name
        self.cache = cache or Cache.usual()

    @classmethod
    def beside(cls, sandbox: Sandbox) -> Medusa:
        """The one that belongs to this Odoo; each of our own Odoos can have one.

        Raises:
            NotOurServer: the Odoo is one that the user named, which holds no seeded shop.
        """
        if isinstance(sandbox.way, NamedServer):
            raise NotOurServer(
                "Medusa is seeded with the same shop as a sandbox's own Odoo; beside a server of yours it has no place."
            )
        return cls(f"{sandbox.name}-{sandbox.status().version}", sandbox.cache)

    @property
    def folder(self) -> Path:
        """Everything that belongs to this instance."""
        return self.cache.root / "instances" / f"{self.name}-medusa"

    def up(self, report: Report = silent) -> MedusaEnv:
        """Fetch, migrate, seed and start what is missing, and nothing else.

        Raises:
            HostUnfit: there is no Node.js that Medusa runs on; the message says what to install.
            StepFailed: a step went wrong; the message says which, why, and where its log is.
        """
        self.cache.socket_folder(self.folder)  # refuses a path that is too long before anything is fetched
        node = Node.found()
        with self.cache.lock(self._lock, report):
            program = fetched(self.cache, node, report)
            snapshots = MedusaSnapshots(self.cache, program)
            if self._state().get("snapshot") != snapshots.shop_folder.name:
                self._adopt(snapshots.shop(report), report)
            if not self.runs():
                self._start(program, report)
        return self.env()

    def down(self, *, purge: bool = False) -> bool:
        """Stop Medusa and its PostgreSQL; with `purge`, delete the instance too. True if anything ran."""
        with self.cache.lock(self._lock):
            ran = bool(running(self.folder)) or self._postgres.pid() is not None
            self._stop()
            if purge:
                shutil.rmtree(self.folder, ignore_errors=True)
            return ran

    def reset(self, report: Report = silent) -> MedusaEnv:
        """The clean seeded shop again; Medusa is started anew, as it remembers things."""
        program = fetched(self.cache, Node.found(), report)
        with self.cache.lock(self._lock, report):
            self._must_run()
            stop(self.folder)
            self._postgres.drop(SHOP)
            self._start(program, report)
        return self.env()

    def env(self) -> MedusaEnv:
        """How to reach the running instance."""
        self._must_run()
        secrets = json.loads((self.folder / "credentials.json").read_text(encoding="utf-8"))
        return MedusaEnv(
            url=self._url,
            version=medusa_version(),
            log=self.folder / "medusa.log",
            manifest=self.folder / "manifest.json",
            **secrets,
        )

    def run_script(self, step: str, script: str, *arguments: Path, report: Report = silent) -> None:
        """Run a script of the project inside a second Medusa on the same database, while the first one runs.

        Raises:
            StepFailed: it did not end well; the message has its words and the log.
        """
        self._must_run()
        program = fetched(self.cache, Node.found(), report)
        server = server_of(self.cache, program, self.folder)
        server.run_once(step, SHOP, "exec", f"./{script}", *arguments, seen=progress_of(step, report))

    def exists(self) -> bool:
        """It was set up, and may be running or stopped."""
        return (self.folder / "instance.json").exists()

    def status(self) -> Status:
        """What it is doing now."""
        pids = running(self.folder)
        return Status(
            way="npm",
            name=self.name,
            version=int(medusa_version().split(".")[0]),
            running=self.runs(),
            url=self._url if pids else None,
            databases=tuple(self._postgres.databases()) if self._postgres.pid() else (),
            pid=pids[0] if pids else None,
            since=self._state().get("since") if pids else None,
            log=self.folder / "medusa.log",
            folder=self.folder,
            disk_bytes=size_of(self.folder),
        )

    def runs(self) -> bool:
        """Medusa is up; not asked over HTTP, as a busy server may be slow to answer."""
        return bool(running(self.folder)) and self._postgres.pid() is not None and "since" in self._state()

    # ── inside ──

    @property
    def _lock(self) -> str:
        return f"instance-{self.name}-medusa"

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._state().get('port')}"

    @property
    def _postgres(self) -> Postgres:
        return Postgres(self.folder / "pg", self.cache.socket_folder(self.folder), self.folder / "setup.log")

    def _adopt(self, snapshot: Path, report: Report) -> None:
        """Make this instance from the snapshot; one made from another snapshot is replaced."""
        kept = {"snapshot": snapshot.name, "port": self._state().get("port")}
        if self.folder.exists():
            report("Medusa's shop has changed since this sandbox was made: making it afresh", None)
            self._stop()
            shutil.rmtree(self.folder)
        report("Copying Medusa's prepared database", None)
        with self.cache.built_whole(self.folder) as building:
            copy_tree(snapshot, building)
            (building / "setup.log").unlink(missing_ok=True)
            _write_state(building, kept)

    def _start(self, program: Program, report: Report) -> None:
        stop(self.folder)
        program.put_into(self.folder)
        server = server_of(self.cache, program, self.folder)
        server.postgres.start()
        if SHOP not in server.postgres.databases():
            report("Restoring Medusa's shop", None)
            server.postgres.copy(TEMPLATE, SHOP)
        report("Starting Medusa", None)
        port = free_port(self._state().get("port"))
        server.start(SHOP, port)
        since = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        _write_state(self.folder, {**self._state(), "port": port, "since": since})

    def _stop(self) -> None:
        stop(self.folder)
        if self._postgres.data.exists():
            self._postgres.stop()
        shutil.rmtree(self._postgres.socket, ignore_errors=True)

    def _state(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "instance.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _must_run(self) -> None:
        if not self.runs():
            raise SandboxError(
                "The Medusa sandbox does not run. Start it with `odoo-rma sandbox up --with medusa`."
            )


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    written = folder / "instance.json.new"
    written.write_text(json.dumps(state, indent=1), encoding="utf-8")
    written.replace(folder / "instance.json")

"""Three ways to a real Odoo, tried in this order: a server the user names, Docker, Debian's packages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from odoo_rma.sandbox.docker import DockerOdoo, engine_answers
from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import SandboxError
from odoo_rma.sandbox.folders import Cache, default_name
from odoo_rma.sandbox.named import NamedServer
from odoo_rma.sandbox.packaged import PackagedOdoo
from odoo_rma.sandbox.status import Status
from odoo_rma.sandbox.steps import Report, silent

WAY_VARIABLE = "ODOO_RMA_SANDBOX_WAY"


class Way(Protocol):
    """What each of the three can do, or refuses."""

    def up(self, report: Report = ...) -> Env:
        """Make sure it runs."""
        ...

    def down(self, *, purge: bool = ...) -> bool:
        """Stop it; True if it ran."""
        ...

    def reset(self, database: str | None = ...) -> Env:
        """Make a database the clean seeded shop."""
        ...

    def drop(self, database: str) -> None:
        """Remove a database."""
        ...

    def env(self, database: str | None = ...) -> Env:
        """How to reach it."""
        ...

    def status(self) -> Status:
        """What it is doing now."""
        ...


class Sandbox:
    """A real Odoo with a seeded shop that can be put back to its clean state in seconds."""

    def __init__(
        self,
        version: int | None = None,
        name: str | None = None,
        cache: Path | None = None,
        *,
        workers: int = 0,
        server: NamedServer | None = None,
    ) -> None:
        """Describe a sandbox; nothing happens yet.

        Args:
            version: Odoo's major version; None means 19, or a newer one once Debian has moved on.
            name: the instance's name; by default one that belongs to this checkout alone.
            cache: the folder for everything; by default ODOO_RMA_CACHE or the user's cache folder.
            workers: Odoo's worker processes; 0 answers one request at a time. Counts when it is started.
            server: the user's own server, instead of one of ours.
        """
        self.name = name or default_name()
        self.cache = Cache(cache.resolve()) if cache else Cache.usual()
        self._way = server or _our_way(version, self.name, self.cache, workers)

    @property
    def way(self) -> Way:
        """The way that was chosen."""
        return self._way

    def up(self, report: Report = silent) -> Env:
        """Make sure it runs: fetch, install, seed and start what is missing, and nothing else.

        Raises:
            HostUnfit: this machine lacks something; the message says what.
            StepFailed: a step went wrong; the message says which, why, and where its log is.
        """
        return self._way.up(report)

    def down(self, *, purge: bool = False) -> bool:
        """Stop it; with `purge`, delete the instance too. True if anything ran."""
        return self._way.down(purge=purge)

    def reset(self, database: str | None = None) -> Env:
        """Make `database` the clean seeded shop again, or for the first time; takes a second or two.

        Any name will do, so each test module can have a database of its own on the same server.
        """
        return self._way.reset(database)

    def drop(self, database: str) -> None:
        """Remove a database; nothing happens if there is none by that name."""
        self._way.drop(database)

    def env(self, database: str | None = None) -> Env:
        """How to reach a database of the running sandbox."""
        return self._way.env(database)

    def status(self) -> Status:
        """What it is doing now."""
        return self._way.status()


def _our_way(version: int | None, name: str, cache: Cache, workers: int) -> Way:
    """Docker where an engine answers, else packages; an instance that is there already stays what it is."""
    packaged = PackagedOdoo(version, name, cache, workers)
    docker = DockerOdoo(version, name, cache, workers)
    wanted = os.environ.get(WAY_VARIABLE, "")
    if wanted not in {"", "docker", "packages"}:
        raise SandboxError(f"{WAY_VARIABLE} is {wanted!r}; it may be docker or packages.")
    if wanted:
        return docker if wanted == "docker" else packaged
    if packaged.folder.exists():
        return packaged
    return docker if docker.folder.exists() or engine_answers() else packaged

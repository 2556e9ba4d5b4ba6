"""Odoo in containers, from the official images, where a Docker engine runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from odoo_rma.sandbox.databases import SHOP, TEMPLATE, close_template, forget_caches
from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import SandboxError, StepFailed
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.odoo import answers
from odoo_rma.sandbox.processes import START_SECONDS, free_port
from odoo_rma.sandbox.recipes import NEWEST_KNOWN, recipe
from odoo_rma.sandbox.snapshot import LOADING, SEED, SEEDING, seed_script
from odoo_rma.sandbox.status import Status, size_of
from odoo_rma.sandbox.steps import Report, run_step, silent

COMPOSE = Path(__file__).parent / "compose.yaml"


def engine_answers() -> bool:
    """A Docker engine with Compose runs here and lets us in."""
    if not shutil.which("docker"):
        return False
    for question in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            asked = subprocess.run(question, capture_output=True, check=False, timeout=20)
        except subprocess.TimeoutExpired:
            return False
        if asked.returncode:
            return False
    return True


class DockerOdoo:
    """One Compose project: PostgreSQL and Odoo, with the same seeded shop."""

    def __init__(self, version: int | None, name: str, cache: Cache, workers: int = 0) -> None:
        """Describe the project; nothing happens yet."""
        self.version = version or NEWEST_KNOWN
        self.name = name
        self.cache = cache
        self.workers = workers

    @property
    def folder(self) -> Path:
        """What we keep outside the containers: keys, manifest, state, log."""
        return self.cache.root / "docker" / f"{self.name}-{self.version}"

    def up(self, report: Report = silent) -> Env:
        """Make sure the containers run and the shop is seeded."""
        with self.cache.lock(self._lock, report):
            self._prepare()
            report(f"Pulling the images of Odoo {self.version} and PostgreSQL", None)
            self._compose("pull the images", "pull", "--quiet")
            report("Starting PostgreSQL", None)
            self._compose("start PostgreSQL", "up", "--detach", "--wait", "db")
            if TEMPLATE not in self._databases():
                self._seed(report)
            report("Starting Odoo", None)
            self._compose("start Odoo", "up", "--detach", "odoo")
            self._wait()
            if SHOP not in self._databases():
                self._restore(SHOP)
        return self.env()

    def down(self, *, purge: bool = False) -> bool:
        """Stop the containers; with `purge`, delete their data too. True if they ran."""
        with self.cache.lock(self._lock):
            ran = self._runs()
            if self.folder.exists():
                self._compose("stop the containers", "down", *(["--volumes"] if purge else []))
            if purge:
                shutil.rmtree(self.folder, ignore_errors=True)
            return ran

    def reset(self, database: str | None = None) -> Env:
        """Make a database the clean seeded shop again, or for the first time."""
        with self.cache.lock(self._lock):
            self._restore(database or SHOP)
        return self.env(database)

    def drop(self, database: str) -> None:
        """Remove a database; nothing happens if there is none by that name."""
        with self.cache.lock(self._lock):
            self._sql(f'DROP DATABASE IF EXISTS "{_plain(database)}" WITH (FORCE)')

    def env(self, database: str | None = None) -> Env:
        """How to reach a database of the running containers."""
        if not self._runs():
            raise SandboxError(
                f"The Odoo {self.version} containers do not run. Start them with `odoo-rma sandbox up`."
            )
        secrets = json.loads((self.folder / "output" / "credentials.json").read_text(encoding="utf-8"))
        manifest = self.folder / "output" / "manifest.json"
        return Env(url=self._url, database=database or SHOP, log=self._log, manifest=manifest, **secrets)

    def status(self) -> Status:
        """What the containers are doing now."""
        runs = self._runs()
        return Status(
            way="docker",
            name=self.name,
            version=self.version,
            running=runs,
            url=self._url if runs else None,
            databases=tuple(self._databases()) if runs else (),
            since=self._state().get("since") if runs else None,
            log=self._log,
            folder=self.folder,
            disk_bytes=size_of(self.folder),
        )

    # ── inside ──

    @property
    def _lock(self) -> str:
        return f"docker-{self.name}-{self.version}"

    @property
    def _log(self) -> Path:
        return self.folder / "docker.log"

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._state().get('port')}"

    def _prepare(self) -> None:
        output = self.folder / "output"
        output.mkdir(parents=True, exist_ok=True)
        output.chmod(0o777)  # the container's user writes the manifest and the keys there
        self.folder.chmod(0o700)
        if self._runs():
            return
        state = {"port": free_port(self._state().get("port")), "since": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
        (self.folder / "instance.json").write_text(json.dumps(state), encoding="utf-8")

    def _state(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / "instance.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _variables(self) -> dict[str, str]:
        return {
            "ODOO_VERSION": str(self.version),
            "ODOO_PORT": str(self._state().get("port", 0)),
            "ODOO_WORKERS": str(self.workers),
            "ODOO_SEED": str(SEED),
            "ODOO_OUTPUT": str(self.folder / "output"),
        }

    def _command(self, *arguments: str) -> list[str]:
        project = f"odoo-rma-{self.name}-{self.version}".lower()
        return ["docker", "compose", "--project-name", project, "--file", str(COMPOSE), *arguments]

    def _compose(self, step: str, *arguments: str, stdin: str | None = None, seen: Any = None) -> str:
        command = self._command(*arguments)
        return run_step(step, command, self._log, environment=self._variables(), stdin=stdin, line_seen=seen)

    def _seed(self, report: Report) -> None:
        """Install the modules and write the shop into the template."""

        def seen(line: str) -> None:
            installing, seeding = LOADING.search(line), SEEDING.search(line)
            if installing:
                report(f"Installing Odoo's modules: {installing[1]}", int(installing[2]) / int(installing[3]))
            elif seeding:
                report(f"Seeding the shop: {seeding[3]}", int(seeding[1]) / int(seeding[2]))

        once = ("run", "--rm", "--no-TTY", "odoo", "odoo")
        modules = ",".join(recipe(self.version).modules)
        self._sql(f"DROP DATABASE IF EXISTS {TEMPLATE}_new WITH (FORCE)")
        into = ("-d", f"{TEMPLATE}_new", "--no-http")
        options = ("-i", modules, "--without-demo=all", "--stop-after-init")
        self._compose("install Odoo's modules", *once, *into, *options, seen=seen)
        script = seed_script(Path("/mnt/seed"), Path("/mnt/output"))
        shell = ("run", "--rm", "--no-TTY", "odoo", "odoo", "shell", *into)
        self._compose("seed the shop", *shell, stdin=script, seen=seen)
        self._compose("keep the shop's files", *_copy_files(f"{TEMPLATE}_new", TEMPLATE, fresh=True))
        self._sql(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")
        self._sql(close_template())

    def _restore(self, database: str) -> None:
        name = _plain(database)
        self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._sql(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY')
        self._compose("copy the shop's files", *_copy_files(TEMPLATE, name))
        self._sql(forget_caches(), name)

    def _sql(self, statement: str, database: str = "postgres") -> str:
        client = (
            "exec",
            "--no-TTY",
            "db",
            "psql",
            "-U",
            "odoo",
            "-d",
            database,
            "-v",
            "ON_ERROR_STOP=1",
            "-At",
        )
        return self._compose(f"run SQL in {database}", *client, stdin=statement + ";")

    def _databases(self) -> list[str]:
        listed = self._sql(
            "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')"
        )
        return sorted(listed.split())

    def _runs(self) -> bool:
        if not self.folder.exists():
            return False
        command = self._command("ps", "--status", "running", "--services")
        listed = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **self._variables()}
        )
        return "odoo" in listed.stdout.split()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if answers(self._url):
                return
            time.sleep(0.5)
        said = self._compose("read Odoo's log", "logs", "--tail", "20", "odoo")
        raise StepFailed("start Odoo", said or "it did not answer in time", self._log)


def _copy_files(source: str, target: str, *, fresh: bool = False) -> tuple[str, ...]:
    """Copy one database's file store to another's, inside the container."""
    root = "/var/lib/odoo/filestore"
    script = f'rm -rf "{root}/{target}"; mkdir -p "{root}/{target}"; cp -a "{root}/{source}/." "{root}/{target}/" || true'
    into = ("run", "--rm", "--no-TTY") if fresh else ("exec", "--no-TTY")
    return (*into, "odoo", "sh", "-c", script)


def _plain(database: str) -> str:
    """A database name that is safe in SQL and in a path."""
    if not database.replace("_", "").replace("-", "").isalnum() or database == TEMPLATE:
        raise SandboxError(f"{database!r} cannot be a sandbox's database: letters, digits, - and _ only.")
    return database

"""Snapshots: a prepared PostgreSQL server and its files, made once and copied for every instance.

Two layers, so that a change of the seed does not install Odoo again:

    base-19-<key>   a database with the modules installed
    shop-19-<key>   a copy of it, with the seeded shop

The key is a digest of all that goes in. A snapshot that is not complete does not exist.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odoo_rma.sandbox.databases import TEMPLATE, close_template
from odoo_rma.sandbox.errors import StepFailed
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.odoo import OdooServer, Program
from odoo_rma.sandbox.postgres import Postgres
from odoo_rma.sandbox.processes import end, free_port, processes
from odoo_rma.sandbox.recipes import recipe
from odoo_rma.sandbox.steps import Report

SEED = Path(__file__).parent / "seed"
LOADING = re.compile(r"[Ll]oading module (\S+) \((\d+)/(\d+)\)")
SEEDING = re.compile(r"SEED (\d+)/(\d+) (.*)")
OLDEST_DAYS = 30
"""The shop's dates count from the day of seeding: an older snapshot is made anew."""


@dataclass(frozen=True)
class Snapshots:
    """The snapshots of one Odoo version."""

    cache: Cache
    program: Program

    @property
    def base_folder(self) -> Path:
        """Where the layer with Odoo's modules lies, or will."""
        modules = recipe(self.program.version).modules
        release = (self.program.prefix / "release").read_text(encoding="utf-8")
        return self._folder("base", _digest(release, *modules))

    @property
    def shop_folder(self) -> Path:
        """Where the layer with the seeded shop lies, or will."""
        return self._folder("shop", _digest(self.base_folder.name, "analyzed", *_seed_contents()))

    def shop(self, report: Report) -> Path:
        """The folder of the seeded snapshot, made when it is not there yet."""
        base, shop = self.base_folder, self.shop_folder
        with self.cache.lock(f"snapshot-{self.program.version}", report):
            if outdated(shop):
                shutil.rmtree(shop)
            if not shop.exists():
                if not base.exists():
                    self._build(base, None, lambda server: _install(server, report))
                self._build(shop, base, lambda server: _seed(server, report))
                self._forget_others(shop, base)
        return shop

    def _folder(self, layer: str, key: str) -> Path:
        return self.cache.root / "snapshots" / f"{layer}-{self.program.version}-{key}"

    def _clear_away(self, target: Path) -> None:
        """Stop what a killed set-up may have left running in its unfinished folder."""
        for left_over in target.parent.glob(f".{target.name}.*"):
            for pid in processes(left_over / "odoo.conf"):
                end(pid)
            socket = self.cache.socket_folder(left_over)
            postgres = Postgres(left_over / "pg", socket, left_over / "setup.log")
            with contextlib.suppress(StepFailed, OSError):
                postgres.stop()
            shutil.rmtree(socket, ignore_errors=True)

    def _build(self, target: Path, base: Path | None, work: Callable[[OdooServer], None]) -> None:
        self._clear_away(target)
        with self.cache.built_whole(target) as building:
            if base:
                copy_tree(base, building)
            with started(self.cache, self.program, building) as server:
                work(server)

    def _forget_others(self, *kept: Path) -> None:
        for layer in ("base", "shop"):
            for folder in self.cache.root.glob(f"snapshots/{layer}-{self.program.version}-*"):
                if folder not in kept:
                    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(cache: Cache, program: Program, folder: Path) -> Iterator[OdooServer]:
    """A PostgreSQL server on the folder's data, for the length of a block; stopped cleanly in any case."""
    postgres = Postgres(folder / "pg", cache.socket_folder(folder), folder / "setup.log")
    server = OdooServer(program, folder, postgres.socket)
    try:
        if not postgres.data.exists():
            postgres.create()
        postgres.start()
        server.write_settings(free_port())
        yield server
    except StepFailed as failed:
        raise _with_kept_log(failed, cache, program) from failed
    finally:
        with contextlib.suppress(StepFailed):
            postgres.stop()
        shutil.rmtree(postgres.socket, ignore_errors=True)


def _with_kept_log(failed: StepFailed, cache: Cache, program: Program) -> StepFailed:
    """The building folder goes away, its log must not."""
    kept = cache.log(f"setup-{program.version}")
    if failed.log and failed.log.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(failed.log, kept)
    return StepFailed(failed.step, failed.reason, kept)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a snapshot with owners and times, sharing blocks where the file system can."""
    command = ["cp", "-a", "--reflink=auto", f"{source}/.", str(target)]
    copied = subprocess.run(command, capture_output=True, text=True, check=False)
    if copied.returncode:
        raise StepFailed("copy the prepared database", copied.stderr)


def _install(server: OdooServer, report: Report) -> None:
    report("Installing Odoo's modules", 0.0)

    def seen(line: str) -> None:
        found = LOADING.search(line)
        if found:
            report(f"Installing Odoo's modules: {found[1]}", int(found[2]) / int(found[3]))

    modules = ",".join(recipe(server.program.version).modules)
    options = ["-i", modules, "--without-demo=all", "--stop-after-init", "--no-http"]
    server.run_once("install Odoo's modules", "-c", server.settings, "-d", TEMPLATE, *options, seen=seen)


def _seed(server: OdooServer, report: Report) -> None:
    report("Seeding the shop", 0.0)

    def seen(line: str) -> None:
        found = SEEDING.search(line)
        if found:
            report(f"Seeding the shop: {found[3]}", int(found[1]) / int(found[2]))

    script = seed_script(SEED, server.folder)
    options = ["--no-http", "--log-level=warn"]
    server.run_once(
        "seed the shop", "shell", "-c", server.settings, "-d", TEMPLATE, *options, stdin=script, seen=seen
    )
    (server.folder / "credentials.json").chmod(0o600)
    postgres = Postgres(server.folder / "pg", server.socket, server.folder / "setup.log")
    with postgres.session(TEMPLATE) as cursor:
        # Copies take the statistics along. Without them a join over a few hundred rows can take a minute.
        cursor.execute("ANALYZE")
    with postgres.session() as cursor:
        cursor.execute(close_template())
    made = {"seeded": time.strftime("%Y-%m-%d"), "release": server.program.version}
    (server.folder / "made.json").write_text(json.dumps(made), encoding="utf-8")


def seed_script(seed: Path, output: Path) -> str:
    """What `odoo shell` is given: it loads the seed package by path and runs it."""
    return (
        "import importlib.util, sys\n"
        "sys.dont_write_bytecode = True\n"
        f"spec = importlib.util.spec_from_file_location('shop_seed', {str(seed / '__init__.py')!r}, "
        f"submodule_search_locations=[{str(seed)!r}])\n"
        "package = importlib.util.module_from_spec(spec)\n"
        "sys.modules['shop_seed'] = package\n"
        "spec.loader.exec_module(package)\n"
        "from shop_seed.run import run\n"
        f"run(env, {str(output)!r})\n"
    )


def outdated(shop: Path) -> bool:
    """Whether a seeded snapshot's dates have run away."""
    made = shop / "made.json"
    return made.exists() and time.time() - made.stat().st_mtime > OLDEST_DAYS * 86400


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def _seed_contents() -> list[str]:
    """What the shop is made of; `expected.json` only tells what comes out."""
    written = [*sorted(SEED.glob("*.py")), SEED / "shop.json"]
    return [path.read_text(encoding="utf-8") for path in written]

"""Snapshots of Medusa's database, made once and copied for every instance, like Odoo's.

medusa-base-<key>   the tables, as Medusa's migrations make them
medusa-shop-<key>   a copy of it, with the administrator, the keys and the seeded shop
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odoo_rma.sandbox.databases import TEMPLATE, close_template
from odoo_rma.sandbox.errors import StepFailed
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.medusa.program import APP, Program, medusa_version
from odoo_rma.sandbox.medusa.server import MedusaServer, stop
from odoo_rma.sandbox.medusa.shop import shop_data
from odoo_rma.sandbox.postgres import Postgres
from odoo_rma.sandbox.snapshot import copy_tree, outdated
from odoo_rma.sandbox.steps import LineSeen, Report

SEEDING = re.compile(r"SEED (\d+)/(\d+) (.*)")
FORGOTTEN_DAYS = 3
MODULES = 27
"""About how many modules migrate; for the progress bar."""


@dataclass(frozen=True)
class MedusaSnapshots:
    """The snapshots of the Medusa that the sandbox carries."""

    cache: Cache
    program: Program

    @property
    def base_folder(self) -> Path:
        """Where the layer with the tables lies, or will."""
        return self._folder("base", self.program.packages.name, _text("medusa-config.js"))

    @property
    def shop_folder(self) -> Path:
        """Where the layer with the seeded shop lies, or will."""
        scripts = [_text(name) for name in ("seed.js", "order.js")]
        return self._folder("shop", self.base_folder.name, *scripts, json.dumps(shop_data()))

    def shop(self, report: Report) -> Path:
        """The folder of the seeded snapshot, made when it is not there yet."""
        base, shop = self.base_folder, self.shop_folder
        with self.cache.lock("snapshot-medusa", report):
            if outdated(shop):
                shutil.rmtree(shop)
            if not shop.exists():
                if not base.exists():
                    self._build(base, None, lambda server: _migrate(server, report))
                self._build(shop, base, lambda server: _seed(server, report))
                self._forget_others(shop, base)
        return shop

    def _folder(self, layer: str, *parts: str) -> Path:
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]
        return self.cache.root / "snapshots" / f"medusa-{layer}-{key}"

    def _build(self, target: Path, base: Path | None, work: Callable[[MedusaServer], None]) -> None:
        for left_over in target.parent.glob(f".{target.name}.*"):  # of a set-up that was killed
            stop(left_over)
            with contextlib.suppress(StepFailed, OSError):
                server_of(self.cache, self.program, left_over).postgres.stop()
        with self.cache.built_whole(target) as building:
            if base:
                copy_tree(base, building)
            with _started(self.cache, self.program, building) as server:
                work(server)

    def _forget_others(self, *kept: Path) -> None:
        """Forget snapshots of other versions of the shop, but not one that another checkout may just have made."""
        for folder in self.cache.root.glob("snapshots/medusa-*"):
            if folder not in kept and time.time() - folder.stat().st_mtime > FORGOTTEN_DAYS * 86400:
                shutil.rmtree(folder, ignore_errors=True)


def server_of(cache: Cache, program: Program, folder: Path) -> MedusaServer:
    """The server whose project and data lie in `folder`."""
    postgres = Postgres(folder / "pg", cache.socket_folder(folder), folder / "setup.log")
    return MedusaServer(program, folder, postgres)


@contextmanager
def _started(cache: Cache, program: Program, folder: Path) -> Iterator[MedusaServer]:
    """A PostgreSQL server on the folder's data, for the length of a block; stopped cleanly in any case."""
    server = server_of(cache, program, folder)
    try:
        program.put_into(folder)
        if not server.postgres.data.exists():
            server.postgres.create()
        server.postgres.start()
        yield server
    except StepFailed as failed:
        raise _with_kept_log(failed, cache) from failed
    finally:
        with contextlib.suppress(StepFailed):
            server.postgres.stop()
        shutil.rmtree(server.postgres.socket, ignore_errors=True)


def _with_kept_log(failed: StepFailed, cache: Cache) -> StepFailed:
    """The building folder goes away, its log must not."""
    kept = cache.log("setup-medusa")
    if failed.log and failed.log.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(failed.log, kept)
    return StepFailed(failed.step, failed.reason, kept)


def _migrate(server: MedusaServer, report: Report) -> None:
    report("Making Medusa's tables", 0.0)
    migrated = 0

    def seen(line: str) -> None:
        nonlocal migrated
        if "MODULE: " in line:
            migrated += 1
            report("Making Medusa's tables", min(migrated / MODULES, 0.95))

    with server.postgres.session() as cursor:
        cursor.execute(f"CREATE DATABASE {TEMPLATE}")
    server.run_once("make Medusa's tables", TEMPLATE, "db:migrate", seen=seen)


def _seed(server: MedusaServer, report: Report) -> None:
    data = server.folder / "shop.json"
    data.write_text(json.dumps(shop_data(), indent=1, ensure_ascii=False), encoding="utf-8")
    seen = progress_of("Seeding Medusa's shop", report)
    server.run_once("seed Medusa's shop", TEMPLATE, "exec", "./seed.js", data, server.folder, seen=seen)
    (server.folder / "credentials.json").chmod(0o600)
    made = {"seeded": time.strftime("%Y-%m-%d"), "release": medusa_version()}
    (server.folder / "made.json").write_text(json.dumps(made), encoding="utf-8")
    with server.postgres.session() as cursor:
        cursor.execute(close_template())


def progress_of(topic: str, report: Report) -> LineSeen:
    """Turns the lines of our own scripts into progress."""
    report(topic, 0.0)

    def seen(line: str) -> None:
        found = SEEDING.search(line)
        if found:
            report(f"{topic}: {found[3]}", int(found[1]) / int(found[2]))

    return seen


def _text(name: str) -> str:
    return (APP / name).read_text(encoding="utf-8")

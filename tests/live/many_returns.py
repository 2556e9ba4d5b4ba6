"""A company with many returns, each of them right, and a list of what was planted in them."""

import json
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from live.books import Tables

from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.drift import DriftKind
from odoo_rma.mappings.model import Rma
from odoo_rma.sandbox import Env
from odoo_rma.sandbox.many import Copier, refunded, returned, sell, template_of
from odoo_rma.sandbox.packaged import PackagedOdoo
from odoo_rma.sync.run import sync
from odoo_rma.sync.store import Store

ARTICLES = {"TENT-2P": 249.0, "BOOT-42": 129.9, "MUG": 9.95}
REFUND = "447.18"
DONE, OPEN, DESK, SOLD, BROKEN = "done", "open", "desk", "sold", "broken"
"""Returns that are finished, that are expected, that the desk's own warehouse receives; orders without any; files."""
SHARES = {DONE: 36, OPEN: 10, DESK: 4, SOLD: 4, BROKEN: 2}
SOURCES = {"shop": (DONE, OPEN), "desk": (DESK,)}


def rma(kind: str, number: int, **more: Any) -> dict[str, Any]:
    """Write one return as its source says it."""
    name = f"{kind.upper()}-{number}"
    head = returned(f"S-{name}", f"R-{name}", ARTICLES, "1" if kind == DONE else "0")
    paid = refunded(REFUND, datetime.now(UTC).isoformat(timespec="seconds")) if kind == DONE else {}
    return head | {"requested_at": "2026-11-20T10:00:00Z"} | paid | more


Deed = Callable[["Company", list[str]], None]


@dataclass
class Company:
    """The shop, and what was planted: what is to be found, and what of it is to be mended."""

    env: Env
    tables: Tables
    settings: Settings
    rng: random.Random
    free: dict[str, list[int]] = field(default_factory=dict)
    planted: Counter[tuple[str, DriftKind]] = field(default_factory=Counter)
    mended: set[tuple[str, DriftKind]] = field(default_factory=set)

    def take(self, kind: str, count: int) -> list[str]:
        """Take some returns (or orders) that nothing has happened to yet."""
        own = self.free[kind]
        return [f"{kind.upper()}-{own.pop()}" for _ in range(min(count, len(own)))]

    def plant_everything(self, deeds: Sequence[tuple[str, Deed]]) -> None:
        """Do every deed, and then any, until something has happened to every return."""
        every = self.rng.sample(deeds, len(deeds))
        for kind, deed in every:
            deed(self, self.take(kind, self.rng.randint(1, 2)))
        while left := [d for d in every if self.free[d[0]]]:
            kind, deed = self.rng.choice(left)
            deed(self, self.take(kind, self.rng.randint(1, 15)))

    def plant(self, names: list[str], *kinds: DriftKind, mended: bool = False) -> None:
        """Write down what is to be found."""
        for name in names:
            for kind in kinds:
                self.planted[f"R-{name}", kind] += 1
                if mended:
                    self.mended.add((f"R-{name}", kind))

    def own(self, model: str, names: list[str], what: str) -> dict[str, list[int]]:
        """Give our records of a kind for these returns, by their external ids."""
        domain = [("module", "=", "__rma__"), ("model", "=", model), ("name", "=like", f"%.{what}.%")]
        found: dict[str, list[int]] = {}
        for r in self.tables.rows("ir.model.data", domain, "name", "res_id").values():
            name = r["name"].split(".")[1].removeprefix("R-")
            if name in names:
                found.setdefault(name, []).append(r["res_id"])
        assert set(found) == set(names)
        return found

    def notes(self, names: list[str]) -> list[int]:
        return [ids[0] for ids in self.own("account.move", names, "credit").values()]

    def transfers(self, names: list[str]) -> list[int]:
        return [ids[0] for ids in self.own("stock.picking", names, "transfer").values()]

    def drafts(self, names: list[str]) -> list[int]:
        """Reset the credit notes of these returns to draft."""
        notes = self.notes(names)
        self.tables.call("account.move", "button_draft", notes)
        return notes

    def lines(self, note: int) -> list[int]:
        domain = [("move_id", "=", note), ("display_type", "=", "product")]
        return sorted(self.tables.rows("account.move.line", domain, "id"))

    def post(self, notes: list[int]) -> None:
        self.tables.call("account.move", "action_post", notes)

    def moves(self, picking: int) -> dict[int, dict[str, Any]]:
        return self.tables.rows("stock.move", [("picking_id", "=", picking)], "product_uom_qty")

    def validate(self, picking: int) -> None:
        for i, r in self.moves(picking).items():
            self.tables.call("stock.move", "write", [i], {"quantity": r["product_uom_qty"], "picked": True})
        assert (
            self.tables.call("stock.picking", "button_validate", [picking], context={"skip_sms": True})
            is True
        )

    def send(
        self, source: str, names: list[str], change: Callable[[dict[str, Any]], None], *, later: bool = True
    ) -> None:
        """Let the source say something else about these returns, in their next revision or in the same one."""
        with sqlite3.connect(self.settings.run.store) as store:
            for name in names:
                (text,) = store.execute("SELECT snapshot FROM rma WHERE id = ?", (f"R-{name}",)).fetchone()
                document = json.loads(text)
                document["revision"] += 1 if later else 0
                change(document)
                self.drop(source, name, json.dumps(document))

    def drop(self, source: str, name: str, text: str) -> None:
        path = self.settings.sources[source].path / "inbox" / f"{name}.json"
        path.write_text(text)
        os.utime(path, (0, 0))


def stage(way: PackagedOdoo, env: Env, folder: Path, size: int, seed: int) -> Company:
    """More than so many returns, carried out in Odoo, remembered by our store, and in order."""
    settings, rng = settings_for(env, folder), random.Random(seed)
    company = Company(env, Tables(env), settings, rng)
    counts = {k: size * n // 50 for k, n in SHARES.items()}
    company.free = {k: rng.sample(range(1, n + 1), n) for k, n in counts.items()}
    orders = {k: sell(company.tables.call, f"S-{k.upper()}-0", ARTICLES) for k in (DONE, OPEN, DESK, SOLD)}
    for source, kinds in SOURCES.items():
        for kind in kinds:
            company.drop(source, kind, json.dumps(rma(kind, 0)))
    assert [i for r in sync(settings).results for i in r.issues] == []
    with way.postgres.session(env.database) as cursor:
        for kind, order in orders.items():
            name = f"{kind.upper()}-0"
            copier = Copier(cursor, template_of(cursor, order), f"S-{name}", f"R-{name}")
            copier.begin()
            copier.copy(1, counts[kind])
    _come_in(settings, counts)
    return company


def settings_for(env: Env, folder: Path) -> Settings:
    """Give the settings of a web shop, and of a desk whose goods are received in Odoo."""
    own: dict[str, dict[str, Any]] = {
        "shop": {},
        "desk": {"owners": {"receipt": "erp"}, "credit_note_on": "receipt"},
    }
    for name in own:
        (folder / name / "inbox").mkdir(parents=True)
    return Settings.model_validate(
        {
            "odoo": {"url": env.url, "database": env.database, "login": env.rma_login},
            "sources": {n: {"path": folder / n, "quiet_seconds": 0} | more for n, more in own.items()},
            "payments": {"journals": {"stripe": "STRP"}},
            "inspection": {"locations": {"restock": "WH/Stock"}},
            "run": {"store": folder / "store.sqlite", "batch": 200},
            "secrets": {"api_key": env.rma_api_key, "password": env.rma_password},
        }
    )


def _come_in(settings: Settings, counts: dict[str, int]) -> None:
    """Let the sources tell of the copies, and a sync look at them: nothing is left to do in Odoo."""
    for source, kinds in SOURCES.items():
        told = [rma(k, n) | {"source": source} for k in kinds for n in range(1, counts[k] + 1)]
        with Store.open(settings.run.store) as store:
            come = [Incoming("copies", {}, r.id, r) for r in map(Rma.model_validate, told)]
            store.receive_many(source, come, now=datetime.now(UTC))
    report = sync(settings)
    assert report.writes == 0, [r for r in report.results if r.steps][:3]
    assert not any(r.issues for r in report.results)

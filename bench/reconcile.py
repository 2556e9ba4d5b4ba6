"""Reconcile 1,000, 10,000 and 100,000 returns of three lines each on a real Odoo 19: time, calls and memory.

    .venv/bin/python bench/reconcile.py [RETURNS …]

The returns are copied straight into the tables of a sandbox (sandbox/many.py), every hundredth credit note is reset to
draft there, and our own store gets the returns as their source would have sent them. Then `reconcile all` runs in a
process of its own. Prints one line of JSON per size; `peak_mb` is all that the process ever held.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from company import Admin

from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.drift import Area
from odoo_rma.mappings.model import Rma
from odoo_rma.sandbox import Env, Sandbox
from odoo_rma.sandbox.many import Copier, refunded, returned, sell, template_of
from odoo_rma.sandbox.packaged import PackagedOdoo
from odoo_rma.sync.reconcile import reconcile
from odoo_rma.sync.run import sync
from odoo_rma.sync.store import Store

DATABASE = "bench-reconcile"
ORDER, RMA = "BENCH-0", "B-0"
MONTHS = 12
ARTICLES = {"TENT-2P": 249.0, "BOOT-42": 129.9, "MUG": 9.95}
REFUND = "447.18"
EVERY = 100
"""Of so many credit notes one is reset to draft."""


def rma(number: int) -> dict[str, Any]:
    """Write the return of one order: all of it came, and is paid back."""
    month = number % MONTHS
    at = datetime.fromtimestamp(time.time() - month * 30 * 86_400, UTC).isoformat(timespec="seconds")
    one = returned(f"BENCH-{number}", f"B-{number}", ARTICLES)
    return one | {"source": "shop", "requested_at": at} | refunded(REFUND, at)


def settings_for(env: Env, folder: Path) -> Settings:
    """Give the settings of one web shop."""
    odoo = {"url": env.url, "database": env.database, "login": env.rma_login, "timeout": 600}
    return Settings.model_validate(
        {
            "odoo": odoo,
            "sources": {"shop": {"path": folder / "shop", "quiet_seconds": 0}},
            "run": {"store": folder / "store.sqlite"},
            "secrets": {"api_key": env.rma_api_key, "password": env.rma_password},
        }
    )


def carry_out_one(settings: Settings) -> None:
    """Carry out the one return that is copied afterwards."""
    inbox = settings.sources["shop"].path / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "first.json").write_text(json.dumps(rma(0)))
    report = sync(settings)
    issues = [i for r in report.results for i in r.issues]
    if issues or [r.outcome.value for r in report.results] != ["done"]:
        raise SystemExit(f"The first return was not carried out: {report.results}")


def fill_store(settings: Settings, first: int, last: int) -> None:
    """Let our store know the returns as if they had come in."""
    with Store.open(settings.run.store) as store:
        rest: Iterator[int] = iter(range(first, last + 1))
        while chunk := list(islice(rest, 2000)):
            come = [Rma.model_validate(rma(n)) for n in chunk]
            store.receive_many("shop", [Incoming("bench", {}, r.id, r) for r in come], now=datetime.now(UTC))


def measure(settings: Path) -> None:
    """Reconcile, and print what it took; runs in a process of its own."""
    told = Settings.model_validate_json(settings.read_text())
    began = time.perf_counter()
    with reconcile(told, (Area.INVENTORY, Area.LEDGER)) as found:
        spent = time.perf_counter() - began
        lines = sum(1 for _ in found.rows.inventory())
        differences = sum(found.counts.values())
        left = sum(1 for e in found.equations if e.unexplained)
    figures = {
        "returns": found.rmas,
        "lines": lines,
        "seconds": round(spent, 1),
        "ms_per_return": round(1000 * spent / found.rmas, 2),
        "calls": found.calls,
        "calls_per_1000": round(1000 * found.calls / found.rmas, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "differences": differences,
        "equations": len(found.equations),
        "unexplained": left,
        "writes": found.writes,
    }
    print(json.dumps(figures), flush=True)


def main(sizes: list[int]) -> None:
    """Grow one shop from size to size, and measure each."""
    sandbox = Sandbox(19, workers=0)
    sandbox.up()
    env, way = sandbox.reset(DATABASE), sandbox.way
    if not isinstance(way, PackagedOdoo):
        raise SystemExit("Needs a sandbox from Debian's packages: its database is written to directly.")
    with tempfile.TemporaryDirectory() as name:
        settings = settings_for(env, Path(name))
        order = sell(Admin(env), ORDER, ARTICLES)
        carry_out_one(settings)
        with way.postgres.session(DATABASE) as cursor:
            copier = Copier(cursor, template_of(cursor, order), ORDER, RMA, MONTHS)
            copier.begin()
            there = 0
            for size in sizes:
                copier.copy(there + 1, size)
                cursor.execute(
                    "UPDATE account_move SET state = 'draft' WHERE invoice_origin LIKE 'B-%%00' AND state = 'posted'"
                    " AND move_type = 'out_refund'"
                )
                cursor.execute("ANALYZE")
                fill_store(settings, there + 1, size)
                there = size
                file = Path(name, "settings.json")
                file.write_text(_as_json(settings))
                subprocess.run([sys.executable, __file__, "--measure", file], check=True)
    sandbox.drop(DATABASE)


def _as_json(settings: Settings) -> str:
    told = settings.model_dump(mode="json", exclude={"secrets"})
    secrets = {k: v.get_secret_value() for k, v in settings.secrets if v is not None}
    return json.dumps(told | {"secrets": secrets})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main([int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000])

"""How time and memory grow: 100, 1,000 and 10,000 returns in one run of the installed command, on a real Odoo 19.

    .venv/bin/python bench/growth.py [--sizes 100,1000,10000] [--json FILE]

Each size is a shop's first run: one file with so many returns of one or two lines, all received and refunded. Then come
the runs in which nothing has changed: the timer goes off again; the source sends all of it once more; and all of it is
looked at anew in Odoo because our store is gone. Every run is a process of its own. A size that was measured before is
replaced in FILE, so that sizes can be taken on different days; bench/growth_picture.py draws them.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click
import psutil
from company import Company, company

from odoo_rma.connector.settings import Settings, save
from odoo_rma.sandbox.many import TABLES

BATCH = 100
EVERY = 10.0
"""Seconds between two looks at how far a run is, and at the memory of Odoo."""

MB = 1024 * 1024
CHILD = Path(__file__).with_name("growth_run.py")
Row = dict[str, Any]


def nothing_new(folder: Path) -> None:
    """Leave all as it is: the timer goes off again."""


def same_files(folder: Path) -> None:
    """Let the source send once more all that it sent."""
    for file in (folder / "shop" / "done").iterdir():
        shutil.copy(file, folder / "shop" / "inbox" / f"again-{file.name}")


def without_store(folder: Path) -> None:
    """Lose our store, so that nothing is known to be finished."""
    (folder / "store.sqlite").unlink()


AGAIN: dict[str, Callable[[Path], None]] = {
    "nothing came": nothing_new,
    "all sent again": same_files,
    "store lost": without_store,
}
"""What happens before each run that finds nothing to change."""

FIRST = "first run"


def measure(shop: Company, size: int) -> Iterator[Row]:
    """Bring so many returns in, and run again in each way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = shop.settings(folder, batch=BATCH)
        save(settings, folder / "odoo-rma.toml")
        shop.send(folder, shop.come_back(size))
        row = run(shop, settings, folder, size, FIRST)
        must(row["counts"]["done"] == size, row)
        yield row
        for way, prepare in AGAIN.items():
            prepare(folder)
            row = run(shop, settings, folder, size, way)
            must(not row["writes"] and not row["counts"]["quarantined"], row)
            yield row


def must(right: bool, row: Row) -> None:
    """End it when a run did something else than what is to be timed."""
    if not right:
        raise SystemExit(f"This is not what was to be measured: {row}")


def run(shop: Company, settings: Settings, folder: Path, size: int, way: str) -> Row:
    """Run the command in a process of its own; `ms` and `calls` are per return, memory is the most ever held."""
    key = settings.secrets.api_key
    environment = os.environ | {"ODOO_RMA_API_KEY": key.get_secret_value() if key else ""}
    began = time.perf_counter()
    with watched(shop, folder, size, way) as odoo:
        call = [sys.executable, str(CHILD), str(folder)]
        done = subprocess.run(call, env=environment, stdout=subprocess.PIPE, check=True)
    seconds = time.perf_counter() - began
    found = json.loads(done.stdout)
    return {
        "returns": size,
        "run": way,
        "seconds": round(seconds, 2),
        "ms": round(1000 * seconds / size, 3),
        "calls": round(found["asked"] / size, 4),
        "odoo_mb": round(max(odoo) / MB),
        **found,
    }


@contextmanager
def watched(shop: Company, folder: Path, size: int, way: str) -> Iterator[list[int]]:
    """Say how far a run is, and take down the memory of Odoo meanwhile, in bytes."""
    odoo, over, seen = psutil.Process(shop.sandbox.status().pid), Event(), []

    def look() -> None:
        began = time.perf_counter()
        while True:
            seen.append(odoo.memory_info().rss)
            if over.wait(EVERY):
                return
            spent, done = time.perf_counter() - began, how_far(folder / "store.sqlite")
            click.echo(f"\r{size:,} returns, {way}: {done:,} looked at, {spent:,.0f} s  ", nl=False, err=True)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
        click.echo(err=True)


def how_far(store: Path) -> int:
    """Count the returns whose outcome is known."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as diary:
            return int(diary.execute("SELECT count(*) FROM rma WHERE outcome IS NOT NULL").fetchone()[0])
    except sqlite3.Error:  # it is being made, or written to
        return 0


def table(rows: list[Row]) -> str:
    """Write the figures; `faster` is against the first run of the same size."""
    first = {r["returns"]: r["ms"] for r in rows if r["run"] == FIRST}
    lines = [
        (
            f"{'returns':>8}  {'run':<15}{'seconds':>9}{'ms each':>9}{'faster':>8}{'calls each':>12}"
            f"{'client MB':>11}{'Odoo MB':>9}"
        )
    ]
    for r in rows:
        faster = "" if r["run"] == FIRST else f"{first[r['returns']] / r['ms']:.1f}"
        lines.append(
            f"{r['returns']:>8,}  {r['run']:<15}{r['seconds']:>9,.1f}{r['ms']:>9.2f}{faster:>8}{r['calls']:>12.3f}"
            f"{r['client_mb']:>11.0f}{r['odoo_mb']:>9}"
        )
    return "\n".join(lines)


def kept(file: Path | None, size: int) -> list[Row]:
    """Give what was measured before for other sizes."""
    if file is None or not file.exists():
        return []
    return [r for r in json.loads(file.read_text())["rows"] if r["returns"] != size]


def write(file: Path, rows: list[Row]) -> None:
    """Keep the figures, and where they were taken."""
    about = {"cores": os.cpu_count(), "batch": BATCH}
    file.write_text(json.dumps(about | {"rows": rows}, indent=1) + "\n")


def sold_last_month(shop: Company) -> None:
    """Let what was copied be a month old, and let a colleague just have touched something that is no return's.

    What others changed in the last minutes of their work is looked at again in each run.
    """
    with shop.way.postgres.session(shop.env.database) as cursor:
        for name in TABLES:
            cursor.execute(f"UPDATE {name} SET write_date = write_date - interval '30 days'")  # noqa: S608
        cursor.execute("UPDATE stock_picking SET write_date = now() AT TIME ZONE 'UTC' WHERE id = 1")
        cursor.execute("ANALYZE")


def warm_up(shop: Company) -> None:
    """Let Odoo load its registry and fill its caches."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = shop.settings(folder, batch=BATCH)
        save(settings, folder / "odoo-rma.toml")
        shop.send(folder, shop.come_back(BATCH))
        run(shop, settings, folder, BATCH, "warming up")


@click.command(help=__doc__)
@click.option("--sizes", default="100,1000,10000", show_default=True, help="How many returns in a run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Keep the figures there as well.")
def main(sizes: str, file: Path | None) -> None:
    """Take one size after the other."""
    wanted = sorted(int(size) for size in sizes.split(","))
    rows: list[Row] = []
    with company(sum(wanted) + 2 * BATCH) as shop:
        sold_last_month(shop)
        warm_up(shop)
        for size in wanted:
            rows = [r for r in rows or kept(file, size) if r["returns"] != size]
            for row in measure(shop, size):
                rows = sorted([*rows, row], key=lambda r: r["returns"])
                click.echo(json.dumps({k: v for k, v in row.items() if k != "batches"}))
                if file:
                    write(file, rows)
    click.echo(table(rows))


if __name__ == "__main__":
    main()

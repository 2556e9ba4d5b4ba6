"""Time returns on a real Odoo 19 with as many worker processes as `odoo-rma worker` has: what do more workers bring?

    .venv/bin/python bench/workers.py [--returns 200] [--workers 1 --workers 2 --workers 4] [--json FILE]

Each row has a fresh shop, an Odoo with so many workers of its own, and so many `odoo-rma worker` processes, which share a
store on the PostgreSQL of the sandbox. The clock runs from the moment in which the first of them begins until no job is
left. First comes one `sync` by itself, with its store in a file and on the server. Tried again: jobs that met another
one, or an Odoo that gave up on competing writers.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import psycopg
from company import Company, company

from odoo_rma.connector.settings import Settings, StoreServer, WorkerSettings, save
from odoo_rma.sandbox import Sandbox
from odoo_rma.sandbox.postgres import ROLE
from odoo_rma.sync.run import sync

NEVER = "0 0 1 1 *"
COMMAND = Path(sys.executable).with_name("odoo-rma")

Figures = dict[str, float]


def store_of(shop: Company) -> StoreServer:
    """Give an empty store beside Odoo's own databases."""
    with shop.way.postgres.session() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS bench_store WITH (FORCE)")
        cursor.execute("CREATE DATABASE bench_store")
    return StoreServer(f"postgresql://{ROLE}@/bench_store?host={shop.way.postgres.socket}")


def time_sync(shop: Company, count: int, *, on_server: bool) -> Figures:
    """Bring returns in by one run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = {"store": store_of(shop)} if on_server else {}
        settings = shop.settings(folder, batch=50, **own)
        shop.send(folder, shop.come_back(count))
        began = time.perf_counter()
        report = sync(settings)
        return figures(time.perf_counter() - began, count, report.calls)


def time_workers(shop: Company, count: int, workers: int) -> Figures:
    """Bring returns in by so many workers at once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = {"lanes": 2 * workers, "pull": NEVER, "push": NEVER, "reconcile": NEVER}
        settings = shop.settings(folder, store=store_of(shop), batch=50)
        settings = settings.model_copy(update={"workers": WorkerSettings.model_validate(own)})
        save(settings, file := folder / "odoo-rma.toml")
        call = [str(COMMAND), "--config", str(file)]
        secret = settings.secrets.api_key.get_secret_value() if settings.secrets.api_key else ""
        environment = os.environ | {"ODOO_RMA_API_KEY": secret}
        shop.send(folder, shop.come_back(count))
        subprocess.run([*call, "schedule", "--now", "pull"], env=environment, check=True, capture_output=True)
        began = time.perf_counter()
        running = [
            subprocess.Popen([*call, "worker", "--until-empty"], env=environment, stderr=subprocess.DEVNULL)
            for _ in range(workers)
        ]
        codes = [process.wait() for process in running]
        spent = time.perf_counter() - began
        if any(codes):
            raise SystemExit(f"Workers ended with {codes}.")
        return figures(spent, count, **asked(settings))


def asked(settings: Settings) -> dict[str, Any]:
    """Ask the store what was done, and how often jobs were tried again."""
    place = settings.run.store
    assert isinstance(place, StoreServer)  # noqa: S101
    with closing(psycopg.connect(place.url)) as connection:
        connection.execute("SET search_path TO odoo_rma")
        reports = [
            json.loads(r) for (r,) in connection.execute("SELECT report FROM run WHERE report IS NOT NULL")
        ]
        again = connection.execute(
            "SELECT count(*) FROM procrastinate_events WHERE type = 'deferred_for_retry'"
        )
        return {
            "calls": sum(r["calls"] for r in reports),
            "tried_again": (again.fetchone() or (0,))[0],
            "done": sum(r["counts"]["done"] for r in reports),
        }


def figures(seconds: float, count: int, calls: int, **more: float) -> Figures:
    """Give what was measured, per return."""
    return {
        "seconds": round(seconds, 2),
        "ms": round(1000 * seconds / count, 1),
        "per_minute": round(60 * count / seconds),
        "calls": round(calls / count, 2),
        **more,
    }


def table(found: dict[str, Figures]) -> str:
    """Write the figures; the gain is over one worker."""
    one = found.get("1 worker", {}).get("ms")
    rows = [f"{'way':<24}{'ms per return':>14}{'per minute':>12}{'calls':>8}{'gain':>7}{'tried again':>13}"]
    for way, f in found.items():
        gain = f"{one / f['ms']:.2f}" if one and "worker" in way else ""
        again = f"{f['tried_again']:.0f}" if "tried_again" in f else ""
        rows.append(
            f"{way:<24}{f['ms']:>14.1f}{f['per_minute']:>12.0f}{f['calls']:>8.2f}{gain:>7}{again:>13}"
        )
    return "\n".join(rows)


@click.command(help=__doc__)
@click.option("--returns", default=200, show_default=True, help="Returns per row.")
@click.option("--workers", "numbers", multiple=True, type=int, default=(1, 2, 4), show_default=True)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures there as well.")
def main(returns: int, numbers: tuple[int, ...], file: Path | None) -> None:
    """Take one number of workers after the other."""
    found: dict[str, Figures] = {}
    for workers in numbers:
        Sandbox(19).down()  # how many workers Odoo has is said when it starts
        with company(4 * returns + 40 * workers, workers=workers) as shop:
            # Each of Odoo's workers loads its registry and fills its caches.
            time_sync(shop, 20, on_server=False)
            time_workers(shop, 20 * workers, workers)
            if workers == numbers[0]:
                found["sync, store in a file"] = time_sync(shop, returns, on_server=False)
                found["sync, store on a server"] = time_sync(shop, returns, on_server=True)
            name = f"{workers} worker{'' if workers == 1 else 's'}"
            found[name] = time_workers(shop, returns, workers)
            with shop.way.postgres.session() as cursor:
                cursor.execute("DROP DATABASE bench_store WITH (FORCE)")
        click.echo(table(found))
    Sandbox(19).down()
    if file:
        about = {"returns": returns, "cores": os.cpu_count(), "load": os.getloadavg()[0]}
        file.write_text(json.dumps(about | {"ways": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()

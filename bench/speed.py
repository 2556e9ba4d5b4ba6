"""Time returns on a real Odoo 19, side by side: by hand, inside Odoo, and with odoo-rma over either transport.

    .venv/bin/python bench/speed.py [--rounds 3] [--returns 200] [--by-hand 5] [--without mrp] [--json FILE]

In every round each way carries out returns of its own (one and two lines in turn, all of it received and refunded) in
the same database; what they leave in the books must be the same. What runs inside Odoo has a process of its own, so
odoo-rma gets an Odoo that was just started, and the work by hand comes last: it leaves behind a process in which everything
is slower. Medians are printed; read the ratios, not the single figures.
"""

import json
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import by_hand
import click
from books import same_books
from company import Admin, Company, company

from odoo_rma.sync.run import sync

Figures = dict[str, float]
BATCH = 100
HAND, FLOOR = "by hand", "inside Odoo"


def time_by_hand(shop: Company, count: int) -> Figures:
    """Take returns one record after another."""
    odoo = by_hand.connect(shop.env)
    refs = [shop.ref(n) for n in shop.take(count)]
    by_hand.carry_out(odoo, refs.pop())  # odoorpc reads the models' fields the first time
    began = time.perf_counter()
    for ref in refs:
        by_hand.carry_out(odoo, ref)
    return {"ms": 1000 * (time.perf_counter() - began) / len(refs)}


def time_inside(shop: Company, count: int, *, logged: bool = True) -> Figures:
    """Make the same documents in Odoo's own process, with its change log or without."""
    refs = [shop.ref(n) for n in shop.take(count)]
    head = f"REFS, BATCH, LOGIN, LOGGED = {refs!r}, {BATCH}, {shop.env.rma_login!r}, {logged}\n"
    spent: list[float] = []

    def seen(line: str) -> None:
        if line.startswith("SPENT"):
            spent.append(float(line.split()[1]))

    shop.way.shell(shop.env.database, head + Path(__file__).with_name("inside.py").read_text(), seen)
    return {"ms": 1000 * spent[0] / count}


def start_anew(shop: Company, count: int) -> None:
    """Start Odoo once more, and let it load its registry and fill its caches."""
    shop.sandbox.down()
    shop.sandbox.up()
    for transport in ("json2", "odoorpc"):
        time_ours(shop, count, transport)


def time_ours(shop: Company, count: int, transport: str) -> Figures:
    """Bring returns in, and look once more."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = shop.settings(folder, transport, batch=BATCH)
        shop.send(folder, shop.come_back(count))
        before = resource.getrusage(resource.RUSAGE_SELF)
        began = time.perf_counter()
        report = sync(settings)
        spent = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        outcomes = {r.outcome.value for r in report.results}
        if outcomes != {"done"} or len(report.results) != count:
            raise SystemExit(
                f"Not all was done: {[r for r in report.results if r.outcome.value != 'done'][:3]}"
            )
        return {
            "ms": 1000 * spent / count,
            "calls": report.calls / count,
            "client_cpu_percent": 100 * cpu / spent,
        }


def table(medians: dict[str, Figures]) -> str:
    """Write the medians with their ratios."""
    hand, floor = medians[HAND]["ms"], medians[FLOOR]["ms"]
    rows = [f"{'way':<22}{'ms per return':>14}{'calls':>8}{'client CPU':>12}{'by hand ÷':>11}{'÷ floor':>9}"]
    for way, f in medians.items():
        calls = f"{f['calls']:.2f}" if "calls" in f else ""
        cpu = f"{f['client_cpu_percent']:.1f} %" if "client_cpu_percent" in f else ""
        rows.append(
            f"{way:<22}{f['ms']:>14.1f}{calls:>8}{cpu:>12}{hand / f['ms']:>11.1f}{f['ms'] / floor:>9.2f}"
        )
    return "\n".join(rows)


@click.command(help=__doc__)
@click.option("--rounds", default=3, show_default=True)
@click.option("--returns", default=200, show_default=True, help="Returns per way and round.")
@click.option("--by-hand", "hand", default=5, show_default=True, help="Returns per round for the slow way.")
@click.option("--without", multiple=True, help="Take a module out of the shop first, such as mrp.")
@click.option("--most-calls", type=float, help="Fail when odoo-rma needs more calls per return.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures there as well.")
def main(
    rounds: int,
    returns: int,
    hand: int,
    without: tuple[str, ...],
    most_calls: float | None,
    file: Path | None,
) -> None:
    """Take all ways in turn, round after round."""
    found: defaultdict[str, list[Figures]] = defaultdict(list)
    used: defaultdict[str, list[str]] = defaultdict(list)
    warm = min(BATCH, returns)
    with company(rounds * (4 * returns + 2 * warm + hand + 1) + 10, without=without) as shop:

        def take(way: str, time_it: Callable[..., Figures], count: int, **how: Any) -> None:
            first = shop.taken
            found[way].append(time_it(shop, count, **how))
            used[way] += map(shop.ref, range(first, shop.taken))

        for _ in range(rounds):
            start_anew(shop, warm)
            take("odoo-rma, JSON-2", time_ours, returns, transport="json2")
            take("odoo-rma, odoorpc", time_ours, returns, transport="odoorpc")
            take(FLOOR, time_inside, returns)
            take("without change log", time_inside, returns, logged=False)
            take(HAND, time_by_hand, hand + 1)
        same_books(Admin(shop.env), used)
    medians = {
        way: {k: statistics.median(f[k] for f in taken) for k in taken[0]} for way, taken in found.items()
    }
    click.echo(table(medians))
    if file:
        file.write_text(json.dumps({"medians": medians, "rounds": found}, indent=2) + "\n")
    needed = max(f.get("calls", 0) for f in medians.values())
    if most_calls and needed > most_calls:
        raise SystemExit(f"odoo-rma needed {needed:.2f} calls per return, more than {most_calls}.")


if __name__ == "__main__":
    main()

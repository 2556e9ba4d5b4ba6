"""A watch that goes on for long: run after run in one process, with a lost reply now and then, takes no more than at first.

`ODOO_RMA_SOAK` says how many runs there are; with `make faults` two thousand.
"""

import logging
import os
import random
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event

import pytest
import stamina
from faults import held
from figures import note
from memory.company import NOW, Company
from memory.killing import Fault, Line, Unlucky
from memory.week import line, rma

from odoo_rma.sync.report import Exit, RunReport
from odoo_rma.sync.watch import Health, watch

RUNS = int(os.environ.get("ODOO_RMA_SOAK", "2000" if os.environ.get("ODOO_RMA_THOROUGH") else "80"))
NEWS_EVERY = 10
LOST = 0.01  # of the replies
MEGABYTE = 1 << 20


class Stop(Event):
    """Ends the watch after so many runs, without waiting between them."""

    left = RUNS

    def wait(self, _timeout: float | None = None) -> bool:
        """Go on at once."""
        self.left -= 1
        if not self.left:
            self.set()
        return self.is_set()


class Process:
    """What this process holds, looked at after every run."""

    def __init__(self) -> None:
        self.memory: list[int] = []
        self.files: list[int] = []
        self.seconds: list[float] = []
        self._before = time.process_time()

    def look(self, _report: object) -> None:
        """Look once."""
        self.memory.append(held.memory(os.getpid()))
        self.files.append(held.files(os.getpid()))
        now = time.process_time()
        self.seconds.append(now - self._before)
        self._before = now


@pytest.fixture
def company() -> Iterator[Company]:
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(prefix="rma-", dir=place) as folder, stamina.set_testing(True, attempts=5):
        logging.disable(logging.WARNING)
        yield Company.of_the_shop(Path(folder) / "company")
        logging.disable(logging.NOTSET)


def test_run_after_run_in_one_process_takes_no_more_than_at_first(company: Company) -> None:
    dice, way, process, lost = random.Random(7), Line(company.odoo), Process(), [0]

    def run() -> RunReport:
        number = len(process.seconds)
        if number % NEWS_EVERY == 0:
            shutil.rmtree(company.folder / "shop" / "done", ignore_errors=True)
            company.drop(f"{number:06}.json", [announced(number // NEWS_EVERY)])
        faults = {n: Fault.REPLY_LOST for n in range(200) if dice.random() < LOST}
        unlucky = Unlucky(way, faults, lambda: None)
        report = company.run(unlucky)
        lost[0] += len(unlucky.met)
        return report

    health = Health(company.folder / "health.json")
    code = watch(
        run, every=timedelta(minutes=1), health=health, stop=Stop(), told=process.look, clock=lambda: NOW
    )
    assert code is Exit.DONE
    assert len(process.seconds) == RUNS
    begin, quarter = RUNS // 4, RUNS // 4
    grown = max(process.memory[-quarter:]) - max(process.memory[begin : begin + quarter])
    assert grown < 10 * MEGABYTE
    assert process.files[-1] <= process.files[begin]
    slower = median(process.seconds[-quarter:]) / median(process.seconds[begin : begin + quarter])
    assert slower < 1.25
    assert lost[0] > RUNS / 4
    assert company.run().exit_code is Exit.DONE
    note(
        "runs in one process, Odoo in memory",
        runs=RUNS,
        replies_lost=lost[0],
        kilobytes_grown=grown // 1024,
        percent_slower=round(100 * (slower - 1)),
    )


def announced(number: int) -> dict[str, object]:
    """The same few returns over and over, in a new revision: more units would be more transfers, and more to look at."""
    which, revision = number % 3, number // 3 + 1
    return rma(f"S-{which}", "S-1007", line("MUG", 1 + which), revision=revision)

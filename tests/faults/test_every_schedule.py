"""Every way in which up to three faults can fall on the calls that write, over as many runs as it takes.

Each such call may fail in four ways: the run dies before it is sent, or after Odoo has committed; its reply is lost; or
Odoo commits after the run gave up, some calls later. From wherever that leaves a company the next runs may meet the
next fault, and runs that meet none have to bring Odoo to the state of an undisturbed one. `ODOO_RMA_THOROUGH` plays the
longer ones.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import stamina
from figures import note
from memory.company import Company
from memory.killing import Fault, Killed, Late, Line, Unlucky
from memory.odoo import READS, MemoryOdoo
from memory.week import STRANGER, Rma, line, refund, rma
from office.odoo_state import State, differences

from odoo_rma.connector.errors import RmaError
from odoo_rma.sync.report import Exit, RunReport

THOROUGH = bool(os.environ.get("ODOO_RMA_THOROUGH"))
SOON = 5  # calls after which a late one arrives: in the same run, or at the beginning of the next
RUNS = 4  # that meet no fault, until one of them finds nothing to do

Files = tuple[list[Rma], ...]

CHANGED: Files = (
    [rma("A-4", "S-1003", line("BOOT-43", 2)), rma("A-5", "S-1007", line("MUG", 8))],
    [
        rma("A-4", "S-1003", line("BOOT-43", 3), revision=2),
        rma("A-5", "S-1007", line("MUG", 8), revision=2, authorization="canceled"),
    ],
)
"""Of two announced returns one becomes more, and the other is canceled."""

MUGS = rma("A-1", "S-1002", line("MUG", 3, 2), refunds=[refund("22.89", line1=2)])
PARTLY: Files = ([MUGS],)
"""Two of three mugs came and are paid back; the third is waited for."""

STOVE = rma("B-4", "S-1079", line("STOVE", 1, 1), customer=STRANGER, refunds=[refund("56.35")])
SEVERAL: Files = ([MUGS, STOVE, *CHANGED[0]],)
"""All at once: a part that came, somebody whom Odoo does not know yet, and two that are announced."""

SHORT = [("changed", CHANGED, 2)]
LONG = [("changed", CHANGED, 3), ("partly", PARTLY, 3), ("several", SEVERAL, 2)]


@dataclass(frozen=True)
class Moment:
    """A company between two runs: what is on its disk and in Odoo, and what is still on its way there."""

    disk: Path
    odoo: MemoryOdoo
    sent: int = 0
    late: tuple[Late, ...] = ()


@dataclass(frozen=True)
class Ended:
    """A run: from where, what it called, what it left, and its report if it came so far."""

    before: Moment
    calls: list[tuple[str, str]]
    after: Moment
    report: RunReport | None

    def writes(self, begin: int = 0) -> list[int]:
        """Say which of its calls write, from one on."""
        return [n for n, (_, method) in enumerate(self.calls) if n >= begin and method not in READS]


class Schedules:
    """Plays every placement of faults, and counts them."""

    def __init__(self, disk: Path, files: Files) -> None:
        self.disk = disk
        self.played = 0
        company = Company.of_the_shop(disk / "undisturbed")
        for number, sent in enumerate(files):
            company.drop(f"{number}.json", sent)
            company.keep(disk / "begin")
            self.begin = Moment(disk / "begin", company.odoo.fork())
            assert company.run().exit_code is Exit.DONE
        self.wanted: State = company.state()

    def play(self, most: int, first: Fault) -> None:
        """Play all with up to so many faults, the first of which is of one kind."""
        for call in self._run(self.begin, {}, "undisturbed-too").writes():
            self._go_on(self.begin, {call: first}, most - 1)

    def _go_on(self, before: Moment, faults: Mapping[int, Fault], left: int) -> None:
        """Play a run with these faults, and what comes after; then all of it with further ones, in it or after it."""
        ended = self._run(before, faults, f"after-{left}")
        self.played += 1
        quiet = self._comes_right(ended.after, left)
        if left:
            for call, fault in product(ended.writes(max(faults) + 1), Fault):
                self._go_on(before, {**faults, call: fault}, left - 1)
            for run in quiet:
                for call, fault in product(run.writes(), Fault):
                    self._go_on(run.before, {call: fault}, left - 1)

    def _comes_right(self, moment: Moment, left: int) -> list[Ended]:
        """Let runs meet no fault until one has nothing to do: all is there then, once, and nothing undecided."""
        runs: list[Ended] = []
        while not runs or runs[-1].writes() or moment.late:
            assert len(runs) < RUNS, "it does not come to an end"
            runs.append(self._run(moment, {}, f"quiet-{left}-{len(runs)}"))
            moment = runs[-1].after
        last = runs[-1].report
        assert last
        assert last.exit_code is Exit.DONE, last.results
        differing = differences(self.wanted, self._living(moment).state())
        assert not differing, "\n".join(differing)
        return runs

    def _run(self, before: Moment, faults: Mapping[int, Fault], place: str) -> Ended:
        company = self._living(before)
        way = Line(company.odoo, before.sent, list(before.late))
        crash = self.disk / "crash"
        unlucky = Unlucky(way, faults, lambda: company.keep(crash), SOON)
        report = None
        try:
            report = company.run(unlucky)
        except Killed:
            company.restore(crash)
        except RmaError:
            pass  # too many replies were lost: it says so, and ends
        assert len(unlucky.met) == len(faults)
        company.keep(self.disk / place)
        after = Moment(self.disk / place, company.odoo, way.sent, tuple(way.late))
        return Ended(before, unlucky.calls, after, report)

    def _living(self, moment: Moment) -> Company:
        """Bring a company to life, as often as wanted: what becomes of it does not touch the moment."""
        shutil.rmtree(self.disk / "living", ignore_errors=True)
        company = Company(self.disk / "living", moment.odoo.fork())
        company.restore(moment.disk)
        return company


@pytest.fixture
def disk() -> Iterator[Path]:
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(prefix="rma-", dir=place) as folder, stamina.set_testing(True, attempts=5):
        logging.disable(logging.WARNING)
        yield Path(folder)
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize("first", Fault)
@pytest.mark.parametrize(("name", "files", "most"), LONG if THOROUGH else SHORT)
def test_wherever_faults_fall_it_comes_right(
    disk: Path, name: str, files: Files, most: int, first: Fault
) -> None:
    schedules = Schedules(disk, files)
    schedules.play(most, first)
    assert schedules.played >= len(Fault) ** (most - 1)
    note(f"every schedule, {name}, up to {most}", schedules=schedules.played)

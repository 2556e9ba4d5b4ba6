"""Wherever a run dies, whatever reply is lost or late: the next run brings Odoo to exactly the state of an undisturbed one.

The real `sync`, the real client with its retries and the real store, on the Odoo in memory, which is held against a
real one in tests/live/test_memory.py. A death leaves on the disk what a crash leaves there. `ODOO_RMA_KILLS` says how
many deaths there are by chance, with as many lost replies; with the ones at each single call some 500 faults among the
fast tests.
"""

import logging
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import stamina
from figures import note
from memory.company import Company
from memory.killing import DEATHS, Fault, Killed, Line, Unlucky
from memory.odoo import READS, MemoryOdoo
from memory.week import ANNOUNCED, WENT_ON
from office.odoo_state import State, differences

from odoo_rma.connector.errors import RmaError
from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.store import Store

KILLS = int(os.environ.get("ODOO_RMA_KILLS", "160"))
THOROUGH = KILLS > 1_000
PARTS = 4  # so that several processes may share the work
SOME = 19  # of the reads, every so manyth is enough where it shall not take long
RUNS_A_PHASE = 4
SEED = int(os.environ.get("ODOO_RMA_SEED", "20261127"))
DISK = next((d for d in ("/dev/shm",) if os.access(d, os.W_OK)), None)
"""Where the stores lie: a disk that really writes each commit would be most of what is measured."""
FILES = (("1.json", ANNOUNCED), ("2.json", WENT_ON))

Waiting = dict[str, list[str]]


@dataclass(frozen=True)
class Phase:
    """A file that comes in, and how it is before and after an undisturbed run."""

    number: int
    before: Path
    odoo: MemoryOdoo
    calls: list[tuple[str, str]]
    writes: int
    state: State
    waiting: Waiting


def waiting(company: Company) -> Waiting:
    """Give what is in quarantine, and why."""
    with Store.open(company.store) as store:
        return {e.key: [i.code for i in e.issues] for e in store.quarantine_list()}


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    with TemporaryDirectory(prefix="rma-", dir=DISK) as folder, stamina.set_testing(True, attempts=5):
        logging.disable(logging.WARNING)  # thousands of tries that failed
        yield Path(folder)
        logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def week(disk: Path) -> list[Phase]:
    """The two files of a week, as they go when nothing goes wrong."""
    company, phases = Company.of_the_shop(disk / "undisturbed"), []
    for number, (name, rmas) in enumerate(FILES):
        company.drop(name, rmas)
        before = disk / f"before-{number}"
        company.keep(before)
        odoo = company.odoo.fork()
        counting = Unlucky(Line(company.odoo), {}, lambda: None)
        report = company.run(counting)
        assert not report.count(Outcome.UNDECIDED)
        phases.append(
            Phase(number, before, odoo, counting.calls, report.writes, company.state(), waiting(company))
        )
    assert [len(p.state["external ids"]) for p in phases] == [28, 79]
    assert len(phases[1].state["reconciled"]) == 3 + 8
    return phases


def begin(phase: Phase, folder: Path) -> Company:
    """Stand where a phase begins: its file has just come in."""
    shutil.rmtree(folder, ignore_errors=True)
    company = Company(folder, phase.odoo.fork())
    company.restore(phase.before)
    return company


class Life:
    """A company whose runs meet faults."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.line = Line(company.odoo)
        self.met: list[Fault] = []
        self._crash = company.folder.with_name(f"{company.folder.name}-crash")

    def run(self, faults: dict[int, Fault], delay: int = 5) -> None:
        """One run that meets faults; what a dead one leaves is what was on the disk when it died."""
        unlucky = Unlucky(self.line, faults, lambda: self.company.keep(self._crash), delay)
        try:
            self.company.run(unlucky)
        except Killed:
            self.company.restore(self._crash)
        except RmaError:
            pass  # too many replies were lost: it says so, and ends
        self.met += unlucky.met

    def ends_as_if_nothing_had_happened(self, phase: Phase) -> None:
        """Whatever was under way arrives; a clean run puts all right, and a further one writes nothing."""
        self.line.arrive(all_of_them=True)
        report = self.company.run()
        assert undecided(report) == []
        assert not (differing := differences(phase.state, self.company.state())), "\n".join(differing)
        assert waiting(self.company) == phase.waiting
        again = self.company.run()
        assert (again.writes, undecided(again)) == (0, [])
        assert not differences(phase.state, self.company.state())


def undecided(report: RunReport) -> list[str]:
    """Name what is still open."""
    return [f"{r.label}: {r.steps}" for r in report.results if r.outcome is Outcome.UNDECIDED]


def boundaries(phase: Phase) -> Iterator[tuple[int, Fault]]:
    """Give every call of a run with whatever can happen to it; a read that Odoo has answered changed nothing there."""
    for number, (_, method) in enumerate(phase.calls):
        for fault in [Fault.DIES_BEFORE, Fault.REPLY_LOST] if method in READS else Fault:
            yield number, fault


@pytest.mark.parametrize("number", [0, 1])
def test_a_fault_at_any_one_call_changes_nothing_in_the_end(
    disk: Path, week: list[Phase], number: int
) -> None:
    phase = week[number]
    every = list(boundaries(phase))
    writes = [b for b in every if phase.calls[b[0]][1] not in READS]
    assert len(writes) == 4 * phase.writes
    chosen = every if THOROUGH else [*writes, *every[number::SOME]]
    for call, fault in chosen:
        life = Life(begin(phase, disk / "one"))
        life.run({call: fault})
        assert life.met == [fault]
        with at(f"{fault} at call {call} {phase.calls[call]}"):
            life.ends_as_if_nothing_had_happened(phase)
    note("at each call, Odoo in memory", faults=len(chosen), calls=len({call for call, _ in chosen}))


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_and_cut_off_by_chance_it_ends_as_if_nothing_had_happened(
    disk: Path, week: list[Phase], part: int
) -> None:
    met: Counter[Fault] = Counter()
    seed = SEED + part
    while sum(met[f] for f in DEATHS) < KILLS / PARTS:
        life = Life(begin(week[0], disk / "life"))
        with at(f"ODOO_RMA_SEED={seed}"):
            live(life, week, random.Random(seed), trouble)
        met.update(life.met)
        seed += PARTS
    deaths = sum(met[f] for f in DEATHS)
    assert deaths > met.total() / 4
    assert len(met) == len(Fault)
    note(
        "by chance, Odoo in memory",
        lives=(seed - SEED) // PARTS,
        kills=deaths,
        replies_lost_or_late=met.total() - deaths,
    )


def live(
    life: Life, week: list[Phase], dice: random.Random, between: Callable[[Life, random.Random], None]
) -> None:
    """Go through the week with faults at every run but the last of each file."""
    for phase in week:
        if phase.number:
            life.company.drop(*FILES[phase.number])
        for _ in range(RUNS_A_PHASE):
            between(life, dice)
            life.run(mishaps(phase, dice), delay=dice.choice([1, 3, 10, 40, 160]))
        between(life, dice)
        life.ends_as_if_nothing_had_happened(phase)


def trouble(_life: Life, _dice: random.Random) -> None:
    """Nothing but what happens on the way to Odoo."""


def mishaps(phase: Phase, dice: random.Random) -> dict[int, Fault]:
    """Give what happens at which calls: replies lost and late, one or so many that no retry helps, and mostly a death."""
    writes = [n for n, (_, method) in enumerate(phase.calls) if method not in READS]
    found: dict[int, Fault] = {}
    for _ in range(dice.choice([0, 0, 1, 2])):
        first, fault = dice.choice(writes), dice.choice([Fault.REPLY_LOST, Fault.LATE])
        found |= dict.fromkeys(range(first, first + dice.choice([1, 1, 5])), fault)
    if dice.random() < 0.8:
        when = dice.choice(writes) if dice.random() < 0.7 else dice.randrange(len(phase.calls))
        found[when] = dice.choice(DEATHS)
    return found


# ── the store ──


def lose_the_store(life: Life, _dice: random.Random) -> None:
    """Somebody deletes the local store before the run."""
    life.company.store.unlink(missing_ok=True)


def bring_back_an_old_store(life: Life, dice: random.Random) -> None:
    """Somebody restores the store from a backup of any day before."""
    kept = life.company.folder.with_name("backups")
    kept.mkdir(exist_ok=True)
    backups = sorted(kept.iterdir())
    if life.company.store.exists():
        shutil.copy(life.company.store, kept / f"{len(backups):04}")
    if backups and dice.random() < 0.5:
        shutil.copy(dice.choice(backups), life.company.store)


@pytest.mark.parametrize("between", [lose_the_store, bring_back_an_old_store])
def test_the_store_is_lost_or_a_week_old_between_runs_that_die(
    disk: Path, week: list[Phase], between: Callable[[Life, random.Random], None]
) -> None:
    for seed in range(SEED, SEED + max(3, KILLS // 200)):
        shutil.rmtree(disk / "backups", ignore_errors=True)
        life, dice = Life(begin(week[0], disk / "life")), random.Random(seed)
        with at(f"ODOO_RMA_SEED={seed}"):
            live(life, week, dice, between)


@pytest.mark.parametrize("between", [lose_the_store, bring_back_an_old_store])
def test_without_its_store_a_run_finds_all_in_odoo_and_writes_nothing(
    disk: Path, week: list[Phase], between: Callable[[Life, random.Random], None]
) -> None:
    life = Life(begin(week[0], disk / "life"))
    life.run({})
    a_week_ago = disk / "a week ago"
    shutil.copy(life.company.store, a_week_ago)
    life.company.drop(*FILES[1])
    life.run({})
    if between is lose_the_store:
        life.company.store.unlink()
    else:
        shutil.copy(a_week_ago, life.company.store)
    assert life.company.run().writes == 0
    assert not differences(week[-1].state, life.company.state())
    assert waiting(life.company) == week[-1].waiting


@contextmanager
def at(where: str) -> Iterator[None]:
    """Say, with what failed, how to have it again."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{where}: {error}") from None

"""Real processes of the installed command at one Odoo in memory: two at once, and one that sleeps while another works.

`ODOO_RMA_PAIRS` says how many pairs of each kind there are: one among the fast tests.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from figures import note
from live.books import Books
from memory.books import MemoryTables
from memory.company import fresh_odoo
from memory.server import Call, MemoryServer, nothing, served
from memory.week import ANNOUNCED, WENT_ON
from office import Ended, Office
from office.odoo_state import State, differences, read_state
from pydantic import SecretStr

from odoo_rma.connector.settings import Secrets, load
from odoo_rma.sync.report import Outcome
from odoo_rma.sync.run import sync

PAIRS = int(os.environ.get("ODOO_RMA_PAIRS", "1"))
SEED = int(os.environ.get("ODOO_RMA_SEED", "20261127"))
SOURCES = {"shop": {"credit_note_on": "refund"}}
pytestmark = pytest.mark.timeout(600 + 60 * PAIRS)


@dataclass(frozen=True)
class Undisturbed:
    """What one run by itself leaves behind, and with how many calls."""

    state: State
    calls: int
    writes: int


@contextmanager
def an_odoo() -> Iterator[MemoryServer]:
    """The shop, as it is before the week."""
    odoo = fresh_odoo()
    odoo.db.now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    with served(odoo) as server:
        yield server


def office_of(server: MemoryServer, folder: Path, batch: int = 3) -> Office:
    """An office with both files of the week in its inbox."""
    office = Office(folder, server.env(), batch, sources=SOURCES)
    office.drop("1.json", ANNOUNCED)
    office.drop("2.json", WENT_ON)
    return office


def state_of(server: MemoryServer) -> State:
    return read_state(Books(MemoryTables(server.odoo)))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    with an_odoo() as server:
        office_of(server, tmp_path_factory.mktemp("alone")).run("sync").says(3)
        assert len(state_of(server)["external ids"]) == 68
        return Undisturbed(state_of(server), len(server.calls), server.writes)


def run_on(office: Office) -> tuple[int, int]:
    """Run once more, in this process; give how many calls wrote, and how many returns are undecided."""
    secrets = Secrets(api_key=SecretStr("none"))
    report = sync(load(office.settings).model_copy(update={"secrets": secrets}))
    return report.writes, report.count(Outcome.UNDECIDED)


def ends_as_if_there_had_been_one(server: MemoryServer, offices: list[Office], alone: Undisturbed) -> None:
    """Each office completes; then all is as one run leaves it, and nobody finds anything to write."""
    server.before = server.after = nothing
    assert [run_on(office)[1] for office in offices] == [0] * len(offices)
    assert not (differing := differences(alone.state, state_of(server))), "\n".join(differing)
    assert [run_on(office) for office in offices] == [(0, 0)] * len(offices)
    assert server.unknown == []


def ended_in_words(ended: Ended) -> None:
    """It did its work, or says that it has to look again."""
    ended.is_plain()
    assert ended.code in (1, 3), (ended.code, ended.out, ended.err)


@dataclass
class Held:
    """Holds a run at one of its calls: `arrived` when it is there, until it is let `go`."""

    which: Callable[[Call], bool]
    meanwhile: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.arrived, self.go = threading.Event(), threading.Event()

    def __call__(self, call: Call) -> None:
        if not self.arrived.is_set() and self.which(call):
            self.meanwhile()
            self.arrived.set()
            assert self.go.wait(120)


@pytest.mark.parametrize("number", range(PAIRS))
def test_of_two_with_one_store_one_works_and_the_other_is_told(
    tmp_path: Path, alone: Undisturbed, number: int
) -> None:
    dice = random.Random(SEED + number)
    with an_odoo() as server:
        office = office_of(server, tmp_path)
        at = dice.randint(2, alone.calls)
        server.before = held = Held(lambda call: call.number == at)
        first = office.start("sync")
        assert held.arrived.wait(60)
        started = time.monotonic()
        second = office.run("sync")
        took = time.monotonic() - started
        second.says(4, "another run is at work", f"process {first.pid}")
        assert len(server.calls) == at, "it asks nobody before it knows that it may"
        held.go.set()
        office.wait(first).says(3)
        ends_as_if_there_had_been_one(server, [office], alone)
    note("two at once, with the lock", pairs=1, seconds_until_told=f"{took:.1f}")


@pytest.mark.parametrize("number", range(PAIRS))
def test_two_at_once_without_a_common_lock_do_nothing_twice(
    tmp_path: Path, alone: Undisturbed, number: int
) -> None:
    dice = random.Random(SEED + number)
    with an_odoo() as server:
        offices = [office_of(server, tmp_path / name, batch=dice.choice([2, 3, 20])) for name in ("1", "2")]
        server.before = lambda _: time.sleep(dice.choice([0, 0, 0.005, 0.05]))
        processes = [office.start("sync") for office in offices]
        for office, process in zip(offices, processes, strict=True):
            ended_in_words(office.wait(process))
        ends_as_if_there_had_been_one(server, offices, alone)
    note("two at once, without a lock", pairs=1)


@pytest.mark.parametrize("late", [True, False] if PAIRS > 1 else [True])
@pytest.mark.parametrize("number", range(PAIRS))
def test_one_sleeps_through_the_whole_work_of_another_and_wakes_up(
    tmp_path: Path, alone: Undisturbed, number: int, late: bool
) -> None:
    """`late`: its call reaches Odoo only when the other one has done everything."""
    dice = random.Random(SEED + number)
    with an_odoo() as server:
        sleeper, other = office_of(server, tmp_path / "1"), office_of(server, tmp_path / "2")
        at = dice.randint(1, alone.writes)
        asleep: list[subprocess.Popen[str]] = []
        held = Held(lambda call: call.writes == at, lambda: asleep[0].send_signal(signal.SIGSTOP))
        server.before, server.after = (held, nothing) if late else (nothing, held)
        patience = dice.choice(["2", "120"])
        asleep.append(sleeper.start("sync", ODOO_RMA_ODOO__TIMEOUT=patience))
        assert held.arrived.wait(60)
        ended_in_words(other.run("sync"))
        held.go.set()
        asleep[0].send_signal(signal.SIGCONT)
        ended_in_words(sleeper.wait(asleep[0]))
        ends_as_if_there_had_been_one(server, [sleeper, other], alone)
    note("stopped, another works, woken up", sleepers=1)


def test_a_sleeper_keeps_its_store_and_whoever_comes_is_told_which_process_it_is(
    tmp_path: Path, alone: Undisturbed
) -> None:
    with an_odoo() as server:
        office = office_of(server, tmp_path)
        server.after = held = Held(lambda call: call.writes == alone.writes // 2)
        held.go.set()
        sleeper = office.start("sync")
        assert held.arrived.wait(60)
        sleeper.send_signal(signal.SIGSTOP)
        office.run("sync").says(4, "another run is at work", f"process {sleeper.pid}", "nothing is lost")
        sleeper.send_signal(signal.SIGKILL)
        sleeper.communicate()
        ends_as_if_there_had_been_one(server, [office], alone)

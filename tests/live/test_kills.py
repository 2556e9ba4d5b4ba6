"""Whatever ends a run, and whenever: the next one brings Odoo to exactly the state of an undisturbed run.

The whole sample goes in by the installed command, in small batches so that there is much to be interrupted. The
process is killed at random moments of the remaining work; in every other round the local store is deleted each time.
"""

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from live.books import Tables
from office import Office
from office.odoo_state import State, differences, odoo_state

from odoo_rma.sandbox import Env, Sandbox

pytestmark = pytest.mark.live

SEED = 20261124
KILLS = 25
KILLS_A_ROUND = 5
MOST_ROUNDS = 9  # a process may end before its kill; then another round makes up for it
SPREAD = 15  # of the 25 kills, so many at least must find another amount of work done
BATCH = 6
DATABASE = "kills"


@dataclass(frozen=True)
class Undisturbed:
    """How it is when nothing goes wrong."""

    seconds: float
    start_up: float
    state: State
    quarantine: dict[str, list[str]]


@dataclass(frozen=True)
class Progress:
    """How far the work had come, in Odoo's own tables."""

    records: int
    received: int
    posted: int


def tell(*what: object) -> None:
    """Say it to those who look at the test's output."""
    print(*what, sep="\n  ")  # noqa: T201


def fresh_office(sandbox: Sandbox, folder: Path) -> Office:
    """A clean shop, a clean folder, the whole sample in the inboxes."""
    office = Office(folder, sandbox.reset(DATABASE), batch=BATCH)
    office.take_sample()
    return office


def progress(env: Env) -> Progress:
    """Count what is ours."""
    tables = Tables(env)
    ours = tables.call("ir.model.data", "search_count", [("module", "=", "__rma__")])
    received = tables.call(
        "stock.picking", "search_count", [("picking_type_code", "=", "incoming"), ("state", "=", "done")]
    )
    posted = tables.call(
        "account.move", "search_count", [("move_type", "=", "out_refund"), ("state", "=", "posted")]
    )
    return Progress(ours, received, posted)


@pytest.fixture(scope="module")
def undisturbed(sandbox19: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    office = fresh_office(sandbox19, tmp_path_factory.mktemp("undisturbed"))
    started = time.monotonic()
    office.run("sync", "--help").says(0)
    loaded = time.monotonic()
    office.run("sync").says(3)
    ended = time.monotonic()
    start_up = loaded - started
    yield Undisturbed(ended - loaded - start_up, start_up, odoo_state(office.env), office.quarantine())
    sandbox19.drop(DATABASE)


def ends_as_if_nothing_had_happened(office: Office, undisturbed: Undisturbed) -> None:
    """Run to the end; then everything is as it should be, and a further run writes nothing."""
    office.run("sync").says(3)
    assert not (differing := differences(undisturbed.state, odoo_state(office.env))), "\n".join(differing)
    assert office.quarantine() == undisturbed.quarantine
    before = Tables(office.env).marks()
    again = office.run("sync", "--json")
    again.says(3)
    assert again.data["writes"] == 0
    assert Tables(office.env).marks() == before


def kill_after(office: Office, seconds: float) -> Progress | None:
    """Start a run and kill it; None when it had ended by itself."""
    process = office.start("sync")
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    return progress(office.env) if process.returncode == -signal.SIGKILL else None


def killed_round(
    office: Office, undisturbed: Undisturbed, dice: random.Random, *, forget: bool
) -> list[Progress]:
    """Kill a few times at random moments of the remaining work; give how far each kill found it."""
    moments = sorted(dice.uniform(0, undisturbed.seconds) for _ in range(KILLS_A_ROUND))
    found = []
    for earlier, later in pairwise([0.0, *moments]):
        if (hit := kill_after(office, undisturbed.start_up + later - earlier)) is None:
            break
        found.append(hit)
        if forget:
            office.store.unlink(missing_ok=True)
    return found


def test_killed_at_25_random_moments_it_ends_as_if_nothing_had_happened(
    sandbox19: Sandbox, tmp_path: Path, undisturbed: Undisturbed
) -> None:
    dice = random.Random(SEED)
    tell(
        f"seed {SEED}, undisturbed {undisturbed.seconds:.1f} s after {undisturbed.start_up:.1f} s of start-up"
    )
    kills: list[Progress] = []
    for number in range(MOST_ROUNDS):
        office = fresh_office(sandbox19, tmp_path / str(number))
        hits = killed_round(office, undisturbed, dice, forget=number % 2 == 1)
        ends_as_if_nothing_had_happened(office, undisturbed)
        tell(f"round {number}: {len(hits)} kills", *hits)
        kills += hits
        if len(kills) >= KILLS:
            break
    assert len(kills) >= KILLS
    assert len(set(kills)) >= SPREAD, kills


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_asked_to_end_in_the_middle_it_ends_soon_and_the_next_run_completes(
    sandbox19: Sandbox, tmp_path: Path, undisturbed: Undisturbed, name: str, code: int
) -> None:
    office = fresh_office(sandbox19, tmp_path / "office")
    process = office.start("sync")
    wait_until_half_way(office, undisturbed, process)
    process.send_signal(signal.Signals[name])
    office.wait(process, 10).says(code, "stopped", "nothing is lost", "run it again")
    ends_as_if_nothing_had_happened(office, undisturbed)


def wait_until_half_way(office: Office, undisturbed: Undisturbed, process: "subprocess.Popen[str]") -> None:
    """Come back when half of the records are there."""
    half = len(undisturbed.state["external ids"]) // 2
    while progress(office.env).records < half:
        assert process.poll() is None, "it ended before it was asked to"
        time.sleep(0.05)

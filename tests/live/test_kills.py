"""Whatever ends a run, and whenever: the next one brings Odoo to exactly the state of an undisturbed run.

The whole sample goes in by the installed command, in small batches so that there is much to be interrupted. The
process is killed at random moments, spread over the work of a round from its beginning to its end; in every other round
the local store is deleted each time. `ODOO_RMA_REAL_KILLS` says how many kills there are.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from figures import note
from live.alone import Alone
from live.books import Tables
from live.ending import ends_as_if_nothing_had_happened
from live.servers import Servers
from office import Office
from office.odoo_state import State

from odoo_rma.sandbox import Env, Sandbox

KILLS = int(os.environ.get("ODOO_RMA_REAL_KILLS", "50"))
pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(1800 + 30 * max(0, KILLS - 50)),
]  # a minute or two; more where others want the machine too

SEED = int(os.environ.get("ODOO_RMA_SEED", "20261124"))
KILLS_A_ROUND = 10 if KILLS <= 50 else 20
ROUNDS = max(1, KILLS // KILLS_A_ROUND)
MOST_ROUNDS = ROUNDS * 3 // 2 + 1  # a process may end before its kill; another round makes up for it
SPREAD = min(18 * KILLS // 25, 100)  # so many of the kills at least must find another amount of work done
LAG = 0.4  # seconds between a record and the kill, at most: long enough to reach whatever phase follows
BATCH = 5
OF_OURS = ("stock.picking", "account.move", "res.partner")  # what we write notes on
DATABASE = f"kills-{os.getpid()}"  # two runs in one checkout do not meet


@dataclass(frozen=True)
class Undisturbed:
    """How it is when nothing goes wrong."""

    start_up: float
    state: State
    quarantine: dict[str, list[str]]

    @property
    def records(self) -> int:
        """How many records are ours in the end."""
        return len(self.state["external ids"])


@dataclass(frozen=True)
class Progress:
    """How far the work had come, in Odoo's own tables; nearly every call that writes makes another of it."""

    records: int
    receipts: tuple[tuple[str, int], ...]
    credit_notes: tuple[tuple[str, int], ...]
    messages: int
    reconciled: int

    @classmethod
    def of(cls, env: Env) -> "Progress":
        """Count what is there."""
        tables = Tables(env)
        return cls(
            records(tables),
            states(tables, "stock.picking", ("picking_type_code", "=", "incoming")),
            states(tables, "account.move", ("move_type", "=", "out_refund")),
            count(tables, "mail.message", ("model", "in", OF_OURS)),
            count(tables, "account.partial.reconcile"),
        )


def count(tables: Tables, model: str, *domain: tuple[str, str, object]) -> int:
    """Count the records of a model."""
    return int(tables.call(model, "search_count", list(domain)))


def records(tables: Tables) -> int:
    """Count the records that are ours."""
    return count(tables, "ir.model.data", ("module", "=", "__rma__"))


def states(tables: Tables, model: str, *domain: tuple[str, str, str]) -> tuple[tuple[str, int], ...]:
    """Count the records of a model by their state."""
    return tuple(
        sorted(Counter(r["state"] for r in tables.rows(model, list(domain), "state").values()).items())
    )


def tell(*what: object) -> None:
    """Say it to those who look at the test's output."""
    print(*what, sep="\n  ")  # noqa: T201


def fresh_office(sandbox: Sandbox, folder: Path) -> Office:
    """A clean shop, a clean folder, the whole sample in the inboxes."""
    office = Office(folder, sandbox.reset(DATABASE), batch=BATCH)
    office.take_sample()
    return office


@pytest.fixture(scope="module")
def undisturbed(
    sandbox19: Sandbox, alone: Alone, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Undisturbed]:
    office = Office(tmp_path_factory.mktemp("undisturbed"), sandbox19.env(DATABASE))
    started = time.monotonic()
    office.run("sync", "--help").says(0)
    start_up = time.monotonic() - started
    tell(f"a run takes {start_up:.1f} s to start up")
    yield Undisturbed(start_up, alone.state, alone.quarantine)
    sandbox19.drop(DATABASE)


def ends_well(office: Office, undisturbed: Undisturbed) -> None:
    """Everything is as it should be, down to what waits for a person."""
    ends_as_if_nothing_had_happened(office, undisturbed.state)
    assert office.quarantine() == undisturbed.quarantine


def wait_for_records(office: Office, process: "subprocess.Popen[str]", wanted: int) -> None:
    """Come back when so many records are there, or the process has ended."""
    tables = Tables(office.env)
    while process.poll() is None and records(tables) < wanted:
        time.sleep(0.05)


def kill_at(office: Office, undisturbed: Undisturbed, wanted: int, lag: float) -> Progress | None:
    """Start a run and kill it a moment after so many records are there; None when it had ended by itself."""
    process = office.start("sync")
    with suppress(subprocess.TimeoutExpired):
        process.wait(undisturbed.start_up)
    wait_for_records(office, process, wanted)
    with suppress(subprocess.TimeoutExpired):
        process.wait(lag)
    process.kill()
    process.communicate()
    return Progress.of(office.env) if process.returncode == -signal.SIGKILL else None


def killed_round(
    office: Office, undisturbed: Undisturbed, dice: random.Random, number: int, *, forget: bool
) -> list[Progress]:
    """Kill in each part of the work at a random moment; give how far each kill found it.

    Each round has a stretch of each part for itself, so that no two rounds look at the same moments.
    """
    found = []
    for part in range(KILLS_A_ROUND):
        within = (number % ROUNDS + dice.random()) / ROUNDS
        wanted = int(undisturbed.records * (part + within) / KILLS_A_ROUND)
        if hit := kill_at(office, undisturbed, wanted, dice.uniform(0, LAG)):
            found.append(hit)
        if forget:
            office.store.unlink(missing_ok=True)
    return found


def test_killed_at_random_moments_it_ends_as_if_nothing_had_happened(
    sandbox19: Sandbox, tmp_path: Path, undisturbed: Undisturbed
) -> None:
    dice = random.Random(SEED)
    kills: list[Progress] = []
    for number in range(MOST_ROUNDS):
        office = fresh_office(sandbox19, tmp_path / str(number))
        hits = killed_round(office, undisturbed, dice, number, forget=number % 2 == 1)
        ends_well(office, undisturbed)
        tell(f"seed {SEED}, round {number}: {len(hits)} kills", *hits)
        note(
            "killed, real Odoo", kills=len(hits)
        )  # each round stands for itself, should the machine be wanted
        kills += hits
        if len(kills) >= KILLS:
            break
    tell(
        f"{len(kills)} kills, which found {len(set(kills))} different amounts of work done; 0 doubled, 0 lost"
    )
    assert len(kills) >= KILLS
    assert len(set(kills)) >= SPREAD, kills
    note("killed, real Odoo", different_moments=len(set(kills)))


def test_asked_to_end_and_then_with_odoo_and_postgresql_restarted_it_completes(
    sandbox19: Sandbox, tmp_path: Path, undisturbed: Undisturbed
) -> None:
    office = fresh_office(sandbox19, tmp_path / "office")
    servers = Servers.of(sandbox19, DATABASE)
    for part, asked, code in ((1, signal.SIGINT, 130), (2, signal.SIGTERM, 143)):
        process = office.start("sync")
        wait_for_records(office, process, undisturbed.records * part // 5)
        process.send_signal(asked)
        office.wait(process, 10).says(code, "stopped", "nothing is lost", "run it again")
    process = office.start("sync")
    for part, falls_over in ((3, servers.odoo_dies), (4, servers.postgres_dies)):
        wait_for_records(office, process, undisturbed.records * part // 5)
        assert process.poll() is None
        falls_over(0.5)
    ended = office.wait(process)
    ended.is_plain()
    assert ended.code in (1, 3), ended.err
    ends_well(office, undisturbed)

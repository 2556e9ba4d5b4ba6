"""Odoo and PostgreSQL are restarted, killed and crash while a run is at work: it goes on, or ends in words; the next one completes.

The moments are spread over the work. `ODOO_RMA_RESTARTS` says how many restarts there are, of the five kinds in turn.
"""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures import note
from live.ending import ends_as_if_nothing_had_happened
from live.servers import Servers
from office import Office
from office.odoo_state import State, odoo_state

from odoo_rma.sandbox import Sandbox

RESTARTS = int(os.environ.get("ODOO_RMA_RESTARTS", "5"))
SEED = int(os.environ.get("ODOO_RMA_SEED", "20261127"))
SOURCES: dict[str, dict[str, str]] = {"shop": {}}
A_ROUND = 5
BATCH = 10
DATABASE = f"restarts-{os.getpid()}"
pytestmark = [pytest.mark.live, pytest.mark.timeout(1200 + 60 * RESTARTS)]


@pytest.fixture(scope="module")
def undisturbed(sandbox19: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """What a run leaves behind when nothing goes wrong."""
    office = fresh_office(sandbox19, tmp_path_factory.mktemp("undisturbed"))
    office.run("sync").says(3)
    yield odoo_state(office.env)
    sandbox19.drop(DATABASE)


def fresh_office(sandbox: Sandbox, folder: Path) -> Office:
    office = Office(folder, sandbox.reset(DATABASE), BATCH, sources=SOURCES)
    office.take_sample()
    return office


class Work:
    """The runs of an office, one after the other until the work is done."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.process: subprocess.Popen[str] | None = None
        self.gave_up = 0

    def goes_on(self) -> bool:
        """Make sure that a run is at work; false when one has done everything."""
        if self.process is not None and self.process.poll() is not None:
            ended = self.office.wait(self.process)
            ended.is_plain()
            assert ended.code in (1, 3), (ended.code, ended.out, ended.err)
            if ended.code == 3:
                return False
            self.gave_up += 1
            self.process = None
        if self.process is None:
            self.process = self.office.start("sync")
        return True

    @property
    def at_work(self) -> bool:
        """Tell that a run is in the middle of it."""
        return self.process is not None and self.process.poll() is None

    def ends(self) -> None:
        """Let it come to its end."""
        while self.goes_on():
            time.sleep(0.1)


def a_round(
    sandbox: Sandbox, office: Office, dice: random.Random, first: int, records: int
) -> tuple[int, int]:
    """Work through the files with some restarts on the way; give how many there were, and how often a run gave up."""
    servers, work, happened = Servers.of(sandbox, DATABASE), Work(office), 0
    for part in range(A_ROUND):
        wanted = int(records * (part + dice.random()) / A_ROUND)
        while at_work := work.goes_on():
            if servers.records() >= wanted:
                break
            time.sleep(0.02)
        if not at_work:
            break
        time.sleep(dice.uniform(0, 0.4))
        if work.at_work:
            kinds = servers.all_kinds()
            kinds[(first + happened) % len(kinds)](dice.choice([0, 0.5, 3]))
            happened += 1
    work.ends()
    return happened, work.gave_up


def test_whenever_odoo_or_postgresql_is_restarted_nothing_is_doubled_and_nothing_lost(
    sandbox19: Sandbox, tmp_path: Path, undisturbed: State
) -> None:
    dice, happened = random.Random(SEED), 0
    for number in range(2 + 2 * RESTARTS // A_ROUND):
        office = fresh_office(sandbox19, tmp_path / str(number))
        some, gave_up = a_round(sandbox19, office, dice, happened, len(undisturbed["external ids"]))
        happened += some
        ends_as_if_nothing_had_happened(office, undisturbed)
        note("restarts, real Odoo", restarts=some, runs_gave_up_and_said_so=gave_up)
        if happened >= RESTARTS:
            break
    assert happened >= RESTARTS

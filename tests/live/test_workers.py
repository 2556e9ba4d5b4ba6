"""Two workers on a real Odoo, of which one is killed again and again: the same books as by one undisturbed run.

`ODOO_RMA_REAL_WORKER_KILLS` says how often at most; with `make faults` for as long as there is work.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.hosts import Hosts
from figures import note
from live.alone import Alone
from live.books import Tables
from office import Office
from office.odoo_state import differences, odoo_state
from stores import Server

from odoo_rma.sandbox import Sandbox

KILLS = int(os.environ.get("ODOO_RMA_REAL_WORKER_KILLS", "4"))
EVERY = 4.0
"""Seconds between two kills: about as long as a worker needs to begin and to be in the midst of a lane."""

DATABASE = f"workers-{os.getpid()}"  # two runs of the tests in one checkout do not meet
pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]


@pytest.fixture
def office(sandbox19: Sandbox, tmp_path: Path) -> Iterator[Office]:
    """A clean shop, and the sample waiting."""
    office = Office(tmp_path, sandbox19.reset(DATABASE), batch=10)
    office.take_sample()
    yield office
    sandbox19.drop(DATABASE)


def test_two_workers_of_which_one_is_killed_leave_the_books_of_one_run(
    office: Office, server: Server, alone: Alone
) -> None:
    hosts = Hosts(office, server.place())
    killed, two = 0, [hosts.begin(), hosts.begin()]
    try:
        hosts.call("schedule", "--now", "all")

        def kill_one() -> None:
            nonlocal killed
            if killed == KILLS:
                return
            time.sleep(EVERY)
            if hosts.counts()["doing"]:
                two[killed % 2].kill()
                two[killed % 2].wait(10)
                two[killed % 2] = hosts.begin()
                killed += 1

        hosts.until_done(kill_one, latest=900)  # each kill costs a start
    finally:
        hosts.end()
    assert killed >= 2, hosts.said()
    found = differences(alone.state, odoo_state(office.env))
    assert not found, "\n".join(found) + hosts.said()
    before = Tables(office.env).marks()
    assert office.run("sync", "--json", **hosts.environment).data["writes"] == 0
    assert Tables(office.env).marks() == before
    assert {e["key"] for e in hosts.call("quarantine", "list")} == {
        name.partition("/")[2] for name in alone.quarantine
    }
    note("workers killed on a real Odoo", kills=killed)

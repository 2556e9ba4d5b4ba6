"""Workers on several processes, as stories: together they bring a week in, are killed, hang, and lose their database; in the
end the books are those of one undisturbed run.

Real worker processes by the installed command, a real PostgreSQL with its queue, and the Odoo in memory behind a socket.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.hosts import Hosts, an_odoo, an_office, state_of
from figures import note
from memory.company import Company, fresh_odoo
from memory.server import MemoryServer
from memory.week import ANNOUNCED, WENT_ON
from office.odoo_state import State, differences
from stores import Server, running_server

from odoo_rma.connector.settings import StorePlace
from odoo_rma.sync.store import Store

KILLS = int(os.environ.get("ODOO_RMA_WORKER_KILLS", "6"))
WEEK = (("1.json", ANNOUNCED), ("2.json", WENT_ON))
LEFT = ["shop/A-7: missing_in_erp No order with reference S-9999 is in Odoo."]
pytestmark = pytest.mark.timeout(600 + 30 * KILLS)
apart = pytest.mark.skipif(
    not os.environ.get("ODOO_RMA_THOROUGH"),
    reason="half a minute each: apart, with `make faults`; ODOO_RMA_THOROUGH=1 plays it",
)


@pytest.fixture
def odoo() -> Iterator[MemoryServer]:
    with an_odoo() as served:
        yield served


@pytest.fixture
def hosts(tmp_path: Path, server: Server, odoo: MemoryServer) -> Iterator[Hosts]:
    found = Hosts(an_office(odoo, tmp_path), server.place())
    yield found
    found.end()


def as_undisturbed(hosts: Hosts, odoo: MemoryServer, undisturbed: State) -> None:
    """Nothing is doubled, nothing lost, and one more run finds nothing to write."""
    hosts.end()
    assert not (found := differences(undisturbed, state_of(odoo))), "\n".join(found) + hosts.said()
    assert hosts.office.run("sync", "--json", **hosts.environment).data["writes"] == 0
    assert odoo.unknown == []


def test_a_store_on_a_server_does_all_that_a_file_does(place: StorePlace, tmp_path: Path) -> None:
    of_a_file, company = Company.of_the_shop(tmp_path / "file"), Company(tmp_path / "it", fresh_odoo(), place)
    for name, rmas in WEEK:
        for one in (of_a_file, company):
            one.drop(name, rmas)
        told, known = company.run(), of_a_file.run()
        assert [(r.label, r.outcome, r.steps, r.issues) for r in told.results] == [
            (r.label, r.outcome, r.steps, r.issues) for r in known.results
        ]
        assert (told.calls, told.writes, told.notes) == (known.calls, known.writes, known.notes)
    assert not differences(of_a_file.state(), company.state())
    assert company.reconcile() == of_a_file.reconcile() == LEFT
    with Store.open(place) as store:
        assert [entry.key for entry in store.quarantine_list()] == ["A-7"]


def test_three_workers_at_once_bring_the_week_in(
    hosts: Hosts, odoo: MemoryServer, undisturbed_week: State
) -> None:
    for _ in range(3):
        hosts.begin()
    for name, rmas in WEEK:
        hosts.bring_in(name, rmas)
    as_undisturbed(hosts, odoo, undisturbed_week)
    note("workers, three at once", weeks=1)


@apart
def test_a_worker_with_many_hands_does_the_same(
    hosts: Hosts, odoo: MemoryServer, undisturbed_week: State
) -> None:
    hosts.begin("--concurrency", "4")
    for name, rmas in WEEK:
        hosts.bring_in(name, rmas)
    as_undisturbed(hosts, odoo, undisturbed_week)


def test_workers_are_killed_until_all_is_done(
    tmp_path: Path, server: Server, undisturbed_week: State
) -> None:
    dice, killed = random.Random(int(os.environ.get("ODOO_RMA_SEED", "20261127"))), []
    with an_odoo(0.02) as odoo:
        hosts = Hosts(an_office(odoo, tmp_path), server.place())
        two = [hosts.begin(), hosts.begin()]

        def kill_one() -> None:
            # In the middle of its calls to Odoo, at one moment or another.
            calls = len(odoo.calls) + dice.randint(1, 40)
            hosts.until(lambda: len(odoo.calls) >= calls or not hosts.counts()["doing"])
            which = dice.randrange(2)
            two[which].kill()
            two[which].wait(10)
            killed.append(two[which].pid)
            two[which] = hosts.begin()

        for name, rmas in WEEK:
            hosts.bring_in(name, rmas, lambda: kill_one() if len(killed) < KILLS else None)
        assert len(killed) == KILLS, hosts.said()
        assert "taken over" in hosts.said(), hosts.said()
        as_undisturbed(hosts, odoo, undisturbed_week)
    note("workers killed in mid-job", kills=len(killed))


@apart
def test_a_worker_that_hangs_is_done_without_and_harms_nothing_when_it_wakes(
    hosts: Hosts, odoo: MemoryServer, undisturbed_week: State
) -> None:
    hanging = hosts.begin()
    hosts.office.drop(*WEEK[0])
    hosts.call("schedule", "--now", "pull")
    hosts.until(lambda: odoo.writes > 0)
    hanging.send_signal(signal.SIGSTOP)
    other = hosts.begin()
    hosts.until(lambda: "taken over" in hosts.said())
    time.sleep(1)
    hanging.send_signal(signal.SIGCONT)
    hosts.until_done()
    assert other.poll() is None
    hosts.bring_in(*WEEK[1])
    as_undisturbed(hosts, odoo, undisturbed_week)


@apart
def test_one_that_is_asked_to_stop_ends_its_batch_and_another_goes_on(
    hosts: Hosts, odoo: MemoryServer, undisturbed_week: State
) -> None:
    first = hosts.begin()
    hosts.office.drop(*WEEK[0])
    hosts.call("schedule", "--now", "pull")
    hosts.until(lambda: odoo.writes > 0)
    first.terminate()
    assert first.wait(60) == 0
    assert hosts.counts()["doing"] == 0
    hosts.begin()
    hosts.until_done()
    hosts.bring_in(*WEEK[1])
    as_undisturbed(hosts, odoo, undisturbed_week)


@apart
def test_the_database_of_the_queue_restarts_in_mid_job(tmp_path: Path, undisturbed_week: State) -> None:
    with running_server() as own, an_odoo() as odoo:
        hosts = Hosts(an_office(odoo, tmp_path), own.place())
        try:
            hosts.begin()
            hosts.begin()
            hosts.office.drop(*WEEK[0])
            hosts.call("schedule", "--now", "pull")
            hosts.until(lambda: odoo.writes > 0)
            own.postgres.stop()
            time.sleep(2)
            own.postgres.start()
            hosts.until_done()
            hosts.bring_in(*WEEK[1])
            assert all(worker.poll() is None for worker in hosts.workers)
            as_undisturbed(hosts, odoo, undisturbed_week)
        finally:
            hosts.end()

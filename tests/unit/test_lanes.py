"""Lanes: returns of one order are always in the same one, whatever they call the order, and no lane is worked on twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

import pytest
from click.testing import CliRunner
from memory.client import connect_to
from memory.company import Company, fresh_odoo
from memory.week import STRANGER, line, rma
from stores import Server

from odoo_rma.cli.main import main
from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.mappings.lane import expected_home
from odoo_rma.mappings.model import Rma
from odoo_rma.sync import run
from odoo_rma.sync.jobs import work
from odoo_rma.sync.lock import Locked, run_lock, shared_lock
from odoo_rma.sync.store import Store

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
CUSTOMER = {"name": "Carla Jensen", "email": "carla.jensen@mail.example"}


@pytest.fixture
def company(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Company:
    found = Company(tmp_path, fresh_odoo(), server.place())
    for name in ("run", "jobs.work", "jobs.clients", "reconcile"):
        monkeypatch.setattr(f"odoo_rma.sync.{name}.connect", lambda *_: connect_to(found.odoo))
    monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: found.settings)
    return found


@pytest.fixture
def store(company: Company) -> Iterator[Store]:
    with Store.open(company.settings.run.store) as opened:
        yield opened


def place(company: Company) -> StoreServer:
    found = company.settings.run.store
    assert isinstance(found, StoreServer)
    return found


def odoo_name(company: Company, reference: str) -> str:
    """What Odoo itself calls the order that the shop calls so."""
    rows = connect_to(company.odoo).search_read(
        "sale.order", [("client_order_ref", "=", reference)], ["name"]
    )
    return str(rows[0]["name"])


def work_all(company: Company) -> list[list[str]]:
    """Let each lane with work do its job once, as workers would; gives what each of them looked at."""
    looked = []
    for number in work.lanes_with_work(company.settings):
        done = work.work(company.settings, number, clock=lambda: NOW)
        looked.append([r.label for r in done.report.results])
    return [labels for labels in looked if labels]


def come_in(company: Company, *rmas: dict[str, Any]) -> None:
    company.drop("in.json", rmas)
    for name in company.settings.sources:
        work.pull(company.settings, name, clock=lambda: NOW)


def test_a_return_has_its_place_by_what_it_says_itself() -> None:
    def where(**order: str) -> int:
        body = {"source": "s", **rma("A-1", "S-1001", line("MUG", 1)), "order": order}
        return expected_home(Rma.model_validate(body))

    assert where(name="S-1001") == where(name="S-1001", po="17") == where(id="S-1001", name="WEB-1")
    assert where(name="S-1001") != where(name="S-1002")
    assert where(invoice="INV/1") != where(invoice="INV/2")


def test_returns_of_one_order_are_worked_on_in_one_lane_whatever_they_call_it(
    company: Company, store: Store
) -> None:
    other = odoo_name(company, "S-1003")
    come_in(
        company,
        rma("A-1", "S-1003", line("BOOT-43", 1)),
        rma("A-2", other, line("BOOT-43", 1), customer=CUSTOMER),
    )
    of = company.settings.workers.lanes
    assert expected_home(_rma(store, "A-1")) % of != expected_home(_rma(store, "A-2")) % of
    first, then = work_all(company), work_all(company)
    assert [*first, *then] in ([["A-1"], ["A-1", "A-2"]], [["A-1"], ["A-1"], ["A-2"]], [["A-1", "A-2"]] * 2)
    assert len(work.lanes_with_work(company.settings)) == 1


def _rma(store: Store, name: str) -> Rma:
    found = store.rma("shop", name)
    assert found is not None
    return found


def test_an_order_that_nobody_knows_is_told_by_the_lane_it_came_to(company: Company, store: Store) -> None:
    come_in(company, rma("A-7", "S-9999", line("TENT-2P", 1), customer=STRANGER))
    assert work_all(company) == [["A-7"]]
    assert [e.code for e in store.quarantine_list()] == ["unknown_order"]


def test_another_number_of_lanes_finds_every_return_again(company: Company, store: Store) -> None:
    come_in(
        company, *(rma(f"A-{n}", o, line("MUG", 1)) for n, o in enumerate(("S-1001", "S-1002", "S-1003")))
    )
    names = list(company.settings.sources)
    for of in (1, 2, 3, 8, 100):
        found = [r.id for n in store.lanes_with_work(names, of) for r in store.open_rmas(names, lane=(n, of))]
        assert sorted(found) == ["A-0", "A-1", "A-2"]


def test_two_hosts_never_work_on_one_lane_at_once_but_on_two(company: Company) -> None:
    come_in(company, rma("A-1", "S-1003", line("BOOT-43", 1)))
    (mine,) = work.lanes_with_work(company.settings)
    with shared_lock(place(company), f"lane {mine}", now=NOW, command="worker"):
        with pytest.raises(Locked, match=r"Workers are at work .*\(worker\), since 2026-11-27"):
            work.work(company.settings, mine)
        assert not work.work(company.settings, mine + 1).report.results


def test_a_run_by_hand_and_a_worker_are_told_of_each_other(company: Company) -> None:
    with shared_lock(place(company), "lane 3", now=NOW, command="worker"):
        done = CliRunner().invoke(main, ["sync"])
        assert done.exit_code == 4
        assert "Workers are at work" in done.output
        assert "odoo-rma jobs" in done.output
    with run_lock(place(company), now=NOW, command="sync"):
        with pytest.raises(Locked, match="Another run is at work"):
            work.work(company.settings, 3)
        with pytest.raises(Locked):
            work.pull(company.settings, "shop")


def test_a_dry_run_by_hand_waits_for_no_job_either(company: Company) -> None:
    with shared_lock(place(company), "lane 3", now=NOW, command="worker"):
        assert CliRunner().invoke(main, ["sync", "--dry-run"]).exit_code == 4


def test_a_look_that_finds_nothing_leaves_no_line_in_the_diary(company: Company, store: Store) -> None:
    come_in(company, rma("A-1", "S-1003", line("BOOT-43", 2, 1)))
    assert work_all(company) == [["A-1"]]
    (first,) = store.runs()
    assert first.command.startswith("worker, lane ")
    assert first.counts["done"] == 1
    for _ in range(3):
        assert work_all(company) == [["A-1"]]
    assert [run.id for run in store.runs()] == [first.id]


def test_a_lane_whose_returns_all_wait_for_goods_has_no_work(company: Company, store: Store) -> None:
    come_in(company, rma("A-1", "S-1003", line("BOOT-43", 2)))
    for _ in range(2):
        assert work_all(company) == [["A-1"]]
    assert work.lanes_with_work(company.settings, clock=lambda: NOW) == []


def test_two_lanes_never_move_the_same_article_at_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two orders in two lanes: those that share an article write one after the other, the others side by side."""
    inside, most = 0, {True: 0, False: 0}
    counting, real = Lock(), run.apply

    for shared in (True, False):

        def slowly(plans: Any, *others: Any, shared: bool = shared) -> Any:
            nonlocal inside
            with counting:
                inside += 1
                most[shared] = max(most[shared], inside)
            patience = monotonic() + (0.3 if shared else 10)  # who may come in, does so after a while
            while most[shared] < 2 and monotonic() < patience:
                sleep(0.02)
            yield from real(plans, *others)
            with counting:
                inside -= 1

        monkeypatch.setattr(run, "apply", slowly)
        skus = ("TENT-2P", "MUG") if not shared else ("MUG", "MUG")
        orders = (
            (("S-1001", skus[0]), ("S-1002", "BOOT-42"))
            if not shared
            else (("S-1007", skus[0]), ("S-1002", skus[1]))
        )
        come_in(company, *(rma(f"{shared}-{o}", o, line(s, 1)) for o, s in orders))
        numbers = work.lanes_with_work(company.settings)
        assert len(numbers) > 1
        with ThreadPoolExecutor(len(numbers)) as hosts:
            list(hosts.map(lambda n: work.work(company.settings, n, clock=lambda: NOW), numbers))
    assert most == {True: 1, False: 2}


def test_a_revision_that_comes_while_its_lane_is_at_work_is_worked_on_next(
    company: Company, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rma("A-1", "S-1003", line("BOOT-43", 1), authorization="declined")
    come_in(company, first)
    inner = run.Run._tell

    def meanwhile(self: run.Run, plans: Any) -> Any:
        company.drop("next.json", [rma("A-1", "S-1003", line("BOOT-43", 1), revision=2)])
        work.pull(company.settings, "shop", clock=lambda: NOW)
        return inner(self, plans)

    with monkeypatch.context() as patch:
        patch.setattr(run.Run, "_tell", meanwhile)
        assert work_all(company) == [["A-1"]]
    assert work_all(company) == [["A-1"]]
    assert [d.what for d in store.documents("shop", "A-1")] == ["customer", "order", "return transfer"]

"""Jobs: what is tried again and when, what people see of them, and what a worker tends to."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner, Result
from memory.client import connect_to
from memory.company import Company, fresh_odoo
from memory.week import STRANGER, line, rma
from procrastinate.jobs import Job
from stores import Server

from odoo_rma.cli.main import main
from odoo_rma.connector.alerts import Alert
from odoo_rma.connector.errors import BadSettings, LoginRefused, RmaError, Unreachable
from odoo_rma.connector.settings import AlertSettings, Settings, WorkerSettings
from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.jobs import work
from odoo_rma.sync.jobs.clients import Clients
from odoo_rma.sync.jobs.plan import let_come
from odoo_rma.sync.jobs.queue import BackOff, Failed, Hands, app_of
from odoo_rma.sync.jobs.tell import tell_people
from odoo_rma.sync.jobs.tend import Tending
from odoo_rma.sync.jobs.worker import Worker, connector
from odoo_rma.sync.listen import Figures
from odoo_rma.sync.lock import Locked, run_lock
from odoo_rma.sync.report import Exit
from odoo_rma.sync.store import Store
from odoo_rma.sync.watch import Health

NEVER = "0 0 1 1 *"
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)

Call = Callable[..., Result]


@pytest.fixture
def company(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Company:
    found = Company(tmp_path, fresh_odoo(), server.place())
    never = WorkerSettings(lanes=4, pull=NEVER, push=NEVER, reconcile=NEVER)
    found.settings = found.settings.model_copy(update={"workers": never})
    for name in ("run", "jobs.work", "jobs.clients", "reconcile"):
        monkeypatch.setattr(f"odoo_rma.sync.{name}.connect", lambda *_: connect_to(found.odoo))
    monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: found.settings)
    return found


@pytest.fixture
def call(company: Company) -> Call:
    return lambda *words: CliRunner().invoke(main, words)


def place(settings: Settings) -> StoreServer:
    assert isinstance(settings.run.store, StoreServer)
    return settings.run.store


# ── tried again ──


def again(error: BaseException, attempts: int = 0) -> int | None:
    """In how many seconds a job that failed so is tried again."""
    job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="lane", attempts=attempts)
    decision = BackOff().get_retry_decision(exception=error, job=job)
    if decision is None or decision.retry_at is None:
        return None
    return round((decision.retry_at - datetime.now(UTC)).total_seconds())


def test_what_may_mend_is_tried_again_ever_later_and_then_left_to_the_next_job() -> None:
    waits = [again(Failed(Unreachable("no answer")), n) for n in range(9)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, None]


def test_what_will_not_mend_by_itself_is_not_tried_again() -> None:
    assert again(Failed(LoginRefused("wrong key"))) is None
    assert again(Failed(BadSettings("no such journal"))) is None


def test_one_that_finds_another_at_work_tries_again_soon_and_for_as_long_as_it_takes() -> None:
    assert [again(Failed(Locked("at work")), n) for n in (0, 5, 100)] == [2, 7, 15]


def test_jobs_of_one_worker_leave_each_other_their_connection(company: Company) -> None:
    orders = ("S-1001", "S-1002", "S-1003", "S-1004")
    skus = ("TENT-2P", "MUG", "BOOT-43", "PACK-40")
    company.drop(
        "in.json", [rma(f"A-{n}", o, line(s, 1)) for n, (o, s) in enumerate(zip(orders, skus, strict=True))]
    )
    work.pull(company.settings, "shop")
    clients, calls = Clients(), []
    for number in work.lanes_with_work(company.settings):
        calls.append(work.work(company.settings, number, clients=clients).report.calls)
    clients.close()
    assert len(calls) > 1
    assert all(later < calls[0] - 30 for later in calls[1:])


def test_a_connection_over_which_something_failed_is_not_used_again(company: Company) -> None:
    clients = Clients()
    with pytest.raises(Unreachable), clients.one(company.settings, utc_now) as first:
        raise Unreachable("no answer")
    with clients.one(company.settings, utc_now) as second:
        assert second.client is not first.client
    with clients.one(company.settings, utc_now) as third:
        assert third.client is second.client


# ── what people see ──


def test_workers_need_a_store_on_a_server(call: Call, company: Company, tmp_path: Path) -> None:
    run = company.settings.run.model_copy(update={"store": tmp_path / "store.sqlite"})
    company.settings = company.settings.model_copy(update={"run": run})
    for command in ("worker", "jobs", "schedule"):
        done = call(command)
        assert done.exit_code == 1
        assert "run.store is the file" in done.output
        assert "postgresql://" in done.output
    assert not (tmp_path / "store.sqlite").exists()


def test_before_the_first_worker_there_are_no_jobs_and_looking_makes_nothing(
    call: Call, company: Company, server: Server
) -> None:
    seen = json.loads(call("jobs", "--json").stdout)
    assert seen == {"counts": {"todo": 0, "doing": 0, "failed": 0, "succeeded": 0}, "jobs": [], "workers": []}
    assert server.say(f"SELECT to_regnamespace('{place(company.settings).schema}')") == [(None,)]


def test_the_schedule_says_what_comes_when(call: Call) -> None:
    due = {
        row["job"]: (row["cron"], row["next"][5:16]) for row in json.loads(call("schedule", "--json").stdout)
    }
    assert due == dict.fromkeys(("pull shop", "pull desk", "push", "reconcile"), (NEVER, "01-01T00:00"))


def test_jobs_that_are_asked_for_wait_once(call: Call) -> None:
    assert json.loads(call("schedule", "--now", "all", "--json").stdout)["waiting"] == [
        "pull shop",
        "pull desk",
        "push",
        "reconcile",
    ]
    assert "wait for a worker already" in call("schedule", "--now", "pull").output
    assert json.loads(call("jobs", "--json").stdout)["counts"]["todo"] == 4


def test_a_worker_does_what_waits_and_ends(call: Call, company: Company) -> None:
    company.drop(
        "in.json",
        [rma("A-1", "S-1003", line("BOOT-43", 1)), rma("A-7", "S-9999", line("MUG", 1), customer=STRANGER)],
    )
    call("schedule", "--now", "all")
    done = call("worker", "--until-empty")
    assert done.exit_code == 0, done.output
    assert "A-1: done" in done.output
    counts = json.loads(call("jobs", "--json").stdout)["counts"]
    assert (counts["todo"], counts["doing"], counts["failed"]) == (0, 0, 0)
    assert counts["succeeded"] >= 5
    assert [r["command"] for r in json.loads(call("runs", "--json").stdout)][-1] == "reconcile"


def test_a_job_that_failed_says_why(call: Call, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise LoginRefused("Odoo refuses the login of rma.")

    monkeypatch.setattr("odoo_rma.sync.jobs.work.connect", refused)
    call("schedule", "--now", "push")
    done = call("worker", "--until-empty")
    assert done.exit_code == 1
    assert done.output.count("Odoo refuses the login of rma.") == 1
    assert "Traceback" not in done.output
    seen = call("jobs")
    assert seen.exit_code == 1
    assert "1 failed" in seen.output
    assert "Odoo refuses the login of rma." in seen.output
    monkeypatch.setattr("odoo_rma.sync.jobs.work.connect", lambda *_: connect_to(company.odoo))
    call("schedule", "--now", "push")
    assert call("worker", "--until-empty").exit_code == 0
    assert call("jobs").exit_code == 0


def test_a_job_that_meets_a_run_by_hand_is_done_after_it(call: Call, company: Company) -> None:
    company.drop("in.json", [rma("A-1", "S-1003", line("BOOT-43", 1))])
    call("schedule", "--now", "pull")
    at_work = run_lock(place(company.settings), now=NOW, command="sync")
    at_work.__enter__()
    ended = []

    def told(how: object) -> None:
        if isinstance(how, Locked) and not ended:
            at_work.__exit__(None, None, None)
            ended.append(True)

    said = Health(None)
    assert Worker(company.settings, Event(), said, told, until_empty=True).run() is Exit.DONE
    assert ended
    assert said.failures == 0
    with Store.open(place(company.settings)) as store:
        assert [run.counts["done"] for run in store.runs()] == [1]


def test_people_are_told_once_of_what_waits_for_them_and_of_what_cannot_be_read(
    call: Call, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Alert] = []
    monkeypatch.setattr("odoo_rma.sync.alert._send", lambda _way, alert: told.append(alert) or "")
    alerts = AlertSettings(webhook_url="https://hooks.example.com/x")
    company.settings = company.settings.model_copy(update={"alerts": alerts})
    company.drop("in.json", [rma("A-7", "S-9999", line("MUG", 1), customer=STRANGER)])
    call("schedule", "--now", "all")
    assert call("worker", "--until-empty").exit_code == 0
    assert [a.what for a in told] == ["reconcile"]
    for _ in range(2):
        assert tell_people(company.settings) == []
    assert (told[1].what, told[1].headline) == ("worker", "Returns wait for a person: 1 in quarantine")
    assert len(told) == 2

    def refused(*_: object) -> None:
        raise LoginRefused("no")

    monkeypatch.setattr("odoo_rma.sync.jobs.work.connect", refused)
    call("schedule", "--now", "push")
    call("worker", "--until-empty")
    tell_people(company.settings)
    assert told[-1].headline.startswith("Not read: Odoo.")


def test_figures_count_the_jobs() -> None:
    figures = Figures(Health(None))
    figures.count_jobs({"todo": 3, "failed": 1})
    found = {
        s.labels["state"]: s.value
        for m in figures.registry.collect()
        if m.name == "odoo_rma_jobs"
        for s in m.samples
    }
    assert found == {"todo": 3.0, "failed": 1.0}


def test_workers_that_begin_at_once_make_one_queue(company: Company) -> None:
    with ThreadPoolExecutor(6) as hosts:
        counts = list(hosts.map(lambda _: let_come(company.settings, ["push"]), range(6)))
    assert sorted(counts) == [[], [], [], [], [], ["push"]]


# ── what a worker tends to ──


def pushes(settings: Settings, server: Server) -> dict[str, int]:
    """How many `push` jobs there are by state; others may come with the clock."""
    query = "SELECT status::text, count(*) FROM procrastinate_jobs WHERE task_name = 'push' GROUP BY 1"
    return dict(server.say(query, place(settings)))


def left_by_a_dead_worker(settings: Settings, server: Server, call: Call, *, another_waits: bool) -> None:
    """A job stands as being done, and nobody does it."""
    call("schedule", "--now", "push")
    server.say(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')",
        place(settings),
    )
    server.say(
        "UPDATE procrastinate_jobs SET status = 'doing',"
        " worker_id = (SELECT max(id) FROM procrastinate_workers)",
        place(settings),
    )
    if another_waits:
        call("schedule", "--now", "push")


@pytest.mark.parametrize("another_waits", [False, True])
def test_a_job_of_a_dead_worker_is_taken_over(
    call: Call, company: Company, server: Server, another_waits: bool
) -> None:
    left_by_a_dead_worker(company.settings, server, call, another_waits=another_waits)
    assert call("worker", "--until-empty").exit_code == 0
    assert pushes(company.settings, server) == {"succeeded": 1}


def test_a_failed_job_behind_which_another_waits_makes_room_for_it(
    call: Call, company: Company, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def at_first(settings: Settings) -> list[str]:
        tries.append(1)
        if len(tries) == 1:
            call("schedule", "--now", "push")  # the clock strikes while the first is at work
            raise Unreachable("no answer")
        return []

    monkeypatch.setattr("odoo_rma.sync.jobs.work.push", at_first)
    call("schedule", "--now", "push")
    call("worker", "--until-empty")
    assert pushes(company.settings, server) == {"aborted": 1, "succeeded": 1}


@pytest.mark.parametrize("_again", range(5))
def test_many_workers_take_over_one_job_and_it_waits_once(
    call: Call, company: Company, server: Server, _again: int
) -> None:
    # Each found it; who came second took what the first had put back for one too many, and away with it.
    settings = company.settings
    left_by_a_dead_worker(settings, server, call, another_waits=False)

    async def one() -> None:
        hands = Hands(settings)
        app = app_of(hands, connector(place(settings)))
        async with app.open_async():
            await Tending(app, hands, place(settings), 30).look()

    async def all_at_once() -> None:
        await asyncio.gather(*(one() for _ in range(6)))

    asyncio.run(all_at_once())
    assert pushes(settings, server) == {"todo": 1}


def test_what_this_worker_left_as_being_done_is_put_back_after_a_while(
    call: Call, company: Company, server: Server
) -> None:
    settings = company.settings
    call("schedule", "--now", "push")

    async def tend() -> list[str]:
        hands = Hands(settings)
        app = app_of(hands, connector(place(settings)))
        async with app.open_async():
            hands.number = await app.job_manager.register_worker()
            server.say(
                f"UPDATE procrastinate_jobs SET status = 'doing', worker_id = {hands.number}", place(settings)
            )
            tending, states = Tending(app, hands, place(settings), dead_after=0.5), []
            for pause in (0, 0.6):
                await asyncio.sleep(pause)
                await app.job_manager.update_heartbeat(hands.number)
                await tending.look()
                states += [str(job.status) for job in await app.job_manager.list_jobs_async()]
            return states

    assert asyncio.run(tend()) == ["doing", "todo"]


def test_an_error_without_words_is_an_rma_error_all_the_same() -> None:
    assert str(Failed(RmaError())) == "Something went wrong."

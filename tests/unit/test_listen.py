"""A supervisor asks a watch how it is, and Prometheus collects what it does."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from odoo_rma.connector.errors import BadSettings, NoServer
from odoo_rma.sync.listen import Figures, listening
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Outcome, Result, RunReport
from odoo_rma.sync.watch import Health

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def health() -> Health:
    return Health(None)


@pytest.fixture
def figures(health: Health) -> Figures:
    return Figures(health)


@pytest.fixture
def url(health: Health, figures: Figures) -> Iterator[str]:
    with listening("0", health, figures) as url:
        yield url


def get(url: str, method: str = "GET") -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def collected(url: str) -> dict[str, float]:
    """Everything that Prometheus would store, as its own parser reads it."""
    status, text = get(f"{url}/metrics")
    assert status == 200
    samples = (s for family in text_string_to_metric_families(text) for s in family.samples)
    return {" ".join([s.name, *s.labels.values()]): s.value for s in samples}


def run(*outcomes: Outcome, **more: Any) -> RunReport:
    results = [Result("shop", f"R-{n}", f"R-{n}", o) for n, o in enumerate(outcomes)]
    return RunReport(NOON, finished=NOON + timedelta(seconds=7), results=results, calls=50, writes=8, **more)


def test_a_watch_that_goes_well_is_healthy(url: str, health: Health) -> None:
    assert get(f"{url}/health")[0] == 503  # it has not begun
    health.write("running", NOON)
    status, text = get(f"{url}/health")
    assert status == 200
    assert json.loads(text) == health.as_dict()
    assert collected(url)["odoo_rma_healthy"] == 1


def test_failed_runs_are_seen_by_the_supervisor(url: str, health: Health) -> None:
    health.failures, health.error = 2, "Nobody answers."
    health.write("waiting", NOON)
    status, text = get(f"{url}/health")
    assert (status, json.loads(text)["error"]) == (503, "Nobody answers.")
    found = collected(url)
    assert (found["odoo_rma_healthy"], found["odoo_rma_failures"]) == (0, 2)


def test_what_runs_do_adds_up(url: str, figures: Figures) -> None:
    figures.hear(run(Outcome.DONE, Outcome.DONE, Outcome.QUARANTINED))
    figures.hear(run(Outcome.UNCHANGED, away={"shop": "no route"}))
    figures.hear(NoServer("Nobody answers."))
    figures.hear(Locked("Another run is at work."))
    found = collected(url)
    ended = {
        name.split()[1]: value for name, value in found.items() if name.startswith("odoo_rma_runs_total")
    }
    assert ended == {"quarantine": 1, "failed": 2, "locked": 1}
    assert found["odoo_rma_odoo_calls_total write"] == 16
    assert found["odoo_rma_odoo_calls_total read"] == 84
    assert found["odoo_rma_last_run_returns unchanged"] == 1
    assert found["odoo_rma_last_run_returns done"] == 0
    assert found["odoo_rma_sources_away"] == 1
    assert found["odoo_rma_run_seconds_count"] == 2
    assert found["odoo_rma_run_seconds_sum"] == 14
    assert found["odoo_rma_last_run_timestamp_seconds"] == (NOON + timedelta(seconds=7)).timestamp()


def test_nothing_can_be_changed_and_nothing_else_is_told(url: str) -> None:
    assert get(f"{url}/health", "POST")[0] == 405
    assert get(f"{url}/")[0] == 404
    assert get(f"{url}/../etc/passwd")[0] == 404


def test_it_answers_this_machine_alone_unless_told_otherwise(url: str) -> None:
    assert url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("address", ["", "localhost", "127.0.0.1:http", "99999", "192.0.2.1:9109", "-1"])
def test_where_nobody_can_listen_is_told(health: Health, figures: Figures, address: str) -> None:
    with pytest.raises(BadSettings, match="--listen"), listening(address, health, figures):
        pass


def test_a_taken_port_is_told(url: str, health: Health, figures: Figures) -> None:
    with (
        pytest.raises(BadSettings, match="already in use"),
        listening(url.rpartition(":")[2], health, figures),
    ):
        pass

"""What a run of many returns did is printed and kept as that of a few is, one result after the other."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odoo_rma.cli.output import print_json, print_table
from odoo_rma.cli.report import print_report
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import Decimal
from odoo_rma.sync.report import Document, Outcome, Result, RunReport
from odoo_rma.sync.spooled import IN_MEMORY, Spooled
from odoo_rma.sync.store import Store

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ISSUE = Issue("over_return", 'He said ""results": []"\n…', "Send \x1b[31mless.", numbers={"sold": "1"})
DOCUMENT = Document("credit note", "account.move", 7, "RINV/1", "paid", "https://odoo.example/odoo/7")

Printed = Callable[[], str]


def result(number: int) -> Result:
    """Give one of a kind in turn: done with a decision, in quarantine, unchanged."""
    name = f"R-{number}"
    if number % 3 == 1:
        return Result("shop", name, name, Outcome.QUARANTINED, issues=(ISSUE,))
    if number % 3 == 2:
        return Result("shop", name, name, Outcome.UNCHANGED)
    answer = {"units": Decimal("1.50"), "why": ["a gift"]}
    return Result("shop", name, name, Outcome.DONE, ("one", "two"), (DOCUMENT,), decision=answer)


def report(count: int) -> RunReport:
    return RunReport(NOW, finished=NOW, results=Spooled(map(result, range(count))), notes=['"results": []'])


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return lambda: capsys.readouterr().out


@pytest.mark.parametrize("in_a_line", [False, True])
@pytest.mark.parametrize("count", [0, 1, 3, 2 * IN_MEMORY])
def test_json_is_that_of_the_whole_report(printed: Printed, count: int, in_a_line: bool) -> None:
    print_report(report(count), as_json=True, one_of_many=in_a_line)
    said = printed()
    print_json(report(count).as_dict(), in_a_line=in_a_line)
    assert said == printed()
    assert len(json.loads(said)["results"]) == count


def test_the_table_is_that_of_all_rows(printed: Printed) -> None:
    print_report(report(2 * IN_MEMORY))
    table = printed().partition("\n\n")[0] + "\n"
    rows = [(f"R-{n}", "shop", "done", "one; two") for n in range(0, 2 * IN_MEMORY, 3)]
    what = f"over_return: {ISSUE.message}"
    rows += [(f"R-{n}", "shop", "quarantined", what) for n in range(1, 2 * IN_MEMORY, 3)]
    rows.sort(key=lambda row: int(row[0][2:]))
    print_table(("RMA", "source", "outcome", "what"), rows)
    assert table == printed()


def test_the_diary_keeps_them_and_lists_without_them(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.sqlite") as store:
        number = store.begin_run("sync", NOW)
        store.end_run(number, report(2 * IN_MEMORY))
        [listed], kept = store.runs(), store.run(number)
    assert (
        listed.counts
        == kept.counts
        == {"done": 334, "quarantined": 333, "unchanged": 333}
        | {
            "planned": 0,
            "undecided": 0,
        }
    )
    assert listed.report is not None
    assert listed.report["results"] == []
    assert kept.report is not None
    assert [r["id"] for r in kept.report["results"]] == [f"R-{n}" for n in range(1000) if n % 3 != 2]
    assert kept.report["results"][0]["decision"] == {"units": "1.5", "why": ["a gift"]}


def test_a_run_that_an_older_release_wrote_down_still_shows_what_it_did(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.sqlite") as store:
        number = store.begin_run("sync", NOW)
        store.close_run(number, NOW, 3, {"counts": {"quarantined": 1}, "results": [{"id": "R-9"}]})
        kept = store.run(number)
    assert kept.report is not None
    assert kept.report["results"] == [{"id": "R-9"}]


def test_a_quiet_run_is_forgotten_with_its_results(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.sqlite") as store:
        number = store.begin_run("worker", NOW)
        store.end_run(number, report(3))
        store.forget_quiet_run(number)
        assert store.runs() == []
        assert store._rows("SELECT * FROM run_result") == []

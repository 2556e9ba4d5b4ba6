"""Feedback: taken down by a signed key, kept until it is noted in Odoo, and added up for those who want to do better."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from odoo_rma.cli.main import main
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.feedback import Answer, newest, report
from odoo_rma.mappings.feedback_token import sign
from odoo_rma.mappings.model import Feedback, Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.sync.report import Outcome
from odoo_rma.sync.store import Store

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRET = "a long secret"

Call = Callable[..., Result]


def rma(rma_id: str, feedback: dict[str, Any] | None = None, reason: str = "late") -> Rma:
    return Rma.model_validate(
        {
            "source": "shop",
            "id": rma_id,
            "number": f"R-{rma_id}",
            "order": {"name": "S9"},
            "customer": {"name": "Ada"},
            "currency": "EUR",
            "lines": [{"id": "1", "sku": "MUG", "requested": "2", "reason": {"code": reason}}],
            "feedback": feedback,
        }
    )


@pytest.fixture
def settings(place: StorePlace, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = Settings.model_validate(
        {
            "odoo": {"url": "https://erp.example.com", "database": "erp", "login": "rma"},
            "sources": {"shop": {"path": "rma"}},
            "run": {"store": place},
            "secrets": {"feedback_secret": SECRET},
        }
    )
    monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: found)
    return found


@pytest.fixture
def call(settings: Settings) -> Call:
    return lambda *arguments: CliRunner().invoke(main, ["feedback", *arguments])


def receive(settings: Settings, *rmas: Rma) -> None:
    with Store.open(settings.run.store) as store:
        for one in rmas:
            store.receive("shop", Incoming("a.json", {}, one.id, one), now=NOW)
            store.settle("shop", one.id, outcome=Outcome.DONE, finished=True, now=NOW)


def to_do(settings: Settings) -> list[str]:
    with Store.open(settings.run.store) as store:
        return [r.id for r in store.open_rmas(["shop"])]


# ── taking it down ──


def test_an_answer_is_kept_and_its_finished_return_is_looked_at_again(call: Call, settings: Settings) -> None:
    receive(settings, rma("1"))
    assert to_do(settings) == []
    done = call("record", sign("shop", "1", SECRET), "--score", "4", "--comment", " Quick ")
    assert (done.exit_code, done.output) == (0, "R-1 (shop): 4 of 5, taken down.\n")
    assert to_do(settings) == ["1"]
    with Store.open(settings.run.store) as store:
        [answer] = store.decisions("shop", "1").answers
        assert (answer.score, answer.comment) == (4, "Quick")
        assert store.history("shop", "1")[-1].what == "feedback"


def test_a_second_click_is_no_second_answer_but_another_opinion_is(call: Call, settings: Settings) -> None:
    receive(settings, rma("1"))
    token = sign("shop", "1", SECRET)
    call("record", token, "--score", "4")
    assert "taken down before" in call("record", token, "--score", "4").output
    call("record", token, "--score", "2")
    found = json.loads(call("report", "--json").output)
    assert [a["score"] for a in found["answers"]] == [2], "the newest counts"


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("not-a-token", "not one of ours"),
        (sign("shop", "1", "another secret"), "not one of ours"),
        (sign("shop", "1", SECRET)[:-3], "cut off"),
        (sign("marketplace", "1", SECRET), "not among the sources"),
    ],
)
def test_a_key_that_is_not_ours_is_refused_in_words(
    call: Call, settings: Settings, token: str, words: str
) -> None:
    refused = call("record", token, "--score", "5")
    assert refused.exit_code == 1
    assert words in refused.output
    assert "No feedback yet." in call("report").output


def test_without_a_secret_nothing_is_taken_down(
    call: Call, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = settings.model_copy(update={"secrets": type(settings.secrets)()})
    monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: bare)
    refused = call("record", sign("shop", "1", SECRET), "--score", "5")
    assert (refused.exit_code, "ODOO_RMA_FEEDBACK_SECRET" in refused.output) == (1, True)


@pytest.mark.parametrize("score", ["0", "6", "good"])
def test_a_score_is_from_one_to_five(call: Call, score: str) -> None:
    assert call("record", sign("shop", "1", SECRET), "--score", score).exit_code == 2


def test_an_answer_about_a_return_that_is_not_known_here_waits_for_it(call: Call, settings: Settings) -> None:
    said = call("record", sign("shop", "1", SECRET), "--score", "5").output
    assert "not known here (yet)" in said
    receive(settings, rma("1"))
    with Store.open(settings.run.store) as store:
        assert [a.score for a in store.decisions("shop", "1").answers] == [5]
    assert json.loads(call("report", "--json").output)["answers"][0]["rma"] == "R-1"


# ── adding it up ──


def answer(score: int, day: str | None = None, *reasons: str) -> Answer:
    at = datetime.fromisoformat(f"{day}T10:00:00+00:00") if day else None
    return Answer(f"R-{score}", "shop", "Ada", score, "", at, reasons)


def test_the_report_averages_by_month_and_reason_and_names_the_worst_first() -> None:
    found = report(
        [
            answer(5, "2026-10-02", "late"),
            answer(1, "2026-11-03", "late", "defective"),
            answer(4, "2026-11-20", "defective"),
        ]
    )
    assert found.average == Decimal("3.33")
    assert found.distribution == {5: 1, 4: 1, 3: 0, 2: 0, 1: 1}
    assert [(m.name, m.answers, m.average) for m in found.months] == [
        ("2026-10", 1, Decimal("5.00")),
        ("2026-11", 2, Decimal("2.50")),
    ]
    assert [(r.name, r.average) for r in found.reasons] == [
        ("defective", Decimal("2.50")),
        ("late", Decimal("3.00")),
    ]
    assert [a.score for a in found.answers] == [1, 4, 5]


def test_since_a_day_counts_that_day_and_what_has_no_time_only_in_the_full_report() -> None:
    answers = [answer(5, "2026-11-01"), answer(1, "2026-10-31"), answer(2)]
    assert [a.score for a in report(answers, date(2026, 11, 1)).answers] == [5]
    assert len(report(answers).answers) == 3


def test_nobody_answered_is_no_average() -> None:
    assert report([]).average is None


def test_an_answer_with_a_time_counts_before_one_without() -> None:
    old, new = Feedback(score=1, at=NOW), Feedback(score=5, at=NOW + timedelta(days=1))
    assert newest([new, old]) is new
    assert newest([old, Feedback(score=3)]) is old
    assert newest([Feedback(score=3), last := Feedback(score=4)]) is last


def test_the_report_reads_what_sources_told_and_prints_it(call: Call, settings: Settings) -> None:
    told = {"score": 1, "comment": "three weeks", "at": "2026-11-20T10:00:00Z"}
    receive(settings, rma("1", told, "wrong_item"), rma("2", {"score": 5}), rma("3"))
    said = call("report").output
    assert "3.00 of 5, from 2 customers' answers" in said
    assert "wrong item" in said
    assert said.index("three weeks") < said.rindex("R-2"), "the worst first"
    assert "No feedback yet." in call("report", "--since", "2026-11-21").output

"""A run looks again before it believes a refusal or an unknown outcome: somebody else may have been at work."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from unittest.mock import MagicMock

import pytest

from odoo_rma.connector.settings import OdooSettings, Settings
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import CancelTransfer, Plan
from odoo_rma.sync import run
from odoo_rma.sync.batch import Work
from odoo_rma.sync.report import Outcome, Result

STALE = Issue("odoo_refused", "The transfer was changed in the meantime.", "Retry.")
WRONG = Issue("total_differs", "The total differs.", "Correct it.")
RMA = Rma.model_validate(
    {
        "source": "shop",
        "id": "R-1",
        "order": {"name": "S00001"},
        "customer": {"name": "Ada"},
        "currency": "EUR",
        "lines": [{"id": "1", "sku": "MUG", "requested": "1"}],
    }
)
STEP = CancelTransfer(7, "WH/IN/00001")

Story = Callable[..., Result]


def refused(issue: Issue) -> Callable[[Plan], Work]:
    return lambda plan: Work(plan, issues=[issue])


def unknown(plan: Plan) -> Work:
    return Work(plan, undecided="no answer")


def done(plan: Plan) -> Work:
    return Work(plan, done=["cancel the transfer"])


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Story:
    """Play a batch: what each attempt brings, and after how many of them nothing is left to do."""

    def play(*attempts: Callable[[Plan], Work], left_after: int | None = None) -> Result:
        tried: list[Work] = []

        def look(*_: Any) -> list[Plan]:
            finished = left_after is not None and len(tried) >= left_after
            return [Plan(RMA, steps=[] if finished else [STEP])]

        def attempt(todo: Sequence[Plan], *_: Any) -> list[Work]:
            tried.append(attempts[len(tried)](todo[0]))
            return tried[-1:]

        monkeypatch.setattr(run, "compare", look)
        monkeypatch.setattr(run, "apply", attempt)
        monkeypatch.setattr(run, "documents", lambda *_: ())
        for name in ("Reference", "Observer"):
            monkeypatch.setattr(run, name, MagicMock())
        settings = Settings(odoo=OdooSettings(url="http://127.0.0.1", database="erp", login="rma"))
        clock = MagicMock(return_value=datetime(2026, 11, 24, tzinfo=UTC))
        batch = run.Run(settings, MagicMock(), MagicMock(), clock, run.BOTH, dry_run=False)
        [result] = batch.carry_out([RMA])
        assert len(tried) == len(attempts)
        return result

    return play


def test_a_refusal_of_a_plan_that_was_too_old_holds_nothing_up(story: Story) -> None:
    assert story(refused(STALE), done, left_after=2).outcome is Outcome.DONE


def test_what_is_refused_twice_waits_for_a_person(story: Story) -> None:
    result = story(refused(STALE), refused(STALE))
    assert (result.outcome, result.issues) == (Outcome.QUARANTINED, (STALE,))


def test_what_we_found_wrong_ourselves_is_not_tried_again(story: Story) -> None:
    assert story(refused(WRONG)).issues == (WRONG,)


def test_an_unknown_outcome_that_turns_out_to_be_done_is_done(story: Story) -> None:
    assert story(unknown, left_after=1).outcome is Outcome.UNCHANGED


def test_what_stays_unknown_is_left_to_the_next_run(story: Story) -> None:
    result = story(*[unknown] * run.ROUNDS)
    assert (result.outcome, "no answer" in result.steps) == (Outcome.UNDECIDED, True)

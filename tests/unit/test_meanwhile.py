"""What happens to a return while a run works on it is for the next look: nothing of it is ended by an older one."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Feedback, Rma
from odoo_rma.sync.report import Document, Outcome
from odoo_rma.sync.store import Settled, Store

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
TRANSFER = Document("return transfer", "stock.picking", 7, "WH/IN/00007", "assigned")

Meanwhile = Callable[[Store], object]


def receive(store: Store, revision: int = 1) -> None:
    rma = Rma.model_validate(
        {
            "source": "shop",
            "id": "1",
            "revision": revision,
            "customer": {"name": "Ada"},
            "order": {"name": "S00001"},
            "currency": "EUR",
            "lines": [{"id": "1", "sku": "MUG", "requested": "2"}],
        }
    )
    store.receive("shop", Incoming("a.json", rma.model_dump(mode="json"), rma.id, rma), now=NOW)


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    with Store.open(place) as opened:
        receive(opened)
        yield opened


def look(store: Store) -> Callable[..., None]:
    """Look at the return, as a run does; gives how to write down what became of it."""
    (rma,) = store.open_rmas(["shop"])
    decided = store.decisions("shop", "1")

    def settle(outcome: Outcome = Outcome.DONE, **more: Any) -> None:
        one = Settled("shop", "1", outcome, finished=True, revision=rma.revision, asked=decided.asked, **more)
        store.settle_many([one], now=NOW)

    return settle


def waits(store: Store) -> bool:
    """Will the next run look at it?"""
    return [r.id for r in store.open_rmas(["shop"])] == ["1"]


def test_undisturbed_a_look_ends_it(store: Store) -> None:
    look(store)()
    assert not waits(store)


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda store: receive(store, revision=2),
        lambda store: store.record_answer("shop", "1", Feedback(score=3), now=NOW),
        lambda store: store.resolve("1", now=NOW, order="S00002"),
        lambda store: store.retry("1", now=NOW),
        lambda store: store.wake([("shop", "1")], {}),
    ],
    ids=["a newer revision", "a customer answers", "a person decides", "a person asks", "a change in Odoo"],
)
def test_what_comes_meanwhile_is_looked_at_next_and_then_it_ends(store: Store, meanwhile: Meanwhile) -> None:
    settle = look(store)
    meanwhile(store)
    settle()
    assert waits(store)
    look(store)()
    assert not waits(store)


def test_a_newer_revision_is_not_held_for_what_was_wrong_with_the_older(store: Store) -> None:
    settle = look(store)
    receive(store, revision=2)
    settle(Outcome.QUARANTINED, issues=(Issue("odoo_refused", "Not like this.", "Correct it."),))
    assert waits(store)
    assert store.quarantine_list() == []


def test_what_a_person_says_to_a_request_meanwhile_is_not_forgotten(store: Store) -> None:
    settle = look(store)
    store.resolve("1", "photos", now=NOW, authorize=True)
    settle(Outcome.UNCHANGED)
    assert store.decisions("shop", "1").authorize is True


def test_what_is_to_be_made_again_stays_so(store: Store) -> None:
    look(store)(documents=(TRANSFER,))
    store.retry("1", now=NOW)
    settle = look(store)
    store.resolve("1", now=NOW, again=True)
    settle(Outcome.UNCHANGED)
    assert [d.again for d in store.decisions("shop", "1").remembered] == [True]


def test_what_a_person_has_ended_meanwhile_stays_ended(store: Store) -> None:
    settle = look(store)
    store.drop("1", now=NOW)
    settle(Outcome.QUARANTINED, issues=(Issue("unknown_order", "Which?", "Say which."),))
    assert not waits(store)
    assert store.quarantine_list() == []

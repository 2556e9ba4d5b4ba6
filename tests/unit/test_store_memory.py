"""What the store remembers of an RMA's documents, until a person wants them made again."""

import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest

from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings import foresee  # noqa: F401 (knows every kind of step)
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import MakePartner, Note, Step
from odoo_rma.mappings.plan.crm import CustomerNote, MakeTag
from odoo_rma.mappings.plan.message import TellCustomer
from odoo_rma.mappings.plan.request import RecordDecision
from odoo_rma.sync.report import Document, Outcome
from odoo_rma.sync.store import Store

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TRANSFER = Document("return transfer", "stock.picking", 17, "WH/IN/00017", "assigned")
NOTE = Document("credit note", "account.move", 21, "RINV/1", "not_paid")
STRANGERS = Document("customer", "res.partner", 7, "Ada"), Document("order", "sale.order", 3, "S00003")
PLANNED = Document("credit note", "account.move", None, "draft")
ISSUE = Issue("deleted_by_hand", "It was deleted.", "Say what you want.")


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    one = Rma.model_validate(
        {
            "source": "shop",
            "id": "1",
            "order": {"name": "S00003"},
            "customer": {"name": "Ada"},
            "currency": "EUR",
            "lines": [{"id": "1", "sku": "MUG", "requested": "2"}],
        }
    )
    with Store.open(place) as opened:
        opened.receive("shop", Incoming("a.json", {}, "1", one), now=NOW)
        yield opened


def settle(store: Store, *documents: Document, issue: Issue | None = None) -> None:
    outcome = Outcome.QUARANTINED if issue else Outcome.DONE
    store.settle("shop", "1", outcome=outcome, documents=documents, issues=[issue] if issue else [], now=NOW)


def known(store: Store) -> list[tuple[str, int, bool]]:
    return [(r.model, r.id, r.again) for r in store.decisions("shop", "1").remembered]


def test_what_we_made_is_remembered_and_nothing_else(store: Store) -> None:
    settle(store, *STRANGERS, TRANSFER, PLANNED)
    assert known(store) == [("stock.picking", 17, False)]


def test_it_is_remembered_though_it_is_not_seen_any_more(store: Store) -> None:
    settle(store, TRANSFER, NOTE)
    settle(store, NOTE, issue=ISSUE)
    assert known(store) == [("account.move", 21, False), ("stock.picking", 17, False)]


def test_what_is_to_be_made_again_is_forgotten_when_all_is_well(store: Store) -> None:
    settle(store, TRANSFER, NOTE)
    assert store.resolve("1", now=NOW, again=True) == ("shop", "1")
    assert all(again for *_, again in known(store))
    settle(store, NOTE, issue=ISSUE)
    assert all(again for *_, again in known(store)), "not before"
    settle(store, NOTE)
    assert known(store) == [("account.move", 21, False)]


def test_a_transfer_that_stays_canceled_stays_forgiven(store: Store) -> None:
    canceled = Document("return transfer", "stock.picking", 17, "WH/IN/00017", "cancel")
    settle(store, canceled)
    store.resolve("1", now=NOW, again=True)
    new = Document("return transfer", "stock.picking", 18, "WH/IN/00018", "assigned")
    settle(store, canceled, new)
    assert known(store) == [("stock.picking", 17, True), ("stock.picking", 18, False)]


def test_the_rma_is_looked_at_again_and_its_history_says_why(store: Store) -> None:
    settle(store, issue=ISSUE)
    store.resolve("1", "the clerk erred", now=NOW, again=True)
    assert store.quarantine_list() == []
    assert [r.id for r in store.open_rmas(["shop"])] == ["1"]
    assert store.history("shop", "1")[-1].text == "to be made again; the clerk erred"


def _kinds(kind: type[Step] = Step) -> Iterator[type[Step]]:
    for each in kind.__subclasses__():
        if (
            getattr(sys.modules[each.__module__], each.__name__) is each
        ):  # not what a dataclass with slots replaced
            yield each
        yield from _kinds(each)


OF_THEIR_OWN = {MakePartner, MakeTag, Note, CustomerNote, RecordDecision, TellCustomer}
"""A merged customer is found anew, a tag is everybody's, and a note is nobody's document."""


@pytest.mark.parametrize("kind", sorted(_kinds(), key=lambda k: k.__name__), ids=lambda k: k.__name__)
def test_every_step_that_makes_a_document_says_so(kind: type[Step]) -> None:
    keyed = is_dataclass(kind) and any(f.name == "key" for f in fields(kind))
    assert bool(kind.makes) == (keyed and kind not in OF_THEIR_OWN)

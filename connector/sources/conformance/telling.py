"""What every source promises about being told: exactly once, only what Odoo owns, and never over somebody's head."""

from contextlib import suppress

from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.sources.base import News, Reply
from odoo_rma.connector.sources.conformance.books import Books, decided
from odoo_rma.connector.sources.conformance.lab import Lab
from odoo_rma.connector.sources.conformance.stories import (
    need,
    read_one,
    takes,
    tell,
    truth,
)
from odoo_rma.mappings.in_erp import InErp
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.vocabulary import Disposition

SCRAP = Disposition.SCRAP


class Telling:
    """The facts that Odoo owns."""

    def test_it_says_what_it_takes(self, lab: Lab) -> None:
        told = takes(lab)
        assert isinstance(told, frozenset)
        assert all(isinstance(fact, Fact) for fact in told)

    def test_units_received_in_odoo_are_told(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.RECEIPT), _books(lab)
        reply = tell(lab, books.receive(2).news(*owned))
        assert truth(lab, books.rma.id).received[books.first] == 2
        assert reply.issues == ()
        assert reply.done and all(words.strip() for words in reply.done), "it does not say what it did"

    def test_units_received_later_are_told_as_a_sum(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.RECEIPT), _books(lab)
        tell(lab, books.receive(1).news(*owned))
        _again(lab, books.receive(1).news(*owned))
        assert truth(lab, books.rma.id).received[books.first] == 2
        _again(lab, books.receive(1).news(*owned))
        assert truth(lab, books.rma.id).received[books.first] == 3

    def test_units_that_cannot_be_sold_are_told_as_such(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.RECEIPT, Fact.DISPOSITION), _books(lab)
        news = books.receive(2).receive(1, SCRAP).news(*owned)
        tell(lab, news)
        _again(lab, news)
        found = truth(lab, books.rma.id)
        assert found.received[books.first] == 3
        assert found.not_for_sale[books.first] == 1

    def test_a_posted_credit_note_is_paid_once(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.REFUND), _books(lab)
        books.credit("7.50")
        tell(lab, books.news(*owned))
        _again(lab, books.news(*owned))
        assert truth(lab, books.rma.id).refunds == (Decimal("7.50"),)

    def test_two_credit_notes_of_one_amount_are_both_paid(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.REFUND), _books(lab)
        books.credit("5.00")
        tell(lab, books.news(*owned))
        books.credit("5.00")
        tell(lab, books.news(*owned))
        _again(lab, books.news(*owned))
        assert truth(lab, books.rma.id).refunds == (Decimal("5.00"), Decimal("5.00"))

    def test_a_credit_note_that_is_not_posted_is_not_paid(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.REFUND), _books(lab)
        books.credit("7.50", state="draft")
        books.credit("6.50", state="cancel")
        tell(lab, books.news(*owned))
        assert truth(lab, books.rma.id).refunds == ()

    def test_the_number_of_a_credit_note_is_told_once(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.CREDIT_NOTE), _books(lab)
        number = books.credit("7.50")
        books.credit("6.50", state="draft")
        tell(lab, books.news(*owned))
        _again(lab, books.news(*owned))
        assert truth(lab, books.rma.id).credit_notes == (number,)

    def test_a_credit_note_alone_pays_nobody(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.CREDIT_NOTE), _books(lab)
        books.credit("7.50")
        tell(lab, books.news(*owned))
        assert truth(lab, books.rma.id).refunds == ()

    def test_a_decision_is_told_once(self, lab: Lab) -> None:
        need(lab, Fact.AUTHORIZATION)
        asked = lab.create_request()
        lab.wait()
        rma = read_one(lab, asked)
        news = News(rma, InErp(), decision=decided(rma))
        assert tell(lab, news).done
        assert truth(lab, asked).decision == "authorize"
        _again(lab, news)

    def test_telling_everything_again_changes_nothing(self, lab: Lab) -> None:
        owned, books = takes(lab), _books(lab)
        books.receive(1).receive(1, SCRAP)
        books.credit("5.00")
        tell(lab, books.news(*owned))
        _again(lab, books.news(*owned))
        _again(lab, books.news(*owned))

    def test_nothing_in_odoo_changes_nothing(self, lab: Lab) -> None:
        owned, books = takes(lab), _books(lab)
        before = truth(lab, books.rma.id)
        assert tell(lab, News(books.rma, InErp(), owned)) == Reply()
        assert truth(lab, books.rma.id) == before

    def test_a_receipt_whose_reply_got_lost_is_booked_once(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.RECEIPT), _books(lab)
        lab.lose_reply()
        _whatever_happens(lab, books.receive(2).news(*owned))
        assert truth(lab, books.rma.id).received[books.first] == 2
        _in_the_end(lab, books.news(*owned))

    def test_a_refund_whose_reply_got_lost_is_paid_once(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.REFUND), _books(lab)
        books.credit("7.50")
        lab.lose_reply()
        _whatever_happens(lab, books.news(*owned))
        _in_the_end(lab, books.news(*owned))
        assert truth(lab, books.rma.id).refunds == (Decimal("7.50"),)

    def test_a_receipt_that_was_refused_and_yet_recorded_is_booked_once(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.RECEIPT), _books(lab)
        lab.misreport()
        _whatever_happens(lab, books.receive(2).news(*owned))
        _in_the_end(lab, books.news(*owned))
        assert truth(lab, books.rma.id).received[books.first] == 2

    def test_a_refund_that_was_refused_and_yet_recorded_is_paid_once(self, lab: Lab) -> None:
        owned, books = need(lab, Fact.REFUND), _books(lab)
        books.credit("7.50")
        lab.misreport()
        _whatever_happens(lab, books.news(*owned))
        _in_the_end(lab, books.news(*owned))
        assert truth(lab, books.rma.id).refunds == (Decimal("7.50"),)

    def test_a_source_that_received_more_is_not_overwritten(self, lab: Lab) -> None:
        owned, made = need(lab, Fact.RECEIPT), lab.create()
        lab.receive(made, Decimal(2))
        lab.wait()
        books = Books(read_one(lab, made))
        tell(lab, books.receive(1).news(*owned))
        assert truth(lab, made).received[books.first] == 2

    def test_a_source_that_paid_more_is_asked_about_and_pays_no_more(self, lab: Lab) -> None:
        owned, made = need(lab, Fact.REFUND), lab.create()
        lab.refund(made, Decimal("9.00"))
        lab.wait()
        books = Books(read_one(lab, made))
        books.credit("5.00")
        _asks(tell(lab, books.news(*owned)))
        assert truth(lab, made).refunds == (Decimal("9.00"),)

    def test_facts_that_odoo_does_not_own_are_left_alone(self, lab: Lab) -> None:
        books = _books(lab)
        before = truth(lab, books.rma.id)
        books.receive(1).receive(1, SCRAP)
        books.credit("7.50")
        tell(lab, books.news())
        after = truth(lab, books.rma.id)
        assert (after.received, after.not_for_sale) == (before.received, before.not_for_sale)
        assert (after.refunds, after.credit_notes) == (before.refunds, before.credit_notes)

    def test_facts_that_it_does_not_take_are_left_alone(self, lab: Lab) -> None:
        books = _books(lab)
        foreign = frozenset(Fact) - takes(lab)
        before = truth(lab, books.rma.id)
        books.receive(1).receive(1, SCRAP)
        books.credit("7.50")
        decision = decided(books.rma, "decline") if Fact.AUTHORIZATION in foreign else None
        assert tell(lab, books.news(*foreign, decision=decision)).issues == ()
        after = truth(lab, books.rma.id)
        assert (after.received, after.not_for_sale) == (before.received, before.not_for_sale)
        assert (after.refunds, after.credit_notes) == (before.refunds, before.credit_notes)
        assert after.decision == before.decision

    def test_an_rma_that_is_gone_is_not_made_again(self, lab: Lab) -> None:
        owned, books = takes(lab), _books(lab)
        lab.delete(books.rma.id)
        books.credit("5.00")
        tell(lab, books.receive(1).news(*owned))
        assert lab.truth(books.rma.id) is None

    def test_somebody_is_asked_when_an_rma_is_gone(self, lab: Lab) -> None:
        owned, books = takes(lab), _books(lab)
        lab.delete(books.rma.id)
        _asks(tell(lab, books.receive(1).news(*owned)))


def _books(lab: Lab) -> Books:
    made = lab.create()
    lab.wait()
    return Books(read_one(lab, made))


def _again(lab: Lab, news: News) -> None:
    """Tell what the system knows already, or what it will know after that."""
    tell(lab, news)
    before = truth(lab, news.rma.id)
    reply = tell(lab, news)
    assert truth(lab, news.rma.id) == before
    assert reply == Reply(), "it says that something was done, though nothing was"


def _whatever_happens(lab: Lab, news: News) -> None:
    with suppress(RmaError):
        tell(lab, news)


def _in_the_end(lab: Lab, news: News) -> None:
    """Tell until nothing is left to do; nothing may have been done twice by then."""
    for _ in range(2):
        tell(lab, news)
    before = truth(lab, news.rma.id)
    assert tell(lab, news).issues == ()
    assert truth(lab, news.rma.id) == before


def _asks(reply: Reply) -> None:
    assert reply.issues, "nobody is asked"
    assert all(i.code and i.message and i.way_out for i in reply.issues)

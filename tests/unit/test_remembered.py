"""What people undo in Odoo is noticed, and made again only when a person says so."""

from dataclasses import replace

import pytest
from shop import BY_SOURCE, Shop, carry_out, codes, look, obey, rma

from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.decisions import Decisions, Remembered
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import CancelTransfer, MakeCreditNote, MakeTransfer, Plan, Step
from odoo_rma.mappings.rules import Rules

LINE = {"sku": "TENT", "requested": "2"}
REFUND = {"id": "r1", "amount": "230.00"}


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    order = shop.order(("TENT", "3", "100"))
    shop.deliver(order)
    shop.invoice(order)
    return shop


def memory(shop: Shop, *, again: bool = False) -> tuple[Remembered, ...]:
    own = [
        Remembered("return transfer", "stock.picking", p.id, p.name)
        for p in shop.erp.pickings.values()
        if p.key
    ]
    own += [
        Remembered("credit note", "account.move", n.id, n.name) for n in shop.erp.invoices.values() if n.key
    ]
    return tuple(replace(one, again=again) for one in own)


def look_with(shop: Shop, one: Rma, known: tuple[Remembered, ...]) -> Plan:
    """Compare as a run does that remembers these documents."""
    there = {("stock.picking", i) for i in shop.erp.pickings} | {
        ("account.move", i) for i in shop.erp.invoices
    }
    gone = frozenset((r.model, r.id) for r in known if (r.model, r.id) not in there)
    erp = replace(shop.erp, gone=gone)
    decided = {("shop", one.id): Decisions(remembered=known)}
    return compare([one], erp, BY_SOURCE, Rules(shop.rules), decided)[0]


def go_on(shop: Shop, one: Rma, known: tuple[Remembered, ...]) -> list[Step]:
    """Carry out until nothing is left to do."""
    done: list[Step] = []
    for _ in range(4):
        plan = look_with(shop, one, known)
        assert not plan.issues
        if not plan.steps:
            return done
        obey(shop, plan)
        done += plan.steps
    raise AssertionError("the plan never gets empty")


def own_picking(shop: Shop) -> int:
    return [p.id for p in shop.erp.pickings.values() if p.key][-1]


def delete_transfer(shop: Shop) -> None:
    picking = own_picking(shop)
    del shop.erp.pickings[picking]
    for move in [m.id for m in shop.erp.moves.values() if m.picking_id == picking]:
        del shop.erp.moves[move]


def delete_note(shop: Shop) -> None:
    (note,) = [n.id for n in shop.erp.invoices.values() if n.key]
    del shop.erp.invoices[note]
    for line in [x.id for x in shop.erp.invoice_lines.values() if x.invoice_id == note]:
        del shop.erp.invoice_lines[line]


def change_note(shop: Shop, **values: object) -> None:
    (note,) = [n for n in shop.erp.invoices.values() if n.key]
    shop.erp.invoices[note.id] = replace(note, **values)  # type: ignore[arg-type]


class TestDeleted:
    def test_a_transfer_is_not_made_again_and_the_money_goes_on(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        known = memory(shop)
        delete_transfer(shop)
        plan = look_with(shop, rma(LINE, refunds=[REFUND], revision=2), known)
        assert codes(plan) == ["deleted_by_hand"]
        assert not [s for s in plan.steps if isinstance(s, MakeTransfer)]
        assert [s for s in plan.steps if isinstance(s, MakeCreditNote)]
        assert "IN" in plan.issues[0].message
        assert "--again" in plan.issues[0].way_out

    def test_a_credit_note_is_not_made_again_and_the_goods_go_on(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE, refunds=[REFUND]))
        known = memory(shop)
        delete_note(shop)
        one = rma({**LINE, "received": "2"}, refunds=[REFUND], revision=2)
        plan = look_with(shop, one, known)
        assert codes(plan) == ["deleted_by_hand"]
        assert [str(s) for s in plan.steps] == ["2 units received"]

    def test_nobody_is_asked_about_what_is_not_wanted_any_more(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        known = memory(shop)
        delete_transfer(shop)
        plan = look_with(shop, rma(LINE, authorization="canceled", revision=2), known)
        assert (plan.steps, plan.issues, plan.finished) == ([], [], True)

    def test_it_is_made_again_once_when_a_person_says_so(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        known = memory(shop, again=True)
        delete_transfer(shop)
        assert len([s for s in go_on(shop, rma(LINE), known) if isinstance(s, MakeTransfer)]) == 1
        assert codes(look_with(shop, rma(LINE), memory(shop))) == []

    def test_without_memory_it_is_made_once_more(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        delete_transfer(shop)
        assert [type(s) for s in look(shop, rma(LINE))[0].steps][:1] == [MakeTransfer]


class TestReset:
    def test_a_posted_note_reset_to_draft_is_not_posted_again(self, shop: Shop) -> None:
        one = rma(LINE, refunds=[REFUND])
        carry_out(shop, one)
        change_note(shop, state="draft")
        (plan,) = look(shop, one)
        assert (codes(plan), plan.steps) == (["reset_by_hand"], [])

    def test_it_is_posted_when_a_person_says_so(self, shop: Shop) -> None:
        one = rma(LINE, refunds=[REFUND])
        carry_out(shop, one)
        change_note(shop, state="draft")
        assert [str(s) for s in go_on(shop, one, memory(shop, again=True)) if not s.goes_without_saying][
            :1
        ] == ["credit note posted"]
        (note,) = [n for n in shop.erp.invoices.values() if n.key]
        assert note.state == "posted"

    def test_a_note_that_a_person_posts_again_is_as_before(self, shop: Shop) -> None:
        one = rma(LINE, refunds=[REFUND])
        carry_out(shop, one)
        change_note(shop, state="draft")
        change_note(shop, state="posted")
        assert codes(look(shop, one)[0]) == []

    def test_where_the_company_posts_by_itself_a_reset_note_is_a_draft_like_any(self, shop: Shop) -> None:
        one = rma(LINE, refunds=[REFUND])
        carry_out(shop, one)
        change_note(shop, state="draft")
        shop.rules = replace(shop.rules, post=False)
        assert codes(look(shop, one)[0]) == []


class TestCanceled:
    def test_a_note_is_reset_and_posted_when_a_person_says_so(self, shop: Shop) -> None:
        one = rma(LINE, refunds=[REFUND])
        carry_out(shop, one)
        change_note(shop, state="cancel")
        assert codes(look(shop, one)[0]) == ["canceled_by_hand"]
        go_on(shop, one, memory(shop, again=True))
        (note,) = [n for n in shop.erp.invoices.values() if n.key]
        assert note.state == "posted"

    def test_a_transfer_gets_a_successor_when_a_person_says_so(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        first = shop.erp.pickings[own_picking(shop)]
        obey(shop, Plan(rma(LINE), [CancelTransfer(first.id, first.name)]))
        assert codes(look(shop, rma(LINE))[0]) == ["canceled_by_hand"]
        known = memory(shop, again=True)
        go_on(shop, rma(LINE), known)
        assert [p.state for p in shop.erp.pickings.values() if p.key] == ["cancel", "assigned"]
        second = shop.erp.pickings[own_picking(shop)]
        obey(shop, Plan(rma(LINE), [CancelTransfer(second.id, second.name)]))
        assert codes(look_with(shop, rma(LINE), known)) == ["canceled_by_hand"], "the second was not forgiven"


class TestReopened:
    def test_what_we_canceled_with_the_rma_is_expected_again_with_it(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        carry_out(shop, rma(LINE, authorization="canceled", revision=2))
        (plan,) = carry_out(shop, rma(LINE, revision=3))
        assert [m.quantity for s in plan.steps if isinstance(s, MakeTransfer) for m in s.moves] == [2]

    def test_what_was_closed_short_is_expected_again(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        carry_out(shop, rma({**LINE, "received": "1"}, closed=True, revision=2))
        (plan,) = carry_out(shop, rma({**LINE, "received": "1"}, revision=3))
        assert [m.quantity for s in plan.steps if isinstance(s, MakeTransfer) for m in s.moves] == [1]

    def test_what_a_person_canceled_before_the_rma_is_reopened_is_not(self, shop: Shop) -> None:
        carry_out(shop, rma(LINE))
        own = shop.erp.pickings[own_picking(shop)]
        obey(shop, Plan(rma(LINE), [CancelTransfer(own.id, own.name)]))
        carry_out(shop, rma(LINE, authorization="canceled", revision=2))
        assert codes(look(shop, rma(LINE, revision=3))[0]) == ["canceled_by_hand"]

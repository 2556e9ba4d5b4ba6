"""Money back: copied from the invoice, exact to the cent, never more than was invoiced."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from shop import D, Shop, carry_out, codes, look, rma

from odoo_rma.mappings.credit_lines import CreditRules
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.erp import Invoice
from odoo_rma.mappings.plan import MakeCreditNote, Plan, Reconcile
from odoo_rma.mappings.rules import SourceRules

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
ON_INSPECTION = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.INSPECTION)}


def refund(amount: str, id: str = "r1", **more: Any) -> dict[str, Any]:
    return {"id": id, "amount": amount, **more}


def notes(shop: Shop) -> list[Invoice]:
    return [i for i in shop.erp.invoices.values() if i.key]


def drafts(plan: Plan) -> list[MakeCreditNote]:
    return [s for s in plan.steps if isinstance(s, MakeCreditNote)]


@pytest.fixture
def shop() -> Shop:
    """Three tents at 100 and four mugs at 10, 15 % tax on top, delivered and invoiced."""
    shop = Shop()
    order = shop.order(("TENT", "3", "100"), ("MUG", "4", "10"))
    shop.deliver(order)
    shop.invoice(order)
    return shop


def test_a_refund_becomes_a_posted_credit_note_of_the_same_amount(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "1", "received": "1"}, refunds=[refund("115.00")]))
    (note,) = notes(shop)
    assert (note.total, note.state) == (D("115.00"), "posted")


def test_the_lines_are_the_invoice_s_own(shop: Shop) -> None:
    (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")]))
    ((line,),) = [d.lines for d in drafts(plan)]
    source = next(x for x in shop.erp.invoice_lines.values() if x.price_unit == 100)
    assert (line.price_unit, line.tax_ids, line.account_id) == (
        source.price_unit,
        source.tax_ids,
        source.account_id,
    )
    assert line.order_line_ids == source.order_line_ids


def test_a_promise_that_does_not_add_up_is_shown_with_its_calculation(shop: Shop) -> None:
    (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("120.00")]))
    assert codes(plan) == ["total_differs"]
    assert plan.issues[0].numbers == {"promised": "120.00", "calculated": "115.00", "difference": "5.00"}
    assert not drafts(plan)
    assert plan.steps, "the goods are not held up"


def test_a_cent_of_rounding_is_a_line_of_its_own(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("114.99")]))
    (note,) = notes(shop)
    assert note.total == D("114.99")
    lines = [x for x in shop.erp.invoice_lines.values() if x.invoice_id == note.id]
    assert [x.price_unit for x in lines if not x.product_id] == [D("-0.01")]


def test_fees_are_kept_and_credits_are_given(shop: Shop) -> None:
    charges = [
        {"id": "c1", "kind": "restocking_fee", "amount": "10.00"},
        {"id": "c2", "kind": "goodwill", "amount": "2.50"},
        {"id": "c3", "kind": "return_label", "amount": "4.00", "status": "waived"},
    ]
    carry_out(shop, rma({"sku": "TENT", "requested": "1"}, charges=charges, refunds=[refund("107.50")]))
    assert [n.total for n in notes(shop)] == [D("107.50")]


def test_fees_as_high_as_the_goods_are_refused(shop: Shop) -> None:
    charges = [{"id": "c1", "kind": "damage", "amount": "115.00"}]
    (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, charges=charges, refunds=[refund("1.00")]))
    assert codes(plan) == ["charge_unplaced"]


def test_shipping_is_given_back_with_the_account_and_tax_it_was_charged_with() -> None:
    shop = Shop()
    shop.product("SHIP", service=True)
    order = shop.order(("TENT", "1", "100"), ("SHIP", "1", "10"))
    shop.deliver(order, ("TENT", "1"))
    shop.invoice(order)
    charges = [{"id": "s", "kind": "shipping_refund", "amount": "11.50"}]
    (plan,) = carry_out(
        shop, rma({"sku": "TENT", "requested": "1"}, charges=charges, refunds=[refund("126.50")])
    )
    shipping = drafts(plan)[0].lines[1]
    assert (shipping.price_unit, shipping.tax_ids, shipping.product_id) == (
        D("10.00"),
        (1,),
        shop.product("SHIP"),
    )


def test_two_invoices_give_two_credit_notes() -> None:
    shop = Shop()
    order = shop.order(("TENT", "3", "100"))
    shop.deliver(order)
    shop.invoice(order, ("TENT", "2"))
    shop.invoice(order, ("TENT", "1"))
    carry_out(shop, rma({"sku": "TENT", "requested": "3"}, refunds=[refund("345.00")]))
    assert [n.total for n in notes(shop)] == [D("230.00"), D("115.00")]


def test_a_refund_in_two_parts_gives_two_credit_notes(shop: Shop) -> None:
    one = refund("115.00", "r1", lines=[{"line": "1", "quantity": "1"}])
    two = refund("230.00", "r2", lines=[{"line": "1", "quantity": "2"}])
    carry_out(shop, rma({"sku": "TENT", "requested": "3"}, refunds=[one]))
    carry_out(shop, rma({"sku": "TENT", "requested": "3"}, refunds=[one, two], revision=2))
    assert [n.total for n in notes(shop)] == [D("115.00"), D("230.00")]


def test_two_refunds_that_do_not_say_what_they_pay_for(shop: Shop) -> None:
    both = [refund("115.00", "r1"), refund("115.00", "r2")]
    assert codes(look(shop, rma({"sku": "TENT", "requested": "2"}, refunds=both))[0]) == [
        "refund_unexplained"
    ]


@pytest.mark.parametrize("state", ["pending", "failed", "canceled"])
def test_only_money_that_went_out_is_credited(shop: Shop, state: str) -> None:
    (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00", state=state)]))
    assert not drafts(plan)


def test_what_people_credited_by_hand_counts() -> None:
    shop = Shop()
    order = shop.order(("TENT", "2", "100"))
    shop.deliver(order)
    shop.credit_by_hand(shop.invoice(order), "TENT", "1")
    (plan,) = look(shop, rma({"sku": "TENT", "requested": "2"}, refunds=[refund("230.00")]))
    assert codes(plan) == ["over_refund"]
    assert plan.issues[0].numbers == {"wanted": "2", "invoiced": "2", "left": "1"}


def test_two_rmas_cannot_credit_the_same_unit(shop: Shop) -> None:
    first = rma({"sku": "TENT", "requested": "3", "physical": False}, id="R-1", refunds=[refund("345.00")])
    second = rma({"sku": "TENT", "requested": "1", "physical": False}, id="R-2", refunds=[refund("115.00")])
    assert [codes(p) for p in look(shop, first, second)] == [[], ["over_refund"]]


def test_a_refund_of_what_was_never_invoiced_waits() -> None:
    shop = Shop()
    order = shop.order(("TENT", "1", "100"))
    shop.deliver(order)
    request = rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")])
    assert codes(look(shop, request)[0]) == ["not_invoiced"]
    shop.invoice(order)
    carry_out(shop, request)
    assert len(notes(shop)) == 1


def test_goods_back_before_any_invoice_need_no_credit_note() -> None:
    shop = Shop()
    shop.deliver(shop.order(("TENT", "1", "100")))
    carry_out(shop, rma({"sku": "TENT", "requested": "1", "received": "1"}), sources=ON_RECEIPT)
    assert notes(shop) == []


def test_another_currency_is_never_converted(shop: Shop) -> None:
    (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, currency="EUR", refunds=[refund("115.00")]))
    assert (codes(plan), plan.steps) == (["currency_differs"], [])


def test_a_refund_without_return_keeps_the_goods_with_the_customer(shop: Shop) -> None:
    line = {"sku": "MUG", "requested": "1", "physical": False}
    (plan,) = carry_out(shop, rma(line, kind="refund_only", refunds=[refund("11.50")]))
    assert not any("transfer" in str(s) for s in plan.steps)
    assert [n.total for n in notes(shop)] == [D("11.50")]


def test_goodwill_alone_is_credited_against_the_invoice(shop: Shop) -> None:
    charges = [{"id": "g", "kind": "goodwill", "amount": "5.00"}]
    carry_out(shop, rma(kind="refund_only", charges=charges, refunds=[refund("5.00")]))
    assert [n.total for n in notes(shop)] == [D("5.00")]


class TestOnReceipt:
    def test_every_arrival_is_credited_once(self, shop: Shop) -> None:
        for revision, received in enumerate(("1", "1", "3"), 1):
            request = rma({"sku": "TENT", "requested": "3", "received": received}, revision=revision)
            carry_out(shop, request, sources=ON_RECEIPT)
        assert [n.total for n in notes(shop)] == [D("115.00"), D("230.00")]

    def test_the_last_arrival_must_make_up_the_promise(self, shop: Shop) -> None:
        carry_out(
            shop,
            rma({"sku": "TENT", "requested": "2", "received": "1"}, promised="230.00"),
            sources=ON_RECEIPT,
        )
        wrong = rma({"sku": "TENT", "requested": "2", "received": "2"}, promised="240.00", revision=2)
        assert codes(look(shop, wrong, sources=ON_RECEIPT)[0]) == ["total_differs"]
        right = rma({"sku": "TENT", "requested": "2", "received": "2"}, promised="230.00", revision=2)
        carry_out(shop, right, sources=ON_RECEIPT)
        assert sum(n.total for n in notes(shop)) == D("230.00")

    def test_a_charge_is_kept_once(self, shop: Shop) -> None:
        charges = [{"id": "c", "kind": "restocking_fee", "amount": "5.00"}]
        for revision, received in enumerate(("1", "2"), 1):
            request = rma(
                {"sku": "TENT", "requested": "2", "received": received}, charges=charges, revision=revision
            )
            carry_out(shop, request, sources=ON_RECEIPT)
        assert [n.total for n in notes(shop)] == [D("110.00"), D("115.00")]

    def test_a_kept_item_is_credited_when_its_refund_is_reported(self, shop: Shop) -> None:
        line = {"sku": "MUG", "requested": "1", "physical": False}
        carry_out(shop, rma(line, refunds=[refund("11.50")]), sources=ON_RECEIPT)
        assert [n.total for n in notes(shop)] == [D("11.50")]


def test_on_inspection_only_what_was_accepted_is_credited(shop: Shop) -> None:
    seen = [
        {"quantity": "1", "condition": "new_sealed"},
        {"quantity": "1", "condition": "missing"},
        {"quantity": "1", "condition": "damaged_customer", "disposition": "return_to_customer"},
    ]
    line = {"sku": "TENT", "requested": "3", "received": "3", "inspections": seen}
    carry_out(shop, rma(line), sources=ON_INSPECTION)
    assert [n.total for n in notes(shop)] == [D("115.00")]


class TestTheBooks:
    def test_a_locked_period_moves_the_note_to_the_first_open_day(self, shop: Shop) -> None:
        shop.erp = replace(shop.erp, company=replace(shop.erp.company, locked_until=date(2026, 11, 15)))
        paid = refund("115.00", at="2026-11-10T10:00:00Z")
        (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[paid]))
        assert drafts(plan)[0].day == date(2026, 11, 16)

    def test_a_note_is_never_dated_in_the_future(self, shop: Shop) -> None:
        paid = refund("115.00", at="2027-01-10T10:00:00Z")
        (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[paid]))
        assert drafts(plan)[0].day == date(2026, 11, 24)

    def test_nothing_is_booked_while_today_is_locked(self, shop: Shop) -> None:
        shop.erp = replace(shop.erp, company=replace(shop.erp.company, locked_until=date(2026, 11, 24)))
        assert codes(look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")]))[0]) == [
            "closed_period"
        ]

    def test_an_invoice_that_is_dated_ahead_is_waited_for(self, shop: Shop) -> None:
        shop.rules = replace(shop.rules, today=date(2026, 1, 2))
        (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")]))
        assert codes(plan) == ["dated_ahead"]
        assert "today is 2026-01-02" in plan.issues[0].message

    def test_drafts_only_when_the_company_wants_to_look_first(self, shop: Shop) -> None:
        shop.rules = CreditRules(today=shop.rules.today, post=False)
        carry_out(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")]))
        assert [n.state for n in notes(shop)] == ["draft"]

    def test_a_draft_left_by_a_crash_is_posted(self, shop: Shop) -> None:
        request = rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")])
        shop.rules = replace(shop.rules, post=False)
        carry_out(shop, request)
        shop.rules = replace(shop.rules, post=True)
        carry_out(shop, request)
        assert [n.state for n in notes(shop)] == ["posted"]

    def test_a_draft_left_by_a_crash_is_posted_on_receipt_as_well(self, shop: Shop) -> None:
        request = rma({"sku": "TENT", "requested": "1", "received": "1"})
        shop.rules = replace(shop.rules, post=False)
        carry_out(shop, request, sources=ON_RECEIPT)
        shop.rules = replace(shop.rules, post=True)
        carry_out(shop, request, sources=ON_RECEIPT)
        assert [n.state for n in notes(shop)] == ["posted"]

    def test_a_draft_that_a_person_changed_is_not_posted(self, shop: Shop) -> None:
        request = rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")])
        shop.rules = replace(shop.rules, post=False)
        carry_out(shop, request)
        (note,) = notes(shop)
        shop.erp.invoices[note.id] = replace(note, total=D("90.00"))
        shop.rules = replace(shop.rules, post=True)
        assert codes(look(shop, request)[0]) == ["total_differs"]

    def test_a_note_canceled_by_a_person_is_not_made_again(self, shop: Shop) -> None:
        request = rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")])
        carry_out(shop, request)
        (note,) = notes(shop)
        shop.erp.invoices[note.id] = replace(note, state="cancel")
        (plan,) = look(shop, request)
        assert (codes(plan), drafts(plan)) == (["canceled_by_hand"], [])

    def test_where_odoo_does_not_reconcile_by_itself_it_is_asked_to(self, shop: Shop) -> None:
        shop.rules = replace(shop.rules, reconciles_itself=False)
        (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, refunds=[refund("115.00")]))
        assert isinstance(plan.steps[-1], Reconcile)


FEE = {"id": "c", "kind": "restocking_fee", "amount": "5.00"}


class TestNothingSlipsThrough:
    def cancel(self, shop: Shop) -> None:
        note = notes(shop)[-1]
        shop.erp.invoices[note.id] = replace(note, state="cancel")

    def test_a_note_on_receipt_canceled_by_a_person_is_not_made_again(self, shop: Shop) -> None:
        request = rma({"sku": "TENT", "requested": "2", "received": "1"})
        carry_out(shop, request, sources=ON_RECEIPT)
        self.cancel(shop)
        (plan,) = look(shop, request, sources=ON_RECEIPT)
        assert (codes(plan), drafts(plan)) == (["canceled_by_hand"], [])

    def test_a_draft_that_does_not_make_up_the_promise_stays_a_draft(self, shop: Shop) -> None:
        request = rma({"sku": "TENT", "requested": "1", "received": "1"}, promised="115.00")
        shop.rules = replace(shop.rules, post=False)
        carry_out(shop, request, sources=ON_RECEIPT)
        (note,) = notes(shop)
        shop.erp.invoices[note.id] = replace(note, total=D("114.99"))
        shop.rules = replace(shop.rules, post=True)
        (plan,) = look(shop, request, sources=ON_RECEIPT)
        assert (codes(plan), plan.steps) == (["total_differs"], [])

    def test_a_promise_that_rises_after_all_is_credited(self, shop: Shop) -> None:
        request = rma({"sku": "TENT", "requested": "1", "received": "1"}, promised="115.00")
        carry_out(shop, request, sources=ON_RECEIPT)
        more = request.model_copy(update={"promised": D("120.00"), "revision": 2})
        assert codes(look(shop, more, sources=ON_RECEIPT)[0]) == ["total_differs"]

    @pytest.mark.parametrize("posted", [True, False])
    def test_a_refund_that_failed_after_its_note_was_made(self, shop: Shop, posted: bool) -> None:
        shop.rules = replace(shop.rules, post=posted)
        line = {"sku": "TENT", "requested": "1"}
        carry_out(shop, rma(line, refunds=[refund("115.00")]))
        shop.rules = replace(shop.rules, post=True)
        failed = rma(line, refunds=[refund("115.00", state="failed")], revision=2)
        (plan,) = look(shop, failed)
        assert (codes(plan), plan.steps) == (["refund_withdrawn"], [])
        self.cancel(shop)
        assert codes(look(shop, failed)[0]) == []

    def test_one_refund_that_cannot_be_credited_does_not_hold_up_the_other(self, shop: Shop) -> None:
        wrong = refund("1.00", "r1", lines=[{"line": "1", "quantity": "1"}])
        right = refund("11.50", "r2", lines=[{"line": "2", "quantity": "1"}])
        request = rma(
            {"sku": "TENT", "requested": "1"}, {"sku": "MUG", "requested": "1"}, refunds=[wrong, right]
        )
        carry_out(shop, request)
        assert [n.total for n in notes(shop)] == [D("11.50")]
        assert codes(look(shop, request)[0]) == ["total_differs"]

    def test_a_charge_goes_with_the_first_refund_only_once(self, shop: Shop) -> None:
        two = refund("110.00", "r2", lines=[{"line": "1", "quantity": "1"}])
        line = {"sku": "TENT", "requested": "2"}
        carry_out(shop, rma(line, charges=[FEE], refunds=[refund("1", "r1", state="pending"), two]))
        one = refund("115.00", "r1", lines=[{"line": "1", "quantity": "1"}])
        carry_out(shop, rma(line, charges=[FEE], refunds=[one, two], revision=2))
        assert [n.total for n in notes(shop)] == [D("110.00"), D("115.00")]

    def test_a_charge_that_came_after_the_refund_was_credited(self, shop: Shop) -> None:
        line = {"sku": "TENT", "requested": "1"}
        carry_out(shop, rma(line, refunds=[refund("115.00")]))
        late = rma(line, charges=[FEE], refunds=[refund("115.00")], revision=2)
        assert codes(look(shop, late)[0]) == ["charge_unplaced"]

    def test_a_credit_that_came_after_the_goods_were_credited(self, shop: Shop) -> None:
        line = {"sku": "TENT", "requested": "1", "received": "1"}
        carry_out(shop, rma(line), sources=ON_RECEIPT)
        more = [{"id": "g", "kind": "goodwill", "amount": "5.00"}]
        carry_out(shop, rma(line, charges=more, revision=2), sources=ON_RECEIPT)
        assert [n.total for n in notes(shop)] == [D("115.00"), D("5.00")]
        fee = rma(line, charges=[*more, FEE], revision=3)
        assert codes(look(shop, fee, sources=ON_RECEIPT)[0]) == ["charge_unplaced"]

    def test_a_charge_is_kept_once_where_a_part_stays_with_the_customer(self, shop: Shop) -> None:
        lines = (
            {"sku": "TENT", "requested": "1", "received": "1"},
            {"sku": "MUG", "requested": "1", "physical": False},
        )
        request = rma(*lines, charges=[FEE], refunds=[refund("121.50")])
        carry_out(shop, request, sources=ON_RECEIPT)
        assert [n.total for n in notes(shop)] == [D("110.00"), D("11.50")]

    def test_the_number_of_a_deleted_note_is_not_taken_for_another(self, shop: Shop) -> None:
        for received in ("1", "2"):
            request = rma({"sku": "TENT", "requested": "3", "received": received})
            carry_out(shop, request, sources=ON_RECEIPT)
        first = notes(shop)[0]
        del shop.erp.invoices[first.id]
        for line in [x for x in shop.erp.invoice_lines.values() if x.invoice_id == first.id]:
            del shop.erp.invoice_lines[line.id]
        carry_out(shop, request, sources=ON_RECEIPT)
        assert [n.total for n in notes(shop)] == [D("115.00"), D("115.00")]


def test_goods_back_before_the_invoice_are_not_credited_when_the_rest_is_invoiced() -> None:
    shop = Shop()
    order = shop.order(("TENT", "3", "100"))
    shop.deliver(order)
    request = rma({"sku": "TENT", "requested": "2", "received": "1"})
    carry_out(shop, request, sources=ON_RECEIPT)
    shop.invoice(order, ("TENT", "2"))  # what the customer still has
    assert look(shop, request, sources=ON_RECEIPT)[0].steps == []
    more = rma({"sku": "TENT", "requested": "2", "received": "2"}, revision=2)
    carry_out(shop, more, sources=ON_RECEIPT)
    assert [n.total for n in notes(shop)] == [D("115.00")]

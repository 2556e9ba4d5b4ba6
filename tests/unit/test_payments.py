"""Money that went out: a payment in the gateway's journal, which settles the credit note; and refunds that fail."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from shop import D, Shop, carry_out, codes, look, rma

from odoo_rma.mappings.foresee import foresee
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.payment_rules import PaymentRules
from odoo_rma.mappings.plan import in_words
from odoo_rma.mappings.seen.payment import Payment

STRIPE = 7
FULL = {"id": "R1", "amount": "115.00", "gateway": "Stripe"}


def paid_shop() -> Shop:
    """One tent, delivered, invoiced and paid."""
    shop = Shop()
    shop.payments = PaymentRules({"stripe": STRIPE, "bank_transfer": 8})
    order = shop.order(("TENT", "2", "100"))
    shop.deliver(order)
    shop.invoice(order, paid=True)
    return shop


def one(*refunds: dict[str, Any], **more: Any) -> Rma:
    return rma({"sku": "TENT", "requested": "1", "received": "1"}, refunds=list(refunds), **more)


def payments(shop: Shop) -> list[Payment]:
    return list(shop.erp.payments.payments.values())


def owed(shop: Shop) -> list[Any]:
    return [i.residual for i in shop.erp.invoices.values() if i.is_credit]


def test_money_that_went_out_is_a_payment_that_settles_its_credit_note() -> None:
    shop = paid_shop()
    carry_out(shop, one(FULL))
    [payment] = payments(shop)
    assert (payment.amount, payment.currency, payment.state, payment.residual) == (D(115), "USD", "posted", 0)
    assert owed(shop) == [0]


def test_a_dry_run_shows_the_payment_although_its_credit_note_is_not_there_yet() -> None:
    shop, words = paid_shop(), []
    erp = shop.erp
    for _ in range(5):
        plans = look(shop, one(FULL))
        words += in_words(plans[0].steps)
        shop.erp = foresee(shop.erp, plans)
    assert "payment of 115.00 USD to the customer" in words
    assert words[-1] == "payment reconciled with the credit note"
    assert not [i for i in erp.invoices.values() if i.is_credit], "looking ahead changes nothing"


def test_the_gateway_counts_before_the_method() -> None:
    shop = paid_shop()
    refund = {"id": "R1", "amount": "115.00", "gateway": "stripe", "method": "bank_transfer"}
    assert shop.payments.journal_of(one(refund).refunds[0]) == STRIPE


def test_without_a_journal_the_credit_note_stays_open_on_the_customer() -> None:
    shop = paid_shop()
    carry_out(shop, one({"id": "R1", "amount": "115.00", "method": "store_credit"}))
    assert (payments(shop), owed(shop)) == ([], [D(115)])


def test_money_back_for_an_invoice_that_nobody_paid_stays_open_on_the_customer() -> None:
    shop = Shop()
    shop.payments = PaymentRules({"stripe": STRIPE})
    order = shop.order(("TENT", "1", "100"))
    shop.deliver(order)
    shop.invoice(order)
    carry_out(shop, one(FULL))
    [payment] = payments(shop)
    assert (payment.residual, owed(shop)) == (D(115), [0]), "the note was taken off the invoice"


@pytest.mark.parametrize("state", ["pending", "failed", "canceled"])
def test_only_money_that_went_out_is_paid(state: str) -> None:
    shop = paid_shop()
    carry_out(shop, one({**FULL, "state": state}))
    assert (payments(shop), owed(shop)) == ([], [])


def test_a_note_that_stays_a_draft_is_not_paid() -> None:
    shop = paid_shop()
    shop.rules = replace(shop.rules, post=False)
    carry_out(shop, one(FULL))
    assert payments(shop) == []


def test_a_refund_that_fails_afterwards_is_owed_again_and_asks_for_a_person() -> None:
    shop = paid_shop()
    carry_out(shop, one(FULL))
    plan = carry_out(shop, one({**FULL, "state": "failed"}, revision=2))[0]
    assert ([p.state for p in payments(shop)], owed(shop)) == (["cancel"], [D(115)])
    assert codes(plan) == ["refund_withdrawn"]


def test_the_repetition_of_a_failed_refund_pays_the_same_credit_note() -> None:
    shop = paid_shop()
    carry_out(shop, one(FULL))
    failed = {**FULL, "state": "failed"}
    again = {**FULL, "id": "R2", "retry_of": "R1"}
    waiting = carry_out(shop, one(failed, {**again, "state": "pending"}, revision=2))[0]
    assert codes(waiting) == [], "a repetition is under way: nobody has to do anything"
    plan = carry_out(shop, one(failed, again, revision=3))[0]
    assert codes(plan) == []
    assert [p.state for p in payments(shop)] == ["cancel", "posted"]
    assert owed(shop) == [0], "one credit note, and it is paid"


def test_a_refund_that_failed_before_it_was_booked_is_credited_once_when_it_is_repeated() -> None:
    shop = paid_shop()
    carry_out(shop, one({**FULL, "state": "failed"}))
    second = {**FULL, "id": "R2", "retry_of": "R1", "state": "failed"}
    third = {**FULL, "id": "R3", "retry_of": "R2"}
    carry_out(shop, one({**FULL, "state": "failed"}, second, third, revision=2))
    assert (len(payments(shop)), owed(shop)) == (1, [0])


def test_a_repetition_over_another_amount_is_refused_with_both() -> None:
    shop = paid_shop()
    carry_out(shop, one(FULL))
    again = {"id": "R2", "amount": "100.00", "retry_of": "R1", "gateway": "stripe"}
    plan = carry_out(shop, one({**FULL, "state": "failed"}, again, revision=2))[0]
    assert codes(plan) == ["total_differs"]


def test_a_refund_and_its_repetition_both_paid_is_a_question_for_a_person() -> None:
    plan = look(paid_shop(), one(FULL, {**FULL, "id": "R2", "retry_of": "R1"}))[0]
    assert codes(plan) == ["refund_twice"]


def test_refunds_do_not_repeat_each_other_in_a_circle() -> None:
    with pytest.raises(ValidationError, match="repeats itself"):
        one({**FULL, "retry_of": "R2"}, {**FULL, "id": "R2", "retry_of": "R1"})
    with pytest.raises(ValidationError, match="R1 repeats refund R9"):
        one({**FULL, "retry_of": "R9"})


def test_a_payment_that_a_person_canceled_is_not_made_again() -> None:
    shop = paid_shop()
    carry_out(shop, one(FULL))
    [payment] = payments(shop)
    shop.erp.payments.payments[payment.id] = replace(payment, state="cancel")  # type: ignore[index]
    plan = look(shop, one(FULL))[0]
    assert (codes(plan), plan.steps) == (["canceled_by_hand"], [])


def test_what_the_bank_statement_shows_is_not_canceled() -> None:
    shop = paid_shop()
    carry_out(shop, one(FULL))
    [payment] = payments(shop)
    shop.erp.payments.payments[payment.id] = replace(payment, matched=True)  # type: ignore[index]
    plan = look(shop, one({**FULL, "state": "failed"}, revision=2))[0]
    assert ("payment_matched" in codes(plan), plan.steps) == (True, [])


def test_a_journal_without_entries_is_named() -> None:
    shop = paid_shop()
    carry_out(shop, one(FULL))
    [payment] = payments(shop)
    shop.erp.payments.payments[payment.id] = replace(payment, has_entry=False)  # type: ignore[index]
    assert codes(look(shop, one(FULL))[0]) == ["payment_without_entry"]


def test_two_refunds_of_one_return_are_two_payments() -> None:
    shop = paid_shop()
    parts = [
        {"id": f"R{n}", "amount": "115.00", "gateway": "stripe", "lines": [{"line": "1", "quantity": "1"}]}
        for n in (1, 2)
    ]
    carry_out(shop, rma({"sku": "TENT", "requested": "2", "received": "2"}, refunds=parts))
    assert sorted(p.amount for p in payments(shop)) == [D(115), D(115)]
    assert owed(shop) == [0, 0]

"""Refunds that are gift cards, vouchers or store credit: what the customer can spend is what the books say he is owed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from shop import D, Shop, carry_out, codes, look, obey, rma

from odoo_rma.connector.settings_process import PaymentSettings
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.payment_rules import PaymentRules, Program
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.mappings.seen.gift_card import GiftCard
from odoo_rma.mappings.vocabulary import RefundMethod

CARDS, VOUCHERS = Program(1, "Gift cards", "USD"), Program(2, "Vouchers", "USD")
FULL = {"id": "F1", "amount": "115.00", "method": "gift_card"}
STRIPE, GIFT = 7, 9


def gift_shop(program: Program = CARDS, currency: str = "USD") -> Shop:
    """One tent, delivered, invoiced and paid, in a shop that issues gift cards."""
    shop = Shop()
    programs = {RefundMethod.GIFT_CARD: program, RefundMethod.VOUCHER: VOUCHERS}
    shop.payments = PaymentRules({"stripe": STRIPE, "gift_card": GIFT, "voucher": GIFT}, programs)
    order = shop.order(("TENT", "2", "100"), currency=currency)
    shop.deliver(order)
    shop.invoice(order, paid=True)
    return shop


def one(*refunds: dict[str, Any], **more: Any) -> Rma:
    return rma({"sku": "TENT", "requested": "1", "received": "1"}, refunds=list(refunds), **more)


def cards(shop: Shop) -> list[GiftCard]:
    return list(shop.erp.payments.cards.values())


def put(shop: Shop, card: GiftCard) -> None:
    shop.erp.payments.cards[card.id] = card  # type: ignore[index]


def owed(shop: Shop) -> list[Any]:
    return [i.residual for i in shop.erp.invoices.values() if i.is_credit]


def left_to_do(plan: Plan) -> list[str]:
    return in_words(plan.steps)


def test_a_gift_card_in_full() -> None:
    shop = gift_shop()
    carry_out(shop, one(FULL))
    [card] = cards(shop)
    assert (card.points, card.currency, card.partner_id, card.expires) == (D(115), "USD", shop.alice, None)
    [payment] = shop.erp.payments.payments.values()
    assert (payment.amount, payment.residual, owed(shop)) == (D(115), 0, [0])


def test_the_card_follows_the_books_and_a_dry_run_shows_both() -> None:
    shop, said = gift_shop(), []
    for _ in range(5):
        plan = look(shop, one(FULL))[0]
        said += left_to_do(plan)
        obey(shop, plan)
    assert said[-2:] == [
        "Gift cards: 115.00 USD on a card of the customer's",
        "payment reconciled with the credit note",
    ]


def test_the_code_that_the_source_has_issued_is_a_fact() -> None:
    shop = gift_shop()
    carry_out(shop, one({**FULL, "reference": "NW-2026-7Q4X", "expires": "2027-11-24"}))
    [card] = cards(shop)
    assert (card.code, card.expires) == ("NW-2026-7Q4X", date(2027, 11, 24))


def test_a_code_is_never_shown_whole() -> None:
    shop = gift_shop()
    carry_out(shop, one({**FULL, "reference": "NW-2026-7Q4X"}))
    plan = look(shop, one({**FULL, "reference": "NW-2026-7Q4X"}))[0]
    [shown] = [f for f in plan.found if f.model == "loyalty.card"]
    assert (shown.name, shown.state) == ("…7Q4X", "115.00 USD left")


def test_a_voucher_with_a_bonus_is_worth_both() -> None:
    shop = gift_shop()
    bonus = {"id": "C1", "kind": "bonus_credit", "amount": "11.50"}
    carry_out(shop, one({**FULL, "method": "voucher", "amount": "126.50"}, charges=[bonus]))
    assert ([c.points for c in cards(shop)], owed(shop)) == ([D("126.50")], [0])


def test_two_gift_cards_for_one_return() -> None:
    shop = gift_shop()
    parts = [{**FULL, "id": f"F{n}", "lines": [{"line": "1", "quantity": "1"}]} for n in (1, 2)]
    carry_out(shop, rma({"sku": "TENT", "requested": "2", "received": "2"}, refunds=parts))
    assert ([c.points for c in cards(shop)], owed(shop)) == ([D(115), D(115)], [0, 0])


def test_a_gift_goes_to_whom_the_gift_was_made() -> None:
    shop = gift_shop()
    eve = shop.partner("Eve", "eve@example.com")
    carry_out(shop, one(FULL, gift=True, customer={"name": "Eve", "email": "eve@example.com"}))
    assert [c.partner_id for c in cards(shop)] == [eve]


def test_the_method_counts_before_the_gateway_where_no_money_goes_out() -> None:
    shop = gift_shop()
    refund = one({**FULL, "gateway": "stripe"}).refunds[0]
    assert shop.payments.journal_of(refund) == GIFT


@pytest.mark.parametrize("state", ["pending", "failed", "canceled"])
def test_only_a_card_that_was_given_is_issued(state: str) -> None:
    shop = gift_shop()
    carry_out(shop, one({**FULL, "state": state}))
    assert (cards(shop), owed(shop)) == ([], [])


def test_no_card_while_the_credit_note_is_a_draft() -> None:
    shop = gift_shop()
    shop.rules = replace(shop.rules, post=False)
    carry_out(shop, one(FULL))
    assert cards(shop) == []


def test_no_card_for_a_payment_that_is_not_in_the_books() -> None:
    shop = gift_shop()
    carry_out(shop, one(FULL))
    shop.erp.payments.cards.clear()  # type: ignore[attr-defined]
    [payment] = shop.erp.payments.payments.values()
    shop.erp.payments.payments[payment.id] = replace(payment, has_entry=False)  # type: ignore[index]
    plan = look(shop, one(FULL))[0]
    assert (codes(plan), plan.steps) == (["payment_without_entry"], [])


def test_without_a_program_only_the_books_are_kept() -> None:
    shop = gift_shop()
    shop.payments = replace(shop.payments, programs={})
    carry_out(shop, one(FULL))
    assert (cards(shop), owed(shop)) == ([], [0])


def test_where_odoo_has_no_gift_cards_the_books_are_kept_and_a_person_is_asked() -> None:
    shop = gift_shop(Program(0, "Gift cards"))
    carry_out(shop, one(FULL))
    assert codes(look(shop, one(FULL))[0]) == ["gift_cards_missing"]
    assert (cards(shop), owed(shop)) == ([], [0])


def test_euros_are_worth_what_the_books_say() -> None:
    shop = gift_shop(currency="EUR")
    euros = one(FULL, currency="EUR")
    carry_out(shop, euros)
    note = "Gift cards: a card worth what Odoo books for 115.00 EUR"
    assert look(shop, euros)[0].notes == [note], "a dry run cannot know more"
    assert cards(shop) == [], "what they are worth is known once Odoo has booked them"
    [payment] = shop.erp.payments.payments.values()
    shop.erp.payments.payments[payment.id] = replace(payment, booked=D("125.00"))  # type: ignore[index]
    carry_out(shop, euros)
    assert [(c.points, c.currency) for c in cards(shop)] == [(D("125.00"), "USD")]


def test_a_program_in_the_refunds_own_currency_takes_its_amount() -> None:
    shop = gift_shop(Program(3, "Gutscheine", "EUR"), "EUR")
    carry_out(shop, one(FULL, currency="EUR"))
    assert [(c.points, c.currency) for c in cards(shop)] == [(D(115), "EUR")]


def test_nothing_is_converted_into_a_third_currency() -> None:
    shop = gift_shop(Program(3, "Kronor", "SEK"), "EUR")
    carry_out(shop, one(FULL, currency="EUR"))
    assert codes(look(shop, one(FULL, currency="EUR"))[0]) == ["gift_card_currency"]
    assert cards(shop) == []


def test_what_was_spent_from_a_card_or_put_on_it_is_not_corrected() -> None:
    shop = gift_shop()
    carry_out(shop, one(FULL))
    [card] = cards(shop)
    for points in ("15.00", "0.00", "200.00"):
        put(shop, replace(card, points=D(points), used=True))
        plan = look(shop, one(FULL))[0]
        assert (plan.steps, plan.issues) == ([], [])


def test_a_card_that_a_person_archived_is_not_issued_again() -> None:
    shop = gift_shop()
    carry_out(shop, one(FULL))
    put(shop, replace(cards(shop)[0], active=False))
    plan = look(shop, one(FULL))[0]
    assert (plan.steps, plan.issues) == ([], [])


def test_a_code_that_somebody_elses_card_has_is_a_question() -> None:
    shop = gift_shop()
    put(shop, GiftCard(5, "NW-2026-7Q4X", 0, D(5), "USD", None, True, False, None))
    plan = carry_out(shop, one({**FULL, "reference": "NW-2026-7Q4X"}))[0]
    assert codes(plan) == ["gift_card_taken"]
    assert [c.id for c in cards(shop)] == [5]


def test_a_code_that_comes_after_the_card_is_a_question() -> None:
    shop = gift_shop()
    carry_out(shop, one(FULL))
    plan = look(shop, one({**FULL, "reference": "NW-2026-7Q4X"}, revision=2))[0]
    assert (codes(plan), plan.steps) == (["gift_card_differs"], [])


FAILED = {**FULL, "state": "failed"}


class TestARefundThatFailsAfterItsCardWasIssued:
    def shop(self, **changes: Any) -> Shop:
        shop = gift_shop()
        carry_out(shop, one(FULL))
        put(shop, replace(cards(shop)[0], **changes))
        return shop

    def test_is_left_to_a_person_and_the_books_stay(self) -> None:
        shop = self.shop()
        plan = carry_out(shop, one(FAILED, revision=2))[0]
        assert codes(plan) == ["refund_withdrawn", "gift_card_withdrawn"]
        assert (plan.steps, owed(shop)) == ([], [0]), "else there would be a card and a credit to spend"

    @pytest.mark.parametrize("how", [{"active": False}, {"points": D(0)}])
    def test_is_owed_again_once_the_card_is_withdrawn(self, how: dict[str, Any]) -> None:
        shop = self.shop(**how)
        plan = carry_out(shop, one(FAILED, revision=2))[0]
        assert (codes(plan), owed(shop)) == (["refund_withdrawn"], [D(115)])

    def test_is_not_owed_again_when_the_card_was_spent(self) -> None:
        shop = self.shop(points=D(0), used=True)
        plan = carry_out(shop, one(FAILED, revision=2))[0]
        assert codes(plan) == ["refund_withdrawn", "gift_card_withdrawn"]
        assert "was spent from" in str(plan.issues[1])
        assert owed(shop) == [0]

    def test_may_be_repeated_as_money(self) -> None:
        shop = self.shop(active=False)
        again = {"id": "F2", "amount": "115.00", "gateway": "stripe", "retry_of": "F1"}
        plan = carry_out(shop, one(FAILED, again, revision=2))[0]
        assert (codes(plan), owed(shop)) == ([], [0])
        assert len(cards(shop)) == 1


class TestStoreCredit:
    credit = one({**FULL, "method": "store_credit", "gateway": "stripe"})

    def test_stays_open_on_the_customer(self) -> None:
        shop = gift_shop()
        plan = carry_out(shop, self.credit)[0]
        assert plan.notes == [
            "115.00 USD of store credit: the credit note stays open on the customer's account"
        ]
        assert (owed(shop), cards(shop), dict(shop.erp.payments.payments)) == ([D(115)], [], {})

    def test_with_a_bonus_is_more_than_the_goods(self) -> None:
        shop = gift_shop()
        bonus = {"id": "C1", "kind": "bonus_credit", "amount": "10.00"}
        carry_out(shop, one({**FULL, "method": "store_credit", "amount": "125.00"}, charges=[bonus]))
        assert owed(shop) == [D(125)]

    def test_tells_what_is_left_of_it(self) -> None:
        shop = gift_shop()
        carry_out(shop, self.credit)
        [note] = [i for i in shop.erp.invoices.values() if i.is_credit]
        shop.erp.invoices[note.id] = replace(note, residual=D("40.00"))  # type: ignore[index]
        assert look(shop, self.credit)[0].notes == [
            "115.00 USD of store credit, of which 40.00 are left on the customer's account"
        ]


def test_a_program_without_a_journal_is_refused_in_the_settings() -> None:
    with pytest.raises(ValidationError, match="names voucher, but journals does not"):
        PaymentSettings(journals={"gift_card": "GIFT"}, programs={"voucher": "Vouchers"})

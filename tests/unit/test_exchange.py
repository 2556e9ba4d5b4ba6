"""New goods for old ones: an order on the old one's terms, sent when the old goods are here, offset against the credit."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from shop import BY_SOURCE, D, Shop, carry_out, codes, look, rma

from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.exchange_rules import ExchangeRules
from odoo_rma.mappings.foresee.world import table
from odoo_rma.mappings.message_rules import MessageRules
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.payment_rules import PaymentRules
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.exchange import Bill, NewOrder, NewOrderLine, Terms
from odoo_rma.mappings.vocabulary import MessageStep

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
ON_INSPECTION = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.INSPECTION)}
SHIRT = {"sku": "SHIRT-M", "requested": "1", "resolution": "exchange"}
HERE = {**SHIRT, "received": "1"}
FAULTY = {**HERE, "resolution": "replacement", "reason": {"code": "defective"}}
DEARER = {"id": "X1", "sku": "SHIRT-XL", "quantity": "1", "unit_price": "34.90", "replaces": ["1"]}
EVEN = {"id": "X1", "sku": "SHIRT-XL", "quantity": "1", "replaces": ["1"]}
SAME = {"id": "X1", "sku": "SHIRT-M", "quantity": "1", "replaces": ["1"]}
LATER = {**EVEN, "advance": True}


def shirts(quantity: str = "1", **more: Any) -> Shop:
    """Shirts, delivered, invoiced and paid; larger and smaller ones on sale."""
    shop = Shop(**more)
    for sku, price in (("SHIRT-M", "29.90"), ("SHIRT-XL", "34.90"), ("SOCKS", "9.90")):
        shop.on_sale(sku, price)
    order = shop.order(("SHIRT-M", quantity, "29.90"))
    shop.deliver(order)
    shop.invoice(order, paid=True)
    return shop


def one(line: dict[str, Any], *new: dict[str, Any], **more: Any) -> Rma:
    return rma(line, exchange_lines=list(new), **more)


def swap(shop: Shop, exchange: Rma, sources: dict[str, SourceRules] = BY_SOURCE) -> Plan:
    """Carry out, let the warehouse send what is ordered, carry out again; give how it stands then."""
    carry_out(shop, exchange, sources=sources)
    for order in shop.erp.exchanges.orders.values():
        shop.send(order)
    carry_out(shop, exchange, sources=sources)
    return look(shop, exchange, sources=sources)[0]


def goods(shop: Shop) -> list[NewOrderLine]:
    return list(shop.erp.exchanges.lines.values())


def bill(shop: Shop) -> Bill:
    [only] = shop.erp.exchanges.bills.values()
    return only


def credit(shop: Shop) -> list[tuple[Any, Any]]:
    return [(i.total, i.residual) for i in shop.erp.invoices.values() if i.is_credit]


def test_a_dearer_article_leaves_the_difference_open_on_its_invoice() -> None:
    shop = shirts()
    plan = swap(shop, one(HERE, DEARER))
    assert (bill(shop).total, bill(shop).residual) == (D("40.14"), D("5.75"))
    assert credit(shop) == [(D("34.39"), 0)]
    assert plan.notes == [f"5.75 USD of exchange invoice {bill(shop).name} stay open: the customer owes them"]


def test_nothing_is_ordered_before_the_old_goods_are_here() -> None:
    shop = shirts()
    plan = carry_out(shop, one(SHIRT, DEARER))[0]
    assert not shop.erp.exchanges.orders
    assert plan.notes == ["SHIRT-XL goes out in exchange when the old goods are here"]


def test_the_order_is_confirmed_and_waits_for_the_warehouse_before_anything_is_invoiced() -> None:
    shop = shirts()
    first = carry_out(shop, one(HERE, DEARER, closed=True))[0]
    assert "exchange order over 1 × SHIRT-XL at 34.90" in in_words(first.steps)
    plan = look(shop, one(HERE, DEARER, closed=True))[0]
    order = shop.exchanged()
    assert (order.state, dict(shop.erp.exchanges.bills)) == ("sale", {})
    assert [f"of exchange order {order.name} is not sent yet" in x for x in plan.awaits] == [True]
    assert not plan.finished, "though the source has closed it"


def test_an_even_exchange_takes_price_discount_and_taxes_of_the_old_goods() -> None:
    shop = shirts(included=True)
    for line in list(shop.erp.invoice_lines.values()):
        table(shop.erp.invoice_lines)[line.id] = replace(line, discount=D(10))
    swap(shop, one(HERE, EVEN))
    [line] = goods(shop)
    assert (line.price_unit, line.discount, line.tax_ids) == (D("29.90"), D(10), (1,))
    assert (bill(shop).total, bill(shop).residual, credit(shop)) == (D("26.91"), 0, [(D("26.91"), 0)])


def test_the_price_list_counts_where_the_settings_say_so() -> None:
    shop = shirts()
    shop.exchange = ExchangeRules(by_price_list=True)
    swap(shop, one(HERE, EVEN))
    assert (goods(shop)[0].price_unit, bill(shop).residual) == (D("34.90"), D("5.75"))


def test_what_a_cheaper_article_leaves_is_paid_out_by_the_sources_refund() -> None:
    shop = shirts()
    shop.payments = PaymentRules({"stripe": 7})
    cheaper = {**DEARER, "sku": "SOCKS", "unit_price": "9.90"}
    rest = {"id": "F1", "amount": "23.00", "gateway": "stripe"}
    swap(shop, one(HERE, cheaper, refunds=[rest]))
    assert (bill(shop).total, bill(shop).residual) == (D("11.39"), 0)
    assert credit(shop) == [(D("34.39"), 0)]
    [payment] = shop.erp.payments.payments.values()
    assert (payment.amount, payment.residual) == (D(23), 0)


def test_without_a_refund_the_rest_stays_on_the_customer() -> None:
    shop = shirts()
    swap(shop, one(HERE, {**DEARER, "sku": "SOCKS", "unit_price": "9.90"}))
    assert (bill(shop).residual, credit(shop)) == (0, [(D("34.39"), D("23.00"))])


@pytest.mark.parametrize("sources", [BY_SOURCE, ON_RECEIPT])
def test_a_replacement_of_faulty_goods_is_free_and_the_sale_stands(sources: dict[str, SourceRules]) -> None:
    shop = shirts()
    plan = swap(shop, one(FAULTY, SAME), sources)
    assert (bill(shop).total, bill(shop).state, credit(shop), codes(plan)) == (0, "posted", [], [])


def test_a_replacement_that_the_source_charges_is_an_exchange() -> None:
    shop = shirts()
    swap(shop, one(FAULTY, {**SAME, "unit_price": "29.90"}))
    assert (bill(shop).total, bill(shop).residual, credit(shop)) == (D("34.39"), 0, [(D("34.39"), 0)])


def test_new_goods_that_the_source_gives_away_take_the_place_of_the_credit() -> None:
    shop = shirts()
    swap(shop, one(HERE, {**EVEN, "unit_price": "0"}), ON_RECEIPT)
    assert (bill(shop).total, credit(shop)) == (0, [])


def test_an_advance_exchange_goes_out_at_once_and_is_owed_until_the_old_goods_are_back() -> None:
    shop = shirts()
    plan = swap(shop, one(SHIRT, LATER))
    assert (bill(shop).residual, credit(shop)) == (D("34.39"), [])
    assert plan.notes == [
        f"34.39 USD of exchange invoice {bill(shop).name} stay open until the old goods are back"
    ]
    carry_out(shop, one(HERE, LATER, revision=2))
    assert (bill(shop).residual, credit(shop)) == (0, [(D("34.39"), 0)])


def test_an_advance_exchange_whose_old_goods_never_come_back_is_owed() -> None:
    shop = shirts()
    swap(shop, one(SHIRT, LATER))
    plan = carry_out(shop, one(SHIRT, LATER, closed=True, revision=2))[0]
    assert (bill(shop).residual, credit(shop)) == (D("34.39"), [])
    assert plan.notes[-1].endswith("the customer owes them, the old goods never came back")
    assert look(shop, one(SHIRT, LATER, closed=True, revision=2))[0].finished


def test_a_replacement_in_advance_is_charged_until_the_faulty_goods_are_back() -> None:
    shop = shirts()
    shop.exchange = ExchangeRules(before_receipt=True)
    waiting = {k: v for k, v in FAULTY.items() if k != "received"}
    swap(shop, one(waiting, SAME), ON_RECEIPT)
    assert (bill(shop).residual, credit(shop)) == (D("34.39"), [])
    shop.exchange = ExchangeRules()
    carry_out(shop, one(FAULTY, SAME, revision=2), sources=ON_RECEIPT)
    assert (bill(shop).residual, credit(shop)) == (0, [(D("34.39"), 0)]), (
        "what was charged counts, not the rule"
    )


def test_a_return_that_is_canceled_takes_back_what_was_not_sent() -> None:
    shop = shirts()
    carry_out(shop, one(SHIRT, LATER))
    plan = carry_out(shop, one(SHIRT, LATER, authorization="canceled", revision=2))[0]
    assert f"exchange order {shop.exchanged().name} canceled" in in_words(plan.steps)
    assert (shop.exchanged().state, dict(shop.erp.exchanges.bills)) == ("cancel", {})
    assert look(shop, one(SHIRT, LATER, authorization="canceled", revision=2))[0].finished


def test_what_was_sent_before_the_return_was_canceled_is_reported_and_owed() -> None:
    shop = shirts()
    swap(shop, one(SHIRT, LATER))
    plan = carry_out(shop, one(SHIRT, LATER, authorization="canceled", revision=2))[0]
    assert (
        plan.notes[0]
        == f"exchange order {shop.exchanged().name} was sent before it was called off: it stands"
    )
    assert (shop.exchanged().state, bill(shop).residual) == ("sale", D("34.39"))


def test_new_goods_that_the_source_drops_are_taken_back() -> None:
    shop = shirts()
    carry_out(shop, one(SHIRT, LATER))
    carry_out(shop, one(SHIRT, revision=2))
    assert shop.exchanged().state == "cancel"


def named(shop: Shop) -> dict[str, Any]:
    """Let the source make the exchange order itself, in Odoo, sent and invoiced."""
    record, line, article = shop.new(), shop.new(), shop.on_sale("SHIRT-XL", "34.90")
    who = (shop.alice,) * 3
    seen = shop.erp.exchanges
    table(seen.orders)[record] = NewOrder(
        record, "S00777", ("S00777", "W-9"), "sale", "USD", *who, Terms(), None
    )
    price, tax = (D("34.90"), D(0)), (1,)
    table(seen.lines)[line] = NewOrderLine(line, record, article, 1, "XL", D(1), D(1), *price, tax, None)
    table(seen.bills)[record] = Bill(
        record, record, "INV9", "posted", "not_paid", "USD", D("40.14"), D("40.14"), None
    )
    return {**DEARER, "order": "W-9"}


def test_an_order_that_the_source_made_itself_is_found_and_only_offset() -> None:
    shop = shirts()
    exchange = one(HERE, named(shop))
    carry_out(shop, exchange)
    assert (len(shop.erp.exchanges.orders), bill(shop).residual, credit(shop)) == (
        1,
        D("5.75"),
        [(D("34.39"), 0)],
    )


def test_an_order_that_the_source_names_but_odoo_does_not_have_is_a_question() -> None:
    shop = shirts()
    plan = carry_out(shop, one(HERE, {**DEARER, "order": "W-404"}))[0]
    assert codes(plan) == ["exchange_order"]
    assert credit(shop) == [(D("34.39"), D("34.39"))], "the rest goes on"


def test_an_order_of_the_source_that_nobody_invoiced_is_waited_for() -> None:
    shop = shirts()
    exchange = one(HERE, named(shop), closed=True)
    table(shop.erp.exchanges.bills).clear()
    plan = carry_out(shop, exchange)[0]
    assert ("exchange order S00777 is not invoiced yet" in plan.awaits, plan.finished) == (True, False)


def test_an_unknown_article_does_not_hold_up_the_rest() -> None:
    shop = shirts()
    unknown = {"id": "X2", "sku": "SHIRT-??", "quantity": "1", "replaces": ["1"]}
    plan = carry_out(shop, one(HERE, unknown, DEARER))[0]
    assert codes(plan) == ["unknown_sku"]
    assert [x.name for x in goods(shop)] == ["SHIRT-XL"]
    shop.on_sale("SHIRT-??", "5")
    carry_out(shop, one(HERE, unknown, DEARER))
    assert sorted(x.name for x in goods(shop)) == ["SHIRT-??", "SHIRT-XL"], "it follows once it is known"


def test_two_products_with_one_number_are_a_question() -> None:
    shop = shirts()
    first = shop.on_sale("SHIRT-XL", "34.90")
    twin = replace(shop.erp.exchanges.articles[first], id=shop.new())
    table(shop.erp.exchanges.articles)[twin.id] = twin
    assert codes(carry_out(shop, one(HERE, DEARER))[0]) == ["ambiguous_sku"]


@pytest.mark.parametrize("why", ["several prices", "other tax"])
def test_a_price_that_is_not_clear_is_not_guessed(why: str) -> None:
    shop = shirts("2")
    if why == "other tax":
        shop.on_sale("SHIRT-XL", "34.90", taxes=(2,))
    else:
        [invoice] = shop.erp.invoices
        order_line = next(iter(shop.erp.order_lines))
        shop.invoice_line(invoice, shop.product("SHIRT-M"), (order_line,), D(1), D("19.90"))
    plan = carry_out(shop, one(HERE, EVEN))[0]
    assert (codes(plan), dict(shop.erp.exchanges.orders)) == (["exchange_price"], {})


def test_goods_that_were_not_accepted_bring_nothing_new() -> None:
    shop = shirts()
    refused = {"quantity": "1", "condition": "damaged_customer", "disposition": "return_to_customer"}
    carry_out(shop, one({**HERE, "inspections": [refused]}, DEARER), sources=ON_INSPECTION)
    assert (dict(shop.erp.exchanges.orders), credit(shop)) == ({}, [])


def test_closed_short_no_more_goes_out_than_came_back() -> None:
    shop = shirts("3")
    half = {**SHIRT, "requested": "3", "received": "2"}
    three = {**DEARER, "quantity": "3"}
    carry_out(shop, one(half, three))
    assert not shop.erp.exchanges.orders
    carry_out(shop, one(half, three, closed=True, revision=2))
    assert goods(shop)[0].ordered == 2


def test_what_was_not_sent_is_not_invoiced() -> None:
    shop = shirts("2")
    two = one({**SHIRT, "requested": "2", "received": "2"}, {**DEARER, "quantity": "2"})
    carry_out(shop, two)
    shop.send(shop.exchanged(), "1")
    carry_out(shop, two)
    assert bill(shop).total == D("40.14")


def test_a_fee_is_kept_from_the_credit_of_an_exchange() -> None:
    shop = shirts()
    fee = {"id": "C1", "kind": "restocking_fee", "amount": "5.00"}
    swap(shop, one(HERE, EVEN, charges=[fee]))
    assert (credit(shop), bill(shop).residual) == ([(D("29.39"), 0)], D("5.00"))


def test_one_part_refunded_and_one_exchanged_do_not_touch_each_other() -> None:
    shop = Shop()
    shop.on_sale("SHIRT-M", "29.90")
    shop.on_sale("SHIRT-XL", "34.90")
    order = shop.order(("SHIRT-M", "1", "29.90"), ("TENT", "1", "100"))
    shop.deliver(order)
    shop.invoice(order, paid=True)
    refund = {"id": "F1", "amount": "115.00", "lines": [{"line": "2", "quantity": "1"}]}
    tent = {"sku": "TENT", "requested": "1", "received": "1"}
    both = rma(HERE, tent, exchange_lines=[DEARER], refunds=[refund])
    carry_out(shop, both)
    shop.send(shop.exchanged())
    carry_out(shop, both)
    assert sorted(credit(shop)) == [(D("34.39"), 0), (D(115), D(115))]
    assert bill(shop).residual == D("5.75")


def test_an_order_that_a_person_canceled_is_not_made_again_and_one_set_back_goes_on() -> None:
    shop = shirts()
    carry_out(shop, one(HERE, DEARER))
    order = shop.exchanged()
    table(shop.erp.exchanges.orders)[order.id] = replace(order, state="cancel")
    plan = look(shop, one(HERE, DEARER))[0]
    assert (codes(plan), plan.steps) == (["canceled_by_hand"], [])
    table(shop.erp.exchanges.orders)[order.id] = replace(order, state="draft")
    carry_out(shop, one(HERE, DEARER))
    assert shop.exchanged().state == "sale"


@pytest.mark.parametrize(("state", "code"), [("cancel", "canceled_by_hand"), ("draft", "reset_by_hand")])
def test_an_invoice_that_a_person_undid_is_not_posted_again(state: str, code: str) -> None:
    shop = shirts()
    swap(shop, one(HERE, DEARER))
    table(shop.erp.exchanges.bills)[bill(shop).id] = replace(bill(shop), state=state)
    plan = look(shop, one(HERE, DEARER))[0]
    assert (codes(plan), plan.steps) == ([code], [])


def test_an_invoice_that_a_person_made_is_taken_and_no_second_one_made() -> None:
    shop = shirts()
    carry_out(shop, one(HERE, DEARER))
    order = shop.exchanged()
    own = Bill(shop.new(), order.id, "INV5", "posted", "not_paid", "USD", D("40.14"), D("40.14"), None)
    table(shop.erp.exchanges.bills)[own.id] = own
    shop.send(order)
    carry_out(shop, one(HERE, DEARER))
    assert bill(shop).residual == D("5.75")


def test_where_notes_stay_drafts_so_do_invoices() -> None:
    shop = shirts()
    shop.rules = replace(shop.rules, post=False)
    swap(shop, one(HERE, DEARER))
    assert (bill(shop).state, bill(shop).residual) == ("draft", D("40.14"))


def test_a_gift_is_exchanged_for_whoever_was_given_it() -> None:
    shop = shirts()
    bob = shop.partner("Bob", "bob@example.com")
    who = {"name": "Bob", "email": "bob@example.com"}
    carry_out(shop, one(HERE, DEARER, gift=True, customer=who))
    order = shop.exchanged()
    assert (order.partner_id, order.shipping_partner_id, order.invoice_partner_id) == (
        shop.alice,
        bob,
        shop.alice,
    )


def test_new_goods_stand_for_lines_of_the_return() -> None:
    with pytest.raises(ValidationError, match="exchange line names line 9"):
        one(HERE, {**EVEN, "replaces": ["9"]})
    with pytest.raises(ValidationError, match="exchange line id used twice: X1"):
        one(HERE, EVEN, SAME)


def test_the_customer_is_told_when_the_warehouse_has_sent_the_new_goods_and_of_no_refund() -> None:
    shop = shirts()
    shop.messages = MessageRules(since=date(2026, 11, 1))
    carry_out(shop, one(HERE, DEARER))
    assert MessageStep.EXCHANGE_SENT not in {m.step for m in shop.erp.messages.sent.values()}
    shop.send(shop.exchanged())
    [delivery] = shop.erp.exchanges.deliveries.values()
    table(shop.erp.exchanges.deliveries)[delivery.id] = replace(delivery, tracking="JD77")
    plan = carry_out(shop, one(HERE, DEARER))[0]
    assert [f.state for f in plan.found if f.what == "exchange delivery"] == ["done, JD77"]
    told = [m.step for m in shop.erp.messages.sent.values()]
    assert told.count(MessageStep.EXCHANGE_SENT) == 1
    assert MessageStep.REFUNDED not in told

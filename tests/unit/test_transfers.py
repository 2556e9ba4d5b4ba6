"""Goods on their way back: what a warehouse finds waiting, and what it must never find."""

import pytest
from shop import BY_ODOO, Shop, carry_out, codes, look, obey, rma

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan import CancelTransfer, MakeTransfer, Plan, Receive


def back(shop: Shop) -> Decimal:
    return sum((m.done for m in shop.erp.moves.values() if not m.outgoing), Decimal(0))


def waiting(shop: Shop) -> Decimal:
    moves = shop.erp.moves.values()
    return sum((m.demand for m in moves if not m.outgoing and m.state not in ("done", "cancel")), Decimal(0))


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.deliver(shop.order(("TENT", "3", "100"), ("MUG", "4", "10")))
    return shop


def test_an_authorized_return_waits_for_the_warehouse(shop: Shop) -> None:
    (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "2"}))
    assert [type(s).__name__ for s in plan.steps] == ["MakeTransfer", "Note", "ConfirmTransfer"]
    assert (waiting(shop), back(shop)) == (2, 0)


def test_goods_that_arrived_are_received_and_the_rest_stays_open(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "3", "received": "1"}))
    assert (waiting(shop), back(shop)) == (2, 1)
    carry_out(shop, rma({"sku": "TENT", "requested": "3", "received": "2"}, revision=2))
    assert (waiting(shop), back(shop)) == (1, 2)
    carry_out(shop, rma({"sku": "TENT", "requested": "3", "received": "3"}, revision=3))
    assert (waiting(shop), back(shop)) == (0, 3)


def test_an_rma_that_closes_short_leaves_nothing_waiting(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "3", "received": "1"}))
    (plan,) = carry_out(
        shop, rma({"sku": "TENT", "requested": "3", "received": "1"}, closed=True, revision=2)
    )
    assert [type(s) for s in plan.steps if not s.goes_without_saying] == [CancelTransfer]
    assert (waiting(shop), back(shop)) == (0, 1)


def test_the_last_parcel_and_the_closing_in_one_message(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "3"}))
    (plan,) = carry_out(
        shop, rma({"sku": "TENT", "requested": "3", "received": "2"}, closed=True, revision=2)
    )
    (receive,) = [s for s in plan.steps if isinstance(s, Receive)]
    assert not receive.backorder
    assert (waiting(shop), back(shop)) == (0, 2)


def test_two_deliveries_give_two_transfers() -> None:
    shop = Shop()
    order = shop.order(("TENT", "3", "100"))
    shop.deliver(order, ("TENT", "2"))
    shop.deliver(order, ("TENT", "1"))
    (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "3"}))
    transfers = [s for s in plan.steps if isinstance(s, MakeTransfer)]
    assert [[m.quantity for m in t.moves] for t in transfers] == [[2], [1]]


def test_more_is_authorized_later(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "1"}))
    carry_out(shop, rma({"sku": "TENT", "requested": "3"}, revision=2))
    assert waiting(shop) == 3


def test_less_is_authorized_later(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "3"}))
    carry_out(shop, rma({"sku": "TENT", "requested": "3", "authorized": "1"}, revision=2))
    assert waiting(shop) == 1


def test_a_canceled_rma_cancels_what_has_not_happened(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "2", "received": "1"}))
    carry_out(
        shop, rma({"sku": "TENT", "requested": "2", "received": "1"}, authorization="canceled", revision=2)
    )
    assert (waiting(shop), back(shop)) == (0, 1)


@pytest.mark.parametrize("state", ["draft", "requested", "declined", "canceled", "expired"])
def test_without_authorization_nothing_is_made(shop: Shop, state: str) -> None:
    (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "2"}, authorization=state))
    assert not plan.steps
    assert not plan.issues


def test_keep_the_item_makes_no_transfer(shop: Shop) -> None:
    (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "1", "physical": False}))
    assert not plan.steps


def test_two_rmas_cannot_return_the_same_unit(shop: Shop) -> None:
    first, second = (rma({"sku": "TENT", "requested": "2"}, id=i) for i in ("R-1", "R-2"))
    plans = look(shop, first, second)
    assert plans[0].steps
    assert codes(plans[1]) == ["over_return"]
    assert plans[1].issues[0].numbers == {"wanted": "2", "ordered": "3", "delivered": "3", "left": "1"}


def test_two_lines_of_one_rma_cannot_return_the_same_unit(shop: Shop) -> None:
    one, other = {"sku": "TENT", "requested": "2"}, {"sku": "TENT", "requested": "2"}
    assert codes(look(shop, rma(one, other))[0]) == ["over_return"]


def test_what_people_returned_by_hand_counts() -> None:
    shop = Shop()
    delivery = shop.deliver(shop.order(("TENT", "3", "100")))
    shop.return_by_hand(delivery, "TENT", "2")
    assert codes(look(shop, rma({"sku": "TENT", "requested": "2"}))[0]) == ["over_return"]
    carry_out(shop, rma({"sku": "TENT", "requested": "1"}))


def test_a_transfer_canceled_by_a_person_is_not_made_again(shop: Shop) -> None:
    request = rma({"sku": "TENT", "requested": "2"})
    carry_out(shop, request)
    (own,) = [p for p in shop.erp.pickings.values() if p.key]
    obey(shop, Plan(request, [CancelTransfer(own.id, own.name)]))
    (plan,) = look(shop, request)
    assert codes(plan) == ["canceled_by_hand"]
    assert not plan.steps


def test_undelivered_goods_cannot_come_back() -> None:
    shop = Shop()
    shop.order(("TENT", "3", "100"))
    assert codes(look(shop, rma({"sku": "TENT", "requested": "1"}))[0]) == ["undelivered"]


@pytest.mark.parametrize("sku", ["NOPE", "tent", "ТENT"])
def test_an_article_that_only_looks_alike_is_unknown(shop: Shop, sku: str) -> None:
    assert codes(look(shop, rma({"sku": sku, "requested": "1"}))[0]) == ["unknown_sku"]


def test_an_order_that_a_person_named_wrongly_is_named_as_they_wrote_it(shop: Shop) -> None:
    shop.decisions = {("shop", "R-1"): Decisions(order="S-NOPE")}
    (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}))
    assert [(i.code, i.message) for i in plan.issues] == [
        ("unknown_order", "No order with reference S-NOPE is in Odoo.")
    ]


def test_a_kit_comes_back_as_its_parts() -> None:
    shop = Shop()
    order = shop.order(("KIT", "2", "150"))
    line = next(iter(shop.erp.order_lines))
    picking = shop.deliver(order, ("KIT", "0"))
    shop.erp.moves.clear()
    shop.move(picking, shop.product("STOVE"), line, Decimal(2))
    shop.move(picking, shop.product("PEG"), line, Decimal(20))
    (plan,) = carry_out(shop, rma({"sku": "KIT", "requested": "1", "received": "1"}))
    (transfer,) = [s for s in plan.steps if isinstance(s, MakeTransfer)]
    assert sorted(m.quantity for m in transfer.moves) == [1, 10]
    assert back(shop) == 11


class TestLots:
    @pytest.fixture
    def shop(self) -> Shop:
        shop = Shop()
        shop.product("GPS", "serial")
        shop.deliver(shop.order(("GPS", "2", "300")), lots={"SN1": "1", "SN2": "1"})
        return shop

    def test_a_serial_number_comes_back_under_its_own_name(self, shop: Shop) -> None:
        (plan,) = carry_out(
            shop, rma({"sku": "GPS", "requested": "1", "received": "1", "lots": [{"name": "SN2"}]})
        )
        (receive,) = [s for s in plan.steps if isinstance(s, Receive)]
        assert [shop.erp.lots[lot] for a in receive.arrivals for lot, _ in a.lots] == ["SN2"]

    def test_all_of_them_need_no_names(self, shop: Shop) -> None:
        carry_out(shop, rma({"sku": "GPS", "requested": "2", "received": "2"}))

    def test_one_of_two_is_not_guessed(self, shop: Shop) -> None:
        assert codes(look(shop, rma({"sku": "GPS", "requested": "1", "received": "1"}))[0]) == ["lot_needed"]

    def test_without_names_the_transfer_still_waits_for_the_warehouse(self, shop: Shop) -> None:
        carry_out(shop, rma({"sku": "GPS", "requested": "1"}))
        assert waiting(shop) == 1

    def test_a_serial_number_that_was_never_delivered(self, shop: Shop) -> None:
        wrong = rma({"sku": "GPS", "requested": "1", "lots": [{"name": "SN9"}]})
        assert codes(look(shop, wrong)[0]) == ["unknown_lot"]

    def test_the_same_serial_number_twice(self, shop: Shop) -> None:
        first = rma({"sku": "GPS", "requested": "1", "received": "1", "lots": [{"name": "SN1"}]}, id="R-1")
        carry_out(shop, first)
        second = rma({"sku": "GPS", "requested": "1", "lots": [{"name": "SN1"}]}, id="R-2")
        assert codes(look(shop, first, second)[1]) == ["unknown_lot"]


def test_when_odoo_owns_the_receipt_the_transfer_waits_whatever_the_source_says(shop: Shop) -> None:
    carry_out(shop, rma({"sku": "TENT", "requested": "2", "received": "2"}), sources=BY_ODOO)
    assert (waiting(shop), back(shop)) == (2, 0)

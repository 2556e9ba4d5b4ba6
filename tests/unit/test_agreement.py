"""Who is believed about what came back, and when both sides have moved since they last agreed."""

import pytest
from shop import BY_ODOO, Shop, carry_out, codes, look, rma
from shop.look import BY_SOURCE

from odoo_rma.mappings.agreement import agreed_now
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.model import Rma


def told(received: str, revision: int = 2) -> Rma:
    """What the source says came back of three tents."""
    return rma({"sku": "TENT", "requested": "3", "received": received}, revision=revision)


def agreed(shop: Shop, units: str) -> None:
    shop.decisions["shop", "R-1"] = Decisions(agreed={"receipt 1": units})


@pytest.fixture
def shop() -> Shop:
    """Two of three tents are back in Odoo, whoever validated them."""
    shop = Shop()
    shop.deliver(shop.order(("TENT", "3", "100")))
    carry_out(shop, told("2", revision=1))
    return shop


class TestOdooOwnsTheReceipt:
    def test_a_source_that_is_behind_is_told_not_argued_with(self, shop: Shop) -> None:
        agreed(shop, "0")
        (plan,) = look(shop, told("1"), sources=BY_ODOO)
        assert codes(plan) == []
        assert plan.in_erp.received("1") == 2

    def test_a_source_that_ran_ahead_alone_waits_for_the_warehouse(self, shop: Shop) -> None:
        agreed(shop, "2")
        assert codes(look(shop, told("3"), sources=BY_ODOO)[0]) == []

    def test_both_have_moved_and_the_source_says_more(self, shop: Shop) -> None:
        agreed(shop, "1")
        (plan,) = look(shop, told("3"), sources=BY_ODOO)
        assert codes(plan) == ["conflict_receipt"]
        assert plan.issues[0].numbers == {"source": "3", "odoo": "2"}
        assert not plan.steps

    def test_where_nothing_was_ever_agreed_what_is_there_counts_as_moved(self, shop: Shop) -> None:
        assert codes(look(shop, told("3"), sources=BY_ODOO)[0]) == ["conflict_receipt"]

    def test_it_is_over_once_the_warehouse_has_as_much(self, shop: Shop) -> None:
        agreed(shop, "1")
        carry_out(shop, told("3"), sources=BY_SOURCE)
        (plan,) = look(shop, told("3"), sources=BY_ODOO)
        assert codes(plan) == []
        assert agreed_now(plan.rma, plan.in_erp) == {"receipt 1": "3"}


class TestTheSourceOwnsTheReceipt:
    def test_what_it_says_more_is_received(self, shop: Shop) -> None:
        agreed(shop, "2")
        (plan,) = look(shop, told("3"))
        assert codes(plan) == []
        assert plan.steps

    def test_a_unit_that_a_person_validated_as_well_is_a_conflict_once_the_source_moved(
        self, shop: Shop
    ) -> None:
        agreed(shop, "0")
        assert codes(look(shop, told("1"))[0]) == ["conflict_receipt"]
        agreed(shop, "1")
        assert codes(look(shop, told("1"))[0]) == []


def test_both_sides_agree_about_what_they_say_alike(shop: Shop) -> None:
    (plan,) = look(shop, told("2"))
    assert agreed_now(plan.rma, plan.in_erp) == {"receipt 1": "2"}
    (plan,) = look(shop, told("1"))
    assert agreed_now(plan.rma, plan.in_erp) == {}

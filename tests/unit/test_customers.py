"""The customer: found, completed, made once, never guessed."""

from dataclasses import replace
from typing import Any

from shop import Shop, carry_out, codes, look, rma

from odoo_rma.mappings.plan import FillPartner, MakePartner, Plan

LINE = {"sku": "TENT", "requested": "1"}


def shop_with_order(**order: Any) -> Shop:
    shop = Shop()
    shop.deliver(shop.order(("TENT", "3", "100"), **order))
    return shop


def made(plan: Plan) -> list[MakePartner]:
    return [s for s in plan.steps if isinstance(s, MakePartner)]


def test_known_by_e_mail_whatever_its_case() -> None:
    (plan,) = carry_out(shop_with_order(), rma(LINE, customer={"name": "A", "email": "ALICE@example.com"}))
    assert made(plan) == []


def test_known_by_vat_whatever_its_dots() -> None:
    shop = shop_with_order()
    firm = shop.partner("Firm", "", vat="BE 0477.472.701")
    shop.deliver(shop.order(("TENT", "1", "100"), ref="S-2", partner=firm))
    (plan,) = carry_out(shop, rma(LINE, order="S-2", customer={"name": "F", "vat": "BE0477472701"}))
    assert plan.partner_id == firm


def test_two_customers_with_one_e_mail_are_not_guessed_between() -> None:
    shop = shop_with_order()
    shop.partner("Alice's sister", "alice@example.com")
    family = {"name": "The family", "email": "alice@example.com"}
    assert codes(look(shop, rma(LINE, customer=family))[0]) == ["ambiguous_customer"]


def test_the_one_who_ordered_is_known_by_name_among_those_with_one_e_mail() -> None:
    shop = shop_with_order()
    shop.partner("Alice's sister", "alice@example.com")
    (plan,) = carry_out(shop, rma(LINE))
    assert plan.partner_id == shop.erp.orders[plan.order_id].partner_id


def test_contacts_of_one_company_are_one_customer() -> None:
    shop = shop_with_order()
    shop.partner("Alice at work", "alice@example.com", commercial_id=shop.alice)
    (plan,) = look(shop, rma(LINE))
    assert plan.partner_id == shop.alice


def test_a_stranger_is_made_once_for_all_their_returns() -> None:
    shop = shop_with_order()
    who = {"id": "C-7", "name": "Nora", "email": "nora@example.com"}
    carry_out(shop, rma(LINE, id="R-1", customer=who), rma(LINE, id="R-2", customer=who))
    assert [p.name for p in shop.erp.partners.values() if p.key] == ["Nora"]


def test_one_that_we_made_and_a_person_archived_and_renamed_is_not_made_again() -> None:
    shop = shop_with_order()
    request = rma(LINE, customer={"id": "C-7", "name": "Nora", "email": "nora@example.com"})
    carry_out(shop, request)
    (nora,) = [p for p in shop.erp.partners.values() if p.key]
    shop.erp.partners[nora.id] = replace(nora, active=False, email="gone@example.com", name="N. N.")
    assert look(shop, request)[0].steps == []


def test_an_archived_contact_of_others_is_nobody() -> None:
    shop = shop_with_order()
    old = shop.partner("Old Nora", "nora@example.com")
    shop.erp.partners[old] = replace(shop.erp.partners[old], active=False)
    (plan,) = carry_out(shop, rma(LINE, customer={"name": "Nora", "email": "nora@example.com"}))
    assert [s.values["name"] for s in made(plan)] == ["Nora"]


def test_only_what_is_empty_is_filled_in() -> None:
    shop = shop_with_order()
    alice = shop.erp.partners[shop.alice]
    shop.erp.partners[alice.id] = replace(alice, values={**alice.values, "phone": "+1 555 0100"})
    who = {"name": "Alicia", "email": "alice@example.com", "phone": "+1 555 0199", "vat": "US1"}
    (plan,) = carry_out(shop, rma(LINE, customer=who))
    (fill,) = [s for s in plan.steps if isinstance(s, FillPartner)]
    assert dict(fill.values) == {"vat": "US1"}


def test_a_name_alone_is_the_one_who_ordered_or_somebody_new() -> None:
    (plan,) = carry_out(shop_with_order(), rma(LINE, customer={"name": "ALICE"}))
    assert made(plan) == []
    (plan,) = carry_out(shop_with_order(), rma(LINE, customer={"name": "Walter"}))
    assert [s.values["name"] for s in made(plan)] == ["Walter"]


def test_somebody_else_s_order_needs_a_person_unless_it_was_a_gift() -> None:
    shop = shop_with_order()
    shop.partner("Bob", "bob@example.com")
    who = {"name": "Bob", "email": "bob@example.com"}
    assert codes(look(shop, rma(LINE, customer=who))[0]) == ["other_customer"]
    assert look(shop, rma(LINE, customer=who, gift=True))[0].issues == []

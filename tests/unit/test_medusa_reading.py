"""A Medusa's returns, claims and exchanges come in as RMAs, whatever the Medusa gets wrong."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_httpserver import HTTPServer
from webshop import Door, WebShop
from webshop.door import KEY

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.medusa.source import MedusaSource
from odoo_rma.connector.sources.reading import read_document
from odoo_rma.connector.sources.registry import open_source
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.vocabulary import (
    Authorization,
    Condition,
    Disposition,
    Logistics,
    ReasonCode,
    Resolution,
)

Given = tuple[WebShop, Door, MedusaSource]


def source(door: Door, **options: object) -> MedusaSource:
    owners = options.pop("owners", {})
    settings = {"type": "medusa", "owners": owners, "options": {"url": door.url, "api_key": KEY, **options}}
    opened = open_source("web", SourceSettings.model_validate(settings))
    assert isinstance(opened, MedusaSource)
    opened._now = lambda: door.shop.now
    return opened


@pytest.fixture
def given(httpserver: HTTPServer) -> Iterator[Given]:
    shop = WebShop()
    door = Door(shop, httpserver)
    opened = source(door)
    yield shop, door, opened
    opened.close()


def came(opened: MedusaSource, since: str | None = None) -> list[Incoming]:
    return list(opened.changes(since))


def only(opened: MedusaSource) -> Rma:
    [incoming] = came(opened)
    assert incoming.rma, [str(i) for i in incoming.issues]
    return incoming.rma


def line(rma: Rma) -> RmaLine:
    [found] = rma.lines
    return found


def test_a_confirmed_return_may_come_back(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S-1001", ("TENT", 2, "249"))
    return_id = shop.request(order, ("TENT", 1))
    rma = only(medusa)
    assert (rma.id, rma.number, rma.source, rma.currency) == (return_id, "R-1", "web", "USD")
    assert (rma.authorization, rma.logistics) == (Authorization.AUTHORIZED, Logistics.NONE)
    assert (rma.order.id, rma.order.name) == (order, "S-1001")
    assert (rma.customer.name, rma.customer.email, rma.customer.country) == (
        "Ann Example",
        "ann@example.com",
        "DE",
    )
    assert (line(rma).sku, line(rma).requested, line(rma).received) == ("TENT", 1, 0)
    assert (line(rma).reason.code, line(rma).reason.raw) == (ReasonCode.SIZE_SMALL, "Size small")


def test_without_a_reference_the_order_goes_by_its_number(given: Given) -> None:
    shop, door, _ = given
    shop.request(shop.order("", ("TENT", 1, "249")), ("TENT", 1))
    assert only(source(door)).order.name == "1"
    assert only(source(door, order_number="WEB-{number}")).order.name == "WEB-1"


def test_reasons_of_the_shops_own_are_data(given: Given) -> None:
    shop, door, _ = given
    shop.request(shop.order("S", ("TENT", 1, "249")), ("TENT", 1), reason="pinches_my_toes")
    unknown = line(only(source(door))).reason
    assert (unknown.code, unknown.raw) == (ReasonCode.OTHER, "Pinches my toes")
    mapped = source(door, reasons={"Pinches my toes": "size_small"})
    assert line(only(mapped)).reason.code is ReasonCode.SIZE_SMALL


def test_a_draft_is_left_alone_until_it_is_confirmed(given: Given) -> None:
    shop, _, medusa = given
    shop.draft(shop.order("S", ("TENT", 1, "249")))
    assert came(medusa) == []
    assert medusa.notes == ["order 1, return R-1: still being written in Medusa, left alone."]


def test_a_canceled_return_is_canceled(given: Given) -> None:
    shop, _, medusa = given
    shop.cancel(shop.request(shop.order("S", ("TENT", 1, "249")), ("TENT", 1)))
    assert only(medusa).authorization is Authorization.CANCELED


def test_goods_received_in_three_steps_are_all_counted(given: Given) -> None:
    """Misbehaviour 1: the return remembers its last step only and stays partially received for ever."""
    shop, _, medusa = given
    return_id = shop.request(shop.order("S", ("MUG", 4, "9.95")), ("MUG", 3))
    shop.receive(return_id, {"MUG": 1})
    shop.receive(return_id, damaged={"MUG": 1})
    shop.receive(return_id, {"MUG": 1})
    assert shop.returns[return_id]["status"] == "partially_received"
    rma = only(medusa)
    assert (line(rma).received, rma.logistics, rma.raw_state) == (3, Logistics.RECEIVED, "partially_received")
    found = [(i.quantity, i.condition, i.disposition) for i in line(rma).inspections]
    assert found == [
        (2, Condition.NEW_OPENED, Disposition.RESTOCK),
        (1, Condition.DAMAGED_CUSTOMER, Disposition.QUARANTINE),
    ]


def test_what_was_damaged_looks_as_the_reason_says(given: Given) -> None:
    shop, door, _ = given
    return_id = shop.request(shop.order("S", ("MUG", 1, "9.95")), ("MUG", 1), reason="damaged_in_transit")
    shop.receive(return_id, damaged={"MUG": 1})
    [found] = line(only(source(door, dismissed="scrap"))).inspections
    assert (found.condition, found.disposition) == (Condition.DAMAGED_CARRIER, Disposition.SCRAP)


def test_where_odoo_decides_about_goods_medusas_echo_of_it_is_not_taken_for_news(given: Given) -> None:
    shop, door, _ = given
    shop.receive(shop.request(shop.order("S", ("MUG", 1, "9.95")), ("MUG", 1)), damaged={"MUG": 1})
    rma = only(source(door, owners={"disposition": "erp"}))
    assert (line(rma).received, line(rma).inspections) == (1, ())


def test_two_returns_of_one_order_line_each_get_what_came_for_them(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    first, second = shop.request(order, ("MUG", 2)), shop.request(order, ("MUG", 2))
    shop.receive(second, {"MUG": 1})
    shop.receive(first, damaged={"MUG": 1})
    shop.receive(second, {"MUG": 1})
    got = {i.id: line(i.rma).received for i in came(medusa) if i.rma}
    assert got == {first: 1, second: 2}


def test_receipts_that_do_not_add_up_are_not_guessed_at(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    first, _ = shop.request(order, ("MUG", 2)), shop.request(order, ("MUG", 2))
    shop.receive(first, {"MUG": 1})
    shop.changes.clear()  # the history was deleted
    issues = [i.issues[0] for i in came(medusa)]
    assert {i.code for i in issues} == {"received_unclear"}
    assert "counts 1 good and 0 damaged units received of MUG on order 1" in issues[0].message


def test_a_claim_brings_its_return_with_it_and_is_one_rma(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    claim = shop.claim(order, "replace", ("MUG", 1))
    rma = only(medusa)
    assert (rma.id, rma.number, rma.kind) == (claim, "C-1", "claim")
    assert (line(rma).resolution, line(rma).reason.code) == (Resolution.REPLACEMENT, ReasonCode.DEFECTIVE)
    [new] = rma.exchange_lines
    assert (new.sku, new.quantity, new.unit_price) == ("MUG", 1, 0)
    assert medusa.read(shop.claims[claim]["return_id"]) is None


def test_what_is_missing_is_claimed_without_anything_coming_back(given: Given) -> None:
    shop, _, medusa = given
    shop.claim(shop.order("S", ("MUG", 4, "9.95")), "refund", ("MUG", 2), back=False)
    rma = only(medusa)
    assert (rma.logistics, line(rma).physical, line(rma).requested) == (Logistics.WAIVED, False, 2)
    assert line(rma).resolution is Resolution.REFUND


def test_an_exchange_says_what_goes_out_and_at_what_price(given: Given) -> None:
    shop, _, medusa = given
    exchange = shop.exchange(shop.order("S", ("BOOT-42", 1, "129")), ("BOOT-42", 1), ("BOOT-43", 1, "139"))
    rma = only(medusa)
    assert (rma.id, line(rma).resolution) == (exchange, Resolution.EXCHANGE)
    [new] = rma.exchange_lines
    assert (new.sku, new.unit_price) == ("BOOT-43", 139)


def test_fractions_of_a_cent_are_rounded_half_up_and_kept(given: Given) -> None:
    """Misbehaviour 5: amounts are unrounded; misbehaviour 9: return shipping is charged."""
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    return_id = shop.request(order, ("MUG", 1))
    shop.charge_label(return_id, "3.50", "4.235")
    refund = shop.refund_order(order, "9.4550")
    rma = only(medusa)
    [charge], [paid] = rma.charges, rma.refunds
    assert (charge.kind, charge.amount) == ("return_label", Decimal("4.24"))
    assert charge.note == "Return shipping (in Medusa 4.235 USD)"
    assert (paid.id, paid.amount, paid.gateway) == (refund, Decimal("9.46"), "pp_stripe_stripe")
    assert f"refund {refund} is 9.455 USD in Medusa" in [e.text for e in rma.events]


def test_yen_have_no_cents(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 1, "1000"), currency="jpy")
    shop.request(order, ("MUG", 1))
    shop.refund_order(order, "999.5")
    assert only(medusa).refunds[0].amount == Decimal(1000)


# Misbehaviour 8: a refund does not say which return it is for.


def two_returns(shop: WebShop) -> tuple[str, str, str]:
    order = shop.order("S", ("MUG", 4, "9.95"))
    return order, shop.request(order, ("MUG", 1)), shop.request(order, ("MUG", 1))


def refunds(opened: MedusaSource) -> dict[str, list[str]]:
    return {i.rma.id: [r.id for r in i.rma.refunds] for i in came(opened) if i.rma}


def test_a_refund_belongs_to_the_only_return_there_was(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    before = shop.request(order, ("MUG", 1))
    refund = shop.refund_order(order, "9.95")
    later = shop.request(order, ("MUG", 1))
    assert refunds(medusa) == {before: [refund], later: []}


def test_a_refund_from_before_any_return_is_for_none(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    shop.refund_order(order, "2", "goodwill")
    return_id = shop.request(order, ("MUG", 1))
    assert refunds(medusa) == {return_id: []}


def test_a_refund_belongs_to_the_return_that_its_note_names(given: Given) -> None:
    shop, _, medusa = given
    order, first, second = two_returns(shop)
    by_number = shop.refund_order(order, "1", "for R-2, as agreed")
    by_id = shop.refund_order(order, "1", f"{first}")
    assert refunds(medusa) == {first: [by_id], second: [by_number]}


def test_a_refund_belongs_to_the_return_of_the_credit_note_in_its_note(given: Given) -> None:
    shop, _, medusa = given
    order, first, second = two_returns(shop)
    shop.say(
        order,
        odoo_rma={first: {"credit_notes": ["RINV/2026/0001"]}, second: {"credit_notes": ["RINV/2026/00012"]}},
    )
    refund = shop.refund_order(order, "1", "RINV/2026/00012")
    assert refunds(medusa) == {first: [], second: [refund]}


def test_a_refund_that_may_be_for_either_return_waits_for_a_person(given: Given) -> None:
    shop, _, medusa = given
    order, first, second = two_returns(shop)
    refund = shop.refund_order(order, "9.95", "sorry")
    incoming = came(medusa)
    assert {i.id: i.issues[0].code for i in incoming} == dict.fromkeys((first, second), "refund_unattributed")
    assert "9.95 USD" in str(incoming[0].issues[0]) and "'sorry'" in str(incoming[0].issues[0])
    assert f"key {refund}" in incoming[0].issues[0].way_out
    again = read_document(incoming[0].document, source="web", origin="quarantine retry")
    assert again.rma is None and [i.code for i in again.issues] == ["refund_unattributed"]
    shop.say(order, **{refund: "R-2"})
    assert refunds(medusa) == {first: [], second: [refund]}


def test_a_persons_word_for_a_refund_may_be_none_but_not_a_slip(given: Given) -> None:
    shop, _, medusa = given
    order, first, second = two_returns(shop)
    refund = shop.refund_order(order, "9.95")
    shop.say(order, **{refund: "R-22"})
    assert {i.issues[0].code for i in came(medusa)} == {"refund_unattributed"}
    shop.say(order, **{refund: "none"})
    assert refunds(medusa) == {first: [], second: []}


# What a refund pays for: Medusa does not say that either.


def parts(rma: Rma) -> list[list[tuple[str, Decimal]]]:
    skus = {x.id: x.sku or "" for x in rma.lines}
    return [[(skus[p.line], p.quantity) for p in r.lines] for r in rma.refunds]


def test_refunds_pay_for_what_had_come_back_since_the_one_before(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"), ("TENT", 1, "249"))
    return_id = shop.request(order, ("MUG", 3), ("TENT", 1))
    shop.charge_label(return_id, "3.50", "4.235")
    shop.receive(return_id, {"MUG": 2})
    shop.refund_order(order, "15.67")  # 19.90 less the label
    shop.receive(return_id, {"TENT": 1}, damaged={"MUG": 1})
    shop.refund_order(order, "258.9463")
    assert parts(only(medusa)) == [[("MUG", 2)], [("MUG", 1), ("TENT", 1)]]


def test_a_refund_of_a_part_says_so(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    return_id = shop.request(order, ("MUG", 3))
    shop.receive(return_id, {"MUG": 1})
    shop.refund_order(order, "9.95")
    assert parts(only(medusa)) == [[("MUG", 1)]]


def test_a_refund_of_everything_needs_no_parts(given: Given) -> None:
    shop, door, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    shop.request(order, ("MUG", 3))
    shop.refund_order(order, "29.85")
    assert parts(only(medusa)) == [[]]
    assert not [call for call in door.asked if call.endswith("/changes")]


def test_an_amount_that_fits_nothing_is_not_explained(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    return_id = shop.request(order, ("MUG", 3))
    shop.receive(return_id, {"MUG": 1})
    shop.refund_order(order, "9.90")
    shop.refund_order(order, "0.05")
    assert parts(only(medusa)) == [[], []]


# What changed, and how it is noticed.


def test_nothing_changed_is_nothing_read(given: Given) -> None:
    shop, door, medusa = given
    shop.request(shop.order("S", ("MUG", 1, "9.95")), ("MUG", 1))
    came(medusa)
    shop.now += timedelta(minutes=5)
    came(medusa, medusa.cursor)
    cursor = medusa.cursor
    assert came(medusa, cursor) == []
    assert medusa.cursor == cursor
    assert door.writes() == []


@pytest.mark.parametrize("what", ["receipt", "second receipt", "refund", "metadata", "cancel", "address"])
def test_every_change_is_read_and_is_a_later_revision(given: Given, what: str) -> None:
    """A second receipt does not touch the return, a refund touches neither the return nor its order."""
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    return_id = shop.request(order, ("MUG", 3))
    if what == "second receipt":
        shop.receive(return_id, {"MUG": 1})
    shop.now += timedelta(hours=1)
    before = only(medusa)
    came(medusa, medusa.cursor)
    cursor = medusa.cursor
    shop.now += timedelta(hours=1)
    if what.endswith("receipt"):
        shop.receive(return_id, {"MUG": 1})
    elif what == "refund":
        shop.refund_order(order, "1")
    elif what == "cancel":
        shop.cancel(return_id)
    else:
        shop.say(order, reference="S-2")
    [after] = came(medusa, cursor)
    assert after.rma and after.rma.revision > before.revision
    shop.now += timedelta(minutes=5)
    came(medusa, medusa.cursor)
    assert came(medusa, medusa.cursor) == []


def test_a_refund_for_a_claim_without_goods_is_noticed(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    claim = shop.claim(order, "refund", ("MUG", 1), back=False)
    shop.now += timedelta(hours=1)
    came(medusa)
    cursor = medusa.cursor
    shop.now += timedelta(hours=1)
    refund = shop.refund_order(order, "9.95")
    assert [(i.id, [r.id for r in i.rma.refunds]) for i in came(medusa, cursor) if i.rma] == [
        (claim, [refund])
    ]


def test_rows_of_one_moment_are_all_read_across_pages(httpserver: HTTPServer) -> None:
    shop = WebShop()
    order = shop.order("S", ("MUG", 100, "9.95"))
    shop.tick = timedelta(0)  # an import writes many at the same time
    wanted = {shop.request(order, ("MUG", 1)) for _ in range(23)}
    with_small_pages = source(Door(shop, httpserver), page=5)
    assert {i.id for i in came(with_small_pages)} == wanted


def test_a_row_that_moves_while_pages_are_read_hides_no_other(httpserver: HTTPServer) -> None:
    """Counting rows would skip the one that slips onto the page before."""
    shop = WebShop()
    wanted = []
    for _ in range(9):
        wanted.append(shop.request(shop.order("S", ("MUG", 1, "9.95")), ("MUG", 1)))
    door = Door(shop, httpserver)
    pages = iter(wanted)

    def touch(call: str) -> None:
        if call == "GET returns" and len([a for a in door.asked if a == call]) in (2, 3, 4):
            shop.cancel(next(pages))

    door.before = touch
    assert {i.id for i in came(source(door, page=2))} == set(wanted)


def test_a_change_that_becomes_visible_late_is_not_lost(given: Given) -> None:
    """Its time was set before a longer transaction ended, and the reading had passed that time."""
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    early = shop.request(order, ("MUG", 1))
    hidden = shop.returns.pop(early)
    shop.now += timedelta(seconds=20)
    late = shop.request(shop.order("T", ("MUG", 1, "9.95")), ("MUG", 1))
    assert [i.id for i in came(medusa)] == [late]
    came(medusa, medusa.cursor)
    shop.returns[early] = hidden
    assert early in [i.id for i in came(medusa, medusa.cursor)]


def test_reading_that_stops_half_way_begins_again_where_it_began(given: Given) -> None:
    shop, _, medusa = given
    for _ in range(3):
        shop.request(shop.order("S", ("MUG", 1, "9.95")), ("MUG", 1))
    reading = medusa.changes(None)
    next(reading)
    reading.close()
    assert medusa.cursor is None
    assert len(came(medusa)) == 3


def test_a_cursor_that_cannot_be_read_means_everything(given: Given) -> None:
    shop, _, medusa = given
    shop.request(shop.order("S", ("MUG", 1, "9.95")), ("MUG", 1))
    assert len(came(medusa, "inbox")) == 1


def test_one_return_is_read_by_its_id(given: Given) -> None:
    shop, door, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    return_id = shop.request(order, ("MUG", 1))
    incoming = medusa.read(return_id)
    assert incoming and incoming.rma and incoming.rma.id == return_id
    assert medusa.read("return_999") is None
    assert medusa.read("R-1; DROP") is None
    assert medusa.link(return_id) == f"{door.url}/app/orders/{order}"

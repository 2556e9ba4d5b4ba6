"""What Odoo holds of an RMA, in the RMA's own words: what its source is told, and half of every reconciliation."""

from dataclasses import replace
from typing import Any

import pytest
from shop import BY_ODOO, BY_SOURCE, D, Shop, carry_out, look, rma
from shop.build import STOCK, VIEW
from shop.hands import cancel_waiting, put, scrap, send_back, validate

from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.foresee.world import table
from odoo_rma.mappings.in_erp import CREDIT_NOTE, PAYMENT, TRANSFER, InErp, LineInErp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.disposition import Arrived, Place
from odoo_rma.mappings.vocabulary import Disposition

RESTOCK, QUARANTINE, REPAIR = Disposition.RESTOCK, Disposition.QUARANTINE, Disposition.REPAIR
SCRAP, SENT = Disposition.SCRAP, Disposition.RETURN_TO_CUSTOMER
WAREHOUSE_CREDITS = {"shop": SourceRules(source_receives=False, credit_on=CreditOn.RECEIPT)}


def tents(quantity: str = "3", *, lots: dict[str, str] | None = None) -> Shop:
    """Tents, delivered and invoiced; a warehouse with a place for everything."""
    shop = Shop()
    shop.places(REPAIR, Disposition.RETURN_TO_VENDOR)
    if lots:
        shop.product("TENT", "lot")
    order = shop.order(("TENT", quantity, "100"))
    shop.deliver(order, lots=lots)
    shop.invoice(order, paid=True)
    return shop


def announced(requested: str = "3", **more: Any) -> Rma:
    return rma({"sku": "TENT", "requested": requested} | more.pop("line", {}), **more)


def held(shop: Shop, one: Rma, sources: Any = BY_ODOO) -> InErp:
    return look(shop, one, sources=sources)[0].in_erp


def line(shop: Shop, one: Rma, line_id: str = "1", sources: Any = BY_ODOO) -> LineInErp:
    return next(x for x in held(shop, one, sources).lines if x.line == line_id)


def places(found: LineInErp) -> dict[Any, Decimal]:
    """Units by disposition; each place once."""
    assert len(found.placed) == len({(p.disposition, p.location) for p in found.placed})
    return {p.disposition: p.quantity for p in found.placed}


def lots(found: Any) -> dict[str, Decimal]:
    return {x.name: x.quantity for x in found.lots}


class TestReceipts:
    def test_a_transfer_that_waits_is_expected_and_nothing_is_received(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        found = line(shop, one)
        assert (found.expected, found.received, found.placed) == (3, 0, ())

    def test_what_the_warehouse_validates_is_received_and_the_rest_expected(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "1")
        assert (line(shop, one).received, line(shop, one).expected) == (1, 2)
        validate(shop, "TENT", "2")
        assert (line(shop, one).received, line(shop, one).expected) == (3, 0)
        assert places(line(shop, one)) == {RESTOCK: 3}

    def test_more_than_was_announced_is_not_hidden(self) -> None:
        shop, one = tents(), announced("2")
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "3")
        assert (line(shop, one).received, places(line(shop, one))) == (3, {RESTOCK: 3})

    def test_a_return_made_without_us_is_not_this_ones(self) -> None:
        shop, one = tents(), announced("1")
        delivery = next(p.id for p in shop.erp.pickings.values())
        shop.return_by_hand(delivery, "TENT", "2")
        carry_out(shop, one, sources=BY_ODOO)
        assert (line(shop, one).received, line(shop, one).expected) == (0, 1)

    def test_another_return_of_the_order_keeps_its_own(self) -> None:
        shop, first, second = tents(), announced("1"), announced("2", id="R-2")
        carry_out(shop, first, second, sources=BY_ODOO)
        validate(shop, "TENT", "1")
        plans = look(shop, first, second, sources=BY_ODOO)
        assert [p.in_erp.received("1") for p in plans] == [1, 0]
        assert [p.in_erp.lines[0].expected for p in plans] == [0, 2]

    def test_goods_of_two_deliveries_are_one_sum(self) -> None:
        shop = Shop()
        order = shop.order(("TENT", "3", "100"))
        for part in ("1", "2"):
            shop.deliver(order, ("TENT", part))
        one = announced()
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "1")
        validate(shop, "TENT", "1")
        assert (line(shop, one).received, line(shop, one).expected) == (2, 1)

    def test_two_lines_on_one_delivery_each_have_their_own(self) -> None:
        shop = Shop()
        shop.deliver(shop.order(("TENT", "2", "100"), ("MUG", "4", "9")))
        one = rma({"sku": "TENT", "requested": "2"}, {"sku": "MUG", "requested": "3"})
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "MUG", "3")
        assert (line(shop, one, "1").received, line(shop, one, "1").expected) == (0, 2)
        assert (line(shop, one, "2").received, line(shop, one, "2").expected) == (3, 0)

    def test_two_lines_of_one_article_share_what_came(self) -> None:
        shop = tents()
        one = rma({"sku": "TENT", "requested": "1"}, {"sku": "TENT", "requested": "2"})
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "2")
        assert [x.received for x in held(shop, one).lines] == [1, 1]
        assert [x.expected for x in held(shop, one).lines] == [0, 1]

    def test_about_an_article_that_nobody_knows_nothing_is_said(self) -> None:
        shop = tents()
        assert held(shop, rma({"sku": "NOPE", "requested": "1"})).lines == ()

    def test_a_return_that_no_longer_fits_its_order_says_nothing_rather_than_zero(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "2")
        found = held(shop, announced("9", revision=2))
        assert found.lines == ()
        assert [d.state for d in found.of_kind(TRANSFER)] == ["done", "assigned"]


class TestUnitsOfMeasure:
    @pytest.fixture
    def shop(self) -> Shop:
        """Eggs by the dozen, moved by the piece."""
        shop = Shop()
        order = shop.order(("EGG", "2", "6"))
        shop.deliver(order, ("EGG", "24"))
        (sold,) = shop.erp.order_lines.values()
        shop.erp.order_lines[sold.id] = replace(sold, uom_id=2)  # type: ignore[index]
        shop.erp = replace(shop.erp, uoms={1: D(1), 2: D(12)})
        return shop

    def test_a_dozen_moved_by_the_piece_is_one(self, shop: Shop) -> None:
        one = rma({"sku": "EGG", "requested": "2"})
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "EGG", "12")
        assert (line(shop, one).received, line(shop, one).expected) == (1, 1)

    def test_a_part_of_a_dozen_can_be_told(self, shop: Shop) -> None:
        one = rma({"sku": "EGG", "requested": "2"})
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "EGG", "5")
        assert line(shop, one).received == D("0.416667")
        assert line(shop, one).expected == D("1.583333")

    def test_three_thirds_are_one(self, shop: Shop) -> None:
        one, places_ = rma({"sku": "EGG", "requested": "1"}), shop.places(REPAIR)
        carry_out(shop, one, sources=BY_ODOO)
        move = validate(shop, "EGG", "12")
        put(shop, move, "4", places_[REPAIR])
        put(shop, move, "4", places_[QUARANTINE])
        found = line(shop, one)
        assert found.received == sum(places(found).values()) == 1
        assert len(found.placed) == 3


class TestKits:
    @pytest.fixture
    def shop(self) -> Shop:
        """Two kits of a stove and ten pegs."""
        shop = Shop()
        shop.places()
        order = shop.order(("KIT", "2", "150"))
        sold = next(iter(shop.erp.order_lines))
        picking = shop.deliver(order, ("KIT", "0"))
        shop.erp.moves.clear()  # type: ignore[attr-defined]
        shop.product("STOVE", "serial")
        shop.move(picking, shop.product("STOVE"), sold, Decimal(2), {"S1": "1", "S2": "1"})
        shop.move(picking, shop.product("PEG"), sold, Decimal(20))
        return shop

    def test_only_complete_ones_are_received(self, shop: Shop) -> None:
        one = rma({"sku": "KIT", "requested": "2"})
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "STOVE", "1", {"S1": "1"})
        assert (line(shop, one).received, line(shop, one).expected) == (0, 2)
        validate(shop, "PEG", "15")
        assert (line(shop, one).received, line(shop, one).expected) == (1, 1)
        assert lots(line(shop, one)) == {"S1": 1}

    def test_one_that_goes_back_to_the_customer_is_one(self, shop: Shop) -> None:
        one = rma({"sku": "KIT", "requested": "1", "lots": [{"name": "S1"}]})
        carry_out(shop, one, sources=BY_ODOO)
        stove, pegs = validate(shop, "STOVE", "1", {"S1": "1"}), validate(shop, "PEG", "10")
        send_back(shop, stove, "1", lot="S1")
        send_back(shop, pegs, "10")
        assert held(shop, one).rejected == 1


class TestLots:
    def test_each_lot_stands_where_it_is(self) -> None:
        shop, one = tents(lots={"A": "1", "B": "2"}), announced()
        carry_out(shop, one, sources=BY_ODOO)
        move = validate(shop, "TENT", "3", {"A": "1", "B": "2"})
        put(shop, move, "1", shop.inspection.locations[QUARANTINE][1], lot="B")
        found = line(shop, one)
        assert lots(found) == {"A": 1, "B": 2}
        assert {p.disposition: lots(p) for p in found.placed} == {
            RESTOCK: {"A": 1, "B": 1},
            QUARANTINE: {"B": 1},
        }

    def test_the_line_that_names_a_lot_has_it_whichever_comes_first(self) -> None:
        shop = tents("2", lots={"A": "1", "B": "1"})
        own = [{"sku": "TENT", "requested": "1", "lots": [{"name": n}]} for n in ("A", "B")]
        one = rma(*own)
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "1", {"B": "1"})
        assert [x.received for x in held(shop, one).lines] == [0, 1]
        assert lots(line(shop, one, "2")) == {"B": 1}
        assert [x.expected for x in held(shop, one).lines] == [1, 0]

    def test_another_lot_than_was_announced_is_told_as_what_it_is(self) -> None:
        shop = tents("2", lots={"A": "1", "B": "1"})
        one = announced("1", line={"lots": [{"name": "A"}]})
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "1", {"B": "1"})
        assert (line(shop, one).received, lots(line(shop, one))) == (1, {"B": 1})


class TestPlaces:
    @pytest.fixture
    def shop(self) -> Shop:
        return tents()

    def test_what_people_do_with_the_goods_is_told(self, shop: Shop) -> None:
        one = announced()
        carry_out(shop, one, sources=BY_ODOO)
        move = validate(shop, "TENT", "3")
        put(shop, move, "1", shop.inspection.locations[QUARANTINE][1])
        scrap(shop, move, "1")
        found = line(shop, one)
        assert places(found) == {RESTOCK: 1, QUARANTINE: 1, SCRAP: 1}
        assert [p.location for p in found.placed if p.disposition is QUARANTINE] == ["WH/quarantine"]

    def test_what_the_source_decided_is_told_when_it_stands_there(self, shop: Shop) -> None:
        inspections = [{"quantity": "2", "condition": "used"}, {"quantity": "1", "condition": "junk"}]
        one = announced(line={"received": "3", "inspections": inspections})
        carry_out(shop, one)
        assert places(line(shop, one, sources=BY_SOURCE)) == {QUARANTINE: 2, SCRAP: 1}

    def test_units_sent_back_are_rejected_and_yet_were_received(self, shop: Shop) -> None:
        one = announced()
        carry_out(shop, one, sources=BY_ODOO)
        send_back(shop, validate(shop, "TENT", "2"), "1")
        assert held(shop, one).rejected == 1
        assert line(shop, one).received == 2
        assert places(line(shop, one)) == {RESTOCK: 1, SENT: 1}

    def test_goods_in_the_input_are_nowhere_yet(self, shop: Shop) -> None:
        one, entry = announced(), 50
        table(shop.erp.dispositions.places)[entry] = Place(entry, "WH/Input", (VIEW, entry), "internal")
        carry_out(shop, one, sources=BY_ODOO)
        move = validate(shop, "TENT", "3")
        table(shop.erp.dispositions.arrivals)[move.id] = (Arrived(0, entry, D(3)),)
        assert [(p.disposition, p.location) for p in line(shop, one).placed] == [(None, "WH/Input")]

    def test_a_shelf_in_stock_is_stock(self, shop: Shop) -> None:
        one, shelf = announced("1"), 60
        table(shop.erp.dispositions.places)[shelf] = Place(
            shelf, "WH/Stock/A1", (VIEW, STOCK, shelf), "internal"
        )
        carry_out(shop, one, sources=BY_ODOO)
        put(shop, validate(shop, "TENT", "1"), "1", shelf)
        assert [(p.disposition, p.location) for p in line(shop, one).placed] == [(RESTOCK, "WH/Stock/A1")]

    def test_a_place_within_another_is_what_the_inner_one_stands_for(self, shop: Shop) -> None:
        outer, inner = (shop.inspection.locations[d][1] for d in (QUARANTINE, REPAIR))
        table(shop.erp.dispositions.places)[inner] = Place(
            inner, "WH/Q/Repair", (VIEW, outer, inner), "internal"
        )
        one = announced("1")
        carry_out(shop, one, sources=BY_ODOO)
        put(shop, validate(shop, "TENT", "1"), "1", inner)
        assert places(line(shop, one)) == {REPAIR: 1}

    def test_of_two_dispositions_in_one_place_the_one_that_was_decided_counts(self, shop: Shop) -> None:
        room = shop.inspection.locations[QUARANTINE]
        both = {**shop.inspection.locations, REPAIR: room}
        shop.inspection = replace(shop.inspection, locations=both)
        inspection = {"quantity": "1", "condition": "defective", "disposition": "repair"}
        one = announced("1", line={"received": "1", "inspections": [inspection], "resolution": "refund"})
        carry_out(shop, announced("1", line={"received": "1"}))
        [move] = [m for m in shop.erp.moves.values() if not m.outgoing]
        put(shop, move, "1", room[1])
        assert places(line(shop, one, sources=BY_SOURCE)) == {REPAIR: 1}
        assert places(line(shop, announced("1"), sources=BY_SOURCE)) == {QUARANTINE: 1}


class TestCredit:
    def test_units_count_once_their_note_is_posted(self) -> None:
        shop, one = tents(), announced()
        shop.rules = replace(shop.rules, post=False)
        carry_out(shop, one, sources=WAREHOUSE_CREDITS)
        validate(shop, "TENT", "2")
        carry_out(shop, one, sources=WAREHOUSE_CREDITS)
        assert line(shop, one, sources=WAREHOUSE_CREDITS).credited == 0
        shop.rules = replace(shop.rules, post=True)
        carry_out(shop, one, sources=WAREHOUSE_CREDITS)
        assert line(shop, one, sources=WAREHOUSE_CREDITS).credited == 2

    def test_a_note_carries_its_amounts_and_what_it_is_for(self) -> None:
        shop = tents()
        one = announced("1", line={"received": "1"}, refunds=[{"id": "r1", "amount": "115"}])
        carry_out(shop, one)
        [note] = held(shop, one, BY_SOURCE).of_kind(CREDIT_NOTE)
        assert (note.state, note.amount, note.currency, note.of) == ("posted", 115, "USD", "refund r1")
        assert note.key.endswith("credit.refund.r1." + note.key.rpartition(".")[2])
        assert line(shop, one, sources=BY_SOURCE).credited == 1

    def test_where_odoo_forgets_the_keys_of_lines_the_order_line_tells(self) -> None:
        shop = tents()
        one = announced("1", line={"received": "1"}, refunds=[{"id": "r1", "amount": "115"}])
        carry_out(shop, one)
        for x in [x for x in shop.erp.invoice_lines.values() if x.key]:
            table(shop.erp.invoice_lines)[x.id] = replace(x, key=None)
        assert line(shop, one, sources=BY_SOURCE).credited == 1

    def test_an_item_that_is_kept_is_credited_though_nothing_comes(self) -> None:
        shop = tents()
        one = announced("1", line={"physical": False}, refunds=[{"id": "r1", "amount": "115"}])
        carry_out(shop, one)
        found = line(shop, one, sources=BY_SOURCE)
        assert (found.credited, found.received, found.expected) == (1, 0, 0)

    def test_a_persons_own_credit_note_is_not_ours_to_tell(self) -> None:
        shop, one = tents(), announced("1")
        shop.credit_by_hand(next(iter(shop.erp.invoices)), "TENT", "1")
        carry_out(shop, one, sources=BY_ODOO)
        assert line(shop, one).credited == 0
        assert list(held(shop, one).of_kind(CREDIT_NOTE)) == []


class TestDocuments:
    def test_nothing_in_odoo_is_nothing(self) -> None:
        shop = tents()
        assert held(shop, announced(authorization="requested")) == InErp()

    def test_a_transfer_and_its_backorder_are_both_there(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "1")
        first, rest = held(shop, one).of_kind(TRANSFER)
        assert (first.state, first.at is None, first.number != "") == ("done", False, True)
        assert (rest.state, rest.at, rest.key) == ("assigned", None, "")

    def test_all_canceled_is_canceled(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        assert not held(shop, one).canceled
        cancel_waiting(shop)
        assert held(shop, one).canceled
        assert line(shop, one).expected == 0

    def test_what_came_before_the_cancellation_is_not_forgotten(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        validate(shop, "TENT", "1")
        cancel_waiting(shop)
        found = held(shop, one)
        assert (found.canceled, found.received("1"), line(shop, one).expected) == (False, 1, 0)

    def test_a_payment_says_which_refund_it_pays(self) -> None:
        shop = tents()
        shop.payments = replace(shop.payments, journals={"card": 7})
        one = announced(
            "1", line={"received": "1"}, refunds=[{"id": "r1", "amount": "115", "gateway": "card"}]
        )
        carry_out(shop, one)
        found = held(shop, one, BY_SOURCE)
        [payment] = found.of_kind(PAYMENT)
        assert (payment.of, payment.amount, payment.state) == ("refund r1", 115, "posted")
        assert [n.open for n in found.of_kind(CREDIT_NOTE)] == [0]
        assert len([d for d in found.documents if d.id == payment.id]) == 1

    def test_every_other_record_is_there_for_people(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        move = validate(shop, "TENT", "2")
        scrap(shop, move, "1")
        put(shop, move, "1", shop.inspection.locations[QUARANTINE][1])
        others = [d.what for d in held(shop, one).documents if d.what != TRANSFER]
        assert sorted(others) == ["moved by hand", "scrapped by hand"]

    def test_the_same_goods_are_told_in_the_same_words(self) -> None:
        shop, one = tents(), announced()
        carry_out(shop, one, sources=BY_ODOO)
        move = validate(shop, "TENT", "3")
        put(shop, move, "1", shop.inspection.locations[QUARANTINE][1])
        before = held(shop, one).model_dump_json()
        for records in (shop.erp.pickings, shop.erp.moves, shop.erp.dispositions.flows):
            backwards = dict(reversed(records.items()))
            table(records).clear()
            table(records).update(backwards)
        assert held(shop, one).model_dump_json() == before

"""Which delivery and which invoice a unit goes back against: what others did counts, and what we did stays put."""

from dataclasses import replace
from typing import Any

import pytest
from shop import BY_ODOO, D, Shop, carry_out, codes, look, rma
from shop.hands import validate

from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.plan import MakeCreditNote, MakeTransfer, Plan, Receive
from odoo_rma.mappings.rules import SourceRules

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}


def wanted(plan: Plan) -> list[Any]:
    return [m.quantity for s in plan.steps if isinstance(s, MakeTransfer) for m in s.moves]


def refund(amount: str, id: str = "r1", **more: Any) -> dict[str, Any]:
    return {"id": id, "amount": amount, **more}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def sell_by_the_dozen(shop: Shop, dozens: str, pieces: str) -> None:
    """So many dozens are ordered, so many pieces delivered."""
    shop.deliver(shop.order(("EGG", dozens, "6")), ("EGG", pieces))
    (line,) = shop.erp.order_lines.values()
    shop.erp.order_lines[line.id] = replace(line, uom_id=2)
    shop.erp = replace(shop.erp, uoms={1: D(1), 2: D(12)})


class TestUnits:
    def test_goods_sent_once_more_do_not_double_a_return(self, shop: Shop) -> None:
        delivery = shop.deliver(shop.order(("TENT", "2", "100")))
        shop.return_by_hand(delivery, "TENT", "2")
        back = next(m for m in shop.erp.moves.values() if not m.outgoing)
        again = replace(shop.erp.moves[back.origin_move_id], id=shop.new(), origin_move_id=back.id)
        shop.erp.moves[again.id] = again
        (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "1"}))
        assert wanted(plan) == [1]

    def test_a_delivery_closed_short_does_not_shrink_a_return(self, shop: Shop) -> None:
        shop.deliver(shop.order(("TENT", "3", "100")), ("TENT", "2"))
        (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "1"}))
        assert wanted(plan) == [1]

    def test_more_was_delivered_than_ordered(self, shop: Shop) -> None:
        shop.deliver(shop.order(("TENT", "3", "100")), ("TENT", "4"))
        (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "4"}))
        assert wanted(plan) == [4]

    def test_a_line_of_quantity_zero_that_was_delivered_all_the_same(self, shop: Shop) -> None:
        shop.deliver(shop.order(("TENT", "0", "100")), ("TENT", "1"))
        (plan,) = carry_out(shop, rma({"sku": "TENT", "requested": "1"}))
        assert wanted(plan) == [1]

    def test_sold_by_the_dozen_moved_by_the_piece(self, shop: Shop) -> None:
        sell_by_the_dozen(shop, dozens="2", pieces="24")
        (plan,) = carry_out(shop, rma({"sku": "EGG", "requested": "1", "received": "1"}))
        assert wanted(plan) == [12]

    def test_a_part_of_a_dozen_is_told_in_a_few_digits(self, shop: Shop) -> None:
        sell_by_the_dozen(shop, dozens="1", pieces="7")
        ((issue,),) = (p.issues for p in look(shop, rma({"sku": "EGG", "requested": "1"})))
        assert issue.message == "1 × EGG to come back, but 0.583333 were delivered."

    def test_a_kit_delivered_in_part_and_closed_short(self, shop: Shop) -> None:
        order = shop.order(("KIT", "2", "150"))
        line = next(iter(shop.erp.order_lines))
        picking = shop.deliver(order, ("KIT", "0"))
        shop.erp.moves.clear()
        for sku, quantity in (("STOVE", 1), ("PEG", 10)):
            shop.move(picking, shop.product(sku), line, D(quantity))
            rest = next(m for m in shop.erp.moves.values() if m.product_id == shop.product(sku))
            copy = replace(rest, id=shop.new(), state="cancel", done=D(0))
            shop.erp.moves[copy.id] = copy
        (plan,) = carry_out(shop, rma({"sku": "KIT", "requested": "1"}))
        assert sorted(wanted(plan)) == [1, 10]


class TestWhatIsOursStays:
    def test_a_return_stays_where_it_is_when_others_make_room(self, shop: Shop) -> None:
        order = shop.order(("TENT", "4", "100"))
        first = shop.deliver(order, ("TENT", "2"))
        shop.deliver(order, ("TENT", "2"))
        shop.return_by_hand(first, "TENT", "1")
        request = rma({"sku": "TENT", "requested": "2", "received": "2"})
        carry_out(shop, request)
        by_hand = next(
            m for m in shop.erp.moves.values() if not m.outgoing and not shop.erp.pickings[m.picking_id].key
        )
        shop.erp.moves[by_hand.id] = replace(by_hand, state="cancel", done=D(0))
        assert look(shop, request)[0].steps == []

    def test_less_is_authorized_when_the_second_delivery_is_back_already(self, shop: Shop) -> None:
        order = shop.order(("TENT", "2", "100"))
        for _ in range(2):
            shop.deliver(order, ("TENT", "1"))
        carry_out(shop, rma({"sku": "TENT", "requested": "2"}), sources=BY_ODOO)
        pending = [m for m in shop.erp.moves.values() if not m.outgoing]
        last = pending[-1]
        shop.erp.moves[last.id] = replace(last, state="done", done=D(1))
        picking = shop.erp.pickings[last.picking_id]
        shop.erp.pickings[picking.id] = replace(picking, state="done")
        carry_out(
            shop, rma({"sku": "TENT", "requested": "2", "authorized": "1"}, revision=2), sources=BY_ODOO
        )
        assert [m.state for m in shop.erp.moves.values() if not m.outgoing] == ["cancel", "done"]

    def test_a_key_is_never_used_twice_though_a_transfer_was_deleted(self, shop: Shop) -> None:
        shop.deliver(shop.order(("TENT", "3", "100")))
        carry_out(shop, rma({"sku": "TENT", "requested": "1"}))
        carry_out(shop, rma({"sku": "TENT", "requested": "2"}, revision=2))
        first = next(p for p in shop.erp.pickings.values() if p.key and p.key.parts[1] == "1")
        del shop.erp.pickings[first.id]
        for move in [m for m in shop.erp.moves.values() if m.picking_id == first.id]:
            del shop.erp.moves[move.id]
        carry_out(shop, rma({"sku": "TENT", "requested": "2"}, revision=2))


class TestOthers:
    def test_what_a_refused_rma_asked_for_is_free_for_the_next(self, shop: Shop) -> None:
        shop.deliver(shop.order(("TENT", "2", "100"), ("MUG", "1", "10")))
        bad = rma({"sku": "TENT", "requested": "2"}, {"sku": "MUG", "requested": "5"}, id="R-1")
        good = rma({"sku": "TENT", "requested": "2"}, id="R-2")
        assert [codes(p) for p in look(shop, bad, good)] == [["over_return"], []]

    def test_an_ended_rma_blocks_no_other_when_odoo_receives(self, shop: Shop) -> None:
        shop.deliver(shop.order(("TENT", "2", "100"), ("MUG", "3", "10")))
        lines = {"sku": "TENT", "requested": "2"}, {"sku": "MUG", "requested": "3"}
        carry_out(shop, rma(*lines), sources=BY_ODOO)
        mug = next(m for m in shop.erp.moves.values() if not m.outgoing and m.demand == 3)
        shop.erp.moves[mug.id] = replace(mug, state="done", done=D(3))
        ended = rma(*lines, authorization="canceled", revision=2)
        carry_out(shop, ended, sources=BY_ODOO)
        other = rma({"sku": "TENT", "requested": "2"}, id="R-2")
        assert [codes(p) for p in look(shop, ended, other, sources=BY_ODOO)] == [[], []]

    def test_a_return_by_hand_that_names_no_delivery_counts(self, shop: Shop) -> None:
        delivery = shop.deliver(shop.order(("TENT", "2", "100")))
        shop.return_by_hand(delivery, "TENT", "1")
        back = next(m for m in shop.erp.moves.values() if not m.outgoing)
        shop.erp.moves[back.id] = replace(back, origin_move_id=0)
        assert codes(look(shop, rma({"sku": "TENT", "requested": "2"}))[0]) == ["over_return"]
        carry_out(shop, rma({"sku": "TENT", "requested": "1"}))


class TestLots:
    def test_the_same_lot_comes_back_from_two_customers(self, shop: Shop) -> None:
        shop.product("GLUE", "lot")
        shop.deliver(shop.order(("GLUE", "10", "3")), lots={"A": "5", "B": "5"})
        line = {"sku": "GLUE", "requested": "2", "received": "2", "lots": [{"name": "A", "quantity": "2"}]}
        carry_out(shop, rma(line, id="R-1"))
        carry_out(shop, rma(line, id="R-2"))

    def test_serials_of_two_order_lines_in_any_order(self, shop: Shop) -> None:
        shop.product("GPS", "serial")
        order = shop.order(("GPS", "1", "300"), ("GPS", "1", "300"))
        picking = shop.deliver(order, ("GPS", "1"), lots={"SN1": "1"})
        last = max(shop.erp.order_lines)
        shop.move(picking, shop.product("GPS"), last, D(1), {"SN2": "1"})
        lots = [{"name": "SN2"}, {"name": "SN1"}]
        (plan,) = carry_out(shop, rma({"sku": "GPS", "requested": "2", "received": "2", "lots": lots}))
        (receive,) = [s for s in plan.steps if isinstance(s, Receive)]
        assert {shop.erp.lots[x] for a in receive.arrivals for x, _ in a.lots} == {"SN1", "SN2"}


class TestCredited:
    def credit(self, shop: Shop, quantity: str, **changes: Any) -> None:
        """A person's credit note, changed."""
        (invoice,) = [i for i in shop.erp.invoices.values() if not i.is_credit]
        shop.credit_by_hand(invoice.id, "TENT", quantity)
        note = max(shop.erp.invoices)
        shop.erp.invoices[note] = replace(shop.erp.invoices[note], **changes)

    @pytest.fixture
    def shop(self) -> Shop:
        shop = Shop()
        order = shop.order(("TENT", "3", "100"))
        shop.deliver(order)
        shop.invoice(order)
        return shop

    @pytest.mark.parametrize("changes", [{}, {"reversed_id": 0}, {"state": "draft"}])
    def test_a_note_by_hand_counts(self, shop: Shop, changes: dict[str, Any]) -> None:
        self.credit(shop, "2", **changes)
        request = rma({"sku": "TENT", "requested": "2"}, refunds=[refund("230.00")])
        assert codes(look(shop, request)[0]) == ["over_refund"]

    def test_a_note_by_hand_that_was_canceled_does_not(self, shop: Shop) -> None:
        self.credit(shop, "2", state="cancel")
        carry_out(shop, rma({"sku": "TENT", "requested": "3"}, refunds=[refund("345.00")]))

    def test_one_line_by_hand_for_two_invoice_lines(self) -> None:
        shop = Shop()
        order = shop.order(("TENT", "2", "100"), ("TENT", "1", "100"))
        shop.deliver(order)
        invoice = shop.invoice(order)
        for line in [x for x in shop.erp.invoice_lines.values() if x.invoice_id == invoice]:
            shop.erp.invoice_lines[line.id] = replace(line, quantity=D(2))
        shop.credit_by_hand(invoice, "TENT", "4")
        note = max(shop.erp.invoice_lines)
        shop.erp.invoice_lines[note] = replace(shop.erp.invoice_lines[note], order_line_ids=())
        request = rma({"sku": "TENT", "requested": "1", "physical": False}, refunds=[refund("115.00")])
        assert codes(look(shop, request)[0]) == ["over_refund"]

    def test_charges_alone_go_to_an_invoice_of_their_own_order(self, shop: Shop) -> None:
        other = shop.order(("TENT", "1", "100"), ref="S-2")
        own = shop.invoice(other)
        charges = [{"id": "g", "kind": "goodwill", "amount": "5.00"}]
        one = rma(id="R-1", order="S-1", charges=charges, refunds=[refund("5.00")])
        two = rma(id="R-2", order="S-2", charges=charges, refunds=[refund("5.00")])
        plans = look(shop, one, two)
        (draft,) = [s for s in plans[1].steps if isinstance(s, MakeCreditNote)]
        assert draft.invoice_id == own


class TestNumbersThatOdooCannotHold:
    @pytest.mark.parametrize(
        ("line", "more"),
        [
            ({"requested": "0.333"}, {}),
            ({"requested": "2", "received": "0.005"}, {}),
            ({"requested": "1"}, {"refunds": [refund("115.005")]}),
            ({"requested": "1"}, {"promised": "0.001"}),
        ],
    )
    def test_they_are_refused_and_never_rounded(self, line: dict[str, str], more: dict[str, Any]) -> None:
        shop = Shop()
        order = shop.order(("TENT", "3", "100"))
        shop.deliver(order)
        shop.invoice(order)
        (plan,) = look(shop, rma({"sku": "TENT", **line}, **more))
        assert (codes(plan), plan.steps) == (["bad_number"], [])

    def test_half_a_cent_where_there_are_no_cents(self) -> None:
        shop = Shop()
        shop.deliver(shop.order(("TENT", "1", "100"), currency="JPY"))
        (plan,) = look(shop, rma({"sku": "TENT", "requested": "1"}, currency="JPY", promised="10.5"))
        assert codes(plan) == ["bad_number"]


def test_the_line_whose_serial_came_back_is_the_one_that_is_credited(shop: Shop) -> None:
    shop.product("GPS", "serial")
    order = shop.order(("GPS", "2", "300"))
    shop.deliver(order, lots={"SN1": "1", "SN2": "1"})
    shop.invoice(order)
    lines = [{"sku": "GPS", "requested": "1", "lots": [{"name": name}]} for name in ("SN1", "SN2")]
    warehouse = {"shop": SourceRules(source_receives=False, credit_on=CreditOn.RECEIPT)}
    carry_out(shop, rma(*lines), sources=warehouse)
    validate(shop, "GPS", "1", {"SN2": "1"})
    (plan,) = carry_out(shop, rma(*lines), sources=warehouse)
    [note] = [s for s in plan.steps if isinstance(s, MakeCreditNote)]
    assert [line.key.parts[-2] for line in note.lines] == ["2"]
    (after,) = look(shop, rma(*lines), sources=warehouse)
    assert [(x.received, x.credited) for x in after.in_erp.lines] == [(0, 0), (1, 1)]

"""Goods that are repaired, and goods that go back to the customer: what waits for whom, and what is paid for."""

from dataclasses import replace
from typing import Any

import pytest
from shop import BY_SOURCE, D, Shop, carry_out, codes, look, rma

from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.decisions import Decisions, Remembered
from odoo_rma.mappings.disposition_rules import DispositionRule
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.erp import Move, Picking
from odoo_rma.mappings.foresee import foresee
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.repair import Repair, Repairs
from odoo_rma.mappings.vocabulary import Condition, Disposition

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
ON_INSPECTION = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.INSPECTION)}
BROKEN = {"sku": "TENT", "requested": "1", "received": "1", "resolution": "repair"}


def seen(disposition: str, quantity: str = "1", *lots: str) -> dict[str, Any]:
    found = {"quantity": quantity, "condition": "defective", "disposition": disposition}
    return found | ({"lots": [{"name": x} for x in lots]} if lots else {})


def shop_with(quantity: str = "1", sku: str = "TENT", *serials: str) -> Shop:
    """Tents, delivered, invoiced and paid."""
    shop = Shop()
    if serials:
        shop.product(sku, "serial")
    order = shop.order((sku, quantity, "100"))
    shop.deliver(order, lots=dict.fromkeys(serials, "1"))
    shop.invoice(order, paid=True)
    return shop


def repairs(shop: Shop) -> list[Repair]:
    return sorted(shop.erp.repairs.repairs.values(), key=lambda r: r.id)


def finish(shop: Shop, *, state: str = "done") -> None:
    """The workshop's part: all repair orders that wait are done (or canceled)."""
    for one in repairs(shop):
        if one.state == "confirmed":
            shop.erp.repairs.repairs[one.id] = replace(one, state=state)  # type: ignore[index]


def sent(shop: Shop) -> list[Picking]:
    return [p for p in shop.erp.pickings.values() if p.key and p.key.kind == "sendback"]


def moves_of(shop: Shop, picking: Picking) -> list[Move]:
    return [m for m in shop.erp.moves.values() if m.picking_id == picking.id]


def send(shop: Shop) -> None:
    """The warehouse's part: everything that waits to go back goes."""
    for picking in sent(shop):
        if picking.pending:
            shop.erp.pickings[picking.id] = replace(picking, state="done")  # type: ignore[index]
            for m in moves_of(shop, picking):
                shop.erp.moves[m.id] = replace(m, state="done", done=m.demand)  # type: ignore[index]


def credits(shop: Shop) -> list[Any]:
    return [i.total for i in shop.erp.invoices.values() if i.is_credit]


def last(shop: Shop, one: Rma, sources: dict[str, SourceRules] = BY_SOURCE) -> Plan:
    carry_out(shop, one, sources=sources)
    return look(shop, one, sources=sources)[0]


def test_what_is_to_be_repaired_gets_a_repair_order_that_waits_for_the_workshop() -> None:
    shop = shop_with()
    plan = last(shop, rma({**BROKEN, "inspections": [seen("repair")]}))
    [order] = repairs(shop)
    assert (order.state, order.quantity) == ("confirmed", D(1))
    assert plan.awaits == [f"repair order {order.name} is waiting to be finished in Odoo"]
    assert [(f.what, f.state) for f in plan.found if f.model == "repair.order"] == [
        ("repair order", "confirmed")
    ]
    assert sent(shop) == []


def test_when_it_is_repaired_it_waits_to_be_sent_back_and_the_return_ends_when_it_is() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "inspections": [seen("repair")]}, closed=True)
    carry_out(shop, one)
    finish(shop)
    plan = last(shop, one)
    [picking] = sent(shop)
    [move] = moves_of(shop, picking)
    assert (picking.state, move.demand, move.outgoing) == ("assigned", D(1), True)
    assert shop.erp.moves[move.origin_move_id].state == "done", "against the move that brought it"
    assert plan.awaits == [f"transfer {picking.name} is waiting to be sent back to the customer"]
    assert not plan.finished
    send(shop)
    plan = last(shop, one)
    assert (plan.awaits, plan.finished, codes(plan)) == ([], True, [])
    assert len(repairs(shop)) == len(sent(shop)) == 1


def test_what_the_shop_repairs_for_itself_stays() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "resolution": "refund", "inspections": [seen("repair")]}, closed=True)
    plan = last(shop, one)
    assert (len(repairs(shop)), plan.awaits, plan.finished) == (1, [], True)
    finish(shop)
    carry_out(shop, one)
    assert sent(shop) == []


def test_a_repair_that_nobody_inspected_yet_is_waited_for() -> None:
    shop = shop_with()
    plan = last(shop, rma(BROKEN))
    assert (repairs(shop), plan.awaits) == ([], ["1 × TENT to be repaired: not inspected yet"])


def test_what_is_not_accepted_goes_back_and_nobody_pays_for_it() -> None:
    shop = shop_with("2")
    line = {"sku": "TENT", "requested": "2", "received": "2"}
    line["inspections"] = [seen("return_to_customer"), seen("restock")]
    plan = last(shop, rma(line, promised="115.00"), ON_RECEIPT)
    [picking] = sent(shop)
    assert ([m.demand for m in moves_of(shop, picking)], credits(shop)) == ([D(1)], [D(115)])
    assert codes(plan) == []


@pytest.mark.parametrize("sources", [ON_RECEIPT, ON_INSPECTION])
@pytest.mark.parametrize("resolution", ["repair", "replacement", "none"])
def test_who_gets_goods_or_nothing_is_not_credited_by_arrival(
    resolution: str, sources: dict[str, SourceRules]
) -> None:
    shop = shop_with("2")
    lines = (
        {**BROKEN, "resolution": resolution, "inspections": [seen("quarantine")]},
        {**BROKEN, "resolution": "refund", "inspections": [seen("restock")]},
    )
    plan = last(shop, rma(*lines, promised="115.00"), sources)
    assert (credits(shop), codes(plan)) == ([D(115)], [])


def test_a_refund_that_names_no_lines_pays_for_what_is_not_repaired() -> None:
    shop = shop_with("2")
    lines = (
        {**BROKEN, "inspections": [seen("repair")]},
        {**BROKEN, "resolution": "refund", "inspections": [seen("restock")]},
    )
    plan = last(shop, rma(*lines, refunds=[{"id": "R1", "amount": "115.00"}]))
    assert (credits(shop), codes(plan), len(repairs(shop))) == ([D(115)], [], 1)
    finish(shop)
    carry_out(shop, rma(*lines, refunds=[{"id": "R1", "amount": "115.00"}]))
    assert [m.demand for p in sent(shop) for m in moves_of(shop, p)] == [D(1)]


def test_what_is_credited_already_does_not_go_back_as_well() -> None:
    shop = shop_with()
    line = {"sku": "TENT", "requested": "1", "received": "1"}
    carry_out(shop, rma(line), sources=ON_RECEIPT)
    refused = rma({**line, "inspections": [seen("return_to_customer")]}, revision=2)
    plan = last(shop, refused, ON_RECEIPT)
    assert (codes(plan), sent(shop)) == (["credited_and_sent_back"], [])


def test_each_serial_number_has_its_own_order_and_the_very_one_goes_back() -> None:
    shop = shop_with("2", "DRONE", "D1", "D2")
    both = [seen("repair", "2", "D1", "D2")]
    one = rma({**BROKEN, "sku": "DRONE", "requested": "2", "received": "2", "inspections": both})
    carry_out(shop, one)
    assert sorted(shop.erp.lots[r.lot_id] for r in repairs(shop)) == ["D1", "D2"]
    second = next(r for r in repairs(shop) if shop.erp.lots[r.lot_id] == "D2")
    shop.erp.repairs.repairs[second.id] = replace(second, state="done")  # type: ignore[index]
    carry_out(shop, one)
    [picking] = sent(shop)
    assert [{shop.erp.lots[x] for x in m.lots} for m in moves_of(shop, picking)] == [{"D2"}]
    finish(shop)
    send(shop)
    carry_out(shop, one)
    assert [sorted(shop.erp.lots[x] for m in moves_of(shop, p) for x in m.lots) for p in sent(shop)] == [
        ["D2"],
        ["D1"],
    ]


def test_where_odoo_reserved_another_serial_number_it_is_put_right() -> None:
    shop = shop_with("2", "DRONE", "D1", "D2")
    back = [seen("return_to_customer", "1", "D2"), seen("restock", "1", "D1")]
    one = rma({"sku": "DRONE", "requested": "2", "received": "2", "inspections": back})
    carry_out(shop, one)
    [move] = moves_of(shop, sent(shop)[0])
    shop.erp.moves[move.id] = replace(move, lots={shop.lot("D1"): D(1)})  # type: ignore[index]
    assert [str(s) for s in look(shop, one)[0].steps] == ["1 of D2 reserved for the customer"]
    carry_out(shop, one)
    assert set(shop.erp.moves[move.id].lots) == {shop.lot("D2")}


def test_another_parcel_brings_another_repair_order() -> None:
    shop = shop_with("2")
    line = {**BROKEN, "requested": "2"}
    carry_out(shop, rma({**line, "inspections": [seen("repair")]}))
    finish(shop)
    carry_out(shop, rma({**line, "received": "2", "inspections": [seen("repair", "2")]}, revision=2))
    assert [(r.state, r.quantity) for r in repairs(shop)] == [("done", D(1)), ("confirmed", D(1))]
    assert [m.demand for p in sent(shop) for m in moves_of(shop, p)] == [D(1)]


def test_a_repair_that_a_person_canceled_asks_what_is_to_become_of_the_goods() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "inspections": [seen("repair")]})
    carry_out(shop, one)
    finish(shop, state="cancel")
    plan = last(shop, one)
    assert (codes(plan), len(repairs(shop))) == (["canceled_by_hand"], 1)
    back = rma({**BROKEN, "inspections": [seen("return_to_customer")]}, revision=2)
    plan = last(shop, back)
    assert (codes(plan), [p.state for p in sent(shop)]) == ([], ["assigned"])


def test_a_transfer_back_that_a_person_canceled_is_not_made_again() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "inspections": [seen("return_to_customer")]})
    carry_out(shop, one)
    [picking] = sent(shop)
    shop.erp.pickings[picking.id] = replace(picking, state="cancel")  # type: ignore[index]
    for m in moves_of(shop, picking):
        shop.erp.moves[m.id] = replace(m, state="cancel")  # type: ignore[index]
    plan = look(shop, one)[0]
    assert (codes(plan), plan.steps) == (["canceled_by_hand"], [])


def test_a_canceled_return_cancels_what_nobody_has_begun() -> None:
    shop = shop_with("2")
    line = {**BROKEN, "requested": "2", "received": "2"}
    line["inspections"] = [seen("repair"), seen("return_to_customer")]
    carry_out(shop, rma(line))
    canceled = rma(line, authorization="canceled", revision=2)
    plan = last(shop, canceled)
    assert ([r.state for r in repairs(shop)], [p.state for p in sent(shop)]) == (["cancel"], ["cancel"])
    assert (plan.finished, codes(plan)) == (True, [])
    reopened = last(shop, rma(line, revision=3))
    assert [r.state for r in repairs(shop)] == ["cancel", "confirmed"], "we canceled it ourselves"
    assert ([p.state for p in sent(shop)], codes(reopened)) == (["cancel", "assigned"], [])


@pytest.mark.parametrize(("state", "word"), [("under_repair", "was begun"), ("done", "is done")])
def test_a_canceled_return_leaves_what_was_begun_and_says_so(state: str, word: str) -> None:
    shop = shop_with()
    line = {**BROKEN, "inspections": [seen("repair")]}
    carry_out(shop, rma(line))
    finish(shop, state=state)
    plan = last(shop, rma(line, authorization="canceled", revision=2))
    assert [r.state for r in repairs(shop)] == [state]
    assert any(word in note for note in plan.notes)
    assert sent(shop) == []


def test_without_the_module_it_is_said_and_only_to_who_asks_for_a_repair() -> None:
    shop = shop_with()
    shop.erp = replace(shop.erp, repairs=Repairs(offered=False))
    plan = last(shop, rma({**BROKEN, "inspections": [seen("repair")]}))
    assert codes(plan) == ["no_repair_module"]
    shop = shop_with()
    shop.erp = replace(shop.erp, repairs=Repairs(offered=False))
    assert codes(last(shop, rma({**BROKEN, "inspections": [seen("return_to_customer")]}))) == []


def test_what_comes_to_be_repaired_is_repaired_where_nobody_says_otherwise() -> None:
    shop = shop_with()
    found = {"quantity": "1", "condition": "junk"}
    carry_out(shop, rma({**BROKEN, "inspections": [found]}))
    assert len(repairs(shop)) == 1, "the customer's own is not scrapped"
    shop = shop_with()
    rule = DispositionRule(Disposition.RETURN_TO_CUSTOMER, conditions=(Condition.JUNK,))
    shop.inspection = replace(shop.inspection, rules=(rule,))
    carry_out(shop, rma({**BROKEN, "inspections": [found]}))
    assert (repairs(shop), len(sent(shop))) == ([], 1), "the shop's own rules come first"


def test_the_repair_begins_where_repairs_are_done() -> None:
    shop = shop_with()
    place = shop.places(Disposition.REPAIR)[Disposition.REPAIR]
    one = rma({**BROKEN, "inspections": [seen("repair")]})
    first = look(shop, one)[0]
    assert "repair order" not in " ".join(in_words(first.steps)), "not before the goods are there"
    carry_out(shop, one)
    finish(shop)
    carry_out(shop, one)
    assert [m.location_id for p in sent(shop) for m in moves_of(shop, p)] == [place]


def test_a_dry_run_shows_the_repair_order_although_nothing_is_received_yet() -> None:
    shop, words = shop_with(), []
    shop.places(Disposition.REPAIR)
    for _ in range(5):
        plans = look(shop, rma({**BROKEN, "inspections": [seen("repair")]}))
        words += in_words(plans[0].steps)
        shop.erp = foresee(shop.erp, plans)
    assert "repair order for 1 unit" in words
    assert "repair order made ready" not in words, "that goes without saying"


def test_goods_that_were_put_elsewhere_go_back_from_there() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "inspections": [seen("return_to_customer")]})
    carry_out(shop, one)
    [first] = sent(shop)
    [move] = moves_of(shop, first)
    received = shop.erp.moves[move.origin_move_id]
    shop.erp.moves[received.id] = replace(received, destination_id=77)  # type: ignore[index]
    carry_out(shop, one)
    assert [(p.state, p.location_id) for p in sent(shop)] == [("cancel", first.location_id), ("assigned", 77)]


def test_what_a_person_sent_back_by_hand_counts_and_ours_is_taken_back() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "inspections": [seen("return_to_customer")]}, closed=True)
    carry_out(shop, one)
    [ours] = sent(shop)
    [move] = moves_of(shop, ours)
    by_hand = replace(ours, id=shop.new(), key=None, state="done")
    shop.erp.pickings[by_hand.id] = by_hand  # type: ignore[index]
    gone = replace(move, id=shop.new(), picking_id=by_hand.id, state="done", done=D(1))
    shop.erp.moves[gone.id] = gone  # type: ignore[index]
    plan = last(shop, one)
    assert ([p.state for p in sent(shop)], plan.finished, codes(plan)) == (["cancel"], True, [])


def test_a_repair_order_that_a_person_deleted_is_not_made_again_until_somebody_says_so() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "inspections": [seen("repair")]})
    carry_out(shop, one)
    [order] = repairs(shop)
    del shop.erp.repairs.repairs[order.id]  # type: ignore[attr-defined]
    known = Remembered("repair order", "repair.order", order.id, order.name)
    shop.erp = replace(shop.erp, gone=frozenset({("repair.order", order.id)}))
    plan = with_memory(shop, one, known)
    assert (codes(plan), plan.steps) == (["deleted_by_hand"], [])
    assert "repair order for 1 unit" in in_words(with_memory(shop, one, replace(known, again=True)).steps)


def test_a_repair_order_that_a_person_canceled_is_made_again_when_somebody_says_so() -> None:
    shop = shop_with()
    one = rma({**BROKEN, "inspections": [seen("repair")]})
    carry_out(shop, one)
    finish(shop, state="cancel")
    [order] = repairs(shop)
    known = Remembered("repair order", "repair.order", order.id, order.name, again=True)
    plan = with_memory(shop, one, known)
    assert (codes(plan), in_words(plan.steps)) == ([], ["repair order for 1 unit"])


def with_memory(shop: Shop, one: Rma, known: Remembered) -> Plan:
    """Look as a run does that remembers a document."""
    decided = {("shop", one.id): Decisions(remembered=(known,))}
    return compare([one], shop.erp, BY_SOURCE, shop.all_rules(), decided)[0]

"""What becomes of goods that came back: every unit stands where it belongs, once, and nobody's decision is undone."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from shop import BY_ODOO, BY_SOURCE, D, Shop, carry_out, codes, look, rma
from shop.build import CUSTOMER, IN, STOCK, UNIT, VIEW

from odoo_rma.mappings.disposition_rules import DispositionRule, InspectionRules
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.foresee import foresee
from odoo_rma.mappings.foresee.world import table
from odoo_rma.mappings.inspection import as_inspected
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan import Note, in_words
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.disposition import Arrived, Article, Flow, Onward, Pending, Place, Scrap
from odoo_rma.mappings.standing import Gone, standing
from odoo_rma.mappings.vocabulary import Condition, Disposition, ReasonCode

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
ON_INSPECTION = {"shop": SourceRules(source_receives=False, credit_on=CreditOn.INSPECTION)}
QUARANTINE, TO_VENDOR = Disposition.QUARANTINE, Disposition.RETURN_TO_VENDOR
INPUT, SCRAPPED = 50, 51
Standing = dict[Any, Decimal]


def warehouse(quantity: str = "2", *, lots: dict[str, str] | None = None) -> Shop:
    """Tents, delivered, invoiced and paid; a warehouse with a place for everything."""
    shop = Shop()
    shop.places(TO_VENDOR, Disposition.RESTOCK_B_GRADE, Disposition.REPAIR, Disposition.DONATE)
    if lots:
        shop.product("TENT", "lot")
    order = shop.order(("TENT", quantity, "100"))
    shop.deliver(order, lots=lots)
    shop.invoice(order, paid=True)
    return shop


def seen(quantity: str, condition: str, **more: Any) -> dict[str, Any]:
    return {"quantity": quantity, "condition": condition, **more}


def back(*inspections: dict[str, Any], quantity: str = "2", received: str = "", **more: Any) -> Rma:
    line = {"sku": "TENT", "requested": quantity, "received": received or quantity}
    own = {k: more.pop(k) for k in ("lots", "condition", "reason") if k in more}
    return rma(line | {"inspections": list(inspections)} | own, **more)


def stands(shop: Shop, one: Rma) -> Standing:
    """Units by where they are: a disposition, `stock`, or how they left."""
    names: dict[int, Any] = {i: d for d, own in shop.inspection.locations.items() for i in own.values()}
    names |= {STOCK: "stock", INPUT: "input"}
    found: Standing = defaultdict(Decimal)
    for part in standing(as_inspected(one, shop.inspection), shop.erp, shop.inspection):
        found[part.gone or names[part.location_id]] += part.quantity
    return dict(found)


def notes(shop: Shop, one: Rma, **more: Any) -> list[str]:
    return look(shop, one, **more)[0].notes


# ── what the source found ──


def test_half_is_restocked_and_half_is_scrapped() -> None:
    shop = warehouse()
    one = back(seen("1", "new_opened"), seen("1", "junk"))
    carry_out(shop, one)
    assert stands(shop, one) == {"stock": 1, Gone.SCRAPPED: 1}
    [scrap] = shop.erp.dispositions.scraps.values()
    assert (scrap.origin, scrap.quantity, scrap.source_id) == ("R-1: scrap, junk", 1, STOCK)
    assert not shop.erp.dispositions.onward, "what is in stock already needs no transfer"


@pytest.mark.parametrize(
    "told", ["quarantine", "restock_b_grade", "return_to_vendor", "donate", "repair"], ids=str
)
def test_goods_are_put_where_their_disposition_has_its_place(told: str) -> None:
    shop = warehouse()
    one = back(seen("2", "used", disposition=told))
    carry_out(shop, one)
    assert stands(shop, one) == {Disposition(told): 2}
    [transfer] = shop.erp.dispositions.onward.values()
    assert (transfer.origin, transfer.state) == (f"R-1: {told.replace('_', ' ')}", "done")


def test_one_transfer_per_place_however_many_inspections() -> None:
    shop = warehouse("4")
    quarantined = seen("1", "used"), seen("2", "defective")
    carry_out(shop, back(*quarantined, seen("1", "used", disposition="donate"), quantity="4"))
    assert sorted(o.origin for o in shop.erp.dispositions.onward.values()) == [
        "R-1: donate",
        "R-1: quarantine",
    ]


def test_an_inspection_reported_after_the_receipt_moves_the_goods_then() -> None:
    shop = warehouse()
    carry_out(shop, back())
    assert stands(shop, back()) == {"stock": 2}
    later = back(seen("1", "used"), revision=2)
    carry_out(shop, later)
    assert stands(shop, later) == {"stock": 1, QUARANTINE: 1}


def test_goods_that_were_judged_anew_are_moved_on_from_where_they_are() -> None:
    shop = warehouse()
    carry_out(shop, back(seen("2", "used")))
    now = back(seen("1", "used", disposition="restock"), seen("1", "used", disposition="scrap"), revision=2)
    carry_out(shop, now)
    assert stands(shop, now) == {"stock": 1, Gone.SCRAPPED: 1}
    [scrap] = shop.erp.dispositions.scraps.values()
    assert scrap.source_id == shop.inspection.locations[QUARANTINE][1], "out of quarantine, not out of stock"


def test_what_is_not_received_in_odoo_yet_waits() -> None:
    shop = warehouse()
    one = back(seen("2", "used"))
    plan = look(shop, one, sources=BY_ODOO)[0]
    assert not any("put away" in word for word in in_words(plan.steps))
    carry_out(shop, one, sources=BY_ODOO)
    assert stands(shop, one) == {}


def test_without_locations_in_the_settings_goods_stay_where_they_were_received() -> None:
    shop = warehouse()
    shop.inspection = InspectionRules()
    plan = carry_out(shop, back(seen("2", "junk")))[0]
    assert (codes(plan), shop.erp.dispositions.scraps) == ([], {})


def test_a_disposition_without_a_place_is_said_and_holds_up_nothing_else() -> None:
    shop = warehouse()
    one = back(seen("1", "used", disposition="refurbish"), seen("1", "used"))
    carry_out(shop, one)
    plan = look(shop, one)[0]
    assert codes(plan) == ["no_location"]
    assert plan.issues[0].message == "1 × TENT of R-1 belong to “refurbish”, but it has no location."
    assert stands(shop, one) == {"stock": 1, QUARANTINE: 1}


def test_a_dry_run_shows_the_transfer_although_nothing_is_received_yet() -> None:
    shop, words = warehouse(), []
    for _ in range(4):
        plans = look(shop, back(seen("1", "used"), seen("1", "junk")))
        words += in_words(plans[0].steps)
        shop.erp = foresee(shop.erp, plans)
    assert words[-2:] == ["1 unit put away: quarantine", "1 scrapped"]


# ── rules ──


def test_the_first_rule_that_fits_decides_then_the_defaults() -> None:
    rules = InspectionRules(
        (
            DispositionRule(TO_VENDOR, conditions=(Condition.DEFECTIVE,), skus=("STOVE",)),
            DispositionRule(Disposition.DONATE, reasons=(ReasonCode.COLOR,)),
        )
    )
    told = rules.disposition
    assert told(Condition.DEFECTIVE, ReasonCode.COLOR, "STOVE") is TO_VENDOR
    assert told(Condition.DEFECTIVE, ReasonCode.COLOR, "TENT") is Disposition.DONATE
    assert told(Condition.DEFECTIVE, ReasonCode.OTHER, "TENT") is QUARANTINE
    assert told(Condition.NEW_SEALED, ReasonCode.OTHER, "TENT") is Disposition.RESTOCK
    assert told(Condition.MISSING, ReasonCode.OTHER, "TENT") is Disposition.NOT_RECEIVED


def test_what_the_source_decided_is_not_overruled() -> None:
    shop = warehouse()
    rule = DispositionRule(TO_VENDOR, conditions=(Condition.DEFECTIVE,))
    shop.inspection = replace(shop.inspection, rules=(rule,))
    one = back(seen("1", "defective"), seen("1", "defective", disposition="restock"))
    carry_out(shop, one)
    assert stands(shop, one) == {"stock": 1, TO_VENDOR: 1}


def test_what_the_rules_send_back_to_the_customer_is_not_credited() -> None:
    shop = warehouse()
    rule = DispositionRule(Disposition.RETURN_TO_CUSTOMER, conditions=(Condition.DAMAGED_CUSTOMER,))
    shop.inspection = replace(shop.inspection, rules=(rule,))
    sources = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.INSPECTION)}
    plans = look(shop, back(seen("1", "damaged_customer"), seen("1", "used")), sources=sources)
    assert "credit note of 115.00 USD" in " ".join(in_words(plans[0].steps))


# ── what did not come, or was something else ──


def test_of_two_one_is_missing_neither_received_nor_credited() -> None:
    for received in ("2", "1"):
        shop = warehouse()
        one = back(seen("1", "new_opened"), seen("1", "missing"), received=received)
        carry_out(shop, one, sources=ON_RECEIPT)
        assert stands(shop, one) == {"stock": 1}
        assert [i.total for i in shop.erp.invoices.values() if i.is_credit] == [115]
        assert "1 × TENT did not come: not credited" in notes(shop, one, sources=ON_RECEIPT)


def test_what_turns_out_later_to_be_missing_has_to_leave_stock_again_by_a_person() -> None:
    shop = warehouse()
    carry_out(shop, back())
    later = back(seen("1", "new_opened"), seen("1", "missing"), revision=2)
    plan = look(shop, later)[0]
    assert codes(plan) == ["received_too_much"]
    send_back(shop, "1")
    assert codes(look(shop, later)[0]) == [], "a person took it out in Odoo"


def test_another_article_is_received_as_what_it_is_into_quarantine() -> None:
    shop = warehouse()
    mug = shop.product("MUG")
    table(shop.erp.dispositions.articles)[mug] = Article(mug, "MUG", "none", UNIT)
    one = back(seen("1", "new_opened"), seen("1", "wrong_item", sku="MUG"))
    carry_out(shop, one, sources=ON_RECEIPT)
    assert stands(shop, one) == {"stock": 1}, "only one tent came"
    [flow] = shop.erp.dispositions.flows.values()
    assert (flow.product_id, flow.quantity, flow.source_id) == (mug, 1, CUSTOMER)
    assert flow.destination_id == shop.inspection.locations[QUARANTINE][1]
    assert [i.total for i in shop.erp.invoices.values() if i.is_credit] == [115]
    assert "1 × MUG came instead of TENT" in notes(shop, one)


@pytest.mark.parametrize(
    ("sku", "why"), [({}, "does not say which article"), ({"sku": "NIX"}, "Odoo has no such article")]
)
def test_another_article_that_nobody_knows_is_said(sku: dict[str, str], why: str) -> None:
    shop = warehouse()
    plan = look(shop, back(seen("1", "wrong_item", **sku), quantity="1"))[0]
    assert codes(plan) == ["wrong_item_unknown"]
    assert why in plan.issues[0].message


def test_a_condition_other_than_announced_is_said() -> None:
    one = back(seen("2", "damaged_customer"), condition="new_sealed")
    assert "2 × TENT announced as new sealed, found damaged customer" in notes(warehouse(), one)


def test_the_inspectors_words_and_photos_stand_once_on_the_return_transfer() -> None:
    shop = warehouse()
    told = {"notes": "Pole <bent>.", "photos": ["https://x.example/1.jpg", "javascript:x"]}
    one = back(seen("2", "used", **told))
    carry_out(shop, one)
    [key] = shop.erp.dispositions.noted.values()
    assert key.parts[:2] == ("1", "1")
    again = back(seen("2", "used", **told | {"notes": "Pole repaired."}), revision=2)
    [note] = [s for s in look(shop, again)[0].steps if isinstance(s, Note)]
    assert '<a href="https://x.example/1.jpg">' in note.body
    assert "javascript:x" in note.body and 'href="javascript' not in note.body


# ── lots, serials, kits ──


def test_lots_follow_to_their_places() -> None:
    shop = warehouse("2", lots={"A": "1", "B": "1"})
    one = back(seen("1", "used", lots=[{"name": "B"}]), seen("1", "new_opened", lots=[{"name": "A"}]))
    carry_out(shop, one)
    parts = standing(one, shop.erp, shop.inspection)
    where = {shop.erp.lots[p.lot_id]: p.location_id for p in parts}
    assert where == {"A": STOCK, "B": shop.inspection.locations[QUARANTINE][1]}


def test_a_lot_that_only_the_inspection_names_is_the_one_received() -> None:
    shop = warehouse("2", lots={"A": "1", "B": "1"})
    one = back(seen("1", "used", lots=[{"name": "B"}]), quantity="1")
    carry_out(shop, one)
    [part] = standing(one, shop.erp, shop.inspection)
    assert shop.erp.lots[part.lot_id] == "B"


def test_which_lot_was_inspected_is_not_guessed() -> None:
    shop = warehouse("2", lots={"A": "1", "B": "1"})
    one = back(seen("1", "used"), seen("1", "new_opened"))
    carry_out(shop, one)
    assert codes(look(shop, one)[0]) == ["lot_needed"]
    assert stands(shop, one) == {"stock": 2}


def test_a_serial_that_was_never_delivered_is_refused_in_words() -> None:
    shop = warehouse("2", lots={"A": "1", "B": "1"})
    plan = look(shop, back(seen("1", "used", lots=[{"name": "Z"}]), quantity="1"))[0]
    assert codes(plan) == ["unknown_lot"]
    assert plan.issues[0].message.startswith("Lot or serial Z of TENT")
    assert not plan.steps


def test_an_inspection_of_another_serial_than_was_received_is_refused() -> None:
    shop = warehouse("2", lots={"A": "1", "B": "1"})
    carry_out(shop, back(quantity="1", lots=[{"name": "A"}]))
    later = back(seen("1", "used", lots=[{"name": "B"}]), quantity="1", lots=[{"name": "A"}], revision=2)
    plan = look(shop, later)[0]
    assert (codes(plan), plan.steps) == (["unknown_lot"], [])


def test_a_kit_is_inspected_part_by_part() -> None:
    shop = Shop()
    shop.places()
    order = shop.order(("KIT", "1", "79"))
    [line] = shop.erp.order_lines.values()
    delivery = shop.deliver(order)
    [kit] = shop.erp.moves
    del shop.erp.moves[kit]  # type: ignore[attr-defined]
    for sku, quantity in (("STOVE", 1), ("POT", 2)):
        shop.move(delivery, shop.product(sku), line.id, D(quantity))
    one = rma({"sku": "KIT", "requested": "1", "received": "1", "inspections": [seen("1", "used")]})
    carry_out(shop, one)
    assert codes(look(shop, one)[0]) == ["kit_inspected"]


# ── what people do by hand in Odoo ──


def by_hand(shop: Shop, one: Rma, quantity: str, place: int, source: int = STOCK) -> None:
    """Let a person move tents, naming the return transfer as source document."""
    part = standing(one, shop.erp, shop.inspection)[0]
    origin, picking, line = shop.erp.pickings[part.move.picking_id].name, shop.new(), shop.new()
    seen = shop.erp.dispositions
    table(seen.onward)[picking] = Onward(picking, f"WH/INT/{picking}", "done", origin, None)
    product, lot = part.move.product_id, part.lot_id
    table(seen.flows)[line] = Flow(line, picking, product, lot, UNIT, D(quantity), source, place)


def send_back(shop: Shop, quantity: str) -> None:
    """Let a person return units of our return transfer to the customer."""
    [move] = [m for m in shop.erp.moves.values() if not m.outgoing]
    record, way = shop.new(), {"location_id": STOCK, "destination_id": CUSTOMER}
    done = {"demand": D(quantity), "done": D(quantity), "origin_move_id": move.id, "outgoing": True}
    picking = replace(shop.erp.pickings[move.picking_id], id=record, key=None)
    table(shop.erp.pickings)[record] = picking
    back = replace(move, id=shop.new(), picking_id=record, **done, **way)  # type: ignore[arg-type]
    table(shop.erp.moves)[back.id] = back


def test_what_a_person_moved_before_the_inspection_came_is_not_moved_twice() -> None:
    shop = warehouse()
    carry_out(shop, back())
    by_hand(shop, back(), "1", shop.inspection.locations[QUARANTINE][1])
    assert notes(shop, back()) == ["1 × TENT put in WH/quarantine, by hand"]
    later = back(seen("1", "used"), seen("1", "new_opened"), revision=2)
    assert look(shop, later)[0].steps == []
    assert [f.what for f in look(shop, later)[0].found] == ["moved by hand"]


def test_a_persons_decision_is_not_undone_but_said() -> None:
    shop = warehouse()
    carry_out(shop, back(quantity="1"))
    by_hand(shop, back(quantity="1"), "1", shop.inspection.locations[TO_VENDOR][1])
    later = back(seen("1", "used"), quantity="1", revision=2)
    plan = look(shop, later)[0]
    assert plan.steps == []
    assert plan.notes == [
        "1 × TENT put in WH/return_to_vendor, by hand; the source says quarantine: nothing is moved again"
    ]


def test_goods_that_a_person_put_on_a_shelf_are_found_there() -> None:
    shop = warehouse()
    carry_out(shop, back())
    shelf = shop.new()
    table(shop.erp.dispositions.places)[shelf] = Place(shelf, "WH/Stock/A1", (VIEW, STOCK, shelf), "internal")
    by_hand(shop, back(), "2", shelf)
    carry_out(shop, back(seen("1", "used"), seen("1", "new_sealed"), revision=2))
    ours = [f for f in shop.erp.dispositions.flows.values() if f.source_id == shelf]
    assert [f.quantity for f in ours] == [1], "taken from the shelf; the other one may stay there"


def test_goods_received_straight_into_quarantine_stay_there() -> None:
    shop = warehouse()
    carry_out(shop, back())
    [move] = [m for m in shop.erp.moves.values() if not m.outgoing]
    place = shop.inspection.locations[QUARANTINE][1]
    table(shop.erp.dispositions.arrivals)[move.id] = (Arrived(0, place, D(2)),)
    assert look(shop, back(seen("2", "used"), revision=2))[0].steps == []


def test_what_a_person_scrapped_is_scrapped_once() -> None:
    shop = warehouse()
    carry_out(shop, back())
    scrap_by_hand(shop, "1")
    assert look(shop, back(seen("1", "junk"), seen("1", "new_opened"), revision=2))[0].steps == []


def scrap_by_hand(shop: Shop, quantity: str) -> None:
    [move] = [m for m in shop.erp.moves.values() if not m.outgoing]
    record, what = shop.new(), (move.product_id, 0, UNIT, D(quantity), STOCK, SCRAPPED)
    table(shop.erp.dispositions.scraps)[record] = Scrap(
        record, "SP/1", "done", "", move.picking_id, *what, key=None
    )


def test_a_canceled_put_away_is_not_made_again() -> None:
    shop = warehouse()
    one = back(seen("2", "used"))
    carry_out(shop, back())
    plan = look(shop, one)[0]
    made, _ = [s for s in plan.steps if "away" in str(s) or "transfer" in str(s)]
    shop.erp = foresee(shop.erp, [replace(plan, steps=[made])])
    seen_ = shop.erp.dispositions
    [transfer] = seen_.onward.values()
    table(seen_.onward)[transfer.id] = replace(transfer, state="cancel")
    assert codes(look(shop, one)[0]) == ["canceled_by_hand"]


# ── a warehouse with an input ──


def two_steps() -> Shop:
    """Goods arrive in the warehouse's input; Odoo waits to bring them on into stock."""
    shop = warehouse()
    types = shop.erp.picking_types
    table(types)[IN] = replace(types[IN], destination_id=INPUT)
    table(shop.erp.dispositions.places)[INPUT] = Place(INPUT, "WH/Input", (VIEW, INPUT), "internal")
    carry_out(shop, back())
    [move] = [m for m in shop.erp.moves.values() if not m.outgoing]
    picking, record, seen = shop.new(), shop.new(), shop.erp.dispositions
    table(seen.onward)[picking] = Onward(picking, "WH/INT/1", "assigned", "R-1: return of OUT", None)
    way = (INPUT, STOCK, (move.id,))
    table(seen.pending)[record] = Pending(record, picking, move.product_id, UNIT, D(2), *way)
    return shop


def test_in_two_steps_goods_leave_the_input_and_nothing_waits_for_them_any_more() -> None:
    shop = two_steps()
    one = back(seen("1", "used"), revision=2)
    carry_out(shop, one)
    assert stands(shop, one) == {"input": 1, QUARANTINE: 1}
    assert [m.demand for m in shop.erp.dispositions.pending.values()] == [1], "one still goes on into stock"
    both = back(seen("1", "used"), seen("1", "new_opened"), revision=3)
    carry_out(shop, both)
    assert stands(shop, both) == {"stock": 1, QUARANTINE: 1}
    assert shop.erp.dispositions.onward[min(shop.erp.dispositions.onward)].state == "cancel"


def test_goods_on_their_way_through_the_reception_are_credited_when_they_are_through() -> None:
    shop = two_steps()
    assert "credit note" not in " ".join(in_words(look(shop, back(), sources=ON_INSPECTION)[0].steps))
    table(shop.erp.dispositions.pending).clear()
    assert "credit note of 230.00 USD" in " ".join(
        in_words(look(shop, back(), sources=ON_INSPECTION)[0].steps)
    )


def test_what_was_scrapped_or_sent_back_by_hand_is_not_credited() -> None:
    shop = warehouse()
    carry_out(shop, back())
    scrap_by_hand(shop, "1")
    words = " ".join(in_words(look(shop, back(), sources=ON_INSPECTION)[0].steps))
    assert "credit note of 115.00 USD" in words
    assert notes(shop, back(), sources=ON_INSPECTION) == ["1 × TENT scrapped, by hand"]


def test_a_partial_receipt_closed_short_disposes_of_what_came() -> None:
    shop = warehouse("3")
    one = back(seen("1", "used"), seen("1", "new_sealed"), quantity="3", received="2", closed=True)
    carry_out(shop, one, sources=BY_SOURCE)
    assert stands(shop, one) == {"stock": 1, QUARANTINE: 1}
    assert look(shop, one)[0].finished

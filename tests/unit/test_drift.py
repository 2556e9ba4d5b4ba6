"""In what the two sides of a return may differ: each difference is found once, named right, and the sums explain it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from shop import BY_ODOO, D, Shop, carry_out, look, rma
from shop.sides import Sides, reconcile

from odoo_rma.mappings.agreement import agreed_now
from odoo_rma.mappings.drift import Area, Drift, DriftKind
from odoo_rma.mappings.drift.strays import Kin, Share, Stray, judge, judge_payment
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.erp import Invoice, Picking
from odoo_rma.mappings.foresee import World, do
from odoo_rma.mappings.foresee.world import table
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.ownership import Side
from odoo_rma.mappings.payment_rules import PaymentRules
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.payment import ByHand, Payment

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
REFUND = {
    "id": "F1",
    "amount": "23.00",
    "at": "2026-11-20T10:00:00Z",
    "lines": [{"line": "1", "quantity": "2"}],
}


@pytest.fixture
def shop() -> Shop:
    """A shop that sold and invoiced five of A at 10.00 and 15 % tax."""
    shop = Shop()
    order = shop.order(("A", "5", "10"))
    shop.deliver(order)
    shop.invoice(order)
    return shop


def returned(received: str = "2", **more: Any) -> Rma:
    """Two of A are to come back, and are paid back with 23.00."""
    line = {"sku": "A", "requested": "2", "received": received} | more.pop("line", {})
    return rma(line, **({"refunds": [REFUND]} | more))


def explained(sides: Sides) -> Sides:
    """Make sure that the listed differences explain the sums to the last cent."""
    assert not any(e.unexplained for e in sides.equations)
    return sides


def of(sides: Sides, area: Area) -> Drift:
    """Give the one difference of an area."""
    [one] = [d for d in explained(sides).drifts if d.area is area]
    return one


def note_of(shop: Shop) -> Invoice:
    [note] = [i for i in shop.erp.invoices.values() if i.is_credit]
    return note


def change_note(shop: Shop, **changes: Any) -> None:
    note = note_of(shop)
    table(shop.erp.invoices)[note.id] = replace(note, **changes)


def transfer_of(shop: Shop) -> Picking:
    [picking] = [p for p in shop.erp.pickings.values() if p.key]
    return picking


# ── nothing to find ──


@pytest.mark.parametrize("sources", [ON_RECEIPT, BY_ODOO])
def test_a_synced_return_has_no_difference(shop: Shop, sources: dict[str, SourceRules]) -> None:
    one = returned(refunds=[]) if sources is ON_RECEIPT else returned("0")
    carry_out(shop, one, sources=sources)
    assert explained(reconcile(shop, one, sources=sources)).drifts == []


def test_a_synced_return_is_counted_on_both_sides(shop: Shop) -> None:
    carry_out(shop, one := returned())
    sides = explained(reconcile(shop, one))
    assert sides.drifts == []
    [goods], [money] = sides.inventory, sides.ledger
    assert (goods.source_received, goods.received, goods.requested) == (2, 2, 2)
    assert (money.of, money.promised, money.credited, money.tax) == (
        "refund F1",
        D("23.00"),
        D("23.00"),
        D("3.00"),
    )
    assert [(e.measure, e.source_total, e.erp_total) for e in sides.equations if not e.period] == [
        ("units", 2, 2),
        ("USD", D("23.00"), D("23.00")),
    ]


# ── missing on one side ──


def test_a_return_that_was_never_carried_out(shop: Shop) -> None:
    sides = explained(reconcile(shop, returned()))
    assert sides.kinds() == [DriftKind.MISSING_IN_ERP] * 2
    goods, money = of(sides, Area.INVENTORY), of(sides, Area.LEDGER)
    assert (goods.difference, money.difference) == (-2, D("-23.00"))
    assert goods.repair == ("return transfer for 2 units of OUT104", "2 units received")
    assert money.repair == ("credit note of 23.00 USD for INV106", "credit note posted")
    assert goods.owner is money.owner is Side.RMA


def test_a_second_parcel_that_odoo_does_not_know(shop: Shop) -> None:
    carry_out(shop, returned("1", refunds=[]))
    drift = reconcile(shop, returned("2", refunds=[])).only()
    assert (drift.kind, drift.rma_value, drift.erp_value, drift.difference) == (
        DriftKind.QUANTITY,
        "2",
        "1",
        -1,
    )


def test_goods_validated_before_the_source_knows_of_them(shop: Shop) -> None:
    carry_out(shop, returned(refunds=[]))
    drift = reconcile(shop, returned("0", refunds=[])).only()
    assert (drift.kind, drift.difference, drift.owner) == (DriftKind.MISSING_IN_RMA, 2, Side.RMA)
    assert not drift.repair
    assert "button Return" in drift.way_out


def test_where_odoo_has_the_say_the_source_is_told_what_came(shop: Shop) -> None:
    carry_out(shop, returned(refunds=[]))
    behind = returned("0", refunds=[])
    drift = reconcile(shop, behind, sources=BY_ODOO).only()
    assert (drift.kind, drift.owner) == (DriftKind.MISSING_IN_RMA, Side.ERP)
    assert drift.repair == ("tell the source that 2 × A came back",)
    assert explained(reconcile(shop, behind, sources=BY_ODOO, told=True)).drifts == []


def test_a_validated_quantity_that_a_person_changed(shop: Shop) -> None:
    carry_out(shop, one := returned(refunds=[]))
    [move] = [m for m in shop.erp.moves.values() if not m.outgoing]
    table(shop.erp.moves)[move.id] = replace(move, done=D(3))
    drift = reconcile(shop, one, agreed={"receipt 1": "2"}).only()
    assert (drift.kind, drift.difference) == (DriftKind.CHANGED_BY_HAND, 1)


def test_a_return_closed_at_the_source_while_its_transfer_waits(shop: Shop) -> None:
    carry_out(shop, returned("0", refunds=[]))
    drift = reconcile(shop, returned("0", refunds=[], closed=True)).only()
    assert (drift.kind, drift.rma_value) == (DriftKind.STATE, "closed")
    assert drift.repair == (f"transfer {transfer_of(shop).name} canceled",)


def test_an_authorized_return_that_no_transfer_waits_for(shop: Shop) -> None:
    drift = reconcile(shop, returned("0", refunds=[])).only()
    assert (drift.kind, drift.difference) == (DriftKind.MISSING_IN_ERP, 0)


def test_what_the_comparison_refuses_is_named_with_its_way_out(shop: Shop) -> None:
    drift = reconcile(shop, returned("0", order="S-9", refunds=[])).only()
    assert drift.kind is DriftKind.MISSING_IN_ERP
    assert "No order" in drift.message
    assert drift.way_out


def test_a_transfer_that_a_person_canceled(shop: Shop) -> None:
    carry_out(shop, one := returned("0", refunds=[]))
    picking = transfer_of(shop)
    table(shop.erp.pickings)[picking.id] = replace(picking, state="cancel")
    for move in [m for m in shop.erp.moves.values() if not m.outgoing]:
        table(shop.erp.moves)[move.id] = replace(move, state="cancel")
    drift = reconcile(shop, one).only()
    assert drift.kind is DriftKind.STATE
    assert "quarantine resolve R-1 --again" in drift.way_out


def test_other_lots_than_the_source_says(shop: Shop) -> None:
    shop.product("L", "lot")
    order = shop.order(("L", "2", "10"), ref="S-2")
    shop.deliver(order, lots={"X": "1", "Y": "1"})
    line = {"sku": "L", "requested": "1", "received": "1"}
    carry_out(shop, rma(line | {"lots": [{"name": "X"}]}, order="S-2"))
    drift = reconcile(shop, rma(line | {"lots": [{"name": "Y"}]}, order="S-2")).drifts[0]
    assert drift.kind is DriftKind.LOT


# ── made by hand, made twice, nobody's ──


def test_a_return_and_a_note_that_no_rma_knows(shop: Shop) -> None:
    carry_out(shop, one := returned())
    [delivery] = [p.id for p in shop.erp.pickings.values() if not p.key]
    [invoice] = [i.id for i in shop.erp.invoices.values() if not i.is_credit]
    shop.return_by_hand(delivery, "A", "1")
    shop.credit_by_hand(invoice, "A", "1")
    sides = explained(reconcile(shop, one))
    assert sides.kinds() == [DriftKind.ORPHAN] * 2
    assert {d.difference for d in sides.drifts} == {D(1), D("57.50")}


def test_the_same_return_once_more_by_hand(shop: Shop) -> None:
    carry_out(shop, one := returned(refunds=[]))
    [delivery] = [p.id for p in shop.erp.pickings.values() if not p.key]
    shop.return_by_hand(delivery, "A", "2")
    drift = of(reconcile(shop, one), Area.INVENTORY)
    assert (drift.kind, drift.difference) == (DriftKind.DUPLICATE, 2)


def test_what_a_person_made_in_place_of_what_is_missing_is_no_difference_in_the_sums(shop: Shop) -> None:
    [delivery] = [p.id for p in shop.erp.pickings.values()]
    shop.return_by_hand(delivery, "A", "2")
    one = returned(refunds=[], order="S-1")
    drift = of(reconcile(shop, one), Area.INVENTORY)
    assert (drift.kind, drift.difference) == (DriftKind.STATE, 0)
    assert "quarantine resolve" in drift.way_out


def test_documents_of_an_rma_that_its_source_lost(shop: Shop) -> None:
    carry_out(shop, returned())
    sides = explained(reconcile(shop))
    assert sides.kinds() == [DriftKind.ORPHAN] * 2
    assert {d.rma for d in sides.drifts} == {"R-1"}
    assert all("does not know" in d.message and "reverse" in d.way_out for d in sides.drifts)


def test_documents_of_an_rma_that_cannot_be_read_now_are_not_to_be_reversed(shop: Shop) -> None:
    carry_out(shop, returned())
    sides = explained(reconcile(shop, aside="order S-1, return R-1"))
    assert sides.kinds() == [DriftKind.ORPHAN] * 2
    assert all("is set aside (order S-1, return R-1)" in d.message for d in sides.drifts)
    assert not any("reverse" in d.way_out for d in sides.drifts)


def test_a_payment_of_an_rma_that_its_source_lost_is_shown_and_counts_in_no_sum_of_credit_notes() -> None:
    key = Key("shop", "R-1", "payment", ("F1",))
    facts = ("USD", D("23.00"), True, date(2026, 11, 21), key, "R-1 refund F1")
    paid = Stray(Area.LEDGER, "account.payment", 7, "PBNK1/9", "paid", *facts)
    drift = judge_payment(paid, [], paid=False, zone=UTC)
    assert drift and (drift.kind, drift.difference) == (DriftKind.ORPHAN, 0)
    assert "23.00 USD" in drift.erp_value


def test_an_invoice_that_a_person_made_to_take_back_a_credit_is_put_down_to_its_return() -> None:
    facts = ("USD", D("-23.00"), True, date(2026, 11, 21), None, "Reversal of RINV/1")
    debit = Stray(Area.LEDGER, "account.move", 7, "INV/9", "posted", *facts)
    kin = Kin("shop", "R-1", "R-1", False, "", (Share("refund F1", "USD", D("23.00"), D("23.00")),))
    drift = judge(debit, [kin], UTC).drift
    assert drift
    assert (drift.kind, drift.rma, drift.difference) == (DriftKind.CHANGED_BY_HAND, "R-1", D("-23.00"))


def test_a_currency_that_changed_after_all_was_done_hides_no_goods(shop: Shop) -> None:
    carry_out(shop, returned(closed=True))
    sides = reconcile(shop, returned(closed=True, refunds=[REFUND | {"currency": "EUR"}]))
    assert sides.kinds() == [DriftKind.CURRENCY]


# ── money ──


def test_a_note_reset_to_draft(shop: Shop) -> None:
    carry_out(shop, one := returned())
    change_note(shop, state="draft")
    drift = of(reconcile(shop, one), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.STATE, D("-23.00"))
    assert "--again" in drift.way_out


def test_a_draft_that_a_person_made_negative_stops_no_run(shop: Shop) -> None:
    carry_out(shop, one := returned())
    change_note(shop, state="draft", total=D("-4.60"))
    drift = of(reconcile(shop, one), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.STATE, D("-23.00"))


def test_a_note_that_was_canceled(shop: Shop) -> None:
    carry_out(shop, one := returned())
    change_note(shop, state="cancel")
    drift = of(reconcile(shop, one), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.STATE, D("-23.00"))


def test_a_refund_that_the_source_takes_back(shop: Shop) -> None:
    carry_out(shop, returned())
    drift = of(reconcile(shop, returned(refunds=[REFUND | {"state": "failed"}])), Area.LEDGER)
    assert (drift.kind, drift.difference, drift.rma_value) == (DriftKind.MISSING_IN_RMA, D("23.00"), "0 USD")


def test_a_price_that_a_person_edited_on_a_posted_note(shop: Shop) -> None:
    carry_out(shop, one := returned())
    note = note_of(shop)
    [line] = [x for x in shop.erp.invoice_lines.values() if x.invoice_id == note.id]
    table(shop.erp.invoice_lines)[line.id] = replace(line, price_unit=D(8), subtotal=D(16), total=D("18.40"))
    change_note(shop, total=D("18.40"), tax=D("2.40"))
    drift = of(reconcile(shop, one), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.CHANGED_BY_HAND, D("-4.60"))
    assert "price 10 became 8" in drift.message


def test_taxes_that_a_person_took_off(shop: Shop) -> None:
    carry_out(shop, one := returned())
    note = note_of(shop)
    [line] = [x for x in shop.erp.invoice_lines.values() if x.invoice_id == note.id]
    table(shop.erp.invoice_lines)[line.id] = replace(line, tax_ids=(), total=D(20))
    change_note(shop, total=D("20.00"), tax=D(0))
    drift = of(reconcile(shop, one), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.TAX, D("-3.00"))


def test_a_refund_that_the_source_changed_afterwards(shop: Shop) -> None:
    carry_out(shop, returned())
    drift = of(reconcile(shop, returned(refunds=[REFUND | {"amount": "20.00"}])), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.AMOUNT, D("3.00"))


def test_credited_for_more_units_than_are_here(shop: Shop) -> None:
    carry_out(shop, returned(refunds=[]), sources=ON_RECEIPT)
    sides = explained(reconcile(shop, returned("1", refunds=[]), sources=ON_RECEIPT))
    money = of(sides, Area.LEDGER)
    assert (money.kind, money.difference) == (DriftKind.AMOUNT, D("11.50"))
    assert sides.ledger[0].promised == D("11.50")


def test_credited_in_another_month_than_the_refund_went_out(shop: Shop) -> None:
    carry_out(shop, one := returned(refunds=[REFUND | {"at": "2026-11-20T10:00:00Z"}]))
    change_note(shop, date=date(2026, 12, 3))
    sides = explained(reconcile(shop, one))
    assert [(d.kind, d.period, d.difference) for d in sides.drifts] == [
        (DriftKind.PERIOD, "2026-11", D("-23.00")),
        (DriftKind.PERIOD, "2026-12", D("23.00")),
    ]


def test_a_month_that_was_closed_is_no_difference(shop: Shop) -> None:
    carry_out(shop, one := returned())
    change_note(shop, date=date(2026, 12, 3))
    shop.erp = replace(shop.erp, company=replace(shop.erp.company, locked_until=date(2026, 11, 30)))
    assert explained(reconcile(shop, one)).drifts == []


def test_paid_but_not_credited_and_credited_but_not_paid(shop: Shop) -> None:
    shop.payments = PaymentRules(journals={"original_payment": 7})
    carry_out(shop, one := returned())
    assert explained(reconcile(shop, one)).drifts == []
    [payment] = shop.erp.payments.payments.values()
    change_note(shop, state="draft")
    assert of(reconcile(shop, one), Area.LEDGER).kind is DriftKind.PAID_NOT_POSTED
    change_note(shop, state="posted")
    table(shop.erp.payments.payments)[payment.id] = replace(payment, state="cancel")
    drift = of(reconcile(shop, one), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.POSTED_NOT_PAID, 0)


def test_paid_by_hand_is_paid(shop: Shop) -> None:
    carry_out(shop, one := returned())
    shop.payments = PaymentRules(journals={"original_payment": 7})
    note = note_of(shop)
    paid = Payment(900, "PBNK/7", "posted", D("23.00"), "USD", D(0), True, False, None)
    table(shop.erp.payments.by_hand)[900] = ByHand(paid, frozenset({note.id}))
    sides = explained(reconcile(shop, one))
    assert sides.drifts == []
    assert sides.ledger[0].paid == D("23.00")
    assert look(shop, one)[0].steps == []


def test_too_little_paid_by_hand_is_not_paid(shop: Shop) -> None:
    carry_out(shop, one := returned())
    shop.payments = PaymentRules(journals={"original_payment": 7})
    paid = Payment(900, "PBNK/7", "posted", D("3.00"), "USD", D(0), True, False, None)
    table(shop.erp.payments.by_hand)[900] = ByHand(paid, frozenset({note_of(shop).id}))
    assert of(reconcile(shop, one), Area.LEDGER).kind is DriftKind.POSTED_NOT_PAID


def test_a_posted_note_that_another_entry_reverses(shop: Shop) -> None:
    carry_out(shop, one := returned())
    change_note(shop, payment_state="reversed")
    drift = of(reconcile(shop, one), Area.LEDGER)
    assert (drift.kind, drift.difference) == (DriftKind.STATE, 0)
    assert "reverses" in drift.message


def test_the_days_to_a_refund_begin_when_the_customer_asked(shop: Shop) -> None:
    asked = datetime(2026, 11, 2, 9, tzinfo=UTC)
    carry_out(shop, one := returned(requested_at=asked))
    [money] = reconcile(shop, one).ledger
    assert money.requested_at == asked
    assert money.promised_at is not None
    assert asked < money.promised_at


@pytest.mark.parametrize("closed", [False, True])
def test_a_receipt_that_the_source_withdraws_after_both_agreed(shop: Shop, *, closed: bool) -> None:
    carry_out(shop, returned(closed=closed))
    drift = of(
        reconcile(shop, returned("0", closed=closed), agreed={"receipt 1": "2"}),
        Area.INVENTORY,
    )
    assert (drift.kind, drift.difference) == (DriftKind.CONFLICT, 2)
    assert drift.subject == "A"
    assert "both have changed" not in drift.message
    assert drift.repair == ()


def test_both_sides_remember_what_they_agreed_on(shop: Shop) -> None:
    carry_out(shop, one := returned())
    [plan] = look(shop, one)
    assert agreed_now(plan.rma, plan.in_erp) == {"receipt 1": "2", "credit refund F1": "23.00"}
    change_note(shop, state="draft")
    [plan] = look(shop, one)
    assert agreed_now(plan.rma, plan.in_erp) == {"receipt 1": "2"}


def test_a_refund_in_another_currency(shop: Shop) -> None:
    sides = explained(reconcile(shop, returned(currency="EUR")))
    money = [d for d in sides.drifts if d.area is Area.LEDGER]
    assert [(d.kind, d.measure, d.difference) for d in money] == [(DriftKind.CURRENCY, "EUR", D("-23.00"))]


def test_what_a_person_settled_counts_in_the_sums_and_is_no_finding(shop: Shop) -> None:
    sides = explained(reconcile(shop, returned(), settled="settled by hand"))
    assert {d.settled for d in sides.drifts} == {"settled by hand"}
    assert [e.differences for e in sides.equations if not e.period and e.measure == "USD"] == [
        {DriftKind.MISSING_IN_ERP: D("-23.00")}
    ]


def test_a_source_is_believed_only_about_what_it_owns(shop: Shop) -> None:
    sides = reconcile(shop, returned(refunds=[]), sources=BY_ODOO)
    drift = next(d for d in explained(sides).drifts if d.difference)
    assert (drift.owner, drift.kind, drift.difference) == (Side.ERP, DriftKind.MISSING_IN_ERP, -2)


def test_ages_begin_when_the_goods_came(shop: Shop) -> None:
    came = "2026-11-18T08:00:00Z"
    drift = of(reconcile(shop, returned(refunds=[], received_at=came)), Area.INVENTORY)
    assert (drift.since, drift.period) == (datetime(2026, 11, 18, 8, tzinfo=UTC), "2026-11")


# ── corrections ──


def mended(shop: Shop, one: Rma, **more: Any) -> Sides:
    """Carry out the corrections, and look again."""
    world = World(shop.erp, shop.new)
    for step in reconcile(shop, one, **more).corrections:
        do(world, step)
    return explained(reconcile(shop, one, **more))


def edit_line(shop: Shop, **changes: Any) -> None:
    """Edit the line of the one note, and let the totals follow."""
    note = note_of(shop)
    [line] = [x for x in shop.erp.invoice_lines.values() if x.invoice_id == note.id]
    line = replace(line, **changes)
    net = line.quantity * line.price_unit
    total = net * (D("1.15") if line.tax_ids else D(1))
    table(shop.erp.invoice_lines)[line.id] = replace(line, subtotal=net, total=total)
    change_note(shop, total=total, tax=total - net)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"price_unit": D(8)}, "credit note of 4.60 USD for INV106"),
        ({"price_unit": D(12)}, "debit note of 4.60 USD for RINV"),
        ({"tax_ids": ()}, "credit note of 3.00 USD for INV106"),
        ({"quantity": D(1)}, "credit note of 11.50 USD for INV106"),
        ({"quantity": D(3)}, "debit note of 11.50 USD for RINV"),
    ],
)
def test_an_edited_note_is_made_up_for_by_another_and_stays_as_it_is(
    shop: Shop, changes: dict[str, Any], words: str
) -> None:
    carry_out(shop, one := returned())
    edit_line(shop, **changes)
    agreed = {"credit refund F1": "23.00"}
    before = note_of(shop)
    drift = of(reconcile(shop, one, agreed=agreed), Area.LEDGER)
    assert drift.kind in (DriftKind.CHANGED_BY_HAND, DriftKind.TAX)
    assert drift.repair[0].startswith(words)
    assert mended(shop, one, agreed=agreed).drifts == []
    assert shop.erp.invoices[before.id] == before
    assert not any(p.steps or p.issues for p in look(shop, one))


def test_an_edited_note_for_an_arrival_is_made_up_for_as_well(shop: Shop) -> None:
    carry_out(shop, one := returned(refunds=[]), sources=ON_RECEIPT)
    edit_line(shop, price_unit=D(12))
    assert mended(shop, one, sources=ON_RECEIPT).drifts == []
    assert not any(p.steps or p.issues for p in look(shop, one, sources=ON_RECEIPT))


def test_what_the_source_changed_is_no_matter_for_a_correction(shop: Shop) -> None:
    carry_out(shop, returned())
    other = returned(refunds=[REFUND | {"amount": "20.00"}])
    drift = of(reconcile(shop, other, agreed={"credit refund F1": "23.00"}), Area.LEDGER)
    assert (drift.kind, drift.repair) == (DriftKind.AMOUNT, ())


def test_units_that_a_person_added_to_a_validated_transfer_are_taken_out_of_stock_again(shop: Shop) -> None:
    carry_out(shop, one := returned(refunds=[]))
    [move] = [m for m in shop.erp.moves.values() if not m.outgoing]
    table(shop.erp.moves)[move.id] = replace(move, done=D(3))
    drift = reconcile(shop, one, agreed={"receipt 1": "2"}).only()
    assert drift.repair == (f"1 unit of {transfer_of(shop).name} taken out of stock again",)
    assert mended(shop, one, agreed={"receipt 1": "2"}).drifts == []
    assert not any(p.steps or p.issues for p in look(shop, one))


def test_units_validated_before_the_source_reports_them_are_left_for_a_person(shop: Shop) -> None:
    carry_out(shop, returned(refunds=[]))
    assert reconcile(shop, returned("0", refunds=[])).corrections == []

"""What stands in Odoo goes back to a Medusa: once, in one piece, and never over somebody's head."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest
import stamina
from pytest_httpserver import HTTPServer
from webshop import Door, WebShop
from webshop.door import KEY

from odoo_rma.connector.errors import Unknown
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import News, Reply
from odoo_rma.connector.sources.medusa.source import MedusaSource
from odoo_rma.mappings.in_erp import CREDIT_NOTE, PAYMENT, TRANSFER, DocumentInErp, InErp, LineInErp, Placed
from odoo_rma.mappings.money import ZERO
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.vocabulary import Disposition

ALL = frozenset({Fact.RECEIPT, Fact.DISPOSITION, Fact.REFUND, Fact.CREDIT_NOTE})
GOODS = frozenset({Fact.RECEIPT, Fact.DISPOSITION})
MONEY = frozenset({Fact.REFUND})
Given = tuple[WebShop, Door, MedusaSource]


def source(door: Door, **options: object) -> MedusaSource:
    given = {"url": door.url, "api_key": KEY, "timeout": 20, **options}
    settings = SourceSettings.model_validate({"type": "medusa", "options": given})
    return MedusaSource("web", settings, now=lambda: door.shop.now)


@pytest.fixture
def given(httpserver: HTTPServer) -> Iterator[Given]:
    shop = WebShop()
    door = Door(shop, httpserver)
    opened = source(door)
    with stamina.set_testing(True, attempts=2):
        yield shop, door, opened
    opened.close()


def news(
    medusa: MedusaSource,
    rma_id: str,
    owned: frozenset[Fact] = ALL,
    placed: dict[Disposition | None, int] | None = None,
    notes: dict[str, str] | None = None,
    **more: object,
) -> News:
    """What Odoo holds: units of the first line by what became of them, and posted credit notes by number."""
    incoming = medusa.read(rma_id)
    assert incoming and incoming.rma
    rma, units = incoming.rma, placed or {}
    line = LineInErp(
        line=rma.lines[0].id,
        received=sum(map(Decimal, units.values()), ZERO),
        placed=tuple(Placed(quantity=Decimal(q), disposition=d) for d, q in units.items()),
    )
    documents = [
        DocumentInErp(what=TRANSFER, model="stock.picking", id=7, number="WH/IN/00007", state="done")
    ] * bool(units)
    for number, amount in (notes or {}).items():
        values = {"what": CREDIT_NOTE, "model": "account.move", "id": 8, "number": number, "state": "posted"}
        money = {"amount": amount, "currency": rma.currency}
        documents.append(DocumentInErp.model_validate({**values, **money, **more}))
    return News(rma, InErp(lines=(line,), documents=tuple(documents)), owned)


def mugs(shop: WebShop, units: int = 3, currency: str = "usd") -> tuple[str, str]:
    order = shop.order("S-1", ("MUG", 10, "9.95"), currency=currency)
    return order, shop.request(order, ("MUG", units))


def refunds(shop: WebShop, order: str) -> list[tuple[Decimal, str]]:
    return [(r["amount"], r["note"]) for p in shop.payments(order) for r in p["refunds"]]


def codes(reply: Reply) -> list[str]:
    return [i.code for i in reply.issues]


# Goods.


def test_what_came_back_goes_to_medusa_as_one_receipt(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, GOODS, {Disposition.RESTOCK: 2, Disposition.SCRAP: 1})
    reply = medusa.tell(told)
    assert reply == Reply(("received in Medusa: 3 × MUG (1 damaged)",))
    assert shop.shown(order, "MUG") == (2, 1)
    assert shop.returns[return_id]["status"] == "received"
    assert [c["internal_note"].split(":")[1] for c in shop.changes] == [" WH/IN/00007"]
    writes = len(door.writes())
    assert medusa.tell(told) == Reply()
    assert len(door.writes()) == writes


def test_what_comes_later_is_added_to_what_medusa_shows(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    shop.receive(return_id, {"MUG": 1})  # somebody did a part of it in Medusa
    medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 2}))
    medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 2, Disposition.REPAIR: 1}))
    assert shop.shown(order, "MUG") == (2, 1)


def test_where_medusa_decides_about_goods_all_of_them_count_as_good(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    medusa.tell(news(medusa, return_id, frozenset({Fact.RECEIPT}), {Disposition.SCRAP: 2}))
    assert shop.shown(order, "MUG") == (2, 0)


def test_goods_that_nobody_has_decided_about_wait(given: Given) -> None:
    """Medusa cannot change afterwards what it received as good."""
    shop, _, medusa = given
    order, return_id = mugs(shop)
    assert medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 1, None: 2})).issues == ()
    assert shop.shown(order, "MUG") == (1, 0)
    medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 1, Disposition.SCRAP: 2}))
    assert shop.shown(order, "MUG") == (1, 2)


def test_goods_that_change_their_place_later_are_for_a_person(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 2}))
    told = news(medusa, return_id, GOODS, {Disposition.SCRAP: 2})
    [issue] = medusa.tell(told).issues
    assert issue.code == "disposition_differs"
    assert shop.shown(order, "MUG") == (2, 0)
    item = shop.returns[return_id]["items"][0]["id"]
    assert f"key {item}, value '0 good, 2 damaged'" in issue.way_out
    shop.say(order, **{item: "0 good, 2 damaged"})
    assert medusa.tell(told) == Reply()
    medusa.tell(news(medusa, return_id, GOODS, {Disposition.SCRAP: 3}))
    assert shop.shown(order, "MUG") == (2, 1)


def test_medusa_ahead_of_odoo_is_a_conflict(given: Given) -> None:
    shop, door, medusa = given
    _, return_id = mugs(shop)
    told = news(medusa, return_id, GOODS, {Disposition.RESTOCK: 1})
    shop.receive(return_id, {"MUG": 3})
    reply = medusa.tell(told)
    assert codes(reply) == ["conflict_receipt"]
    assert "Medusa counts 3 units received for R-1" in reply.issues[0].message
    assert door.writes() == []


def test_goods_of_a_canceled_return_are_for_a_person(given: Given) -> None:
    shop, door, medusa = given
    _, return_id = mugs(shop)
    shop.cancel(return_id)
    reply = medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 1}))
    assert codes(reply) == ["conflict_receipt"]
    assert "1 × MUG came back in Odoo, but R-1 is canceled in Medusa" in reply.issues[0].message
    assert door.writes() == []


def test_more_than_was_agreed_on_is_refused_in_medusas_words_and_leaves_nothing_behind(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    reply = medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 4}))
    assert codes(reply) == ["source_refused"]
    assert "Cannot receive more items than what was requested" in reply.issues[0].message
    assert shop.shown(order, "MUG") == (0, 0)
    assert shop.open_change(order) is None


def test_a_change_that_somebody_is_writing_is_left_alone(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    shop.begin_receive(return_id, "by hand")
    told = news(medusa, return_id, ALL, {Disposition.RESTOCK: 1}, {"RINV/1": "9.95"})
    reply = medusa.tell(told)
    assert codes(reply) == ["source_busy"]
    assert "Confirm or cancel the change in Medusa" in reply.issues[0].way_out
    assert door.writes() == [] and refunds(shop, order) == []
    shop.drop_receive(return_id)
    assert medusa.tell(told).issues == ()
    assert (shop.shown(order, "MUG"), len(refunds(shop, order))) == ((1, 0), 1)


def test_nobody_is_paid_while_somebody_is_changing_the_order(given: Given) -> None:
    """Misbehaviour 2: Medusa would pay, and say that it did not."""
    shop, door, medusa = given
    order, return_id = mugs(shop)
    shop.begin_receive(return_id, "by hand")
    assert codes(medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "9.95"}))) == ["source_busy"]
    assert (refunds(shop, order), door.writes()) == ([], [])


def test_what_a_run_of_ours_began_before_it_died_is_taken_back_and_done_anew(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, GOODS, {Disposition.RESTOCK: 2})
    door.refuses["confirm$"] = (502, "")
    with pytest.raises(Unknown):
        medusa.tell(told)
    door.refuses.clear()
    assert shop.open_change(order)
    with closing(source(door)) as later:
        assert codes(later.tell(told)) == ["source_busy"]  # the other one may still be at it
        shop.now += timedelta(minutes=5)
        assert later.tell(told) == Reply(("received in Medusa: 2 × MUG",))
    assert (shop.shown(order, "MUG"), shop.open_change(order)) == ((2, 0), None)


@pytest.mark.parametrize("call", ["receive$", "receive-items$", "dismiss-items$", "confirm$"])
@pytest.mark.parametrize("how", ["lost", "misreported"])
def test_a_step_that_was_done_and_not_confirmed_to_us_is_not_done_twice(
    given: Given, call: str, how: str
) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    setattr(door, how, call)
    reply = medusa.tell(news(medusa, return_id, GOODS, {Disposition.RESTOCK: 1, Disposition.SCRAP: 1}))
    assert reply == Reply(("received in Medusa: 2 × MUG (1 damaged)",))
    assert shop.shown(order, "MUG") == (1, 1)


def test_two_that_begin_in_the_same_moment_receive_once(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Medusa lets both in; what both do goes into the first one's change."""
    shop, door, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, GOODS, {Disposition.RESTOCK: 2})

    def another(call: str) -> None:
        if call == f"POST returns/{return_id}/receive":
            door.before = lambda _: None
            shop.begin_receive(return_id, "odoo-rma of another machine")
            shop.take(return_id, {shop.orders[order]["items"][0]["id"]: Decimal(2)}, False)
            monkeypatch.setattr(shop, "_none_open", lambda _: None)

    door.before = another
    medusa._pause = lambda _: shop.confirm_receive(return_id)
    assert codes(medusa.tell(told)) == ["source_busy"]
    assert shop.shown(order, "MUG") == (2, 0)
    assert shop.open_change(order) is None
    assert medusa.tell(told) == Reply()


def test_a_return_that_is_gone_is_not_made_again(given: Given) -> None:
    shop, door, medusa = given
    _, return_id = mugs(shop)
    told = news(medusa, return_id, ALL, {Disposition.RESTOCK: 1}, {"RINV/1": "9.95"})
    del shop.returns[return_id]
    assert codes(medusa.tell(told)) == ["gone_at_source"]
    assert door.writes() == []


def test_the_goods_of_a_claim_are_received_on_its_return(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 4, "9.95"))
    claim = shop.claim(order, "refund", ("MUG", 2))
    medusa.tell(news(medusa, claim, GOODS, {Disposition.RESTOCK: 2}))
    assert shop.shown(order, "MUG") == (2, 0)


# Money.


def test_a_posted_credit_note_is_refunded_once(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, MONEY, notes={"RINV/2026/00007": "19.90"})
    assert medusa.tell(told) == Reply(("refunded 19.9 USD for RINV/2026/00007",))
    assert refunds(shop, order) == [(Decimal("19.9"), f"RINV/2026/00007 for R-1 ({return_id})")]
    writes = len(door.writes())
    assert medusa.tell(told) == Reply()
    assert len(door.writes()) == writes


def test_a_refund_comes_back_with_the_return_it_was_made_for(given: Given) -> None:
    """Misbehaviour 8: with two returns on one order the split must be kept by us."""
    shop, _, medusa = given
    order, first = mugs(shop)
    second = shop.request(order, ("MUG", 1))
    medusa.tell(news(medusa, second, MONEY, notes={"RINV/2": "9.95"}))
    medusa.tell(news(medusa, first, MONEY, notes={"RINV/1": "9.95"}))
    read = {i.rma.id: [r.reference for r in i.rma.refunds] for i in medusa.changes(None) if i.rma}
    assert read == {first: [f"RINV/1 for R-1 ({first})"], second: [f"RINV/2 for R-2 ({second})"]}


def test_a_number_that_is_part_of_another_is_another(given: Given) -> None:
    """Misbehaviour 4: Medusa has no keys, so the credit note's number in the note is the key."""
    shop, _, medusa = given
    order, return_id = mugs(shop)
    medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/2026/00012": "5.00"}))
    medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/2026/00012": "5.00", "RINV/2026/0001": "4.00"}))
    assert [amount for amount, _ in refunds(shop, order)] == [5, 4]


@pytest.mark.parametrize("state", ["draft", "cancel"])
def test_only_posted_credit_notes_are_paid(given: Given, state: str) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    assert medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "5"}, state=state)) == Reply()
    assert refunds(shop, order) == []


def exchange_news(medusa: MedusaSource, rma_id: str, open_amount: str, *invoices: str) -> News:
    """A credit note over 9.95 for old goods, of which so much is left, and invoices of the new ones by their state."""
    told = news(medusa, rma_id, MONEY, notes={"RINV/1": "9.95"}, of="receipt 1", open=open_amount)
    bills = [
        DocumentInErp(what="exchange invoice", model="account.move", id=9, number="INV/9", state=state)
        for state in invoices
    ]
    held = told.in_erp.model_copy(update={"documents": (*told.in_erp.documents, *bills)})
    return News(told.rma, held, told.owned)


def test_the_credit_for_exchanged_goods_pays_for_the_new_ones(given: Given) -> None:
    shop, _, medusa = given
    order = shop.order("S", ("MUG", 10, "9.95"))
    exchange = shop.exchange(order, ("MUG", 1), ("CUP", 1, "7.95"))
    assert medusa.tell(exchange_news(medusa, exchange, "9.95")) == Reply()
    assert medusa.tell(exchange_news(medusa, exchange, "9.95", "not_paid")) == Reply()
    assert refunds(shop, order) == []
    medusa.tell(exchange_news(medusa, exchange, "2.00", "paid"))
    assert [amount for amount, _ in refunds(shop, order)] == [2]
    assert medusa.tell(exchange_news(medusa, exchange, "0", "paid")) == Reply()
    assert medusa.tell(exchange_news(medusa, exchange, "2.00", "paid")) == Reply()
    assert len(refunds(shop, order)) == 1


def test_nothing_is_left_of_a_credit_when_the_new_goods_are_dearer(given: Given) -> None:
    shop, door, medusa = given
    order = shop.order("S", ("MUG", 10, "9.95"))
    exchange = shop.exchange(order, ("MUG", 1), ("CUP", 1, "17.95"))
    assert medusa.tell(exchange_news(medusa, exchange, "0", "partial")) == Reply()
    assert (refunds(shop, order), door.writes()) == ([], [])


@pytest.mark.parametrize(("state", "amount"), [("paid", "9.95"), ("canceled", "19.90")])
def test_what_people_paid_in_odoo_by_hand_is_not_paid_again(given: Given, state: str, amount: str) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, MONEY, notes={"RINV/1": "19.90"}, of="receipt 1")
    by_hand = DocumentInErp.model_validate(
        {"what": PAYMENT, "model": "account.payment", "id": 5, "number": "PAY/5", "of": "receipt 1"}
        | {"state": state, "amount": "9.95", "currency": "USD"}
    )
    held = told.in_erp.model_copy(update={"documents": (*told.in_erp.documents, by_hand)})
    medusa.tell(News(told.rma, held, told.owned))
    assert [paid for paid, _ in refunds(shop, order)] == [Decimal(amount)]
    assert medusa.tell(News(told.rma, held, told.owned)) == Reply()


def test_answered_400_and_yet_refunded_is_refunded(given: Given) -> None:
    """Misbehaviour 2: somebody opened a change in between, and Medusa denies what it has paid."""
    shop, door, medusa = given
    order, return_id = mugs(shop)

    def open_one(call: str) -> None:
        if call.endswith("/refund"):
            shop.begin_receive(return_id, "by hand")

    door.before = open_one
    told = news(medusa, return_id, MONEY, notes={"RINV/1": "9.95"})
    reply = medusa.tell(told)
    assert reply.issues == ()
    assert "refunded 9.95 USD for RINV/1 (Medusa answered all the same:" in reply.done[0]
    assert "already has an existing active order change" in reply.done[0]
    shop.drop_receive(return_id)
    assert medusa.tell(told) == Reply()
    assert len(refunds(shop, order)) == 1


def test_a_lost_answer_is_looked_up(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    door.lost = "refund$"
    reply = medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "9.95"}))
    assert (len(reply.done), reply.issues) == (1, ())
    assert len(refunds(shop, order)) == 1


def test_nobody_pays_while_a_payment_may_still_be_under_way(given: Given) -> None:
    """A run died between sending and hearing; Medusa may still be at it."""
    shop, door, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, MONEY, notes={"RINV/1": "9.95"})
    door.refuses["refund$"] = (502, "")
    with pytest.raises(Unknown):
        medusa.tell(told)
    door.refuses.clear()
    with closing(source(door)) as later:
        assert codes(later.tell(told)) == ["source_busy"]
        assert refunds(shop, order) == []
        shop.now += timedelta(minutes=5)
        assert later.tell(told).issues == ()
    assert len(refunds(shop, order)) == 1


def test_four_at_once_pay_and_receive_once(given: Given) -> None:
    """Misbehaviour 3: four parallel refunds are all paid, and two of them denied."""
    shop, door, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, ALL, {Disposition.RESTOCK: 2}, {"RINV/1": "19.90"})
    runs = [source(door) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda run: run.tell(told), runs))
    assert [r.issues for r in replies] == [()] * 4
    assert (len(refunds(shop, order)), shop.shown(order, "MUG")) == (1, (2, 0))
    for run in runs:
        run.close()


def test_a_refund_is_split_over_the_payments_of_the_order(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    [first] = shop.payments(order)
    second = {**first, "id": "pay_second", "refunds": [], "captures": [{"id": "c", "amount": Decimal(50)}]}
    first["captures"] = [{"id": "d", "amount": Decimal("49.50")}]
    shop.orders[order]["payment_collections"][0]["payments"].append(second)
    told = news(medusa, return_id, MONEY, notes={"RINV/1": "60.00"})
    assert len(medusa.tell(told).done) == 2
    assert [amount for amount, _ in refunds(shop, order)] == [Decimal("49.5"), Decimal("10.5")]
    assert medusa.tell(told) == Reply()


def test_half_of_a_split_refund_is_made_up(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    [first] = shop.payments(order)
    second = {**first, "id": "pay_second", "refunds": [], "captures": [{"id": "c", "amount": Decimal(50)}]}
    first["captures"] = [{"id": "d", "amount": Decimal("49.50")}]
    shop.orders[order]["payment_collections"][0]["payments"].append(second)
    told = news(medusa, return_id, MONEY, notes={"RINV/1": "60.00"})
    door.refuses["pay_second"] = (400, "The bank is closed")
    reply = medusa.tell(told)
    assert (len(reply.done), codes(reply)) == (1, ["source_refused"])
    assert "The bank is closed" in reply.issues[0].message
    door.refuses.clear()
    assert medusa.tell(told).done == ("refunded 10.5 USD for RINV/1",)
    assert sum(amount for amount, _ in refunds(shop, order)) == 60


def test_more_than_was_paid_is_not_refunded(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    reply = medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "99.51"}))
    assert codes(reply) == ["refund_too_high"]
    assert "99.51 USD of RINV/1 are to be refunded, but only 99.5 USD" in reply.issues[0].message
    assert refunds(shop, order) == [] and door.writes() == []


def test_another_currency_is_not_refunded(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    reply = medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "5"}, currency="EUR"))
    assert codes(reply) == ["currency_differs"]
    assert refunds(shop, order) == []


def test_a_refund_by_hand_that_may_be_the_same_money_is_asked_about(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    refund = shop.refund_order(order, "19.90", "sorry")
    told = news(medusa, return_id, MONEY, notes={"RINV/1": "19.90"})
    reply = medusa.tell(told)
    assert codes(reply) == ["conflict_refund"]
    assert f"19.9 USD ({refund}, 'sorry')" in reply.issues[0].message
    assert len(refunds(shop, order)) == 1
    shop.say(order, **{refund: "RINV/1"})
    assert medusa.tell(told) == Reply()
    assert len(refunds(shop, order)) == 1


def test_a_refund_by_hand_for_something_else_does_not_stand_in_the_way(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    shop.say(order, **{shop.refund_order(order, "2", "goodwill"): "none"})
    assert medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "19.90"})).issues == ()
    assert [amount for amount, _ in refunds(shop, order)] == [2, Decimal("19.9")]


def test_a_credit_note_paid_twice_by_others_is_shown(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    shop.refund_order(order, "19.90", "RINV/1")
    shop.refund_order(order, "19.90", "RINV/1 again")
    reply = medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "19.90"}))
    assert codes(reply) == ["conflict_refund"]
    assert "Medusa refunded 39.8 USD for RINV/1, which is 19.9 USD" in reply.issues[0].message


def test_fractions_of_a_cent_in_medusa_are_no_difference(given: Given) -> None:
    """Misbehaviour 5."""
    shop, _, medusa = given
    order, return_id = mugs(shop)
    shop.refund_order(order, "19.8963", "RINV/1")
    assert medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "19.90"})) == Reply()
    assert len(refunds(shop, order)) == 1


def test_refunds_get_the_reason_that_the_settings_name(given: Given) -> None:
    shop, door, _ = given
    order, return_id = mugs(shop)
    with closing(source(door, refund_reason="return")) as medusa:
        medusa.tell(news(medusa, return_id, MONEY, notes={"RINV/1": "5"}))
    assert len(refunds(shop, order)) == 1
    assert shop.payments(order)[0]["refunds"][0]["refund_reason_id"] == "refr_1"


# Documents.


def test_the_order_says_which_documents_odoo_has(given: Given) -> None:
    shop, _, medusa = given
    order, return_id = mugs(shop)
    told = news(medusa, return_id, frozenset({Fact.CREDIT_NOTE}), notes={"RINV/1": "5"}, link="https://erp/1")
    reply = medusa.tell(told)
    assert reply == Reply(("told which documents Odoo has: RINV/1",))
    page = shop.orders[order]["metadata"]["odoo_rma"][return_id]
    assert page["credit_notes"] == ["RINV/1"]
    assert page["documents"] == [
        {"what": "credit note", "number": "RINV/1", "state": "posted", "link": "https://erp/1"}
    ]
    assert shop.orders[order]["metadata"]["reference"] == "S-1"
    assert medusa.tell(told) == Reply()


def test_two_returns_of_an_order_are_kept_apart_in_its_metadata(given: Given) -> None:
    shop, _, medusa = given
    order, first = mugs(shop)
    second = shop.request(order, ("MUG", 1))
    for rma_id in (first, second):
        medusa.tell(news(medusa, rma_id, ALL, notes={f"RINV/{rma_id}": "5"}))
    assert set(shop.orders[order]["metadata"]["odoo_rma"]) == {first, second}


def test_what_odoo_does_not_own_is_not_told(given: Given) -> None:
    shop, door, medusa = given
    order, return_id = mugs(shop)
    none = frozenset[Fact]()
    assert medusa.tell(news(medusa, return_id, none, {Disposition.RESTOCK: 1}, {"RINV/1": "5"})) == Reply()
    assert door.writes() == [] and shop.shown(order, "MUG") == (0, 0)


def test_a_return_canceled_in_odoo_is_canceled_in_medusa_where_odoo_owns_that(given: Given) -> None:
    shop, _, medusa = given
    _, return_id = mugs(shop)
    held = news(medusa, return_id, frozenset({Fact.CANCELLATION}))
    told = News(held.rma, InErp(canceled=True), held.owned)
    assert medusa.tell(told) == Reply(("canceled R-1 in Medusa",))
    assert shop.returns[return_id]["status"] == "canceled"
    assert medusa.tell(told) == Reply()

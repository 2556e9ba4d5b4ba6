"""What customers are told, and when: each step once, the furthest of several, nothing of the past, never by halves."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from shop import BY_ODOO, D, Shop, carry_out, codes, look, rma

from odoo_rma.mappings.feedback_token import read
from odoo_rma.mappings.foresee import foresee
from odoo_rma.mappings.message import TRIES
from odoo_rma.mappings.message_lines import CHARGES
from odoo_rma.mappings.message_rules import MessageRules
from odoo_rma.mappings.message_text import Texts
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.mappings.plan.message import TellCustomer
from odoo_rma.mappings.seen.message import Attempt, Mark, News
from odoo_rma.mappings.vocabulary import ChargeKind, MessageStep

SINCE = date(2026, 11, 1)
ASKED, ALLOWED, HERE = "2026-11-10T08:00:00Z", "2026-11-11T08:00:00Z", "2026-11-14T08:00:00Z"
PAID, ENDED = "2026-11-15T08:00:00Z", "2026-11-16T08:00:00Z"
REFUND = {"id": "R1", "amount": "115.00", "at": PAID}
LABEL = {"carrier": "DHL", "tracking": "JD01", "label": "https://labels.example/JD01.pdf"}


def telling_shop(**rules: Any) -> Shop:
    """A shop that writes to its customers: one order of two tents, delivered and paid."""
    shop = Shop()
    shop.messages = MessageRules(
        since=SINCE, shop="Nordwind", feedback_url="https://shop.example/how?t={token}", secret="s", **rules
    )
    order = shop.order(("TENT", "2", "100"))
    shop.deliver(order)
    shop.invoice(order, paid=True)
    return shop


def one(**more: Any) -> Rma:
    """One of Alice's two tents comes back."""
    line = {"sku": "TENT", "title": "Tent", "requested": "1"} | more.pop("line", {})
    return rma(line, **{"requested_at": ASKED, "authorized_at": ALLOWED} | more)


def received(**more: Any) -> Rma:
    return one(line={"received": "1", **more.pop("line", {})}, received_at=HERE, **more)


def refunded(**more: Any) -> Rma:
    return received(refunds=[REFUND], **more)


def told(shop: Shop) -> list[str]:
    """Name the steps that the customer was told of, in order."""
    return [m.step.value for _, m in sorted(shop.erp.messages.sent.items())]


def messages(plans: list[Plan]) -> list[TellCustomer]:
    return [s for p in plans for s in p.steps if isinstance(s, TellCustomer)]


def next_message(shop: Shop, *rmas: Rma) -> TellCustomer:
    """Carry out everything but the message, and give that."""
    own, shop.messages = shop.messages, MessageRules()
    carry_out(shop, *rmas)
    shop.messages = own
    [message] = messages(look(shop, *rmas))
    return message


def test_nobody_is_told_anything_unless_it_is_switched_on() -> None:
    shop = telling_shop()
    shop.messages = MessageRules()
    carry_out(shop, refunded())
    assert told(shop) == []


def test_each_step_of_a_return_is_told_once_as_it_happens() -> None:
    shop = telling_shop()
    story = [
        one(authorization="requested", authorized_at=None),
        one(),
        one(shipments=[LABEL]),
        received(shipments=[LABEL]),
        received(line={"inspections": [{"quantity": "1", "condition": "used", "at": HERE}]}),
        refunded(line={"inspections": [{"quantity": "1", "condition": "used", "at": HERE}]}),
        refunded(closed=True, closed_at=ENDED),
    ]
    for revision in story:
        carry_out(shop, revision)
        carry_out(shop, revision)
    assert told(shop) == ["requested", "authorized", "label", "received", "inspected", "refunded", "closed"]


def test_of_several_things_at_once_only_the_furthest_is_told() -> None:
    shop = telling_shop()
    carry_out(shop, received(line={"inspections": [{"quantity": "1", "condition": "used"}]}))
    assert told(shop) == ["inspected"]


def test_what_is_older_than_what_they_know_is_not_told_afterwards() -> None:
    shop = telling_shop(steps=frozenset(MessageStep) - {MessageStep.INSPECTED})
    seen = {"inspections": [{"quantity": "1", "condition": "used"}]}
    carry_out(shop, refunded(line=seen))
    assert told(shop) == ["refunded"]
    shop.messages = replace(shop.messages, steps=frozenset(MessageStep))
    carry_out(shop, refunded(line=seen))
    assert told(shop) == ["refunded"]


def test_a_label_that_comes_with_the_approval_stands_in_one_message() -> None:
    shop = telling_shop()
    message = next_message(shop, one(shipments=[LABEL]))
    assert (message.mark.step, LABEL["label"] in message.body) == (MessageStep.AUTHORIZED, True)
    carry_out(shop, one(shipments=[LABEL]))
    assert told(shop) == ["authorized"]
    carry_out(shop, one(shipments=[LABEL, {**LABEL, "tracking": "JD02"}]))
    assert told(shop) == ["authorized", "label"]


def test_the_refund_of_a_closed_return_asks_for_feedback_in_the_same_message() -> None:
    shop = telling_shop()
    message = next_message(shop, refunded(closed=True, closed_at=ENDED))
    token = message.body.partition("how?t=")[2].partition('"')[0]
    assert (message.mark.step, read(token, "s")) == (MessageStep.REFUNDED, ("shop", "R-1"))
    carry_out(shop, refunded(closed=True, closed_at=ENDED))
    assert told(shop) == ["refunded"]


def test_the_refund_is_calculated_line_by_line() -> None:
    shop = telling_shop()
    charge = {"id": "1", "kind": "restocking_fee", "amount": "10.00"}
    message = next_message(shop, received(refunds=[{**REFUND, "amount": "105.00"}], charges=[charge]))
    assert message.subject == "Your refund of 105.00 USD for return R-1"
    for text in ("<td>Tent</td>", "100.00 USD", "Restocking fee", "-10.00 USD", "105.00 USD", "way you paid"):
        assert text in message.body


def test_fees_are_called_in_the_customers_language_unless_the_source_says_how() -> None:
    shop = telling_shop()
    shop.erp.partners[shop.alice] = replace(shop.erp.partners[shop.alice], lang="zh_CN")
    charges = [
        {"id": "1", "kind": "restocking_fee", "amount": "10.00"},
        {"id": "2", "kind": "goodwill", "amount": "5.00", "note": "因延误"},
    ]
    message = next_message(shop, received(refunds=[{**REFUND, "amount": "110.00"}], charges=charges))
    assert "<td>退货手续费</td>" in message.body
    assert "<td>因延误</td>" in message.body
    assert CHARGES.keys() == set(ChargeKind)


def test_two_refunds_are_two_messages() -> None:
    shop = telling_shop()
    half = {"lines": [{"line": "1", "quantity": "1"}], "amount": "115.00", "at": PAID}
    both = one(
        line={"requested": "2", "received": "2"},
        received_at=HERE,
        refunds=[{"id": "R1", **half}, {"id": "R2", **half}],
    )
    carry_out(shop, both)
    assert told(shop) == ["refunded", "refunded"]


def test_a_refund_whose_credit_note_is_not_there_is_not_told() -> None:
    shop = telling_shop()
    wrong = received(refunds=[{**REFUND, "amount": "99.00"}])
    carry_out(shop, wrong)
    assert codes(look(shop, wrong)[0]) == ["total_differs"]
    assert told(shop) == []


def test_new_goods_that_left_are_told_with_their_parcel() -> None:
    shop = telling_shop(preview=MessageStep.EXCHANGE_SENT)
    goods = {"id": "N1", "sku": "TENT", "quantity": "1"}
    label = {"outgoing": True, "carrier": "DHL"}
    waiting = received(exchange_lines=[goods], shipments=[label])
    assert messages(look(shop, waiting)) == [], "a parcel that has only a label has not left"
    [message] = messages(
        look(shop, received(exchange_lines=[goods], shipments=[{**label, "tracking": "JD77"}]))
    )
    assert message.subject == "Your exchange for return R-1 is on its way"
    assert "<li>1 × Tent</li>" in message.body
    assert "JD77" in message.body


def test_nobody_is_told_of_what_happened_before_it_was_switched_on() -> None:
    shop = telling_shop()
    shop.messages = replace(shop.messages, since=date(2026, 11, 16))
    carry_out(shop, refunded())
    assert told(shop) == []
    carry_out(shop, refunded(closed=True, closed_at=ENDED))
    assert told(shop) == ["closed"]


def test_where_the_source_tells_no_times_nobody_is_told_and_that_is_said() -> None:
    shop = telling_shop()
    timeless = one(requested_at=None, authorized_at=None)
    carry_out(shop, timeless)
    assert told(shop) == []
    assert "no time" in look(shop, timeless)[0].notes[-1]


def test_goods_that_the_warehouse_receives_in_odoo_are_told_by_the_day_they_came() -> None:
    shop = telling_shop()
    carry_out(shop, one(), sources=BY_ODOO)
    assert told(shop) == ["authorized"]
    for picking in [p for p in shop.erp.pickings.values() if p.key]:
        shop.erp.pickings[picking.id] = replace(picking, state="done")
        for move in [m for m in shop.erp.moves.values() if m.picking_id == picking.id]:
            shop.erp.moves[move.id] = replace(move, state="done", done=move.demand)
    carry_out(shop, one(), sources=BY_ODOO)
    assert told(shop) == ["authorized", "received"]


def test_a_step_that_is_switched_off_is_not_told() -> None:
    shop = telling_shop(steps=frozenset({MessageStep.REFUNDED}))
    carry_out(shop, received())
    carry_out(shop, refunded())
    assert told(shop) == ["refunded"]


def test_a_declined_request_says_why_and_nothing_is_made_for_it() -> None:
    shop = telling_shop()
    events = [{"type": "declined", "at": ALLOWED, "text": "The 30 days ended <last> week."}]
    declined = one(authorization="declined", events=events, authorized_at=None)
    [plan] = look(shop, declined)
    [message] = messages([plan])
    assert "The 30 days ended &lt;last&gt; week." in message.body
    carry_out(shop, declined)
    assert told(shop) == ["declined"]
    assert look(shop, declined)[0].finished


def test_who_was_declined_and_is_authorized_after_all_gets_to_know() -> None:
    shop = telling_shop()
    carry_out(shop, one(authorization="declined"))
    carry_out(shop, one())
    assert told(shop) == ["declined", "authorized"]


def test_a_request_of_somebody_who_is_not_in_odoo_makes_no_customer() -> None:
    shop = telling_shop()
    customer = {"name": "Zoe", "email": "zoe@example.com"}
    carry_out(shop, one(authorization="requested", order="S-404", customer=customer))
    assert (told(shop), len(shop.erp.partners)) == ([], 1)


@pytest.mark.parametrize(
    ("lang", "language", "says"),
    [
        ("en_US", "en", "Hello Alice"),
        ("zh_CN", "zh", "Alice，您好"),
        ("zh_TW", "zh", "Alice，您好"),
        ("fr_FR", "en", "Hello Alice"),
        ("", "en", "Hello Alice"),
    ],
)
def test_the_customers_language_in_odoo_counts(lang: str, language: str, says: str) -> None:
    shop = telling_shop()
    shop.erp.partners[shop.alice] = replace(shop.erp.partners[shop.alice], lang=lang)
    message = next_message(shop, received())
    assert message.language == language
    assert says in message.body
    assert str(message) == f"tell the customer: received ({language})"


def test_a_customer_without_email_is_not_told_and_holds_nothing_up() -> None:
    shop = telling_shop()
    alice = shop.erp.partners[shop.alice]
    shop.erp.partners[shop.alice] = replace(alice, values={**alice.values, "email": False}, email="")
    nobody = refunded(closed=True, closed_at=ENDED, customer={"name": "Alice"})
    carry_out(shop, nobody)
    [plan] = look(shop, nobody)
    assert (told(shop), plan.finished, codes(plan)) == ([], True, [])
    assert plan.notes[-1] == "the customer has no e-mail address, so nobody is told: refunded"


def test_they_are_told_when_it_stands_in_odoo_not_before() -> None:
    shop = telling_shop()
    first = look(shop, refunded())
    assert first[0].steps
    assert not messages(first)


def test_a_dry_run_says_what_the_customer_would_be_told() -> None:
    shop = telling_shop()
    words: list[str] = []
    for _ in range(4):
        plans = look(shop, refunded())
        words += in_words(plans[0].steps)
        shop.erp = foresee(shop.erp, plans)
    assert words[-1] == "tell the customer: refunded (en)"


def test_a_message_that_another_run_may_be_sending_is_left_to_it() -> None:
    shop = telling_shop()
    message = next_message(shop, received())
    shop.erp.messages.attempts[1] = Attempt(message.mark, open=True)
    [plan] = look(shop, received(closed=True, closed_at=ENDED, authorization="authorized"))
    [waiting] = look(shop, received())
    assert (messages([waiting]), waiting.finished) == ([], False)
    assert waiting.awaits == ["whether the message “received” went out is not known yet"]
    assert [m.mark.step for m in messages([plan])] == [MessageStep.CLOSED]


def test_an_attempt_that_was_interrupted_is_made_again_under_the_next_number() -> None:
    shop = telling_shop()
    message = next_message(shop, received())
    shop.erp.messages.attempts[1] = Attempt(message.mark, open=False)
    [again] = messages(look(shop, received()))
    assert (again.mark.attempt, again.sent) == (2, message.sent)
    assert again.key != message.key


def test_after_five_interrupted_attempts_a_person_has_to_look() -> None:
    shop = telling_shop()
    message = next_message(shop, received())
    for n in range(1, TRIES + 1):
        shop.erp.messages.attempts[n] = Attempt(replace(message.mark, attempt=n), open=False)
    assert codes(look(shop, received())[0]) == ["message_not_sent"]


def test_a_broken_template_stands_in_the_way_of_the_message_alone() -> None:
    shop = telling_shop(texts=Texts({"received.en.html": "Subject: x\n{{ nobody.knows }}"}))
    carry_out(shop, received())
    [plan] = look(shop, received())
    assert codes(plan) == ["message_template"]
    assert "received.en.html: 'nobody' is undefined" in plan.issues[0].message
    assert [m.done for m in shop.erp.moves.values() if not m.outgoing] == [D(1)], (
        "the goods are here all the same"
    )


def test_two_returns_of_one_order_do_not_take_each_others_messages_for_their_own() -> None:
    shop = telling_shop()
    carry_out(shop, received())
    carry_out(shop, received(), received(id="R-2"))
    assert told(shop) == ["received", "received"]


@pytest.mark.parametrize("rma_id", ["R-1", "退货/7", "<a@b>", "x" * 200])
def test_a_message_id_says_what_it_is_about_and_nothing_that_harms(rma_id: str) -> None:
    mark = Mark.of("shop", rma_id, MessageStep.EXCHANGE_SENT, "refund.R 1", News(2, 1, 3, 12, 1))
    for one_mark in (mark, replace(mark, attempt=3)):
        assert Mark.parse(str(one_mark)) == one_mark
        assert len(str(one_mark)) < 120
        assert str(one_mark).isascii()


@pytest.mark.parametrize(
    "text", ["", "<x@odoo-rma>", "<20261124.1@mail.example>", "<nonsense.aa.a1l1r1i1c1.bb@odoo-rma>"]
)
def test_other_message_ids_are_none_of_ours(text: str) -> None:
    assert Mark.parse(text) is None

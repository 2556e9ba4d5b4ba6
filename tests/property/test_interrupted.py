"""A run that dies after any step leaves a state from which the next run reaches what an undisturbed one reaches."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from shop import BY_SOURCE, D, Shop, look, obey, rma

from odoo_rma.mappings.crm_rules import CrmRules, Tag
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.erp import Move
from odoo_rma.mappings.message_rules import MessageRules
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.payment_rules import PaymentRules, Program
from odoo_rma.mappings.plan import (
    CancelTransfer,
    ChangeDemand,
    ConfirmTransfer,
    FillPartner,
    MakeCreditNote,
    MakePartner,
    MakeTransfer,
    Note,
    Plan,
    PostCreditNote,
    Receive,
    Reconcile,
    ReopenCreditNote,
    Step,
)
from odoo_rma.mappings.plan.crm import AddTag, CustomerNote, MakeTag
from odoo_rma.mappings.plan.disposition import (
    CancelOnward,
    ExpectOnward,
    MakePutAway,
    MakeScrap,
    ValidatePutAway,
    ValidateScrap,
)
from odoo_rma.mappings.plan.exchange import (
    CancelExchangeOrder,
    ConfirmExchangeOrder,
    MakeExchangeInvoice,
    MakeExchangeOrder,
    OffsetExchange,
    PostExchangeInvoice,
)
from odoo_rma.mappings.plan.gift_card import IssueGiftCard
from odoo_rma.mappings.plan.message import TellCustomer
from odoo_rma.mappings.plan.payment import CancelPayment, MakePayment, PostPayment, ReconcilePayment
from odoo_rma.mappings.plan.repair import (
    CancelRepair,
    ConfirmRepair,
    MakeRepair,
    MakeSendBack,
    PickLot,
    ReadySendBack,
)
from odoo_rma.mappings.plan.request import RecordDecision
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.vocabulary import Disposition, RefundMethod

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
DECIDES = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT, decides=True)}
# The phases of sync/apply.py, in their order.
PHASES: list[type] = [MakePartner, FillPartner, MakeTransfer, Note, ConfirmTransfer, ChangeDemand, Receive]
PHASES += [CancelTransfer, MakeCreditNote, ReopenCreditNote, PostCreditNote, Reconcile, RecordDecision]
PHASES += [CancelOnward, ExpectOnward, MakePutAway, ValidatePutAway, MakeScrap, ValidateScrap]
PHASES += [MakeRepair, ConfirmRepair, CancelRepair, MakeSendBack, ReadySendBack, PickLot]
PHASES += [MakeExchangeOrder, ConfirmExchangeOrder, CancelExchangeOrder]
PHASES += [MakeExchangeInvoice, PostExchangeInvoice, OffsetExchange]
PHASES += [MakePayment, PostPayment, ReconcilePayment, CancelPayment, IssueGiftCard]
PHASES += [MakeTag, AddTag, CustomerNote, TellCustomer]

REFUND = {"id": "r1", "amount": "356.50"}
LINES = ({"sku": "TENT", "requested": "3", "received": "2"}, {"sku": "MUG", "requested": "1"})
ASKED = {"authorization": "requested", "requested_at": "2026-11-24T09:00:00Z"}
TOLD = "2026-11-24T09:00:00Z"
GIFT = {**REFUND, "method": "gift_card"}
CARD = {**REFUND, "gateway": "stripe"}
AGAIN = {**CARD, "id": "r2", "retry_of": "r1"}
SEEN = {"quantity": "1", "condition": "defective", "disposition": "repair"}
REFUSED = {"quantity": "2", "condition": "used", "disposition": "return_to_customer"}
BROKEN = {**LINES[0], "resolution": "repair", "inspections": [SEEN]}
USED, JUNK = {"quantity": "1", "condition": "used"}, {"quantity": "1", "condition": "junk", "notes": "Torn."}
ONE = {"sku": "TENT", "requested": "1", "received": "1"}
NEW = {"id": "X1", "sku": "POT", "quantity": "1", "unit_price": "50.00"}
ADVANCE = {**NEW, "advance": True}
REST = {"id": "r1", "amount": "57.50", "gateway": "stripe"}
STRANGER = {"name": "Eve", "email": "eve@example.com", "id": "C-1"}
STORIES: dict[str, tuple[dict[str, SourceRules], list[list[Rma]]]] = {
    "goods and money, two deliveries, two invoices": (BY_SOURCE, [[rma(*LINES, refunds=[REFUND])]]),
    "inspected, scrapped, and judged anew": (
        ON_RECEIPT,
        [
            [rma(LINES[0])],
            [rma({**LINES[0], "inspections": [USED, JUNK]}, revision=2)],
            [rma({**LINES[0], "inspections": [{**USED, "disposition": "restock"}, JUNK]}, revision=3)],
        ],
    ),
    "inspected on arrival": (ON_RECEIPT, [[rma({**LINES[0], "inspections": [USED, JUNK]})]]),
    "a gift card": (BY_SOURCE, [[rma(*LINES, refunds=[GIFT])]]),
    "money that came back and went out again": (
        BY_SOURCE,
        [
            [rma(*LINES, refunds=[CARD])],
            [rma(*LINES, refunds=[{**CARD, "state": "failed"}, AGAIN], revision=2)],
        ],
    ),
    "parcel after parcel, then closed short": (
        ON_RECEIPT,
        [
            [rma(LINES[0])],
            [rma({**LINES[0], "received": "2"}, revision=2)],
            [rma({**LINES[0], "received": "2"}, closed=True, revision=3)],
        ],
    ),
    "less, then more": (
        ON_RECEIPT,
        [
            [rma(*LINES)],
            [rma({**LINES[0], "authorized": "2"}, revision=2)],
            [rma({**LINES[0], "received": "3"}, LINES[1], revision=3)],
        ],
    ),
    "two of one customer in one batch": (
        ON_RECEIPT,
        [
            [
                rma({"sku": "TENT", "requested": "1", "received": "1"}, id=i, customer=STRANGER)
                for i in ("R-1", "R-2")
            ]
        ],
    ),
    "closed, and what the customer thought of it": (
        ON_RECEIPT,
        [
            [rma(LINES[0])],
            [rma({**LINES[0], "received": "3"}, closed=True, feedback={"score": 2}, revision=2)],
            [rma({**LINES[0], "received": "3"}, closed=True, feedback={"score": 5}, revision=3)],
        ],
    ),
    "told at each step": (
        BY_SOURCE,
        [
            [rma(LINES[0], authorized_at=TOLD)],
            [rma({**LINES[0], "received": "2"}, received_at=TOLD, revision=2)],
            [
                rma(
                    {**LINES[0], "received": "3"},
                    refunds=[{"id": "r1", "amount": "345.00", "at": TOLD}],
                    revision=3,
                )
            ],
        ],
    ),
    "repaired, not accepted, changed and canceled": (
        BY_SOURCE,
        [
            [rma(BROKEN)],
            [rma({**BROKEN, "received": "3", "inspections": [SEEN, REFUSED]}, revision=2)],
            [rma({**BROKEN, "received": "3", "inspections": [{**SEEN, "quantity": "3"}]}, revision=3)],
            [
                rma(
                    {**BROKEN, "received": "3", "inspections": [SEEN, REFUSED]},
                    authorization="canceled",
                    revision=4,
                )
            ],
        ],
    ),
    "exchanged for something cheaper, the rest paid out": (
        BY_SOURCE,
        [
            [rma(ONE, exchange_lines=[NEW])],
            [rma(ONE, exchange_lines=[NEW], refunds=[REST], revision=2)],
            [rma(ONE, exchange_lines=[NEW], refunds=[REST], revision=3)],
        ],
    ),
    "exchanged in advance, called off, returned after all": (
        ON_RECEIPT,
        [
            [rma({"sku": "TENT", "requested": "1"}, exchange_lines=[ADVANCE])],
            [rma({"sku": "TENT", "requested": "1"}, revision=2)],
            [
                rma(
                    ONE,
                    exchange_lines=[ADVANCE, {**ADVANCE, "id": "X2"}],
                    revision=3,
                )
            ],
        ],
    ),
    "canceled half way": (
        ON_RECEIPT,
        [[rma(LINES[0])], [rma({**LINES[0], "received": "2"}, authorization="canceled", revision=2)]],
    ),
    "asked for, decided, received": (
        DECIDES,
        [
            [rma(*({**x, "received": "0"} for x in LINES), **ASKED)],
            [rma({**LINES[0], "received": "2"}, **ASKED, revision=2)],
        ],
    ),
}
POLICY = Policy.model_validate(
    {
        "currency": "USD",
        "windows": [{"name": "all", "days": 30}],
        "conditions": [{"name": "all", "accepted": ["new_opened"]}],
        "reasons": {"accepted": ["unknown"]},
        "final_sale": [{"name": "mugs", "skus": ["MUG"]}],
        "offers": [{"name": "money", "method": "original_payment"}],
    }
)


def workshop(shop: Shop) -> None:
    """What people do in Odoo between two days: every repair that waits is done, and what waits is sent."""
    for one in list(shop.erp.repairs.repairs.values()):
        if one.state == "confirmed":
            shop.erp.repairs.repairs[one.id] = replace(one, state="done")  # type: ignore[index]
    for order in list(shop.erp.exchanges.orders.values()):
        if order.confirmed:
            shop.send(order)


def open_shop() -> Shop:
    shop = Shop()
    program = {RefundMethod.GIFT_CARD: Program(1, "Gift cards", "USD")}
    shop.payments = PaymentRules({"stripe": 7, "gift_card": 9}, program)
    shop.crm = CrmRules(notes=True, tag=Tag("Returns"))
    shop.places(Disposition.REPAIR)
    shop.on_sale("POT", "50")
    shop.messages = MessageRules(since=date(2026, 11, 1))
    order = shop.order(("TENT", "3", "100"), ("MUG", "4", "10"))
    shop.deliver(order, ("TENT", "2"), ("MUG", "4"))
    shop.deliver(order, ("TENT", "1"))
    shop.invoice(order, ("TENT", "1"), paid=True)
    shop.invoice(order, ("TENT", "2"), ("MUG", "4"))
    shop.policy = POLICY
    shop.history(order, ordered=date(2026, 11, 1), delivered=date(2026, 11, 2))
    return shop


def in_phases(plans: list[Plan]) -> list[tuple[Plan, Step]]:
    steps = [(p, s) for p in plans for s in p.steps]
    return sorted(steps, key=lambda pair: PHASES.index(type(pair[1])))


def _one_call(steps: list[tuple[Plan, Step]], at: int) -> bool:
    return at > 0 and all(isinstance(s, MakeCreditNote) for _, s in steps[at - 1 : at + 1])


def run(shop: Shop, rmas: list[Rma], sources: dict[str, SourceRules], die_after: int | None = None) -> int:
    """Carry steps out in phases, as a run does, up to `die_after`; give how many there were."""
    plans = look(shop, *rmas, sources=sources)
    steps = in_phases(plans)
    if die_after is not None:
        # The credit notes of a batch are made by one call: all of them are there, or none.
        while die_after < len(steps) and _one_call(steps, die_after):
            die_after += 1
        steps = steps[:die_after]
    made: dict[Any, int] = {}
    for plan, step in steps:
        obey(shop, replace(plan, steps=[step]), made)
    return len(steps)


def die(shop: Shop, rmas: list[Rma], sources: dict[str, SourceRules], steps: int) -> None:
    """Carry out so many steps, however many looks they take."""
    while steps and (done := run(shop, rmas, sources, die_after=steps)):
        steps = max(steps - done, 0)


def finish(shop: Shop, rmas: list[Rma], sources: dict[str, SourceRules]) -> None:
    for _ in range(6):
        if not run(shop, rmas, sources):
            return
    raise AssertionError("the plan never gets empty")


def holds(shop: Shop) -> Any:
    """What the shop holds, free of ids."""
    erp = shop.erp
    moves = sorted(
        (m.origin_move_id, m.state if m.state in ("done", "cancel") else "waiting", m.done or m.demand)
        for m in erp.moves.values()
        if not m.outgoing and m.state != "cancel"
    )
    totals: dict[Any, Any] = {}
    for origin, state, quantity in moves:
        totals[origin, state] = totals.get((origin, state), D(0)) + quantity
    notes = sorted((i.reversed_id, i.total, i.state) for i in erp.invoices.values() if i.is_credit)
    partners = sorted(p.name for p in erp.partners.values())
    told = sorted(map(str, erp.crm.notes.values()))
    payments = sorted((p.amount, p.state, p.residual) for p in erp.payments.payments.values())
    cards = sorted(c.points for c in erp.payments.cards.values())
    messages = sorted(m.step for m in erp.messages.sent.values())
    repairs = sorted((r.quantity, r.state) for r in erp.repairs.repairs.values())
    back = sorted((m.origin_move_id, m.demand, m.state) for m in erp.moves.values() if is_sent_back(m))
    away = sorted((f.product_id, f.quantity, f.source_id) for f in erp.dispositions.flows.values())
    scraps = sorted((x.product_id, x.quantity, x.state) for x in erp.dispositions.scraps.values())
    noted = sorted(map(str, erp.dispositions.noted.values()))
    new = erp.exchanges
    ordered = sorted((o.state, len(new.lines_of(o))) for o in new.orders.values())
    billed = sorted((b.state, b.total, b.residual) for b in new.bills.values())
    exchanges = (ordered, billed, sorted(i.residual for i in erp.invoices.values() if i.is_credit))
    parts = (totals, notes, partners, told, payments, cards, messages, repairs, back, away, scraps, noted)
    return *parts, exchanges


def is_sent_back(move: Move) -> bool:
    return bool(move.outgoing and move.origin_move_id and move.state != "cancel")


@pytest.mark.parametrize("story", STORIES)
def test_dying_after_any_step_changes_nothing_in_the_end(story: str) -> None:
    sources, chapters = STORIES[story]
    for number, rmas in enumerate(chapters):
        calm = open_shop()
        for earlier in chapters[:number]:
            finish(calm, earlier, sources)
            workshop(calm)
        finish(calm, rmas, sources)
        for step in range(18):
            shop = open_shop()
            for earlier in chapters[:number]:
                finish(shop, earlier, sources)
                workshop(shop)
            die(shop, rmas, sources, step)
            finish(shop, rmas, sources)
            assert holds(shop) == holds(calm), f"died after step {step} of chapter {number + 1}"

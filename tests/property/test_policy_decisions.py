"""Decisions of a sync: one for every request, with reasons, the very same that `policy explain` gives, and for good."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from unittest.mock import MagicMock, patch

from hypothesis import given
from hypothesis import strategies as st
from property.test_policy import CALM, FEW, LOOSENED, STRICTNESS, policies
from shop import D, Shop, carry_out, look, rma

from odoo_rma.connector.settings import MatchingSettings
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Decision, Verdict
from odoo_rma.mappings.policy.decide import decide
from odoo_rma.mappings.requested import condition_of, day_of, requests_of
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.request import Bought, CameBack
from odoo_rma.sync.policy import Case, read_request

DECIDES = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.REFUND, decides=True)}
TODAY = date(2026, 11, 24)

reasons = st.sampled_from(["defective", "wrong_item", "changed_mind", "other"])
conditions = st.sampled_from([None, "new_sealed", "used", "defective"])
ago = st.integers(0, 60).map(lambda n: TODAY - timedelta(days=n))
line = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(["TENT", "MUG"]),
        "requested": st.integers(1, 2).map(str),
        "reason": reasons.map(lambda code: {"code": code}),
        "condition": conditions,
    }
)
asked = st.lists(line, min_size=1, max_size=3)
past = st.lists(st.tuples(ago, st.integers(1, 300)), max_size=3)


def request(lines: list[dict[str, Any]], on: date, **more: Any) -> Rma:
    at = datetime.combine(on, time(12), UTC).isoformat()
    return rma(*lines, authorization="requested", requested_at=at, **more)


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """A shop that sold a tent and mugs some days ago, to somebody who bought and returned before."""
    shop = Shop()
    order = shop.order(("TENT", "4", "100"), ("MUG", "8", "7.5"))
    shop.deliver(order)
    shop.invoice(order)
    ordered = draw(ago)
    categories = draw(st.sampled_from([("All",), ("All", "Outdoor"), ("All", "Food")]))
    delivered = draw(st.none() | st.just(ordered))
    shop.history(order, ordered=ordered, delivered=delivered, categories=categories)
    facts: Any = shop.erp.requests
    for n, (on, value) in enumerate(draw(past)):
        facts.bought[n] = Bought(shop.alice, on, D(value))
        facts.transfers[n] = CameBack(shop.alice, n, on, D(0), None)
        facts.credits[n] = CameBack(shop.alice, n, on, D(value), None)
    shop.policy = draw(policies).model_copy(update={"currency": "USD"})
    return shop


def policy_of(shop: Shop) -> Policy:
    assert shop.policy
    return shop.policy


@CALM
@given(shops(), asked)
def test_every_request_gets_one_answer_with_reasons_for_each_line(shop: Shop, lines: list[Any]) -> None:
    one = request(lines, TODAY)
    plan = look(shop, one, sources=DECIDES)[0]
    assert plan.answer
    assert [x.line_id for x in plan.answer.lines] == [x.id for x in one.lines]
    assert all(r.en and r.zh for x in plan.answer.lines for r in x.reasons) and all(
        x.reasons for x in plan.answer.lines
    )
    waits = plan.answer.verdict is Verdict.NEEDS_PERSON
    assert [i.code for i in plan.issues] == ["needs_person"] * waits


@FEW
@given(shops(), asked, st.none() | st.booleans())
def test_a_decision_stands_whatever_becomes_of_the_policy(
    shop: Shop, lines: list[Any], authorize: bool | None
) -> None:
    one = request(lines, TODAY)
    shop.decisions = {("shop", one.id): Decisions(authorize=authorize)}
    carry_out(shop, one, sources=DECIDES)
    before = look(shop, one, sources=DECIDES)[0]
    shop.decisions = {}
    if before.answer and before.answer.verdict is not Verdict.NEEDS_PERSON:
        shop.policy = Policy.model_validate({"currency": "USD", "final_sale": [{"name": "all"}]})
    after = look(shop, one, sources=DECIDES)[0]
    assert (after.rma, after.steps) == (before.rma, [])
    assert before.answer and after.answer
    assert [(x.verdict, x.units) for x in after.answer.lines] == [
        (x.verdict, x.units) for x in before.answer.lines
    ]
    allowed = sum(x.allowed for x in after.rma.lines) if after.rma.is_authorized else 0
    assert (after.answer.verdict is Verdict.AUTHORIZE) == bool(allowed)


@FEW
@given(shops(), line)
def test_explain_and_sync_never_disagree(shop: Shop, one: dict[str, Any]) -> None:
    """The very same question is put to the policy, from what one and the same observer read."""
    policy = policy_of(shop)
    wanted = request([one], TODAY)
    case = Case(
        order="S-1",
        sku=one["sku"],
        reason=wanted.lines[0].reason.code,
        condition=condition_of(wanted.lines[0]),
        quantity=wanted.lines[0].requested,
        on=TODAY,
    )
    observer, reference = MagicMock(), MagicMock()
    observer.return_value.observe.return_value = shop.erp
    reference.return_value.zone = UTC
    reference.return_value.company.currency = "USD"
    with patch("odoo_rma.sync.policy.Observer", observer), patch("odoo_rma.sync.policy.Reference", reference):
        explained = read_request(MagicMock(), MatchingSettings(), policy, case, clock=MagicMock())
    (observed,), _ = observer.return_value.observe.call_args.args
    assert day_of(observed, shop.erp) == day_of(wanted, shop.erp) == TODAY
    answer = look(shop, wanted, sources=DECIDES)[0].answer
    assert answer
    assert decide(policy, explained) == answer.lines[0].decision


@FEW
@given(shops(), asked, st.sampled_from(LOOSENED), st.integers(1, 40))
def test_loosening_a_rule_never_declines_more(shop: Shop, lines: list[Any], loosen: Any, n: int) -> None:
    policy, one = policy_of(shop), request(lines, TODAY)
    order = next(iter(shop.erp.orders.values()))
    asked_about = requests_of(one, order, shop.erp, policy, TODAY)
    before = look(shop, one, sources=DECIDES)[0].answer
    for about in asked_about.values():
        shop.policy = loosen(policy, n, about)
        after = look(shop, one, sources=DECIDES)[0].answer
        assert before and after
        strict = [STRICTNESS.index(x.verdict) for x in before.lines]
        loose = [STRICTNESS.index(x.verdict) for x in after.lines]
        assert all(a >= b for a, b in zip(loose, strict, strict=True))


@FEW
@given(shops(), asked)
def test_what_is_kept_once_is_kept_once(shop: Shop, lines: list[Any]) -> None:
    """Labels and fixed fees of a request do not grow with its lines; every line still adds up."""
    answer = look(shop, request(lines, TODAY), sources=DECIDES)[0].answer
    assert answer
    found: list[Decision] = [x.decision for x in answer.lines if x.decision]
    for rule in {a.rule for d in found for a in d.rules if a.rule.startswith("labels.")}:
        kept = [d for d in found if d.label_cost and rule in {a.rule for a in d.rules}]
        assert len(kept) <= 1

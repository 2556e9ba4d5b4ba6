"""Decisions: exactly one for every request, always the same, and never stricter when a rule is loosened."""

import json
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_rma.cli.policy import policy as command
from odoo_rma.cli.session import Session
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.policy import MONEY_LIKE, Method, Policy
from odoo_rma.mappings.policy.case import Decision, Effect, Request, Verdict
from odoo_rma.mappings.policy.check import check
from odoo_rma.mappings.policy.decide import decide
from odoo_rma.mappings.policy.page import page
from odoo_rma.mappings.vocabulary import Condition, ReasonCode

# How busy the machine is says nothing about the code.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(CALM, max_examples=25)
STRICTNESS = [Verdict.DECLINE, Verdict.NEEDS_PERSON, Verdict.AUTHORIZE]
TODAY = date(2026, 11, 24)

# Few values, so that rules fit often and meet each other.
reasons = st.sampled_from(["defective", "wrong_item", "changed_mind", "other"])
conditions = st.sampled_from(["new_sealed", "used", "defective"])
days = st.integers(0, 60)
money = st.decimals(0, 300, places=2).map(lambda d: format(d, "f"))
percents = st.integers(0, 120).map(str)
dates = st.integers(0, 60).map(lambda n: TODAY - timedelta(days=n))
yearly = st.sampled_from(["01-15", "10-01", "11-20", "12-31"])


def some(values: st.SearchStrategy[str], **limits: Any) -> st.SearchStrategy[list[str]]:
    return st.lists(values, unique=True, max_size=3, **limits)


def rules(
    needed: dict[str, Any], more: dict[str, Any] | None = None
) -> st.SearchStrategy[list[dict[str, Any]]]:
    scope = {
        "priority": st.integers(-1, 1),
        "skus": some(st.sampled_from(["MUG", "Tent"])),
        "categories": some(st.sampled_from(["All", "outdoor", "All / Outdoor", "Food"])),
        "countries": some(st.sampled_from(["DE", "CN"])),
        "groups": some(st.sampled_from(["VIP", "B2B"])),
        "channels": some(st.sampled_from(["web", "store"])),
    }
    # Half of the rules are for everything; otherwise hardly any would fit.
    whom = st.just({"skus": []}) | st.fixed_dictionaries({}, optional=scope)
    one = st.builds(lambda rule, who: rule | who, st.fixed_dictionaries(needed, optional=more or {}), whom)
    named = st.lists(one, max_size=3)
    return named.map(lambda found: [{**rule, "name": f"r{n}"} for n, rule in enumerate(found)])


case = {"reasons": some(reasons), "conditions": some(conditions)}
fees = st.one_of(
    rules({"percent": percents}, case),
    rules({"amount": money}, case),
)
offers = st.one_of(
    rules({"method": st.sampled_from([m.value for m in Method])}, case),
    rules(
        {"method": st.sampled_from(sorted(m.value for m in MONEY_LIKE)), "bonus_percent": percents},
        case,
    ),
)
lists = st.dictionaries(reasons, st.sampled_from(["accepted", "person", "refused"]))
policies = st.fixed_dictionaries(
    {
        "currency": st.just("EUR"),
        "windows": rules({"days": days}, {"counts_from": st.sampled_from(["order", "delivery"])}),
        "holidays": rules({"first": yearly, "last": yearly, "until": yearly}),
        "conditions": rules(
            {}, {"accepted": some(conditions), "person": some(conditions), "refused": some(conditions)}
        ),
        "reasons": lists.map(
            lambda by: {which: [r for r in by if by[r] == which] for which in set(by.values())}
        ),
        "always_accepted": rules(
            {"reasons": some(reasons, min_size=1)},
            {"days": days, "conditions": some(conditions), "final_sale": st.booleans()},
        ),
        "final_sale": rules({}),
        "fees": fees,
        "labels": rules({"paid_by": st.sampled_from(["shop", "customer"]), "cost": money}, case),
        "offers": offers,
        "keep_item": rules({"below": money}, case),
        "limits": rules(
            {"days": st.integers(1, 60), "returns": st.integers(0, 4), "value": money, "rate": percents}
        ),
        "approval": st.fixed_dictionaries({}, optional={"up_to": money, "units": st.integers(0, 5)}),
    }
).map(Policy.model_validate)
past = st.lists(st.fixed_dictionaries({"on": dates, "value": money}), max_size=4)
requests = st.fixed_dictionaries(
    {
        "order": st.just("S1"),
        "sku": st.sampled_from(["MUG", "TENT"]),
        "quantity": st.integers(1, 6).map(str),
        "amount": money,
        "currency": st.sampled_from(["EUR", "JPY"]),
        "rate": st.sampled_from(["1", "0.92", "160.5"]),
        "reason": reasons,
        "condition": conditions,
        "on": st.just(TODAY),
        "ordered": dates,
        "delivered": st.none() | dates,
        "categories": st.sampled_from([(), ("All",), ("All", "Outdoor"), ("All", "Food")]),
        "country": st.sampled_from([None, "DE", "CN"]),
        "groups": some(st.sampled_from(["vip", "B2B"])),
        "channel": st.sampled_from([None, "Web"]),
        "orders": past,
        "returns": past,
    }
).map(Request.model_validate)


@CALM
@given(policies, requests)
def test_every_request_gets_one_decision_with_a_reason(policy: Policy, request: Request) -> None:
    decision = decide(policy, request)
    assert decision.verdict in STRICTNESS
    assert all(reason.en and reason.zh for reason in decision.reasons)
    stopping = {a.effect for a in decision.rules} & {Effect.DECLINES, Effect.NEEDS_PERSON}
    assert bool(stopping) == (decision.verdict is not Verdict.AUTHORIZE)
    if decision.verdict is Verdict.DECLINE:
        assert (decision.offers, decision.label_paid_by, decision.refund) == ((), None, 0)
    else:
        assert decision.fee + decision.label_cost + decision.refund == request.amount
    if decision.verdict is Verdict.AUTHORIZE:
        assert decision.offers
        assert decision.keep_item == (decision.label_paid_by is None)


@CALM
@given(policies, requests)
def test_a_decision_is_the_same_every_time_and_in_every_form(policy: Policy, request: Request) -> None:
    decision = decide(policy, request)
    again = decide(
        Policy.model_validate_json(policy.model_dump_json()),
        Request.model_validate_json(request.model_dump_json()),
    )
    assert again == decision
    assert Decision.model_validate_json(decision.model_dump_json()) == decision


@CALM
@given(policies, requests)
def test_the_order_of_the_rules_in_the_file_does_not_matter(policy: Policy, request: Request) -> None:
    turned = policy.model_copy(
        update={table: value[::-1] for table, value in policy if isinstance(value, tuple)}
    )
    one, other = decide(policy, request), decide(turned, request)
    terms = ("verdict", "window_end", "label_paid_by", "label_cost", "fee", "refund", "offers", "keep_item")
    assert [getattr(one, t) for t in terms] == [getattr(other, t) for t in terms]


def change(policy: Policy, table: str, number: int, **update: Any) -> Policy:
    """Change one rule of a table; nothing where the table is empty."""
    own = list(getattr(policy, table))
    if own:
        own[number % len(own)] = own[number % len(own)].model_copy(update=update)
    return policy.model_copy(update={table: tuple(own)})


def pick(policy: Policy, table: str, number: int) -> Any:
    own = getattr(policy, table)
    return own[number % len(own)] if own else None


def longer_window(policy: Policy, n: int, request: Request) -> Policy:
    rule = pick(policy, "windows", n)
    return change(policy, "windows", n, days=rule.days + n) if rule else policy


def longer_fault(policy: Policy, n: int, request: Request) -> Policy:
    rule = pick(policy, "always_accepted", n)
    if rule is None:
        return policy
    return change(policy, "always_accepted", n, days=None if n % 2 or rule.days is None else rule.days + n)


def more_faults(policy: Policy, n: int, request: Request) -> Policy:
    rule = pick(policy, "always_accepted", n)
    if rule is None:
        return policy
    wider = change(policy, "always_accepted", n, reasons=(*rule.reasons, request.reason))
    return change(wider, "always_accepted", n, conditions=(*rule.conditions, request.condition))


def accepted_condition(policy: Policy, n: int, request: Request) -> Policy:
    rule = pick(policy, "conditions", n)
    if rule is None:
        return policy
    left = {
        name: tuple(c for c in getattr(rule, name) if c != request.condition)
        for name in ("person", "refused")
    }
    return change(policy, "conditions", n, accepted=(*rule.accepted, request.condition), **left)


def condition_to_a_person(policy: Policy, n: int, request: Request) -> Policy:
    rule = pick(policy, "conditions", n)
    if rule is None or request.condition not in rule.refused:
        return policy
    refused = tuple(c for c in rule.refused if c != request.condition)
    return change(policy, "conditions", n, person=(*rule.person, request.condition), refused=refused)


def accepted_reason(policy: Policy, n: int, request: Request) -> Policy:
    own = policy.reasons
    left = {
        name: tuple(r for r in getattr(own, name) if r != request.reason) for name in ("person", "refused")
    }
    wider = own.model_copy(update={"accepted": (*own.accepted, request.reason), **left})
    return policy.model_copy(update={"reasons": wider})


def higher_limits(policy: Policy, n: int, request: Request) -> Policy:
    rule = pick(policy, "limits", n)
    if rule is None:
        return policy
    return change(policy, "limits", n, returns=rule.returns + n, value=rule.value + n, rate=rule.rate + n)


def higher_approval(policy: Policy, n: int, request: Request) -> Policy:
    own = policy.approval
    update = {
        "up_to": None if n % 2 or own.up_to is None else own.up_to + n,
        "units": own.units and own.units + n,
    }
    return policy.model_copy(update={"approval": own.model_copy(update=update)})


def lower_fee(policy: Policy, n: int, request: Request) -> Policy:
    rule = pick(policy, "fees", n)
    if rule is None:
        return policy
    return change(
        policy,
        "fees",
        n,
        **{
            what: max(Decimal(0), value - n)
            for what in ("amount", "percent")
            if (value := getattr(rule, what)) is not None
        },
    )


def no_final_sale(policy: Policy, n: int, request: Request) -> Policy:
    return policy.model_copy(update={"final_sale": policy.final_sale[1:]})


def one_more_season(policy: Policy, n: int, request: Request) -> Policy:
    season = {"name": "more", "first": "01-01", "last": "12-31", "until": "12-31"}
    more = Policy.model_validate({"currency": "EUR", "holidays": [season]}).holidays
    return policy.model_copy(update={"holidays": (*policy.holidays, *more)})


LOOSENED = [
    longer_window,
    longer_fault,
    more_faults,
    accepted_condition,
    condition_to_a_person,
    accepted_reason,
    higher_limits,
    higher_approval,
    lower_fee,
    no_final_sale,
    one_more_season,
]


def assert_not_stricter(policy: Policy, looser: Policy, request: Request) -> None:
    before, after = decide(policy, request), decide(looser, request)
    assert STRICTNESS.index(after.verdict) >= STRICTNESS.index(before.verdict)
    if Verdict.DECLINE not in (after.verdict, before.verdict):
        assert after.fee <= before.fee


@settings(CALM, max_examples=200)
@given(policies, requests, st.permutations(LOOSENED), st.integers(1, 40))
def test_loosening_a_rule_never_makes_a_decision_stricter(
    policy: Policy, request: Request, steps: list[Any], n: int
) -> None:
    looser = policy
    for step in steps:
        assert_not_stricter(policy, step(policy, n, request), request)
        assert_not_stricter(looser, looser := step(looser, n, request), request)


@FEW
@given(policies, requests)
def test_explain_says_what_is_decided(policy: Policy, request: Request) -> None:
    configured = Settings.model_validate(
        {"odoo": {"url": "https://e.example.com", "database": "d", "login": "l"}}
    )
    asked = ["explain", "--policy", "p.toml", "--order", "S1", "--sku", "MUG", "--json"]
    asked += ["--reason", request.reason.value, "--condition", request.condition.value]
    with (
        patch("odoo_rma.connector.settings.load", return_value=configured),
        patch("odoo_rma.cli.policy.load", return_value=policy),
        patch("odoo_rma.sync.policy.connect"),
        patch("odoo_rma.sync.policy.read_request", return_value=request),
    ):
        result = CliRunner().invoke(command, asked, obj=Session())
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    decision = decide(policy, request)
    assert Decision.model_validate(said["decision"]) == decision
    assert decide(policy, Request.model_validate(said["request"])) == decision


@FEW
@given(policies)
def test_any_policy_can_be_checked_and_shown(policy: Policy) -> None:
    assert all(finding.message and finding.way_out and finding.rules for finding in check(policy))
    assert all(page(policy, lang).strip() for lang in ("en", "zh"))


def test_the_few_values_are_real_ones() -> None:
    assert {"defective", "wrong_item", "changed_mind", "other"} <= set(ReasonCode)
    assert {"new_sealed", "used", "defective"} <= set(Condition)

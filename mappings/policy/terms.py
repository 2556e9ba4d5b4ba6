"""On which terms: restocking fee, who pays for the way back, what the customer may choose, keep the item.

Amounts come out in the request's currency, rounded as that currency is.
"""

from dataclasses import dataclass
from typing import Any

from odoo_rma.mappings.money import ZERO, Decimal, Money, minor_unit, plain, round_to
from odoo_rma.mappings.policy import AlwaysAccepted, Fee, KeepItem, Method, Offer, Payer, Policy
from odoo_rma.mappings.policy.case import Applied, Effect, Offered, Request
from odoo_rma.mappings.policy.scope import fitting
from odoo_rma.mappings.policy.words import say

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """What follows if the request is authorized."""

    label_paid_by: Payer | None
    label_cost: Decimal
    fee: Decimal
    refund: Decimal
    offers: tuple[Offered, ...]
    keep_item: bool
    rules: tuple[Applied, ...]

    def as_fields(self) -> dict[str, Any]:
        """Give the terms as fields of a decision."""
        names = ("label_paid_by", "label_cost", "fee", "refund", "offers", "keep_item")
        return {name: getattr(self, name) for name in names}


def terms(policy: Policy, request: Request, always: list[AlwaysAccepted]) -> Terms:
    """Work out the terms, with the rules that set them."""
    kept = _keep(policy, request)
    fee, fee_rule = (ZERO, None) if kept else _fee(policy, request, bool(always))
    paid_by, cost, label_rule = (None, ZERO, None) if kept else _label(policy, request, always)
    cost = min(cost, request.amount - fee)
    refund = request.amount - fee - cost
    offers, offer_rules = _offers(policy, request, refund, keep=kept is not None)
    rules = [rule for rule in (kept, fee_rule, label_rule, *offer_rules) if rule]
    return Terms(paid_by, cost, fee, refund, offers, kept is not None, tuple(rules))


def _in_request_money(amount: Decimal, request: Request) -> Decimal:
    return round_to(amount * request.rate, minor_unit(request.currency))


def _saw(request: Request) -> dict[str, str]:
    return {
        "amount": str(Money(request.amount, request.currency)),
        "reason": request.reason.value,
        "condition": request.condition.value,
    }


def _keep(policy: Policy, request: Request) -> Applied | None:
    rules = [rule for rule in fitting(policy.keep_item, request) if request.value < rule.below]
    if not rules:
        return None
    rule: KeepItem = max(rules, key=lambda r: r.below)
    words = say("keep", below=Money(rule.below, policy.currency))
    return Applied(rule=f"keep_item.{rule.name}", saw=_saw(request), effect=Effect.SETS, words=words)


def _fee(policy: Policy, request: Request, excused: bool) -> tuple[Decimal, Applied]:
    rules = fitting(policy.fees, request)
    if not rules:
        return ZERO, Applied(rule="fees", saw=_saw(request), effect=Effect.SETS, words=say("no_fee"))
    rule = min(rules, key=lambda r: _fee_amount(r, request, excused))
    fee = _fee_amount(rule, request, excused)
    saw = _saw(request) | ({"percent": plain(rule.percent)} if rule.percent is not None else {})
    words = say("fee", fee=Money(fee, request.currency)) if fee else say("no_fee")
    if excused and not fee:
        words = say("excused")
    return fee, Applied(rule=f"fees.{rule.name}", saw=saw, effect=Effect.SETS, words=words)


def _fee_amount(rule: Fee, request: Request, excused: bool) -> Decimal:
    # What is the shop's fault costs nothing, unless a fee names that very reason.
    if excused and request.reason not in rule.reasons:
        return ZERO
    if rule.percent is not None:
        fee = round_to(request.amount * rule.percent / HUNDRED, minor_unit(request.currency))
    elif f"fees.{rule.name}" in request.kept:
        return ZERO
    else:
        fee = _in_request_money(rule.amount or ZERO, request)
    return min(fee, request.amount)


def _label(
    policy: Policy, request: Request, always: list[AlwaysAccepted]
) -> tuple[Payer, Decimal, Applied | None]:
    saw = _saw(request)
    for excuse in sorted(always, key=lambda rule: rule.label_paid_by is Payer.CUSTOMER):
        name, paid_by = f"always_accepted.{excuse.name}", excuse.label_paid_by
        words = say(f"label_{paid_by}")
        return paid_by, ZERO, Applied(rule=name, saw=saw, effect=Effect.SETS, words=words)
    rules = fitting(policy.labels, request)
    if not rules:
        words = say("label_shop")
        return Payer.SHOP, ZERO, Applied(rule="labels", saw=saw, effect=Effect.SETS, words=words)
    rule = min(rules, key=lambda r: (r.paid_by is Payer.CUSTOMER, r.cost))
    due = rule.paid_by is Payer.CUSTOMER and f"labels.{rule.name}" not in request.kept
    cost = _in_request_money(rule.cost, request) if due else ZERO
    words = say("label_cost", cost=Money(cost, request.currency)) if cost else say(f"label_{rule.paid_by}")
    applied = Applied(rule=f"labels.{rule.name}", saw=saw, effect=Effect.SETS, words=words)
    return rule.paid_by, cost, applied


def _offers(
    policy: Policy, request: Request, refund: Decimal, *, keep: bool
) -> tuple[tuple[Offered, ...], list[Applied]]:
    offered: list[Offered] = []
    rules: list[Applied] = []
    for method in Method:
        fit = fitting([rule for rule in policy.offers if rule.method is method], request)
        if not fit or (keep and method in _NEEDS_GOODS):
            continue
        rule = max(fit, key=lambda r: _bonus(r, request, refund))
        bonus = _bonus(rule, request, refund)
        offered.append(Offered(method=method, bonus=bonus))
        words = (
            say("offer_bonus", method=method, bonus=Money(bonus, request.currency))
            if bonus
            else say("offer", method=method)
        )
        name = f"offers.{rule.name}"
        rules.append(Applied(rule=name, saw=_saw(request), effect=Effect.SETS, words=words))
    if not offered:
        no_offer = say("no_offer")
        rules.append(Applied(rule="offers", saw=_saw(request), effect=Effect.NEEDS_PERSON, words=no_offer))
    return tuple(offered), rules


def _bonus(rule: Offer, request: Request, refund: Decimal) -> Decimal:
    if rule.bonus_percent is not None:
        return round_to(refund * rule.bonus_percent / HUNDRED, minor_unit(request.currency))
    return _in_request_money(rule.bonus_amount or ZERO, request)


_NEEDS_GOODS = frozenset({Method.EXCHANGE, Method.REPAIR})
"""What cannot be had when the goods stay with the customer."""

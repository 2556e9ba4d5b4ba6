"""What is authorized without a person: the size of a request, and how much one customer returns."""

from collections.abc import Iterable
from datetime import date, timedelta

from odoo_rma.mappings.money import ZERO, Decimal, Money, minor_unit, plain, round_to
from odoo_rma.mappings.policy import Limit, Policy
from odoo_rma.mappings.policy.case import Applied, Effect, Past, Request, Words
from odoo_rma.mappings.policy.scope import fitting
from odoo_rma.mappings.policy.words import Lasting, say

HUNDRED = Decimal(100)


def approval(policy: Policy, request: Request) -> list[Applied]:
    """Ask whether a request is small enough to be authorized without a person."""
    rule, value = policy.approval, in_policy_money(policy, request.value)
    units = request.units or request.quantity
    over: list[tuple[str, Words]] = []
    if rule.up_to is not None and value.amount > rule.up_to:
        limit = Money(rule.up_to, policy.currency)
        over.append(("approval.up_to", say("value_too_high", value=value, limit=limit)))
    if rule.units is not None and units > rule.units:
        over.append(("approval.units", say("too_many_units", units=plain(units), limit=rule.units)))
    saw = {"value": str(value), "quantity": plain(units)}
    if not over and (rule.up_to is not None or rule.units is not None):
        return [Applied(rule="approval", saw=saw, effect=Effect.PASSES, words=say("approval"))]
    return [Applied(rule=name, saw=saw, effect=Effect.NEEDS_PERSON, words=words) for name, words in over]


def limits(policy: Policy, request: Request) -> list[Applied]:
    """Ask whether the customer is within the limits; each limit of the highest rank answers."""
    return [answer for rule in fitting(policy.limits, request) for answer in _limit(policy, rule, request)]


def in_policy_money(policy: Policy, amount: Decimal) -> Money:
    """Give an amount in the policy's currency, rounded as that currency is."""
    return Money(round_to(amount, minor_unit(policy.currency)), policy.currency)


def _limit(policy: Policy, rule: Limit, request: Request) -> list[Applied]:
    first = request.on - timedelta(days=rule.days)
    returned = _since(first, request.returns, request.on)
    count = len(returned) + 1
    value = in_policy_money(policy, _total(returned) + request.value)
    saw = {"days": str(rule.days), "returns": str(count), "value": str(value)}
    over: list[tuple[str, Words]] = []
    if rule.returns is not None and count > rule.returns:
        over.append(
            ("returns", say("limit_returns", count=count, days=Lasting(rule.days), limit=rule.returns))
        )
    if rule.value is not None and value.amount > rule.value:
        limit = Money(rule.value, policy.currency)
        over.append(("value", say("limit_value", value=value, days=Lasting(rule.days), limit=limit)))
    bought = _since(first, request.orders, request.on)
    if rule.rate is not None and len(bought) >= rule.rate_from_orders and _total(bought) > ZERO:
        rate = round_to(value.amount * HUNDRED / _total(bought), Decimal("0.1"))
        saw |= {"orders": str(len(bought)), "bought": str(in_policy_money(policy, _total(bought)))}
        saw["rate"] = f"{plain(rate)} %"
        if rate > rule.rate:
            over.append(("rate", say("limit_rate", rate=rate, days=Lasting(rule.days), limit=rule.rate)))
    name = f"limits.{rule.name}"
    if not over:
        return [
            Applied(
                rule=name, saw=saw, effect=Effect.PASSES, words=say("limit_kept", days=Lasting(rule.days))
            )
        ]
    return [
        Applied(rule=f"{name}.{what}", saw=saw, effect=Effect.NEEDS_PERSON, words=words)
        for what, words in over
    ]


def _since(first: date, past: Iterable[Past], last: date) -> list[Past]:
    return [one for one in past if first <= one.on <= last]


def _total(past: Iterable[Past]) -> Decimal:
    return sum((one.value for one in past), ZERO)

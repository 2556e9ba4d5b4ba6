"""The decision: policy and request in, decision out. No clock, no network, the same answer every time.

Each question is asked by itself and answered by one rule; the strictest answer counts. Where rules of equal rank fit,
the one that is best for the customer counts.
"""

from odoo_rma.mappings.policy import AlwaysAccepted, Policy
from odoo_rma.mappings.policy.case import Applied, Decision, Effect, Request, Verdict, Words
from odoo_rma.mappings.policy.limits import approval, limits
from odoo_rma.mappings.policy.scope import fits, fitting
from odoo_rma.mappings.policy.terms import Terms, terms
from odoo_rma.mappings.policy.window import window
from odoo_rma.mappings.policy.words import say

Always = list[AlwaysAccepted]


def decide(policy: Policy, request: Request) -> Decision:
    """Say what the policy makes of a request, with every rule that led to it.

    Args:
        policy: the shop's policy.
        request: the facts; nothing else is looked at.

    """
    always = [rule for rule in policy.always_accepted if fits(rule, request)]
    end, asked = window(policy, request, always)
    asked = [
        *asked,
        *_final_sale(policy, request, always),
        *_reason(policy, request, asked),
        _condition(policy, request, always),
        *approval(policy, request),
        *limits(policy, request),
    ]
    verdict = _verdict(asked)
    agreed = terms(policy, request, always) if verdict is not Verdict.DECLINE else None
    if agreed and not agreed.offers:
        # Without anything to offer nobody can authorize; the policy's owner has to say what is meant.
        verdict = Verdict.NEEDS_PERSON
    rules = (*asked, *(agreed.rules if agreed else ()))
    return Decision(
        verdict=verdict,
        reasons=_reasons(rules, verdict),
        rules=rules,
        window_end=end,
        currency=request.currency,
        **(agreed.as_fields() if agreed else {}),
    )


def terms_of(policy: Policy, request: Request) -> Terms:
    """Give the terms of a request whatever is decided about it."""
    return terms(policy, request, [rule for rule in policy.always_accepted if fits(rule, request)])


def condition_answer(policy: Policy, request: Request) -> Applied:
    """Say whether the policy takes goods in this condition."""
    return _condition(policy, request, [rule for rule in policy.always_accepted if fits(rule, request)])


def _verdict(asked: list[Applied]) -> Verdict:
    effects = {applied.effect for applied in asked}
    if Effect.DECLINES in effects:
        return Verdict.DECLINE
    return Verdict.NEEDS_PERSON if Effect.NEEDS_PERSON in effects else Verdict.AUTHORIZE


_DECISIVE = {
    Verdict.DECLINE: Effect.DECLINES,
    Verdict.NEEDS_PERSON: Effect.NEEDS_PERSON,
    Verdict.AUTHORIZE: Effect.PASSES,
}


def _reasons(rules: tuple[Applied, ...], verdict: Verdict) -> tuple[Words, ...]:
    return tuple(applied.words for applied in rules if applied.effect is _DECISIVE[verdict])


def _final_sale(policy: Policy, request: Request, always: Always) -> list[Applied]:
    rules = fitting(policy.final_sale, request)
    if not rules:
        return []
    covered = any(rule.final_sale for rule in always)
    words = say("final_sale_but", reason=request.reason) if covered else say("final_sale")
    saw = {"sku": request.sku, "categories": " / ".join(request.categories), "reason": request.reason.value}
    effect = Effect.PASSES if covered else Effect.DECLINES
    return [Applied(rule=f"final_sale.{rules[0].name}", saw=saw, effect=effect, words=words)]


def _reason(policy: Policy, request: Request, in_time: list[Applied]) -> list[Applied]:
    reason, saw = request.reason, {"reason": request.reason.value}
    always = next((rule for rule in policy.always_accepted if fits(rule, request)), None)
    if any(applied.rule.startswith("always_accepted.") for applied in in_time):
        return []  # whether it is accepted was answered together with the time
    if always:
        name, effect, sentence = f"always_accepted.{always.name}", Effect.PASSES, "reason_accepted"
    elif reason in policy.reasons.accepted:
        name, effect, sentence = "reasons.accepted", Effect.PASSES, "reason_accepted"
    elif reason in policy.reasons.person:
        name, effect, sentence = "reasons.person", Effect.NEEDS_PERSON, "reason_person"
    elif reason in policy.reasons.refused:
        name, effect, sentence = "reasons.refused", Effect.DECLINES, "reason_refused"
    else:
        name, effect, sentence = "reasons", Effect.NEEDS_PERSON, "reason_open"
    return [Applied(rule=name, saw=saw, effect=effect, words=say(sentence, reason=reason))]


def _condition(policy: Policy, request: Request, always: Always) -> Applied:
    condition, saw = request.condition, {"condition": request.condition.value}
    naming = [r for r in policy.conditions if condition in (*r.accepted, *r.person, *r.refused)]
    rules = fitting(naming, request)
    accepting = [f"conditions.{rule.name}" for rule in rules if condition in rule.accepted]
    accepting += [f"always_accepted.{rule.name}" for rule in always if condition in rule.conditions]
    if accepting:
        name, effect, sentence = accepting[0], Effect.PASSES, "condition_accepted"
    elif asking := [rule for rule in rules if condition in rule.person]:
        name, effect, sentence = f"conditions.{asking[0].name}", Effect.NEEDS_PERSON, "condition_person"
    elif rules:
        name, effect, sentence = f"conditions.{rules[0].name}", Effect.DECLINES, "condition_refused"
    else:
        name, effect, sentence = "conditions", Effect.NEEDS_PERSON, "condition_open"
    return Applied(rule=name, saw=saw, effect=effect, words=say(sentence, condition=condition))

"""Contradictions in a policy: what cannot be meant as it stands. `check` gives these, then the gaps."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.policy import Conditions, Limit, Offer, Policy, Reasons, Rule
from odoo_rma.mappings.policy.finding import Finding, contradiction
from odoo_rma.mappings.policy.gaps import gaps
from odoo_rma.mappings.policy.scope import limits_of, overlap, rank
from odoo_rma.mappings.vocabulary import Condition, ReasonCode

HUNDRED = Decimal(100)

NATURAL = {
    ReasonCode.DEFECTIVE: Condition.DEFECTIVE,
    ReasonCode.DAMAGED_IN_TRANSIT: Condition.DAMAGED_CARRIER,
    ReasonCode.MISSING_PARTS: Condition.INCOMPLETE,
    ReasonCode.WRONG_ITEM: Condition.WRONG_ITEM,
}
"""The condition that goods are in when a reason is true."""

RANKED = ("windows", "conditions", "fees", "labels", "offers", "keep_item", "limits")
"""Tables of which one rule counts; of the others, all that fit do."""


def check(policy: Policy) -> list[Finding]:
    """Find contradictions and gaps, contradictions first."""
    return [
        *_said_twice(policy),
        *_faults_refused(policy),
        *_final_with_window(policy),
        *_equal_rank(policy),
        *_impossible_percent(policy),
        *_kept_above_approval(policy),
        *_seasons(policy),
        *gaps(policy),
    ]


def _said_twice(policy: Policy) -> Iterator[Finding]:
    for reason, lists in _twice(policy.reasons):
        rules = [f"reasons.{name}" for name in lists]
        yield contradiction(
            f"The reason {reason} stands in two lists.", "Take it out of one of them.", *rules
        )
    for own in policy.conditions:
        for condition, lists in _twice(own):
            yield contradiction(
                f"The condition {condition} stands in the lists {' and '.join(lists)}.",
                "Take it out of one of them.",
                f"conditions.{own.name}",
            )
    for rule in policy.always_accepted:
        for reason in sorted({*policy.reasons.refused, *policy.reasons.person} & set(rule.reasons)):
            where = "refused" if reason in policy.reasons.refused else "person"
            yield contradiction(
                f"The reason {reason} is always accepted, and not accepted.",
                "Take it out of one of the two; as it stands it is accepted.",
                f"always_accepted.{rule.name}",
                f"reasons.{where}",
            )


def _twice(lists: Reasons | Conditions) -> Iterator[tuple[str, tuple[str, str]]]:
    for one, other in combinations(("accepted", "person", "refused"), 2):
        for code in sorted(set(getattr(lists, one)) & set(getattr(lists, other))):
            yield code, (one, other)


def _faults_refused(policy: Policy) -> Iterator[Finding]:
    accepted = {condition for rule in policy.conditions for condition in rule.accepted}
    for rule in policy.always_accepted:
        for reason in rule.reasons:
            condition = NATURAL.get(reason)
            if condition and condition not in accepted | set(rule.conditions):
                yield contradiction(
                    f"The reason {reason} is always accepted, but goods for which it is true are in the condition "
                    f"{condition}, which is never accepted.",
                    f'Add "{condition}" to the conditions of this rule.',
                    f"always_accepted.{rule.name}",
                )


def _final_with_window(policy: Policy) -> Iterator[Finding]:
    for final in policy.final_sale:
        if not limits_of(final):
            yield contradiction(
                "Everything is final sale, so hardly anything else in the policy can count.",
                "Name the articles or product categories that it is for.",
                f"final_sale.{final.name}",
            )
        for window in policy.windows:
            if _same_goods(final, window):
                yield contradiction(
                    f"The same goods are final sale and have {window.days} days to come back.",
                    "Take them out of one of the two; as it stands they do not come back.",
                    f"final_sale.{final.name}",
                    f"windows.{window.name}",
                )


def _same_goods(final: Rule, window: Rule) -> bool:
    mine, theirs = limits_of(final), limits_of(window)
    named = [mine.get(kind, set()) & theirs.get(kind, set()) for kind in ("skus", "categories")]
    return overlap(final, window) and any(named)


def _equal_rank(policy: Policy) -> Iterator[Finding]:
    for table in RANKED:
        rules: Sequence[Rule] = getattr(policy, table)
        for one, other in combinations(rules, 2):
            if rank(one) == rank(other) and overlap(one, other) and _differ(one, other):
                yield contradiction(
                    "Both rules fit the same requests, are of equal rank and say different things.",
                    "Give one of them a higher priority, or limit one further. Until then the one that is better for "
                    "the customer counts.",
                    f"{table}.{one.name}",
                    f"{table}.{other.name}",
                )


def _differ(one: Rule, other: Rule) -> bool:
    if isinstance(one, Conditions) and isinstance(other, Conditions):
        return any(_verdict(one, c) != _verdict(other, c) for c in _named(one) & _named(other))
    if isinstance(one, Offer) and isinstance(other, Offer) and one.method is not other.method:
        return False  # a customer may be offered both
    if isinstance(one, Limit) and isinstance(other, Limit) and one.days != other.days:
        return False  # three a month and ten a year go together
    return _said(one) != _said(other)


def _named(rule: Conditions) -> set[Condition]:
    return {*rule.accepted, *rule.person, *rule.refused}


def _verdict(rule: Conditions, condition: Condition) -> list[bool]:
    return [condition in own for own in (rule.accepted, rule.person, rule.refused)]


def _said(rule: Rule) -> dict[str, Any]:
    """Give what a rule says, without its name and what it is for."""
    whom = {*Rule.model_fields, "reasons", "conditions"}
    return {key: value for key, value in rule if key not in whom}


def _impossible_percent(policy: Policy) -> Iterator[Finding]:
    for fee in policy.fees:
        if fee.percent is not None and fee.percent > HUNDRED:
            yield contradiction(
                f"The restocking fee of {plain(fee.percent)} % is more than the customer paid.",
                "Write 100 or less; at most the whole refund is kept.",
                f"fees.{fee.name}",
            )
    for offer in policy.offers:
        if offer.bonus_percent is not None and offer.bonus_percent > HUNDRED:
            yield contradiction(
                f"The bonus of {plain(offer.bonus_percent)} % is more than the refund itself.",
                "Write 100 or less.",
                f"offers.{offer.name}",
            )


def _kept_above_approval(policy: Policy) -> Iterator[Finding]:
    limit = policy.approval.up_to
    for rule in policy.keep_item:
        if limit is not None and rule.below > limit:
            yield contradiction(
                f"Below {plain(rule.below)} the customer keeps the item, but above {plain(limit)} a person has to "
                "authorize even the return of it.",
                "Lower the keep-the-item threshold, or raise approval.up_to.",
                f"keep_item.{rule.name}",
                "approval.up_to",
            )


def _seasons(policy: Policy) -> Iterator[Finding]:
    for holiday in policy.holidays:
        first, last, until = holiday.first, holiday.last, holiday.until
        dates = [day for day in (first, last, until) if isinstance(day, date)]
        if dates != sorted(dates):
            yield contradiction(
                f"The days are out of order: first {first}, last {last}, until {until}.",
                "Write them so that first comes before last, and last before until.",
                f"holidays.{holiday.name}",
            )

"""Gaps in a policy: cases that it leaves to a person, and rules that do nothing."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from odoo_rma.mappings.policy import CaseRule, Conditions, CountsFrom, Policy, Rule
from odoo_rma.mappings.policy.finding import Finding, gap
from odoo_rma.mappings.policy.scope import limits_of, may_overlap, overlap, rank
from odoo_rma.mappings.vocabulary import Condition, ReasonCode


def gaps(policy: Policy) -> Iterator[Finding]:
    """Find what is not ruled, or ruled without effect."""
    yield from _unruled(policy)
    yield from _no_default(policy)
    yield from _nothing_offered(policy)
    yield from _in_two_groups(policy)
    yield from _without_effect(policy)
    yield from _untitled(policy)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _unlimited(rules: Iterable[Rule]) -> list[Rule]:
    return [rule for rule in rules if not limits_of(rule)]


def _unlimited_conditions(policy: Policy) -> list[Conditions]:
    return [rule for rule in policy.conditions if not limits_of(rule)]


def _taken(policy: Policy) -> set[ReasonCode]:
    """Reasons with which something can be authorized."""
    always = {reason for rule in policy.always_accepted for reason in rule.reasons}
    return always | set(policy.reasons.accepted)


def _unruled(policy: Policy) -> Iterator[Finding]:
    reasons = set(ReasonCode) - _taken(policy) - {*policy.reasons.refused, *policy.reasons.person}
    if reasons:
        yield gap(
            f"Nothing is said about the reasons {_listed(reasons)}; a person decides about each of them.",
            "Add them to reasons.accepted, reasons.refused, or, if that is meant, reasons.person.",
            "reasons",
        )
    default = _unlimited_conditions(policy)
    ruled = {c for rule in default for c in (*rule.accepted, *rule.person, *rule.refused)}
    if set(Condition) - ruled:
        yield gap(
            f"Nothing is said about the conditions {_listed(set(Condition) - ruled)}; a person decides about each.",
            "Add them to a [[conditions]] rule without limits: accepted, refused, or, if that is meant, person.",
            "conditions",
        )


def _no_default(policy: Policy) -> Iterator[Finding]:
    if not _unlimited(policy.windows):
        yield gap(
            "There is no window for what no rule names; a person decides about all of that.",
            "Add a [[windows]] rule without limits.",
            "windows",
        )
    if not _unlimited(policy.labels):
        yield gap(
            "Nothing is said about who pays for the way back where no rule fits; the shop does.",
            'Add a [[labels]] rule without limits: paid_by = "shop" or "customer".',
            "labels",
        )
    if policy.approval.up_to is None:
        yield gap(
            "Requests of any value are authorized without a person.",
            "Set approval.up_to, if that is not what you want.",
            "approval.up_to",
        )


def _nothing_offered(policy: Policy) -> Iterator[Finding]:
    """Only offers for all goods are looked at: whoever sells something no rule names needs one of these."""
    always = {c for rule in policy.always_accepted for c in rule.conditions}
    conditions = {c for rule in policy.conditions for c in rule.accepted} | always
    offers = [rule for rule in policy.offers if limits_of(rule).keys() <= {"reasons", "conditions"}]
    for reason in sorted(_taken(policy)):
        missing = {c for c in conditions if not any(_offers(rule, reason, c) for rule in offers)}
        if missing:
            yield gap(
                f"With the reason {reason}, nothing is offered for goods that are {_listed(missing)}; a person decides.",
                "Add an [[offers]] rule that fits, such as one without limits.",
                "offers",
            )


def _offers(rule: CaseRule, reason: ReasonCode, condition: Condition) -> bool:
    return (not rule.reasons or reason in rule.reasons) and (
        not rule.conditions or condition in rule.conditions
    )


def _in_two_groups(policy: Policy) -> Iterator[Finding]:
    for table in ("windows", "conditions", "fees", "labels", "limits"):
        for one, other in combinations(getattr(policy, table), 2):
            if rank(one) == rank(other) and may_overlap(one, other) and not overlap(one, other):
                yield gap(
                    "A customer may be in the groups of both rules; then the one that is better for the customer counts.",
                    "Give one of them a higher priority, if the other is to count.",
                    f"{table}.{one.name}",
                    f"{table}.{other.name}",
                )


def _without_effect(policy: Policy) -> Iterator[Finding]:
    refused = set(policy.reasons.refused) - _taken(policy)
    for table in ("fees", "labels", "offers", "keep_item"):
        for rule in getattr(policy, table):
            if rule.reasons and set(rule.reasons) <= refused:
                yield gap(
                    f"The rule is only for reasons that are refused: {_listed(rule.reasons)}.",
                    "Remove the rule, or accept the reasons.",
                    f"{table}.{rule.name}",
                )
    usual = max((w.days for w in policy.windows if w.counts_from is CountsFrom.DELIVERY), default=0)
    for always in policy.always_accepted:
        if always.days is not None and always.days < usual:
            yield gap(
                f"Its {always.days} days are shorter than a usual window of {usual} days, which then counts.",
                "Write more days, or leave days out: no end.",
                f"always_accepted.{always.name}",
            )


def _untitled(policy: Policy) -> Iterator[Finding]:
    for table in ("windows", "holidays", "conditions", "final_sale"):
        for rule in getattr(policy, table):
            if rule.title is None and (limits_of(rule) or table == "holidays"):
                yield gap(
                    f"It has no title; on the page for customers it is called “{rule.name.replace('_', ' ')}”.",
                    'Add title = { en = "…", zh = "…" }.',
                    f"{table}.{rule.name}",
                )

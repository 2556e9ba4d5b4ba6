"""Which rules fit a request, and which of them counts: the order is the same for every table.

Among rules that fit, the highest `priority` counts; then one that names articles; then the one with more kinds of
limits; then the one with the nearer product category.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from odoo_rma.mappings.policy import AlwaysAccepted, CaseRule, Rule
from odoo_rma.mappings.policy.case import Request

R = TypeVar("R", bound=Rule)
Rank = tuple[int, bool, int, int]

SCOPE = ("skus", "categories", "countries", "groups", "channels")
CASE = ("reasons", "conditions")


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _values(request: Request) -> dict[str, set[str]]:
    """Give what a request has to offer for each kind of limit."""
    return {
        "skus": _folded([request.sku]),
        "categories": _folded([*request.categories, " / ".join(request.categories)]),
        "countries": _folded(filter(None, [request.country])),
        "groups": _folded(request.groups),
        "channels": _folded(filter(None, [request.channel])),
        "reasons": {request.reason.value},
        "conditions": {request.condition.value},
    }


def limits_of(rule: Rule) -> dict[str, set[str]]:
    """Give the kinds of limits that a rule has, with what they name (case does not count)."""
    kinds = SCOPE + (CASE if isinstance(rule, CaseRule) else ())
    return {kind: _folded(getattr(rule, kind)) for kind in kinds if getattr(rule, kind)}


def fits(rule: Rule, request: Request) -> bool:
    """Tell whether a rule is for this request."""
    offered = _values(request)
    if isinstance(rule, AlwaysAccepted) and request.reason not in rule.reasons:
        return False
    return all(named & offered[kind] for kind, named in limits_of(rule).items())


def fitting(rules: Sequence[R], request: Request) -> list[R]:
    """Give the rules that fit and stand highest: usually one, several where they are of equal rank."""
    found = [rule for rule in rules if fits(rule, request)]
    top = max((rank(rule, request) for rule in found), default=None)
    return [rule for rule in found if rank(rule, request) == top]


def rank(rule: Rule, request: Request | None = None) -> Rank:
    """Give how much a rule counts; without a request, as far as the rule alone tells."""
    limits = limits_of(rule)
    depth = 0
    if request and "categories" in limits:
        path = [name.casefold() for name in request.categories]
        if " / ".join(path) in limits["categories"]:
            depth = len(path)
        else:
            depth = max(n for n, name in enumerate(path, 1) if name in limits["categories"])
    return (rule.priority, "skus" in limits, len(limits), depth)


def overlap(one: Rule, other: Rule) -> bool:
    """Tell whether some request surely can meet both rules."""
    mine, theirs = limits_of(one), limits_of(other)
    return all(mine[kind] & theirs[kind] for kind in mine.keys() & theirs.keys())


def may_overlap(one: Rule, other: Rule) -> bool:
    """Tell whether a request may meet both because one customer can be in several groups."""
    mine, theirs = limits_of(one), limits_of(other)
    return all(mine[kind] & theirs[kind] for kind in (mine.keys() & theirs.keys()) - {"groups"})

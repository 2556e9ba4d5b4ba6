"""What Medusa's words mean. Data; the raw word stays beside the canonical one."""

from collections.abc import Mapping

from odoo_rma.mappings.vocabulary import Authorization, Condition, ReasonCode

AUTHORIZATION: Mapping[str, Authorization] = {
    "open": Authorization.DRAFT,
    # Medusa's `requested` was confirmed by the merchant already.
    "requested": Authorization.AUTHORIZED,
    "received": Authorization.AUTHORIZED,
    "partially_received": Authorization.AUTHORIZED,
    "canceled": Authorization.CANCELED,
}

REASONS: Mapping[str, ReasonCode] = {
    **{code.value: code for code in ReasonCode},
    "too_small": ReasonCode.SIZE_SMALL,
    "too_big": ReasonCode.SIZE_LARGE,
    "too_large": ReasonCode.SIZE_LARGE,
    "wrong_size": ReasonCode.OTHER,
    "wrong_article": ReasonCode.WRONG_ITEM,
    "damaged": ReasonCode.DAMAGED_IN_TRANSIT,
    "broken": ReasonCode.DEFECTIVE,
    "faulty": ReasonCode.DEFECTIVE,
    "production_failure": ReasonCode.DEFECTIVE,
    "missing_item": ReasonCode.MISSING_PARTS,
    "incomplete": ReasonCode.MISSING_PARTS,
    "too_late": ReasonCode.LATE,
    "arrived_late": ReasonCode.LATE,
    "no_longer_needed": ReasonCode.CHANGED_MIND,
    "not_needed": ReasonCode.CHANGED_MIND,
    "unwanted": ReasonCode.CHANGED_MIND,
}
"""By a reason's value or label, in small letters with underscores; anything else is `other`."""

DAMAGED: Mapping[ReasonCode, Condition] = {
    ReasonCode.DAMAGED_IN_TRANSIT: Condition.DAMAGED_CARRIER,
    ReasonCode.DEFECTIVE: Condition.DEFECTIVE,
    ReasonCode.MISSING_PARTS: Condition.INCOMPLETE,
}
"""Condition of what Medusa received as damaged, by the reason why it came back; else by the settings."""


def reason_code(own: Mapping[str, ReasonCode], *said: str | None) -> ReasonCode:
    """Give the canonical reason for what Medusa calls it, by value or label; the settings' words come first."""
    words = [s for s in said if s]
    if not words:
        return ReasonCode.UNKNOWN
    mine = {_folded(name): code for name, code in own.items()}
    for word in words:
        for known in (mine, REASONS):
            if found := known.get(_folded(word)):
                return found
    return ReasonCode.OTHER


def _folded(word: str) -> str:
    return "_".join(word.strip().lower().replace("-", " ").replace("_", " ").split())

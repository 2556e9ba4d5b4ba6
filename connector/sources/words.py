"""Turns the model's complaints into issues in plain words, each with its field and a way out."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from odoo_rma.connector.sources.fields import nearest, record_at
from odoo_rma.mappings.field_types import COUNTRY_PATTERN, CURRENCY_PATTERN, EMAIL_PATTERN
from odoo_rma.mappings.issues import Issue

__all__ = ["MOST_ISSUES", "issues_of", "show"]

MOST_ISSUES = 20
"""Issues listed for one RMA; what is wrong everywhere need not be said a thousand times."""

_QUOTES = "Write it as text in quotes."
_SIGN = (
    "Quantities and amounts are never negative; what raises or lowers a refund is said by the kind of charge."
)
_NUMBER = "Write a plain decimal number such as 2 or 12.50: a point, no separators, no exponent."
_TIME = "Write it with its zone, such as 2026-11-24T09:30:00Z or 2026-11-24T10:30:00+01:00."
_LIMIT = "Check the number at the source."

_WORDS: dict[str, tuple[str, str, str]] = {
    "string_type": ("bad_value", "{field} must be text, but is {value}.", _QUOTES),
    "string_too_short": ("bad_value", "{field} is empty.", "Fill it in, or leave the field out."),
    "string_too_long": ("bad_value", "{field} is longer than {max_length} characters.", "Shorten it."),
    "string_unicode": (
        "bad_value",
        "{field} holds half a character (a lone surrogate).",
        "Send whole characters.",
    ),
    "greater_than": ("bad_number", "{field} must be more than {gt}, but is {value}.", _SIGN),
    "greater_than_equal": ("bad_number", "{field} is negative: {value}.", _SIGN),
    "less_than_equal": ("bad_number", "{field} is {value}; the most accepted is {le}.", _LIMIT),
    "bool_type": ("bad_value", "{field} must be true or false, but is {value}.", "Write true or false."),
    "bool_parsing": ("bad_value", "{field} must be true or false, but is {value}.", "Write true or false."),
    "int_type": (
        "bad_number",
        "{field} must be a whole number, but is {value}.",
        "Write a number such as 3.",
    ),
    "int_parsing": (
        "bad_number",
        "{field} must be a whole number, but is {value}.",
        "Write a number such as 3.",
    ),
    "int_from_float": (
        "bad_number",
        "{field} must be a whole number, but is {value}.",
        "Write a number such as 3.",
    ),
    "timezone_aware": ("bad_time", "{field} has no time zone: {value}.", _TIME),
    "tuple_type": ("bad_value", "{field} must be a list, but is {value}.", "Write a list, even of one."),
    "model_type": (
        "bad_value",
        "{field} must be a record with fields, but is {value}.",
        "See docs/rma-format.md.",
    ),
}

_PATTERNS = {
    CURRENCY_PATTERN: ("is not a currency code", "Write three capital letters (ISO 4217), such as EUR."),
    COUNTRY_PATTERN: ("is not a country code", "Write two capital letters (ISO 3166-1), such as DE."),
    EMAIL_PATTERN: (
        "is not an e-mail address",
        "Write one address such as ann@example.com, or leave the field out.",
    ),
}


def show(value: Any) -> str:
    """Quote a foreign value so that it can be printed anywhere and never fills the screen."""
    if isinstance(value, dict):
        return "a record"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if not isinstance(value, str):
        return str(value)[:60]
    text = repr(value) if value.isprintable() else ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}…'"


def issues_of(error: ValidationError) -> tuple[Issue, ...]:
    """Translate what the model found, in its order."""
    found = error.errors(include_url=False)
    issues = [_issue(detail) for detail in found[:MOST_ISSUES]]
    if len(found) > MOST_ISSUES:
        more = len(found) - MOST_ISSUES
        issues.append(Issue("more", f"{more} more fields are wrong.", "Correct the ones above first."))
    return tuple(issues)


def _issue(detail: ErrorDetails) -> Issue:
    path = detail["loc"]
    # People count from one.
    where = ".".join(str(step + 1) if isinstance(step, int) else show(step)[1:-1] for step in path)
    named = where.rpartition(".")[2] if path and isinstance(path[-1], str) else f"item {where}"
    field = named if path else "The RMA"
    code, message, way_out = _said(detail, field)
    return Issue(code, message, way_out, where)


def _said(detail: ErrorDetails, field: str) -> tuple[str, str, str]:
    kind, value = detail["type"], show(detail["input"])
    if special := _SPECIAL.get(kind):
        return special(detail, field)
    if kind == "string_type" and isinstance(detail["input"], list):
        return "bad_value", f"{field} is given {len(detail['input'])} times.", "Give it once."
    if "datetime" in kind:
        return "bad_time", f"{field} is not a time: {value}.", _TIME
    code, message, way_out = _WORDS.get(kind, ("bad_value", "{field}: {msg}.", "See docs/rma-format.md."))
    context = detail.get("ctx", {})
    return code, message.format(**{**context, "field": field, "value": value, "msg": detail["msg"]}), way_out


def _unknown(detail: ErrorDetails, field: str) -> tuple[str, str, str]:
    path = detail["loc"]
    if field == "#text":
        return (
            "unknown_field",
            f"text stands here: {show(detail['input'])}.",
            "Put it into a field of its own.",
        )
    known = list(record_at(path[:-1]).model_fields)
    meant = nearest(str(path[-1]), known)
    way_out = f"Did you mean {meant}?" if meant else f"Known fields here: {', '.join(known)}."
    return "unknown_field", f"{field} is not a known field.", way_out


def _missing(detail: ErrorDetails, field: str) -> tuple[str, str, str]:
    known = record_at(detail["loc"][:-1]).model_fields.get(str(detail["loc"][-1]))
    meaning = known.description if known and known.description else ""
    return "missing_field", f"{field} is missing.", f"Add it. {meaning}".strip()


def _not_listed(detail: ErrorDetails, field: str) -> tuple[str, str, str]:
    expected = str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    return "bad_value", f"{field} is {show(detail['input'])}, which is not known.", f"One of: {expected}."


def _odd_text(detail: ErrorDetails, field: str) -> tuple[str, str, str]:
    value, context = show(detail["input"]), detail.get("ctx", {})
    if odd := _PATTERNS.get(str(context.get("pattern"))):
        return "bad_value", f"{field} {odd[0]}: {value}.", odd[1]
    return "bad_value", f"{field} holds a control character: {value}.", "Remove it at the source."


def _broken_rule(detail: ErrorDetails, field: str) -> tuple[str, str, str]:
    # The model's own rules are written in plain words already.
    rule = detail["msg"].removeprefix("Value error, ")[:400]
    if "decimal" in rule or "whole number" in rule:
        return "bad_number", f"{field} is {rule}.", _NUMBER
    if "time is written" in rule:
        return "bad_time", f"{field} is not a time: {show(detail['input'])}.", _TIME
    subject = "The RMA" if not detail["loc"] else field
    return (
        "inconsistent",
        f"{subject}: {rule}.",
        "Correct it at the source; docs/rma-format.md has the rules.",
    )


_SPECIAL: dict[str, Callable[[ErrorDetails, str], tuple[str, str, str]]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "enum": _not_listed,
    "string_pattern_mismatch": _odd_text,
    "value_error": _broken_rule,
}

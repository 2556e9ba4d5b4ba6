"""The methods we may call, in one place, so that no foreign text can ever become a method name."""

from collections.abc import Mapping
from typing import Any

READS = frozenset(
    {
        "check_access_rights",
        "check_object_reference",
        "context_get",
        "default_get",
        "fields_get",
        "formatted_read_group",
        "get_external_id",
        "has_access",
        "read",
        "read_group",
        "search",
        "search_count",
        "search_read",
    }
)
"""They change nothing: repeating one is always harmless."""

WRITES = frozenset(
    {
        "action_assign",
        "action_cancel",
        "action_confirm",
        "action_draft",
        "action_post",
        "action_repair_cancel",
        "action_validate",
        "button_cancel",
        "button_draft",
        "button_validate",
        "create",
        "do_unreserve",
        "js_assign_outstanding_line",
        "load",
        "message_post",
        "process",
        "process_cancel_backorder",
        "reconcile",
        "unlink",
        "write",
    }
)

ALLOWED = READS | WRITES

ON_RECORDS = frozenset(
    {
        "get_external_id",
        "has_access",
        "read",
        *(WRITES - {"create", "load"}),
    }
)
"""They work on records. Called without ids, JSON-2 quietly does nothing: so we insist on ids."""


def check(model: str, method: str, ids: object) -> None:
    """Refuse, before anything is sent, a call that cannot be meant.

    Raises:
        ValueError: the method is not on the list, the model's name is odd, or the ids are missing.

    """
    if method not in ALLOWED:
        raise ValueError(f"Method {method!r} is not one that we call.")
    if not model.replace(".", "").replace("_", "").isalnum() or not model.isascii():
        raise ValueError(f"{model!r} is no model name.")
    if method in ON_RECORDS and ids is None:
        raise ValueError(f"{model}.{method} works on records: give their ids, or an empty list.")


def is_repeatable(method: str, arguments: Mapping[str, Any]) -> bool:
    """Whether doing it twice is the same as once: reads, create-only `load`, and writing absolute values."""
    if method in READS or method == "load":
        return True
    if method != "write":
        return False
    values = arguments.get("vals", {})
    return all(isinstance(value, str | int | float | None) for value in values.values())

"""Notes in the chatter. What Odoo itself logs there is not kept: nothing of ours reads it."""

from collections.abc import Sequence
from typing import Any

from memory.database import Database


def make_message(
    db: Database, values: dict[str, Any], _lines: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[int, list[int]]:
    """Write a note on a record."""
    return db.create("mail.message", **values), []

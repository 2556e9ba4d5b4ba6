"""What `load` answers: ids, or why not. It does not raise by itself, so a refusal must be looked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from odoo_rma.connector.errors import Busy, Refused, Unknown
from odoo_rma.connector.odoo import replies
from odoo_rma.connector.redact import redact

Cells = Sequence[Any]


def top_rows(fields: Sequence[str], rows: Sequence[Cells]) -> int:
    """Count the rows that are records of their own; rows without `id` belong to the record above."""
    if "id" not in fields:
        raise ValueError("load needs the column 'id': the external id is what makes it exactly once.")
    key = fields.index("id")
    if rows and not rows[0][key]:
        raise ValueError("The first row of a load has no external id.")
    return sum(1 for row in rows if row[key])


def with_lines(record: Cells, lines: Iterable[Cells]) -> Iterator[list[Any]]:
    """Give the rows of one record and its lines: its own cells stand before the first line only."""
    for position, line in enumerate(lines):
        yield [*(record if position == 0 else [""] * len(record)), *line]


def loaded_ids(answer: Any, expected: int) -> list[int]:
    """Take the ids out of what `load` answered.

    Raises:
        Busy: others write to the same records; nothing was changed.
        Refused: Odoo rolled everything back; its words, and the first bad row.
        Unknown: the answer makes no sense, or counts other records than were sent.

    """
    if not isinstance(answer, Mapping):
        raise Unknown(
            "Odoo's answer to load is not one that we know; it may or may not have been carried out."
        )
    ids = answer.get("ids")
    if not ids and answer.get("messages"):
        raise _refusal(answer["messages"])
    if not isinstance(ids, list) or len(ids) != expected:
        raise Unknown(f"Odoo answered {len(ids or [])} ids for {expected} records to load.")
    return [int(each) for each in ids]


def _refusal(messages: Sequence[Mapping[str, Any]]) -> Refused:
    errors = [each for each in messages if each.get("type") == "error"] or list(messages)
    words = redact("; ".join(dict.fromkeys(str(each.get("message", "")) for each in errors)))
    if any(replies.is_busy(str(each.get("message", ""))) for each in messages):
        return Busy(words)
    return Refused(words, row=_first_row(errors))


def _first_row(errors: Sequence[Mapping[str, Any]]) -> int | None:
    rows = [int(each["rows"]["from"]) for each in errors if isinstance(each.get("rows"), Mapping)]
    return min(rows, default=None)

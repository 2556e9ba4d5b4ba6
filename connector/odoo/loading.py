"""What `load` answers: ids, or why not. It does not raise by itself, so a refusal must be looked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from odoo_rma.connector.errors import Busy, Refused, Unknown
from odoo_rma.connector.odoo import replies
from odoo_rma.connector.redact import redact

Cells = Sequence[Any]

NAMED = {
    "account_id": "account.account",
    "country_id": "res.country",
    "currency_id": "res.currency",
    "journal_id": "account.journal",
    "location_dest_id": "stock.location",
    "location_id": "stock.location",
    "picking_type_id": "stock.picking.type",
    "product_uom": "uom.uom",
    "product_uom_id": "uom.uom",
    "tax_ids": "account.tax",
}
"""Relations to what a company has few of, and their models. `load` searches for every database id anew, once a cell, but
remembers what an external id stands for; so in many rows these are said by external id, where they have one."""
MANY = 20
"""Rows from which on it pays to ask for external ids."""


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


def named_columns(fields: Sequence[str], rows: Sequence[Cells]) -> dict[int, str]:
    """Give the columns of database ids that may be said by external id, and their models."""
    if len(rows) < MANY:
        return {}
    return {
        place: NAMED[relation]
        for place, column in enumerate(fields)
        if column.endswith("/.id") and (relation := column.split("/")[-2]) in NAMED
    }


def ids_in(cell: Any) -> list[int]:
    """Give the database ids in a cell."""
    return [int(part) for part in str(cell).split(",")] if cell else []


def by_name(
    fields: Sequence[str], rows: Sequence[Cells], names: Mapping[int, Mapping[int, str]]
) -> tuple[list[str], list[list[Any]]]:
    """Say these columns by external id, as far as all that stands in one has a name; `names` by column and record."""
    said = {c: own for c, own in names.items() if all(own.get(i) for row in rows for i in ids_in(row[c]))}
    heads = [f"{f.removesuffix('/.id')}/id" if c in said else f for c, f in enumerate(fields)]
    return heads, [
        [",".join(said[c][i] for i in ids_in(cell)) if c in said else cell for c, cell in enumerate(row)]
        for row in rows
    ]


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

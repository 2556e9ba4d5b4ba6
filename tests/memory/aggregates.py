"""Sums per group, as `formatted_read_group` gives them."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from memory.database import Database
from memory.numbers import exact
from memory.schema import field_of


def added_up(
    db: Database, model: str, records: Sequence[int], by: Sequence[str], aggregates: Sequence[str]
) -> list[dict[str, Any]]:
    """Add up one field of records, per group of records that they link to."""
    [aggregate] = aggregates
    field, _, how = aggregate.partition(":")
    if how != "sum" or any(field_of(model, b).kind != "many2one" for b in by):
        raise NotImplementedError(f"the double does not aggregate {aggregates} by {by}")
    sums: dict[tuple[int, ...], Decimal] = defaultdict(Decimal)
    for record in records:
        group = tuple(db.value(model, record, b) for b in by)
        sums[group] += exact(db.value(model, record, field))
    return [
        {**{b: [g, "…"] if g else False for b, g in zip(by, group, strict=True)}, aggregate: float(total)}
        for group, total in sums.items()
    ]

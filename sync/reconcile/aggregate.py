"""Sums that Odoo adds up itself: one small answer, however many records stand behind it."""

from collections.abc import Sequence
from typing import Any

from odoo_rma.connector.odoo.client import Domain, OdooClient
from odoo_rma.mappings.money import Decimal, from_odoo

Group = tuple[tuple[int, ...], Decimal]


def sums(client: OdooClient, model: str, domain: Domain, by: Sequence[str], field: str) -> list[Group]:
    """Add up a field per group; groups are the ids of the many2one fields in `by` (0: none)."""
    if client.can.has_formatted_read_group:
        name = f"{field}:sum"
        rows = client.call(
            model, "formatted_read_group", domain=list(domain), groupby=list(by), aggregates=[name]
        )
    else:
        name = field
        rows = client.call(
            model,
            "read_group",
            domain=list(domain),
            fields=[f"{field}:sum"],
            groupby=list(by),
            lazy=False,
        )
    return [(tuple(_id(row[b]) for b in by), from_odoo(row[name] or 0)) for row in rows]


def _id(value: Any) -> int:
    """Read a group's value: (id, name), or False."""
    return int(value[0]) if value else 0

"""Sums that Odoo adds up itself: one small answer, however many records stand behind it."""

from collections.abc import Sequence
from typing import Any

from odoo_rma.connector.errors import NotOffered
from odoo_rma.connector.odoo.client import Domain, OdooClient
from odoo_rma.mappings.money import Decimal, from_odoo

Group = tuple[tuple[int, ...], Decimal]


def sums(client: OdooClient, model: str, domain: Domain, by: Sequence[str], field: str) -> list[Group]:
    """Add up a field per group; groups are the ids of the many2one fields in `by` (0: none)."""
    name = f"{field}:sum"
    what: dict[str, Any] = {"domain": list(domain), "groupby": list(by)}
    try:
        rows = client.call(model, "formatted_read_group", aggregates=[name], **what)
    except NotOffered:  # before 19
        rows = client.call(model, "read_group", fields=[name], lazy=False, **what)
        name = field
    return [(tuple(_id(row[b]) for b in by), from_odoo(row[name] or 0)) for row in rows]


def _id(value: Any) -> int:
    """Read a group's value: (id, name), or False."""
    return int(value[0]) if value else 0

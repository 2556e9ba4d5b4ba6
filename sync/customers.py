"""Read customers from Odoo, and whose records are ours."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.customer import compact
from odoo_rma.mappings.erp import Order, Partner
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma

FILLABLE = ("email", "phone", "vat", "ref", "street", "street2", "city", "zip", "country_id")
PARTNER_FIELDS = ("name", "active", "lang", "commercial_partner_id", *FILLABLE)


def read_keys(client: OdooClient, model: str, ids: Iterable[int]) -> dict[int, Key | None]:
    """Give the keys of those records that are ours."""
    wanted = list(ids)
    return {i: Key.parse(name) for i, name in client.external_ids(model, wanted).items()} if wanted else {}


def any_of(parts: Sequence[Any]) -> list[Any]:
    """Join conditions with OR, in Odoo's prefix notation."""
    return ["|"] * (len(parts) - 1) + list(parts)


def read_customers(
    client: OdooClient, rmas: Sequence[Rma], orders: Mapping[int, Order], known: Iterable[int], company: int
) -> dict[int, Partner]:
    """Read whoever may be a customer of these RMAs, archived ones too; `known` are ids of customers made before."""
    ids = {
        x for o in orders.values() for x in (o.partner_id, o.shipping_partner_id, o.invoice_partner_id)
    } | set(known)
    who = [r.customer for r in rmas]
    vats = {v for p in who if p.vat for v in (p.vat, compact(p.vat))}
    domain = any_of(
        [
            ("id", "in", sorted(ids)),
            ("ref", "in", sorted({p.id for p in who if p.id})),
            ("vat", "in", sorted(vats)),
            ("email_normalized", "in", sorted({p.email for p in who if p.email})),
        ]
    )
    ours = ["|", ("company_id", "=", False), ("company_id", "=", company)]
    archived = ["|", ("active", "=", True), ("active", "=", False)]
    rows = client.search_read("res.partner", [*ours, *archived, *domain], PARTNER_FIELDS)
    keys = read_keys(client, "res.partner", (r["id"] for r in rows))
    return {
        r["id"]: Partner(
            id=r["id"],
            name=r["name"] or "",
            email=r["email"] or "",
            vat=r["vat"] or "",
            ref=r["ref"] or "",
            commercial_id=r["commercial_partner_id"] or r["id"],
            values={f: r[f] for f in FILLABLE},
            key=keys.get(r["id"]),
            active=r["active"],
            lang=r["lang"] or "",
        )
        for r in rows
    }

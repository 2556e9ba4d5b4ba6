"""Where goods go back to: the address of each operation type's warehouse."""

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.sync.reference import Reference


def return_addresses(client: OdooClient, reference: Reference) -> dict[int, tuple[str, ...]]:
    """Give the lines of the warehouse's address by operation type, name first; none where nothing is filled in."""
    mine = [("company_id", "=", reference.company.id)]
    types = client.search_read("stock.picking.type", mine, ["warehouse_id"])
    houses = client.search_read("stock.warehouse", mine, ["partner_id"])
    partners = {h["id"]: h["partner_id"] for h in houses if h["partner_id"]}
    fields = ("name", "street", "street2", "zip", "city", "country_id")
    rows = client.read("res.partner", sorted(set(partners.values())), fields) if partners else []
    names = {r["id"]: r["name"] for r in client.search_read("res.country", [], ["name"])}
    lines: dict[int, tuple[str, ...]] = {}
    for r in rows:
        town = " ".join(filter(None, [r["zip"], r["city"]]))
        parts = (r["name"], r["street"], r["street2"], town, names.get(r["country_id"]))
        lines[r["id"]] = tuple(p for p in parts if p) if r["street"] or town else ()
    return {t["id"]: lines.get(partners.get(t["warehouse_id"], 0), ()) for t in types if t["warehouse_id"]}

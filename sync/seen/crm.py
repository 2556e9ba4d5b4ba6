"""Read what stands on customers: our notes and, where a tag depends on it, how many returns they have."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.crm import subject
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.seen.crm import Crm
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.reference import Reference


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in the notes of these RMAs, found by their subject and confirmed by external id, where notes are wanted."""
    if not reference.crm.notes:
        return erp
    mine = [("model", "=", "res.partner"), ("subject", "in", sorted({subject(r) for r in rmas}))]
    rows = client.search_read("mail.message", mine, ["res_id"])
    keys = read_keys(client, "mail.message", (r["id"] for r in rows))
    notes = {i: key for i, key in keys.items() if key}
    customers = {p.commercial_id for p in erp.partners.values()} if reference.crm.frequent_tag else set()
    return replace(erp, crm=Crm(notes, _returns(client, reference, customers) if customers else {}))


def _returns(
    client: OdooClient, reference: Reference, customers: set[int]
) -> dict[int, frozenset[tuple[str, str]]]:
    """Give whose transfers and credit notes, made by us, are there for each customer."""
    ids, company = sorted(customers), ("company_id", "=", reference.company.id)
    back = [("location_id.usage", "=", "customer"), ("state", "!=", "cancel"), company]
    pickings = client.search_read(
        "stock.picking", [("partner_id.commercial_partner_id", "in", ids), *back], ["partner_id"]
    )
    credit = [("move_type", "=", "out_refund"), ("state", "!=", "cancel"), company]
    credits = client.search_read(
        "account.move", [("commercial_partner_id", "in", ids), *credit], ["commercial_partner_id"]
    )
    partners = sorted({r["partner_id"] for r in pickings})
    rows = client.read("res.partner", partners, ["commercial_partner_id"]) if partners else []
    customer_of = {r["id"]: r["commercial_partner_id"] for r in rows}
    owners = {("stock.picking", r["id"]): customer_of[r["partner_id"]] for r in pickings} | {
        ("account.move", r["id"]): r["commercial_partner_id"] for r in credits
    }
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for model in ("stock.picking", "account.move"):
        for record, key in read_keys(client, model, (i for m, i in owners if m == model)).items():
            if key:
                found[owners[model, record]].add((key.source, key.owner))
    return {customer: frozenset(own) for customer, own in found.items()}

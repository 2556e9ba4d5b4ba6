"""Find out what people undid in Odoo: which of the documents that were there are gone, and who canceled a transfer."""

from collections import defaultdict
from collections.abc import Iterable

from odoo_rma.connector.errors import NotOffered
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.transfer import WITHDRAWN
from odoo_rma.sync.customers import read_keys


def read_gone(client: OdooClient, decisions: Iterable[Decisions], erp: Erp) -> frozenset[tuple[str, int]]:
    """Give the remembered documents that Odoo does not have any more; one call per kind that was not seen anyway."""
    seen = {"stock.picking": erp.pickings.keys(), "account.move": erp.invoices.keys()}
    missing: dict[str, set[int]] = defaultdict(set)
    for one in decisions:
        for known in one.remembered:
            if not known.again and known.id not in seen.get(known.model, ()):
                missing[known.model].add(known.id)
    return frozenset((m, i) for m, ids in missing.items() for i in ids - read_existing(client, m, ids))


def read_existing(client: OdooClient, model: str, ids: set[int]) -> set[int]:
    """Give those of these records that are still there, archived or not."""
    try:
        # Archived ones are still there. `read` would refuse all of them for one that is not.
        domain, everyone = [("id", "in", sorted(ids))], {"active_test": False}
        return {
            r["id"] for r in client.call(model, "search_read", domain=domain, fields=["id"], context=everyone)
        }
    except NotOffered:  # its module was removed: that is no person's decision about one return
        return ids


def read_withdrawn(client: OdooClient, canceled: Iterable[int], model: str = "stock.picking") -> set[int]:
    """Give the canceled transfers (or other documents) that carry our note that nothing more was to come.

    Whoever signed it: the connector may work as another user by now.
    """
    ids = sorted(canceled)
    if not ids:
        return set()
    domain = [("model", "=", model), ("res_id", "in", ids), ("message_type", "=", "comment")]
    rows = {r["id"]: r["res_id"] for r in client.search_read("mail.message", domain, ["res_id"])}
    keys = read_keys(client, "mail.message", rows)
    return {rows[i] for i, key in keys.items() if key and key.parts[-2:-1] == (WITHDRAWN,)}

"""Read repair orders of what came back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT, Erp
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import from_odoo
from odoo_rma.mappings.seen.repair import CONFIRMED, UNDER_REPAIR, Repair, Repairs
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.remembered import read_withdrawn

REPAIR = "repair.order"
WAY = ("product_location_src_id", "product_location_dest_id")
_STATES = {s: s for s in (DRAFT, CONFIRMED, UNDER_REPAIR, DONE, CANCELED)}
_STATES |= {"ready": CONFIRMED, "2binvoiced": CONFIRMED}


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in the repair orders of these RMAs, found by product and customer and confirmed by external id."""
    if "repair" not in client.can.modules:
        return replace(erp, repairs=Repairs(offered=False))
    back = [m for m in erp.moves.values() if not m.outgoing and m.state == DONE]
    if not back:
        return erp
    known = client.can.repair_fields
    mine = [("product_id", "in", sorted({m.product_id for m in back}))]
    mine += [("partner_id", "in", sorted(erp.partners))]
    pickings = ("picking_id", "in", sorted({m.picking_id for m in back}))
    domain = ["|", pickings, "&", *mine] if "picking_id" in known else mine
    fields = ["name", "state", "product_id", "product_qty", "lot_id"]
    fields += [f for f in (*WAY, "repaired") if f in known]
    rows = client.search_read(REPAIR, domain, fields)
    keys = read_keys(client, REPAIR, (r["id"] for r in rows))
    found = {r["id"]: _repair(r, key) for r in rows if (key := keys.get(r["id"]))}
    canceled = (r.id for r in found.values() if r.state == CANCELED)
    return replace(erp, repairs=Repairs(_with_withdrawn(client, found, canceled)))


def _repair(row: Row, key: Key) -> Repair:
    # Before 17 an order that is invoiced after the repair is done while its state still says otherwise.
    state = _STATES.get(row["state"], UNDER_REPAIR)
    source, into = (row.get(f) for f in WAY)
    return Repair(
        id=row["id"],
        name=row["name"] or "",
        state=DONE if row.get("repaired") and state != CANCELED else state,
        product_id=row["product_id"] or 0,
        lot_id=row["lot_id"] or 0,
        quantity=from_odoo(row["product_qty"]),
        moved_to=(into or 0) if into != source else 0,
        key=key,
    )


def _with_withdrawn(
    client: OdooClient, found: dict[int, Repair], canceled: Iterable[int]
) -> dict[int, Repair]:
    ours = read_withdrawn(client, canceled, REPAIR)
    return {i: replace(r, withdrawn=i in ours) for i, r in found.items()}

"""The Odoo documents of an RMA, with the links that open them."""

from odoo_rma.connector.odoo.client import OdooClient, Server
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.plan import Plan
from odoo_rma.sync.report import Document


def link(server: Server, model: str, record: int) -> str:
    """Give the address of a record's form in Odoo's screens."""
    if server.version >= (18, 0):
        return f"{server.url}/odoo/{model}/{record}"
    return f"{server.url}/web#id={record}&model={model}&view_type=form"


def documents(plan: Plan, erp: Erp, client: OdooClient) -> tuple[Document, ...]:
    """List what belongs to an RMA as it was last observed."""
    found: list[tuple[str, str, int, str, str]] = []
    if plan.partner_id in erp.partners:
        found.append(("customer", "res.partner", plan.partner_id, erp.partners[plan.partner_id].name, ""))
    if plan.order_id in erp.orders:
        order = erp.orders[plan.order_id]
        found.append(("order", "sale.order", order.id, order.name, order.state))
    for record in plan.transfers:
        picking = erp.pickings[record]
        found.append(("return transfer", "stock.picking", record, picking.name, picking.state))
    for record in plan.credit_notes:
        note = erp.invoices[record]
        found.append(
            ("credit note", "account.move", record, note.name or "draft", note.payment_state or note.state)
        )
    found += [(f.what, f.model, f.id, f.name, f.state) for f in plan.found]
    return tuple(
        Document(w, m, i if i > 0 else None, n, s, link(client.server, m, i) if i > 0 else "")
        for w, m, i, n, s in found
    )

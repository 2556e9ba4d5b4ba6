"""Returns as tutorials script them: odoorpc, one record after another, Odoo's own wizards. Nothing is keyed or checked."""

from typing import Any
from urllib.parse import urlsplit

import odoorpc

from odoo_rma.sandbox import Env


def connect(env: Env) -> Any:
    """Log in."""
    url = urlsplit(env.url)
    odoo = odoorpc.ODOO(url.hostname, port=url.port, timeout=600)
    odoo.login(env.database, env.login, env.password)
    return odoo


def carry_out(odoo: Any, ref: str) -> None:
    """Take back and credit all of an order."""
    orders = odoo.env["sale.order"]
    order = orders.browse(orders.search([("client_order_ref", "=", ref)]))
    _take_back(odoo, order.picking_ids[0])
    [found] = orders.read([order.id], ["invoice_ids"])
    _credit(odoo, found["invoice_ids"][0], ref)


def _take_back(odoo: Any, delivery: Any) -> None:
    context = {"active_model": "stock.picking", "active_id": delivery.id, "active_ids": [delivery.id]}
    wizards = odoo.env["stock.return.picking"].with_context(**context)
    wizard = wizards.browse(wizards.create({}))
    for line in wizard.product_return_moves:
        line.write({"quantity": line.move_id.product_uom_qty})
    made = wizards.action_create_returns([wizard.id])
    transfer = odoo.env["stock.picking"].browse(made["res_id"])
    for move in transfer.move_ids:
        move.write({"quantity": move.product_uom_qty, "picked": True})
    odoo.env["stock.picking"].with_context(skip_sms=True).button_validate([transfer.id])


def _credit(odoo: Any, invoice: int, ref: str) -> None:
    # Not browsed: odoorpc reads every field then, and Odoo 19 cannot write one of an invoice's as JSON.
    context = {"active_model": "account.move", "active_ids": [invoice]}
    wizards = odoo.env["account.move.reversal"].with_context(**context)
    [found] = odoo.env["account.move"].read([invoice], ["journal_id"])
    wizard = wizards.create({"journal_id": found["journal_id"][0], "reason": f"return of {ref}"})
    note = wizards.refund_moves([wizard])["res_id"]
    odoo.env["account.move"].action_post([note])

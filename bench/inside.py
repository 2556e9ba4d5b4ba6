"""The floor: the same documents made inside Odoo, in one process, with no call over the network.

Runs in `odoo shell`, where `env` is; `REFS`, `BATCH`, `LOGIN` and `LOGGED` stand before it. Transfers, credit notes, external
ids and notes in the chatter are made in batches, each by the shortest way that Odoo has: `LOGGED` under the context that
odoo-rma has, which leaves Odoo its change log, else under the quietest there is.
"""

# ruff: noqa: F821

import time

CONTEXT = {"mail_create_nolog": True, "skip_sms": True}
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_automation_skip": True,
    "skip_sms": True,
}


def transfer(order):
    """Write the return of what an order's delivery brought."""
    delivery = order.picking_ids[0]
    kind = delivery.picking_type_id.return_picking_type_id or delivery.picking_type_id
    place = {"location_id": delivery.location_dest_id.id, "location_dest_id": delivery.location_id.id}
    moves = [
        {
            "product_id": m.product_id.id,
            "product_uom_qty": m.quantity,
            "product_uom": m.product_uom.id,
            "origin_returned_move_id": m.id,
            "to_refund": True,
            "sale_line_id": m.sale_line_id.id,
            **place,
        }
        for m in delivery.move_ids
    ]
    return {
        "partner_id": delivery.partner_id.id,
        "picking_type_id": kind.id,
        "origin": "R-" + order.client_order_ref,
        "return_id": delivery.id,
        "move_ids": [(0, 0, values) for values in moves],
        **place,
    }


def credit(order):
    """Write the credit note of all that was invoiced."""
    invoice = order.invoice_ids[0]
    lines = [
        {
            "name": x.name,
            "quantity": x.quantity,
            "price_unit": x.price_unit,
            "product_id": x.product_id.id,
            "product_uom_id": x.product_uom_id.id,
            "account_id": x.account_id.id,
            "tax_ids": [(6, 0, x.tax_ids.ids)],
            "sale_line_ids": [(6, 0, x.sale_line_ids.ids)],
        }
        for x in invoice.invoice_line_ids
    ]
    return {
        "move_type": "out_refund",
        "partner_id": invoice.partner_id.id,
        "journal_id": invoice.journal_id.id,
        "currency_id": invoice.currency_id.id,
        "invoice_date": time.strftime("%Y-%m-%d"),
        "ref": "R-" + order.client_order_ref + " refund F1",
        "invoice_origin": "R-" + order.client_order_ref,
        "reversed_entry_id": invoice.id,
        "invoice_line_ids": [(0, 0, values) for values in lines],
    }


def key(records):
    """Give the records and their lines external ids."""
    names = [
        {
            "module": "__rma__",
            "model": r._name,
            "res_id": r.id,
            "name": f"floor.{r._name}.{r.id}",
            "noupdate": True,
        }
        for r in records
    ]
    env["ir.model.data"].sudo().create(names)


def note(records):
    """Write a note into the chatter of each."""
    notes = [
        {
            "model": r._name,
            "res_id": r.id,
            "body": "<p>Return: what came, and why it is paid back.</p>",
            "message_type": "comment",
            "subtype_id": env.ref("mail.mt_note").id,
        }
        for r in records
    ]
    key(env["mail.message"].create(notes))


def carry_out(refs):
    """Carry out one batch."""
    orders = env["sale.order"].search([("client_order_ref", "in", refs)])
    pickings = env["stock.picking"].create([transfer(o) for o in orders])
    key(pickings)
    key(pickings.move_ids)
    note(pickings)
    pickings.action_confirm()
    pickings.move_ids.picked = True
    pickings.button_validate()
    notes = env["account.move"].create([credit(o) for o in orders])
    key(notes)
    key(notes.invoice_line_ids)
    note(notes)
    notes.action_post()
    if set(pickings.mapped("state")) != {"done"} or set(notes.mapped("state")) != {"posted"}:
        raise RuntimeError("not all was carried out")
    env.cr.commit()
    env.invalidate_all()


env = env(user=env["res.users"].search([("login", "=", LOGIN)]).id)
env = env(context=dict(env.context, **(CONTEXT if LOGGED else QUIET)))
began = time.perf_counter()
for start in range(0, len(REFS), BATCH):
    carry_out(REFS[start : start + BATCH])
print("SPENT", time.perf_counter() - began, flush=True)

"""The orders, and what happened to each: delivered, invoiced, paid, credited, returned, in steps."""

# ruff: noqa: TID251  (loaded by path into Odoo's Python 3.9)

import datetime
from typing import Any

from .basics import unit
from .versions import first, moves, return_by_wizard, set_done, set_done_by_lot

TODAY = datetime.date.today()  # noqa: DTZ011  (a day of the shop, not a moment)


def create(env: Any, shop: Any, known: Any) -> Any:
    """All orders as quotations, in the order of the data."""
    rows = [_values(env, row, known) for row in shop["orders"]]
    return env["sale.order"].create(rows)


def _values(env: Any, row: Any, known: Any) -> Any:
    partner = known["partners"]
    values = {
        "partner_id": partner[row["partner"]].id,
        "client_order_ref": row["ref"],
        "origin": "shop",
        "pricelist_id": known["pricelists"][row.get("pricelist", "USD")].id,
        "warehouse_id": known["warehouses"][row.get("warehouse", "WH")].id,
        "order_line": [(0, 0, _line(env, line, known)) for line in row["lines"]],
    }
    if row.get("ship_to"):
        values["partner_shipping_id"] = partner[row["ship_to"]].id
    if row.get("invoice_to"):
        values["partner_invoice_id"] = partner[row["invoice_to"]].id
    return values


def _line(env: Any, line: Any, known: Any) -> Any:
    product = known["products"][line["sku"]]
    return {
        "product_id": product.id,
        "name": product.name,
        "product_uom_qty": line["qty"],
        "price_unit": line["price"],
        "discount": line["discount"],
        first(env, "sale.order.line", "product_uom_id", "product_uom"): unit(
            env, line.get("uom", product_unit(known, line))
        ).id,
        first(env, "sale.order.line", "tax_ids", "tax_id"): [
            (6, 0, [known["taxes"][key].id for key in line["taxes"]])
        ],
    }


def product_unit(known: Any, line: Any) -> Any:
    """The unit a product is sold in when the order says nothing else."""
    return known["rows"][line["sku"]]["uom"]


def play(env: Any, order: Any, row: Any) -> Any:
    """Let everything happen to one order that its steps tell."""
    ordered = TODAY - datetime.timedelta(days=row["day"])
    for step in row["steps"]:
        day = ordered + datetime.timedelta(days=step["day"])
        STEPS[step["do"]](env, order, min(day, TODAY), step)
    order.date_order = noon(ordered)


def noon(day: Any) -> Any:
    """The middle of a day."""
    return datetime.datetime.combine(day, datetime.time(12))


def deliver(_env: Any, order: Any, day: Any, step: Any) -> Any:
    """Validate the open delivery, wholly or in part; the rest becomes a backorder."""
    picking = order.picking_ids.filtered(
        lambda p: p.state not in ("done", "cancel") and p.picking_type_id.code == "outgoing"
    )
    picking.ensure_one()
    picking.action_assign()
    wanted, lots = _wanted(order, step), step.get("lots", {})
    for number, move in enumerate(moves(picking).sorted("id"), 1):
        if str(number) in lots:
            set_done_by_lot(move, lots[str(number)])
            continue
        quantity = wanted(move.sale_line_id)
        share = move.product_uom_qty if quantity is None else quantity * _per_unit(move)
        set_done(move, share)
    _finish(picking, day)


def _per_unit(move: Any) -> Any:
    """How much of the move's product one unit of the order line takes: more than 1 in a kit."""
    line = move.sale_line_id
    same = line.move_ids.filtered(
        lambda m: m.product_id == move.product_id and m.state != "cancel" and not m.origin_returned_move_id
    )
    return sum(same.mapped("product_uom_qty")) / line.product_uom_qty


def _wanted(order: Any, step: Any) -> Any:
    """The quantity of an order line in this step; None means all there is, 0 means none."""
    quantities = step.get("quantities")
    numbers = {line.id: str(number) for number, line in enumerate(order.order_line, 1)}

    def of(line: Any) -> Any:
        return None if quantities is None else quantities.get(numbers[line.id], 0)

    return of


def _finish(picking: Any, day: Any) -> Any:
    picking._action_done()
    if picking.state != "done":
        raise ValueError(f"{picking.name} of {picking.origin} is {picking.state}")
    picking.write({"date_done": noon(day)})
    moves(picking).write({"date": noon(day)})


def invoice(env: Any, order: Any, day: Any, _step: Any) -> Any:
    """Invoice what may be invoiced, and post it."""
    made = order._create_invoices()
    made.write({"invoice_date": day, "date": day})
    made.action_post()


def pay(env: Any, order: Any, day: Any, step: Any) -> Any:
    """Register a payment on every open invoice."""
    due = order.invoice_ids.filtered(lambda m: m.move_type == "out_invoice" and m.amount_residual > 0)
    for bill in due:
        wizard = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        )
        values = {"payment_date": day}
        if step.get("amount"):
            values["amount"] = step["amount"]
        wizard.create(values)._create_payments()


def credit(env: Any, order: Any, day: Any, step: Any) -> Any:
    """A credit note by hand, for a part of the last invoice; it carries no RMA's number."""
    bill = order.invoice_ids.filtered(lambda m: m.move_type == "out_invoice").sorted("id")[-1]
    note = bill._reverse_moves([{"invoice_date": day, "date": day, "ref": "Goodwill, by phone"}])
    wanted = _wanted(order, step)
    commands = []
    for line in note.invoice_line_ids:
        quantity = wanted(line.sale_line_ids[:1])
        commands.append((1, line.id, {"quantity": quantity}) if quantity else (2, line.id))
    note.write({"invoice_line_ids": commands})
    note.action_post()
    _settle(bill, note)


def _settle(bill: Any, note: Any) -> Any:
    """Set the note against its invoice while that is open, as 17 and later do by themselves."""
    lines = (
        (bill | note)
        .mapped("line_ids")
        .filtered(lambda l: l.account_id.reconcile and not l.reconciled and _receivable(l))
    )
    if bill.amount_residual and note.amount_residual and len(lines.mapped("move_id")) == 2:
        lines.reconcile()


def _receivable(line: Any) -> Any:
    account = line.account_id
    kind = account.account_type if "account_type" in account._fields else account.user_type_id.type
    return kind in ("asset_receivable", "receivable")


def take_back(env: Any, order: Any, day: Any, step: Any) -> Any:
    """A return by hand: a person makes the transfer from the last delivery that has the goods, and validates it."""
    wanted = _wanted(order, step)
    for picking in order.picking_ids.sorted("id").filtered(
        lambda p: p.state == "done" and p.picking_type_id.code == "outgoing"
    ):
        back = {move: wanted(move.sale_line_id) for move in moves(picking)}
        if not any(back.values()):
            continue
        returned = return_by_wizard(env, picking, lambda move, back=back: back.get(move, 0))
        returned.action_assign()
        for move in moves(returned):
            set_done(move, move.product_uom_qty)
        _finish(returned, day)


def cancel(_env: Any, order: Any, _day: Any, _step: Any) -> Any:
    """The customer changed his mind."""
    order._action_cancel() if hasattr(order, "_action_cancel") else order.action_cancel()


STEPS = {
    "deliver": deliver,
    "invoice": invoice,
    "pay": pay,
    "credit": credit,
    "return": take_back,
    "cancel": cancel,
}

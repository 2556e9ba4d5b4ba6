"""What order lines show of deliveries and invoices."""

from decimal import Decimal

from memory.database import Database
from memory.numbers import exact

SIGN = {"out_invoice": 1, "out_refund": -1}


def in_unit(db: Database, quantity: Decimal, unit: int, wanted: int) -> Decimal:
    """Turn a quantity of one unit of measure into another."""
    if unit == wanted:
        return quantity
    ratio = {u: exact(db.row("uom.uom", u)["factor"]) for u in (unit, wanted)}
    return quantity * ratio[unit] / ratio[wanted]


def moved(db: Database, move: int, quantity: Decimal) -> None:
    """Count what a move brought to the customer, or back, on its order line."""
    row = db.row("stock.move", move)
    line = row["sale_line_id"]
    if not line:
        return
    own = db.row("sale.order.line", line)
    if own["product_id"] != row["product_id"]:
        raise NotImplementedError("the double does not count what comes back of a kit")
    to_customer = db.row("stock.location", row["location_dest_id"])["usage"] == "customer"
    sign = 1 if to_customer else -1 if row["to_refund"] else 0
    delta = sign * in_unit(db, quantity, row["product_uom"], own["product_uom_id"])
    db.write("sale.order.line", line, qty_delivered=float(exact(own["qty_delivered"]) + delta))


def qty_invoiced(db: Database, line: int) -> float:
    """Count what stands on invoices less what stands on credit notes, drafts included."""
    found = Decimal(0)
    for record in db.where("account.move.line", "sale_line_ids", line):
        own = db.row("account.move.line", record)
        entry = db.row("account.move", own["move_id"])
        if entry["state"] != "cancel":
            unit = db.row("sale.order.line", line)["product_uom_id"]
            counted = in_unit(db, exact(own["quantity"]), own["product_uom_id"] or unit, unit)
            found += SIGN[entry["move_type"]] * counted
    return float(found)

"""What lies where, and what a move of goods does to it and to the order."""

from decimal import Decimal

from memory.database import Database
from memory.numbers import exact
from memory.sale import in_unit, moved
from odoo_rma.connector.errors import Refused

QUANT = "stock.quant"


def adjust(db: Database, move: int, line: int, quantity: Decimal) -> None:
    """Let so much (of the line's unit) go the way of a detailed operation; less than nothing goes back."""
    row = db.row("stock.move.line", line)
    unit = db.row("product.product", row["product_id"])["uom_id"]
    units = in_unit(db, quantity, row["product_uom_id"], unit)
    _add(db, row["location_id"], row["product_id"], row["lot_id"], -units)
    _add(db, row["location_dest_id"], row["product_id"], row["lot_id"], units)
    _serial_is_there_once(db, row["location_dest_id"], row["product_id"], row["lot_id"])
    moved(db, move, quantity)


def _add(db: Database, location: int, product: int, lot: int, units: Decimal) -> None:
    for quant in db.where(QUANT, "product_id", product):
        row = db.row(QUANT, quant)
        if (row["location_id"], row["lot_id"]) == (location, lot):
            db.write(QUANT, quant, quantity=float(exact(row["quantity"]) + units))
            return
    db.create(QUANT, location_id=location, product_id=product, lot_id=lot, quantity=float(units))


def _serial_is_there_once(db: Database, location: int, product: int, lot: int) -> None:
    own = db.row("product.product", product)
    if not lot or own["tracking"] != "serial" or db.row("stock.location", location)["usage"] == "inventory":
        return
    rows = [db.row(QUANT, q) for q in db.where(QUANT, "lot_id", lot)]
    if abs(sum(exact(r["quantity"]) for r in rows if r["location_id"] == location)) > 1:
        name = db.row("stock.lot", lot)["name"]
        raise Refused(
            "The serial number has already been assigned: \n"
            f" Product: [{own['default_code']}], Serial Number: {name}"
        )

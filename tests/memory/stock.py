"""Transfers and their moves, made, made ready, changed and canceled; `validation.py` carries them out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from memory.database import Database
from memory.numbers import exact, next_name
from memory.quants import adjust
from odoo_rma.connector.errors import Refused

PICKING, MOVE, LINE = "stock.picking", "stock.move", "stock.move.line"
ENDED = ("done", "cancel")


def make_transfer(
    db: Database, values: dict[str, Any], lines: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[int, list[int]]:
    """Make a draft transfer with its moves."""
    made = db.create(PICKING, state="draft", company_id=1, **values)
    moves = [_make_move(db, made, own) for _, own in lines]
    orders = {_order_of(db, m) for m in moves} - {0}
    name = next_name(db, PICKING, _prefix(db, values["picking_type_id"]))
    db.write(PICKING, made, name=name, sale_id=min(orders, default=False))
    return made, moves


def _make_move(db: Database, picking: int, values: dict[str, Any]) -> int:
    if values.get("bom_line_id"):
        raise NotImplementedError("the double does not take back kits")
    return db.create(MOVE, picking_id=picking, state="draft", company_id=1, **values)


def _order_of(db: Database, move: int) -> int:
    line = db.row(MOVE, move)["sale_line_id"]
    return int(db.row("sale.order.line", line)["order_id"]) if line else 0


def _prefix(db: Database, type_id: int) -> str:
    kind = db.row("stock.picking.type", type_id)
    house = db.row("stock.warehouse", kind["warehouse_id"])
    return f"{house['code']}/{kind['sequence_code']}/"


def moves_of(db: Database, picking: int) -> list[int]:
    """Give the moves of a transfer."""
    return list(db.where(MOVE, "picking_id", picking))


def lines_of(db: Database, move: int) -> list[int]:
    """Give the detailed operations of a move."""
    return list(db.where(LINE, "move_id", move))


def action_confirm(db: Database, ids: Sequence[int]) -> bool:
    """Make drafts ready; others stay as they are."""
    for picking in db.ids(PICKING, ids):
        if db.row(PICKING, picking)["state"] == "draft":
            for move in moves_of(db, picking):
                assign(db, move)
            db.write(PICKING, picking, state="assigned")
    return True


def assign(db: Database, move: int) -> None:
    """Expect the whole demand: what comes from a customer needs no stock to be reserved."""
    row = db.row(MOVE, move)
    if db.row("stock.location", row["location_id"])["usage"] != "customer" or row["move_orig_ids"]:
        raise NotImplementedError("the double makes ready only what comes back from customers")
    demand = exact(row["product_uom_qty"])
    serial = db.row("product.product", row["product_id"])["tracking"] == "serial"
    parts = [Decimal(1)] * int(demand) if serial else [demand] if demand else []
    db.write(MOVE, move, state="assigned", quantity=float(demand), picked=False)
    for part in parts:
        add_line(db, move, part)


def add_line(db: Database, move: int, quantity: Decimal, **more: Any) -> int:
    """Add a detailed operation to a move."""
    row = db.row(MOVE, move)
    return db.create(
        LINE,
        move_id=move,
        picking_id=row["picking_id"],
        product_id=row["product_id"],
        product_uom_id=row["product_uom"],
        location_id=row["location_id"],
        location_dest_id=row["location_dest_id"],
        state=row["state"],
        company_id=row["company_id"],
        **{"quantity": float(quantity), "picked": False, **more},
    )


def drop_lines(db: Database, move: int) -> None:
    """Delete the detailed operations of a move."""
    for line in lines_of(db, move):
        db.unlink(LINE, line)


def action_cancel(db: Database, ids: Sequence[int]) -> bool:
    """Cancel transfers; a done one makes Odoo refuse."""
    for picking in db.ids(PICKING, ids):
        if any(db.row(MOVE, m)["state"] == "done" for m in moves_of(db, picking)):
            raise Refused(
                "You cannot cancel a stock move that has been set to 'Done'. Create a return in order to reverse the moves "
                "which took place."
            )
        for move in moves_of(db, picking):
            cancel_move(db, move)
        db.write(PICKING, picking, state="cancel")
    return True


def cancel_move(db: Database, move: int) -> None:
    """Cancel a move."""
    drop_lines(db, move)
    db.write(MOVE, move, state="cancel", quantity=0.0, picked=False)


def write_move(db: Database, ids: Sequence[int], vals: dict[str, Any]) -> bool:
    """Write demand, done quantity or lots on moves."""
    unknown = vals.keys() - {"product_uom_qty", "quantity", "picked", "move_line_ids"}
    if unknown:
        raise NotImplementedError(f"the double does not write {sorted(unknown)} on a move")
    for move in db.ids(MOVE, ids):
        if "product_uom_qty" in vals:
            _write_demand(db, move, exact(vals["product_uom_qty"]))
        if "quantity" in vals:
            _write_quantity(db, move, exact(vals["quantity"]))
        if "move_line_ids" in vals:
            _write_lots(db, move, vals["move_line_ids"])
        if "picked" in vals:
            db.write(MOVE, move, picked=vals["picked"])
            for line in lines_of(db, move):
                db.write(LINE, line, picked=vals["picked"])
    return True


def _write_demand(db: Database, move: int, demand: Decimal) -> None:
    row = db.row(MOVE, move)
    state = row["state"]
    db.write(MOVE, move, product_uom_qty=float(demand))
    if state in ENDED:
        return
    if exact(row["quantity"]) > demand:  # Odoo lets go of all, and does not expect it anew by itself
        drop_lines(db, move)
        db.write(MOVE, move, quantity=0.0, state="confirmed" if demand else "assigned")
    elif not row["quantity"]:
        _set_state(db, move, "confirmed" if demand else "assigned")
    else:
        _set_state(db, move, "partially_available")


def _set_state(db: Database, move: int, state: str) -> None:
    db.write(MOVE, move, state=state)
    for line in lines_of(db, move):
        db.write(LINE, line, state=state)


def _write_quantity(db: Database, move: int, quantity: Decimal) -> None:
    row = db.row(MOVE, move)
    if row["state"] == "cancel":
        raise Refused("You cannot change a cancelled stock move, create a new line instead.")
    lines = lines_of(db, move)
    if any(db.row(LINE, x)["lot_id"] for x in lines):
        raise NotImplementedError("the double does not spread a quantity over lots")
    if row["state"] == "done":  # yes: what has moved is corrected, stock and order follow
        if len(lines) != 1:
            raise NotImplementedError("the double corrects only a done move with one line")
        adjust(db, move, lines[0], quantity - exact(row["quantity"]))
    else:
        drop_lines(db, move)
        if quantity:
            add_line(db, move, quantity)
    for line in lines_of(db, move):
        db.write(LINE, line, quantity=float(quantity))
    db.write(MOVE, move, quantity=float(quantity))
    if row["state"] not in (*ENDED, "confirmed"):
        _recompute_state(db, move)


def _recompute_state(db: Database, move: int) -> None:
    row = db.row(MOVE, move)
    full = row["quantity"] >= row["product_uom_qty"]
    _set_state(db, move, "assigned" if full else "partially_available" if row["quantity"] else "confirmed")


def _write_lots(db: Database, move: int, commands: Sequence[Sequence[Any]]) -> None:
    if db.row(MOVE, move)["state"] == "cancel":
        raise Refused("You cannot change a cancelled stock move, create a new line instead.")
    gone = [c[1] for c in commands if c[0] == 2 and c[1] not in db.tables[LINE]]
    if gone:
        raise Refused(
            f"Record does not exist or has been deleted.\n(Record: stock.move.line({gone[0]},), User: {db.uid})"
        )
    if db.row(MOVE, move)["state"] == "done" or any(c[0] not in (0, 2) for c in commands):
        raise NotImplementedError(f"the double does not know what {commands} does to a done move")
    for command in commands:
        if command[0] == 2:
            db.unlink(LINE, command[1])
    # A move whose operations were all deleted is `confirmed`, and stays so with new ones.
    db.write(MOVE, move, state="confirmed")
    for command in commands:
        if command[0] == 0:
            _add_lot(db, move, command[2])
    total = sum((exact(db.row(LINE, x)["quantity"]) for x in lines_of(db, move)), Decimal(0))
    db.write(MOVE, move, quantity=float(total))


def _add_lot(db: Database, move: int, values: dict[str, Any]) -> None:
    lot = values["lot_id"]
    row = db.row(MOVE, move)
    if lot and db.row("stock.lot", lot)["product_id"] != row["product_id"]:
        raise Refused(f"This lot {db.row('stock.lot', lot)['name']} is incompatible with this product")
    add_line(db, move, exact(values["quantity"]), lot_id=lot, picked=values["picked"])

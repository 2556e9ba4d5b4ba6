"""`button_validate`: goods move, and what did not come waits on a backorder or is given up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from memory.database import Database, chosen
from memory.numbers import exact, next_name
from memory.quants import adjust
from memory.stock import (
    ENDED,
    LINE,
    MOVE,
    PICKING,
    action_confirm,
    assign,
    cancel_move,
    drop_lines,
    lines_of,
    moves_of,
)
from odoo_rma.connector.errors import Refused

NOTHING = (
    "Transfer trouble alert! Validating a zero quantity transfer? You're not moving invisible goods around are you?\n"
    "Set some quantities and let's get moving!"
)
COPIED = (
    "origin",
    "partner_id",
    "picking_type_id",
    "location_id",
    "location_dest_id",
    "sale_id",
    "company_id",
)
SPLIT = ("picking_id", "product_id", "product_uom", "sale_line_id", "to_refund", "origin_returned_move_id")
SPLIT += ("location_id", "location_dest_id", "reference_ids", "company_id")


def button_validate(db: Database, ids: Sequence[int], context: Mapping[str, Any]) -> Any:
    """Carry out transfers that are not done yet; a dict instead of True asks for something, and nothing moves."""
    pickings = [p for p in db.ids(PICKING, ids) if db.row(PICKING, p)["state"] != "done"]
    action_confirm(db, pickings)
    for picking in pickings:
        if not any(db.row(MOVE, m)["quantity"] for m in _open(db, picking)):
            raise Refused(NOTHING)
    for picking in pickings:
        _pick_all_if_none(db, picking)
    if any(_is_short(db, p) for p in pickings) and not context.get("skip_backorder"):
        return {"type": "ir.actions.act_window", "res_model": "stock.backorder.confirmation"}
    given_up = context.get("picking_ids_not_to_backorder", ())
    for picking in pickings:
        _carry_out(db, picking, close=picking in given_up)
    return True


def _open(db: Database, picking: int) -> list[int]:
    return [m for m in moves_of(db, picking) if db.row(MOVE, m)["state"] not in ENDED]


def _pick_all_if_none(db: Database, picking: int) -> None:
    moves = _open(db, picking)
    if not any(db.row(MOVE, m)["picked"] for m in moves):
        for move in moves:
            db.write(MOVE, move, picked=True)
            for line in lines_of(db, move):
                db.write(LINE, line, picked=True)


def _goes(db: Database, move: int) -> bool:
    row = db.row(MOVE, move)
    return bool(row["picked"] and row["quantity"])


def _is_short(db: Database, picking: int) -> bool:
    rows = [(m, db.row(MOVE, m)) for m in _open(db, picking)]
    return any(not _goes(db, m) or r["quantity"] < r["product_uom_qty"] for m, r in rows)


def _carry_out(db: Database, picking: int, *, close: bool) -> None:
    going = [m for m in _open(db, picking) if _goes(db, m)]
    staying = [m for m in _open(db, picking) if m not in going]
    rest = [] if close else [new for m in going if (new := _split(db, m))]
    for move in going:
        _done(db, move)
    for move in staying if close else ():
        cancel_move(db, move)
    db.write(PICKING, picking, state="done", date_done=db.stamp)
    if rest or (staying and not close):
        _backorder(db, picking, [*staying, *rest])


def _split(db: Database, move: int) -> int | None:
    """Put what did not come on a move of its own."""
    row = db.row(MOVE, move)
    missing = exact(row["product_uom_qty"]) - exact(row["quantity"])
    if missing <= 0:
        return None
    db.write(MOVE, move, product_uom_qty=row["quantity"])
    return db.create(MOVE, state="draft", product_uom_qty=float(missing), **chosen(row, SPLIT))


def _backorder(db: Database, picking: int, moves: Sequence[int]) -> None:
    row = db.row(PICKING, picking)
    prefix = row["name"].rpartition("/")[0] + "/"
    made = db.create(
        PICKING,
        name=next_name(db, PICKING, prefix),
        state="assigned",
        backorder_id=picking,
        **chosen(row, COPIED),
    )
    for move in moves:
        db.write(MOVE, move, picking_id=made)
        for line in lines_of(db, move):
            db.write(LINE, line, picking_id=made)
        if not db.row(MOVE, move)["quantity"] or db.row(MOVE, move)["state"] == "draft":
            drop_lines(db, move)
            assign(db, move)


def _done(db: Database, move: int) -> None:
    row = db.row(MOVE, move)
    _no_push(db, row["location_dest_id"])
    tracked = db.row("product.product", row["product_id"])["tracking"] != "none"
    moved = Decimal(0)
    for line in lines_of(db, move):
        own = db.row(LINE, line)
        if tracked and not own["lot_id"]:
            raise Refused(
                f"You need to supply a Lot/Serial Number for product:\n- {_called(db, row['product_id'])}"
            )
        adjust(db, move, line, exact(own["quantity"]))
        db.write(LINE, line, state="done", picked=True)
        moved += exact(own["quantity"])
    db.write(MOVE, move, state="done", quantity=float(moved))


def _called(db: Database, product: int) -> str:
    return f"[{db.row('product.product', product)['default_code']}]"


def _no_push(db: Database, location: int) -> None:
    for rule in db.where("stock.rule", "location_src_id", location):
        row = db.row("stock.rule", rule)
        if row["active"] and row["action"] in ("push", "pull_push"):
            raise NotImplementedError("the double does not send goods on to a second step")

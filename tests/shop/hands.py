"""What people do by hand in Odoo with the goods of our return transfers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from odoo_rma.mappings.erp import Move
from odoo_rma.mappings.foresee.world import table
from odoo_rma.mappings.money import ZERO
from odoo_rma.mappings.seen.disposition import Flow, Onward, Scrap
from shop.build import CUSTOMER, STOCK, D, Shop

TODAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
SCRAP_PLACE = 51


def validate(shop: Shop, sku: str, quantity: str, lots: Mapping[str, str] | None = None) -> Move:
    """Validate what has come of the first transfer that waits for an article; the rest becomes a backorder."""
    waiting = (
        m for m in shop.erp.moves.values() if _is_return(m, sku, shop) and m.state not in ("done", "cancel")
    )
    move, units = min(waiting, key=lambda m: m.id), D(quantity)
    own = {shop.lot(name): D(q) for name, q in (lots or {}).items()}
    done = replace(move, state="done", done=units, demand=min(units, move.demand), lots=own)
    moves, pickings, picking = table(shop.erp.moves), table(shop.erp.pickings), move.picking_id
    moves[move.id] = done
    pickings[picking] = replace(pickings[picking], state="done", done_at=TODAY)
    rest = [m for m in moves.values() if m.picking_id == picking and m.state not in ("done", "cancel")]
    if units < move.demand:
        left = replace(move, id=shop.new(), demand=move.demand - units, lots={})
        moves[left.id] = left
        rest.append(left)
    if rest:
        into = shop.new()
        split = replace(pickings[picking], id=into, state="assigned", backorder_of=picking, key=None)
        pickings[into] = replace(split, name=f"IN{into}", done_at=None)
        moves.update({m.id: replace(m, picking_id=into) for m in rest})
    return done


def put(shop: Shop, move: Move, quantity: str, place: int, *, source: int = STOCK, lot: str = "") -> None:
    """Move units of what came with a move to a place, naming the return as the source document."""
    picking, line, seen = shop.new(), shop.new(), shop.erp.dispositions
    origin = shop.erp.pickings[move.picking_id].name
    table(seen.onward)[picking] = Onward(picking, f"WH/INT/{picking}", "done", origin, None)
    what = (move.product_id, shop.lot(lot) if lot else 0, move.uom_id, D(quantity))
    table(seen.flows)[line] = Flow(line, picking, *what, source, place)


def scrap(shop: Shop, move: Move, quantity: str, *, lot: str = "") -> None:
    """Scrap units out of a transfer."""
    record = shop.new()
    what = (move.product_id, shop.lot(lot) if lot else 0, move.uom_id, D(quantity), STOCK, SCRAP_PLACE)
    table(shop.erp.dispositions.scraps)[record] = Scrap(
        record, f"SP/{record}", "done", "", move.picking_id, *what, key=None
    )


def send_back(shop: Shop, move: Move, quantity: str, *, lot: str = "") -> None:
    """Return units of what came with a move to the customer."""
    record, own = shop.new(), {shop.lot(lot): D(quantity)} if lot else {}
    one = replace(shop.erp.pickings[move.picking_id], id=record, key=None, backorder_of=0)
    table(shop.erp.pickings)[record] = one
    out = replace(move, id=shop.new(), picking_id=record, origin_move_id=move.id, outgoing=True, lots=own)
    out = replace(out, demand=D(quantity), done=D(quantity), location_id=STOCK, destination_id=CUSTOMER)
    table(shop.erp.moves)[out.id] = out


def cancel_waiting(shop: Shop) -> None:
    """Cancel every return transfer that waits."""
    for picking in [p for p in shop.erp.pickings.values() if p.pending]:
        table(shop.erp.pickings)[picking.id] = replace(picking, state="cancel")
        for move in [m for m in shop.erp.moves.values() if m.picking_id == picking.id]:
            table(shop.erp.moves)[move.id] = replace(move, state="cancel", done=ZERO)


def _is_return(move: Move, sku: str, shop: Shop) -> bool:
    return not move.outgoing and move.product_id == shop.product(sku)

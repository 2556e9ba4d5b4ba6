"""Units that came back in Odoo, counted as stock counts them, and spread over the lines of their RMA."""

from collections import defaultdict
from collections.abc import Iterator

from odoo_rma.mappings.drift.look import Look
from odoo_rma.mappings.erp import DONE, Move, Picking
from odoo_rma.mappings.money import ONE, ZERO, Decimal
from odoo_rma.mappings.standing import WRONG_ITEM
from odoo_rma.mappings.transfer import own_moves, own_pickings

ELSEWHERE = ""
"""Stands for the line of what came back against no line of the RMA."""


def pieces_of_one(look: Look, line_id: str) -> Decimal:
    """Say how many units of stock one of a line is: 12 of a dozen, of a kit all its parts; 1 where nothing tells."""
    each = {
        s.product_id: s.factor * _ratio(look, look.erp.moves[s.move_id].uom_id)
        for s in look.plan.slices.get(line_id, ())
    }
    return sum(each.values(), ZERO) or ONE


def pieces_back(look: Look) -> dict[str, Decimal]:
    """Give the pieces that were validated, by line."""
    done: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for move in done_moves(look):
        done[move.origin_move_id] += move.done
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    last: dict[int, str] = {}
    for line_id, own in look.plan.slices.items():
        for part in own:
            taken = min(done[part.move_id], part.quantity)
            done[part.move_id] -= taken
            last[part.move_id] = line_id
            found[line_id] += taken * _ratio(look, look.erp.moves[part.move_id].uom_id)
    for move_id, rest in done.items():
        ratio = _ratio(look, look.erp.moves[move_id].uom_id) if move_id in look.erp.moves else ONE
        found[last.get(move_id, ELSEWHERE)] += rest * ratio
    return dict(found)


def done_moves(look: Look) -> Iterator[Move]:
    """Give the return moves of the RMA that were validated."""
    return (m for m in own_moves(look.plan.rma, look.erp) if m.state == DONE)


def by_month(look: Look) -> dict[str, Decimal]:
    """Give all pieces that came back, wrong articles too, by the month in which they were validated."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for move in done_moves(look):
        at = look.erp.pickings[move.picking_id].done_at
        found[look.month(at)] += move.done * _ratio(look, move.uom_id)
    seen = look.erp.dispositions
    for flow in seen.flows.values():
        if _is_wrong_item(look, flow.picking_id):
            at = seen.onward[flow.picking_id].done_at
            found[look.month(at)] += flow.quantity * _ratio(look, flow.uom_id)
    return dict(found)


def wrong_items(look: Look) -> Decimal:
    """Give the pieces of other articles that came instead, and were received as what they are."""
    flows = look.erp.dispositions.flows.values()
    return sum(
        (f.quantity * _ratio(look, f.uom_id) for f in flows if _is_wrong_item(look, f.picking_id)), ZERO
    )


def last_transfer(look: Look) -> Picking | None:
    """Give the return transfer that was validated last, else the newest."""
    own = own_pickings(look.plan.rma, look.erp)
    done = [p for p in own if p.state == DONE]
    return max(done or own, key=lambda p: (p.done_at is not None, p.done_at, p.id), default=None)


def _is_wrong_item(look: Look, picking_id: int) -> bool:
    key, rma = look.erp.dispositions.onward[picking_id].key, look.plan.rma
    return key is not None and key.of == (rma.source, rma.id, WRONG_ITEM)


def _ratio(look: Look, uom_id: int) -> Decimal:
    return look.erp.uoms.get(uom_id, ONE)

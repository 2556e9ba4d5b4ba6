"""Where the goods of a return stand now: what was received in Odoo, followed through everything that moved it on.

Transfers of ours, transfers that people made by hand, scraps, and goods that went back to the customer: whoever moved
them, they are where Odoo says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.mappings.erp import CANCELED, DONE, Erp, Move
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ONE, ZERO, Decimal
from odoo_rma.mappings.seen.disposition import Flow, Onward, Scrap
from odoo_rma.mappings.transfer import own_moves, own_pickings
from odoo_rma.mappings.vocabulary import Disposition

PUT_AWAY = "putaway"
SCRAP = "scrap"
WRONG_ITEM = "wrongitem"
INSPECTION = "inspection"


class Gone(Enum):
    """How goods left the warehouse again."""

    SCRAPPED = "scrapped"
    SENT = "sent back"


@dataclass(slots=True)
class Part:
    """Units of one received move and one lot (0: none), in the move's unit, that stand in one place."""

    move: Move
    lot_id: int
    location_id: int
    quantity: Decimal
    by_hand: bool = False
    gone: Gone | None = None


def standing(rma: Rma, erp: Erp, rules: InspectionRules) -> list[Part]:
    """Give all units that came back in Odoo, and where they are now."""
    parts = [p for m in own_moves(rma, erp) if m.state == DONE for p in _received(m, erp, rules)]
    steps = _steps(rma, erp)
    # Whatever happened first: a step waits until another one has brought the goods to where it takes them.
    while any(_follow(parts, step, erp, rules) for step in steps):
        pass
    return [p for p in parts if p.quantity > 0]


def accepted_by_hand(rma: Rma, erp: Erp, rules: InspectionRules) -> Iterator[Part]:
    """Give the units that somebody validated in Odoo and left in the warehouse.

    What was scrapped or sent back by hand was not accepted; what waits for the next step of its reception not yet.
    """
    chained = [m for m in erp.dispositions.pending.values() if m.origins]
    for part in standing(rma, erp, rules):
        waits = any(
            part.move.id in m.origins and m.source_id in erp.dispositions.path(part.location_id)
            for m in chained
            if erp.dispositions.onward[m.picking_id].state != CANCELED
        )
        if not (part.gone or waits):
            yield part


def is_sellable(location_id: int, erp: Erp, rules: InspectionRules) -> bool:
    """Tell whether goods there are sold: below a warehouse's stock, and in no place of another disposition."""
    path = erp.dispositions.path(location_id)
    others = {x for d, own in rules.locations.items() if d is not Disposition.RESTOCK for x in own.values()}
    return any(w.stock_id in path for w in rules.warehouses.values()) and not others & set(path)


def decided(location_id: int, erp: Erp, rules: InspectionRules) -> bool:
    """Tell whether a place stands for a disposition, so that who puts goods there by hand has decided about them."""
    places = {x for d, own in rules.locations.items() if d is not Disposition.RESTOCK for x in own.values()}
    return bool(places & set(erp.dispositions.path(location_id)))


@dataclass(slots=True)
class _Step:
    """One way that units took: `moves` names the return moves they came with, where that is known."""

    moves: frozenset[int]
    product_id: int
    lot_id: int
    uom_id: int
    quantity: Decimal
    source_id: int
    destination_id: int
    by_hand: bool
    gone: Gone | None = None


def _received(move: Move, erp: Erp, rules: InspectionRules) -> Iterator[Part]:
    seen = erp.dispositions.arrivals.get(move.id)
    if seen is not None:
        for a in seen:
            changed = move.destination_id not in erp.dispositions.path(a.location_id)
            by_hand = changed and decided(a.location_id, erp, rules)
            yield Part(move, a.lot_id, a.location_id, a.quantity, by_hand)
        return
    for lot_id, quantity in move.lots.items() or [(0, move.done)]:
        yield Part(move, lot_id, move.destination_id, quantity)


def _steps(rma: Rma, erp: Erp) -> list[_Step]:
    moves = own_moves(rma, erp)
    own = {m.id for m in moves}
    seen = erp.dispositions
    found = [
        _flow(f, onward, frozenset(f.origins) & own)
        for _, f in sorted(seen.flows.items())
        if is_ours(onward := seen.onward[f.picking_id], rma, erp) or own & set(f.origins)
    ]
    found += [_scrap(s) for s in seen.scraps.values() if s.state == DONE and is_our_scrap(s, rma, erp)]
    found += [x for own_move in moves for m in erp.returns_of(own_move) if m.outgoing for x in _sent(m)]
    return found


def is_ours(onward: Onward, rma: Rma, erp: Erp) -> bool:
    """Tell whether a transfer moves goods of an RMA: made under its keys, or by a person who named its return."""
    if onward.key:
        return onward.key.of == (rma.source, rma.id, PUT_AWAY)
    return onward.origin in {p.name for p in own_pickings(rma, erp)}


def is_our_scrap(scrap: Scrap, rma: Rma, erp: Erp) -> bool:
    """Tell whether a scrap takes goods of an RMA: made under its keys, or by a person out of its transfers."""
    if scrap.key:
        return scrap.key.of == (rma.source, rma.id, SCRAP)
    pickings = own_pickings(rma, erp)
    onward = {o.id for o in erp.dispositions.onward.values() if is_ours(o, rma, erp)}
    return scrap.picking_id in {p.id for p in pickings} | onward or scrap.origin in {p.name for p in pickings}


def _flow(flow: Flow, onward: Onward, moves: frozenset[int]) -> _Step:
    way = (flow.uom_id, flow.quantity, flow.source_id, flow.destination_id)
    by_hand = onward.key is None
    return _Step(moves, flow.product_id, flow.lot_id, *way, by_hand=by_hand)


def _scrap(scrap: Scrap) -> _Step:
    way = (scrap.uom_id, scrap.quantity, scrap.source_id, scrap.destination_id)
    by_hand = scrap.key is None
    return _Step(frozenset(), scrap.product_id, scrap.lot_id, *way, by_hand=by_hand, gone=Gone.SCRAPPED)


def _sent(move: Move) -> Iterator[_Step]:
    if move.state == DONE:
        for lot_id, quantity in move.lots.items() or [(0, move.done)]:
            way = (move.uom_id, quantity, move.location_id, move.destination_id)
            moves = frozenset({move.origin_move_id})
            yield _Step(moves, move.product_id, lot_id, *way, by_hand=True, gone=Gone.SENT)


def _follow(parts: list[Part], step: _Step, erp: Erp, rules: InspectionRules) -> bool:
    """Take units from where they stand to where a step brought them; tell whether there were any."""
    before = step.quantity
    for part in [p for p in parts if _fits(p, step, erp)]:
        ratio = factor(step.uom_id, part.move.uom_id, erp)
        taken = min(part.quantity, step.quantity * ratio)
        if taken <= 0:
            continue
        part.quantity -= taken
        step.quantity -= taken / ratio
        by_hand = step.by_hand and (step.gone is not None or decided(step.destination_id, erp, rules))
        gone, where = step.gone, step.destination_id
        parts.append(replace(part, quantity=taken, location_id=where, by_hand=by_hand, gone=gone))
    return step.quantity != before


def _fits(part: Part, step: _Step, erp: Erp) -> bool:
    same = part.move.product_id == step.product_id and part.lot_id == step.lot_id and not part.gone
    from_there = step.source_id in erp.dispositions.path(part.location_id) or step.gone is Gone.SENT
    return same and from_there and (not step.moves or part.move.id in step.moves) and part.quantity > ZERO


def factor(uom: int, into: int, erp: Erp) -> Decimal:
    """Say how many units of one measure a unit of another is; 1 where Odoo does not show it."""
    if uom == into or uom not in erp.uoms or into not in erp.uoms:
        return ONE
    return erp.uoms[uom] / erp.uoms[into]

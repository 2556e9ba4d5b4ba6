"""Return transfers: one per delivery, expecting what may come back, receiving what has arrived.

Compares what the RMA says with the transfers it already has in Odoo, and plans only the difference.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from odoo_rma.mappings.delivered import Slice
from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT, Erp, Move, Picking
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.plan import (
    Arrival,
    CancelTransfer,
    ChangeDemand,
    ConfirmTransfer,
    MakeTransfer,
    NewMove,
    Note,
    Receive,
    Step,
)

TRANSFER = "transfer"
WITHDRAWN = "withdrawn"
"""Ends the key of the note that we write on a transfer before we cancel it; its last part is the transfer's id."""

Lots = dict[int, Decimal]


def own_pickings(rma: Rma, erp: Erp) -> list[Picking]:
    """Give the transfers of an RMA: those made under its keys, and the backorders split from them."""
    return list(erp.transfers_of.get((rma.source, rma.id, TRANSFER), ()))


def own_moves(rma: Rma, erp: Erp) -> list[Move]:
    """Give the return moves of an RMA."""
    moves = (m for p in own_pickings(rma, erp) for m in erp.moves_in.get(p.id, ()))
    return sorted(moves, key=lambda m: m.id)


@dataclass(slots=True)
class _Line:
    """One delivered move: what is to come back against it, what has, and what Odoo shows."""

    move: Move
    wanted: Decimal = ZERO
    arrived: Decimal = ZERO
    done: Decimal = ZERO
    pending: Decimal = ZERO
    canceled: Decimal = ZERO

    @property
    def missing(self) -> Decimal:
        return max(self.wanted - self.done - self.pending, ZERO)

    @property
    def to_receive(self) -> Decimal:
        return max(self.arrived - self.done, ZERO)


def plan_transfers(rma: Rma, wanted: list[Slice], arrived: list[Slice], erp: Erp, note: str) -> list[Step]:
    """Plan what leads from the transfers in Odoo to what is `wanted` in all and has `arrived` so far.

    Raises:
        Refusal: a person canceled a transfer that is still expected, or a lot is needed and not known.

    """
    lines = _lines(rma, wanted, arrived, erp)
    _check_by_hand(rma, lines)
    by_delivery: dict[int, list[_Line]] = defaultdict(list)
    for line in lines.values():
        by_delivery[line.move.picking_id].append(line)
    steps: list[Step] = []
    for delivery_id, own in sorted(by_delivery.items()):
        steps += _plan_delivery(rma, delivery_id, own, arrived, erp, note)
    return steps


def _lines(rma: Rma, wanted: list[Slice], arrived: list[Slice], erp: Erp) -> dict[int, _Line]:
    lines: dict[int, _Line] = {}
    for part in wanted:
        lines.setdefault(part.move_id, _Line(erp.moves[part.move_id])).wanted += part.quantity
    for part in arrived:
        lines.setdefault(part.move_id, _Line(erp.moves[part.move_id])).arrived += part.quantity
    for move in own_moves(rma, erp):
        if move.origin_move_id not in erp.moves:
            continue
        line = lines.setdefault(move.origin_move_id, _Line(erp.moves[move.origin_move_id]))
        if move.state == DONE:
            line.done += move.done
        elif move.state == CANCELED:
            line.canceled += ZERO if erp.pickings[move.picking_id].withdrawn else move.demand
        else:
            line.pending += move.demand
    return lines


def _check_by_hand(rma: Rma, lines: dict[int, _Line]) -> None:
    gone = [x for x in lines.values() if x.missing and x.canceled]
    if gone:
        units = plain(sum((x.missing for x in gone), ZERO))
        raise Refusal(
            Issue(
                "canceled_by_hand",
                f"{units} unit(s) of {rma.label} are expected, but their transfer was canceled in Odoo.",
                f"To have it made again: odoo-rma quarantine resolve {rma.id} --again. Else cancel or close the RMA at its "
                "source, or make the return in Odoo by hand and resolve this.",
                "lines",
            )
        )


def _plan_delivery(
    rma: Rma, delivery_id: int, lines: list[_Line], arrived: list[Slice], erp: Erp, note: str
) -> list[Step]:
    roots = [
        p for p in own_pickings(rma, erp) if erp.root(p) is p and p.key and p.key.parts[0] == str(delivery_id)
    ]
    last = max((int(p.key.parts[1]) for p in roots if p.key), default=0)
    key = Key(rma.source, rma.id, TRANSFER, (str(delivery_id), str(last + 1)))
    rest = {x.move.id: x.to_receive for x in lines}
    keep = {x.move.id: max(x.wanted - x.done, ZERO) for x in lines}
    lots = _lots(rma, lines, arrived, erp)
    steps: list[Step] = []
    for root in roots:
        chain = [p for p in own_pickings(rma, erp) if p.pending and erp.root(p) is root]
        for picking in chain:
            steps += _plan_pending(picking, rest, keep, lots, erp, note, root.key or key)
    if any(x.missing for x in lines):
        steps += _plan_new(rma, key, delivery_id, lines, rest, lots, erp, note)
    return steps


def _plan_pending(
    picking: Picking,
    rest: dict[int, Decimal],
    keep: dict[int, Decimal],
    lots: dict[int, Lots],
    erp: Erp,
    note: str,
    key: Key,
) -> list[Step]:
    steps: list[Step] = []
    if picking.state == DRAFT:
        steps += [Note(key.part("note"), "stock.picking", picking.id, note), ConfirmTransfer(picking.id)]
    moves = [m for m in erp.moves.values() if m.picking_id == picking.id and m.state not in (DONE, CANCELED)]
    arrivals, expected = [], {}
    for move in moves:
        origin = move.origin_move_id
        expected[move.id] = min(move.demand, keep.get(origin, ZERO))
        keep[origin] = keep.get(origin, ZERO) - expected[move.id]
        come = min(rest.get(origin, ZERO), move.demand)
        if come:
            rest[origin] -= come
            arrivals.append(
                _arrival(move.origin_move_id, move.product_id, come, come == move.demand, lots, erp)
            )
    if not any(expected.values()):
        return [_withdrawal(picking, key), CancelTransfer(picking.id, picking.name)]
    received = {a.origin_move_id: a.quantity for a in arrivals}
    closing = all(expected[m.id] == received.get(m.origin_move_id, ZERO) for m in moves)
    whole = closing and all(m.demand == expected[m.id] for m in moves)
    if not (closing and arrivals):
        steps += [ChangeDemand(m.id, expected[m.id]) for m in moves if expected[m.id] != m.demand]
    if arrivals:
        steps += [_withdrawal(picking, key)] if closing and not whole else []
        steps.append(Receive(picking.id, tuple(arrivals), whole, backorder=not closing))
    return steps


def _withdrawal(picking: Picking, key: Key) -> Note:
    """Write down that it was us, so that nobody takes it for a person's decision when more is to come after all."""
    words = "<p>The returns system expects nothing more on this transfer: what has not come is canceled.</p>"
    return Note(key.part(WITHDRAWN, picking.id), "stock.picking", picking.id, words)


def _plan_new(
    rma: Rma,
    key: Key,
    delivery_id: int,
    lines: list[_Line],
    rest: dict[int, Decimal],
    lots: dict[int, Lots],
    erp: Erp,
    note: str,
) -> list[Step]:
    new = [x for x in lines if x.missing]
    transfer = _new_transfer(rma, key, erp.pickings[delivery_id], new, erp)
    steps: list[Step] = [transfer, Note(key.part("note"), "stock.picking", key, note), ConfirmTransfer(key)]
    arrivals = []
    for line in new:
        come = min(rest[line.move.id], line.missing)
        if come:
            rest[line.move.id] -= come
            arrivals.append(
                _arrival(line.move.id, line.move.product_id, come, come == line.missing, lots, erp)
            )
    if arrivals:
        whole = len(arrivals) == len(new) and all(a.whole for a in arrivals)
        steps.append(Receive(key, tuple(arrivals), whole, backorder=not whole))
    return steps


def _new_transfer(rma: Rma, key: Key, delivery: Picking, lines: list[_Line], erp: Erp) -> MakeTransfer:
    out_type = erp.picking_types[delivery.type_id]
    back = erp.picking_types.get(out_type.return_type_id, out_type)
    destination = (
        back.destination_id if back.code == "incoming" and back.destination_id else delivery.location_id
    )
    return MakeTransfer(
        key=key,
        returned_id=delivery.id,
        delivery=delivery.name,
        partner_id=delivery.partner_id,
        type_id=back.id,
        location_id=lines[0].move.destination_id,
        destination_id=destination,
        origin=f"{rma.label}: return of {delivery.name}",
        moves=tuple(
            NewMove(
                key=key.part("move", x.move.id),
                origin_move_id=x.move.id,
                product_id=x.move.product_id,
                uom_id=x.move.uom_id,
                order_line_id=x.move.order_line_id,
                group_ids=x.move.group_ids,
                quantity=x.missing,
                kit_line_id=x.move.kit_line_id,
            )
            for x in lines
        ),
    )


def _lots(rma: Rma, lines: list[_Line], arrived: list[Slice], erp: Erp) -> dict[int, Lots]:
    """Say which lots the units still to receive belong to, per delivered move of a tracked product."""
    found: dict[int, Lots] = {}
    own = {m.id for m in own_moves(rma, erp)}
    for line in lines:
        move = line.move
        if erp.products[move.product_id].tracking == "none" or not line.to_receive:
            continue
        named: Lots = {}
        for part in arrived:
            if part.move_id == move.id and part.lot_id:
                named[part.lot_id] = named.get(part.lot_id, ZERO) + part.quantity
        back: Lots = {}
        for other in erp.returns_of(move):
            # What was named is this RMA's own share; what others brought back does not lessen it.
            counts = other.state == DONE and (other.id in own or not named)
            for lot_id, quantity in other.lots.items() if counts else ():
                back[lot_id] = back.get(lot_id, ZERO) + quantity
        room = named or dict(move.lots)
        left = {x: q - back.get(x, ZERO) for x, q in room.items() if q > back.get(x, ZERO)}
        if sum(left.values(), ZERO) == line.to_receive or len(left) == 1:
            found[move.id] = left
    return found


def _arrival(
    origin: int, product_id: int, quantity: Decimal, whole: bool, lots: dict[int, Lots], erp: Erp
) -> Arrival:
    arrival = Arrival(origin, product_id, quantity, whole)
    product = erp.products[product_id]
    if product.tracking == "none":
        return arrival
    taken, need = [], quantity
    for lot_id, room in list(lots.get(origin, {}).items()):
        part = min(room, need)
        if part > 0:
            taken.append((lot_id, part))
            lots[origin][lot_id] -= part
            need -= part
    if need > 0:
        raise Refusal(
            Issue(
                "lot_needed",
                f"{plain(quantity)} × {product.sku} arrived, but nothing says which lot or serial number.",
                "Name the lots on the RMA line, or receive the transfer by hand in Odoo.",
                "lines.lots",
            )
        )
    return replace(arrival, lots=tuple(taken))

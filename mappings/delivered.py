"""What was delivered and can still come back, move by move. What was returned before, by anyone, counts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from odoo_rma.mappings.erp import CANCELED, DONE, Erp, Move, OrderLine
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.money import ONE, ZERO, Decimal


@dataclass(frozen=True, slots=True)
class Slice:
    """Units of one RMA line that go back against one delivered move; `quantity` in the move's unit of measure."""

    line_id: str
    order_line_id: int
    move_id: int
    product_id: int
    quantity: Decimal
    factor: Decimal
    lot_id: int = 0


def per_line(slices: Mapping[str, list[Slice]], units: Mapping[int, Decimal]) -> dict[str, Decimal]:
    """Turn units per delivered move into units of the RMA lines that go back against them (of a kit: complete ones)."""
    left, found = dict(units), {}
    for line_id, own in slices.items():
        per_product: dict[int, Decimal] = {}
        for part in own:
            taken = min(left.get(part.move_id, ZERO), part.quantity)
            left[part.move_id] = left.get(part.move_id, ZERO) - taken
            per_product[part.product_id] = per_product.get(part.product_id, ZERO) + taken / part.factor
        found[line_id] = min(per_product.values(), default=ZERO)
    return found


class Deliveries:
    """The deliveries of a batch, indexed once; what an RMA takes lowers what is left for those after it."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._taken: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        self._now: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        self._own: dict[int, list[Move]] = {}
        self._own_ids: frozenset[int] = frozenset()
        self._out: dict[int, list[Move]] = defaultdict(list)
        self._back: dict[int, list[Move]] = defaultdict(list)
        self._planned: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        for move in sorted(erp.moves.values(), key=lambda m: (m.picking_id, m.id)):
            self._index(move)
        self._loose = self._spread_loose()

    def _index(self, move: Move) -> None:
        if not move.outgoing:
            self._back[move.origin_move_id].append(move)
            return
        if move.state == DONE:
            self._out[move.order_line_id].append(move)
        # What is sent once more after a return does not make a kit larger; a rest that was closed short is part of it.
        closed_short = move.state == CANCELED and self._is_done(move.picking_id)
        if not move.origin_move_id and (move.state != CANCELED or closed_short):
            self._planned[move.order_line_id, move.product_id] += move.demand

    def _is_done(self, picking_id: int) -> bool:
        picking = self._erp.pickings.get(picking_id)
        return picking is not None and picking.state == DONE

    def _spread_loose(self) -> dict[int, Decimal]:
        """Put returns that name an order line but no delivery against its deliveries, the oldest first."""
        found: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for back in self._back.get(0, ()):
            rest = back.claimed if back.order_line_id else ZERO
            for move in self._out.get(back.order_line_id, ()):
                if move.product_id == back.product_id:
                    known = sum((m.claimed for m in self._back.get(move.id, ())), ZERO)
                    part = min(rest, max(move.done - known - found[move.id], ZERO))
                    found[move.id] += part
                    rest -= part
        return found

    def begin(self, own_moves: Iterable[Move]) -> None:
        """Start a new RMA: `own_moves` are the return moves it already has in Odoo."""
        for key, quantity in self._now.items():
            self._taken[key] += max(quantity - self._claimed_by_own(*key), ZERO)
        self._now.clear()
        own: dict[int, list[Move]] = defaultdict(list)
        for move in own_moves:
            own[move.origin_move_id].append(move)
        self._own = dict(own)
        self._own_ids = frozenset(m.id for moves in own.values() for m in moves)

    def release(self) -> None:
        """Give back what the current RMA took: it takes nothing that Odoo does not show already."""
        self._now.clear()

    def _claimed_by_own(self, move_id: int, lot_id: int) -> Decimal:
        own = self._own.get(move_id, ())
        return sum((m.lots.get(lot_id, ZERO) if lot_id else m.claimed for m in own), ZERO)

    def delivered(self, order_line: OrderLine) -> dict[int, list[Move]]:
        """Give the done outgoing moves of an order line, by product (several for a kit), the oldest first."""
        found: dict[int, list[Move]] = {}
        for move in self._out.get(order_line.id, ()):
            found.setdefault(move.product_id, []).append(move)
        return found

    def factor(self, order_line: OrderLine, product_id: int) -> Decimal:
        """Units that move for one unit of the order line: by their units of measure, or by what is in the kit."""
        if product_id == order_line.product_id:
            uoms, moves = self._erp.uoms, self._out.get(order_line.id, ())
            uom = next((m.uom_id for m in moves if m.product_id == product_id), 0)
            if uom == order_line.uom_id:
                return ONE
            if order_line.uom_id not in uoms or uom not in uoms:
                raise Refusal(_unknown_unit(order_line))
            return uoms[order_line.uom_id] / uoms[uom]
        planned = self._planned.get((order_line.id, product_id), ZERO)
        return planned / order_line.ordered if order_line.ordered else ZERO

    def left(self, move: Move) -> Decimal:
        """Units of a delivered move that this RMA may still return (its own returns not counted)."""
        others = sum((m.claimed for m in self._back.get(move.id, ()) if m.id not in self._own_ids), ZERO)
        key = (move.id, 0)
        room = move.done - others - self._loose.get(move.id, ZERO)
        return max(room - self._taken.get(key, ZERO) - self._now.get(key, ZERO), ZERO)

    def own_done(self, move: Move) -> Decimal:
        """Units of a delivered move that came back for this RMA and stand for none of its lines yet."""
        done = sum((m.done for m in self._own.get(move.id, ()) if m.state == DONE), ZERO)
        return max(done - self._now.get((move.id, 0), ZERO), ZERO)

    def own_claimed(self, move: Move) -> Decimal:
        """The same, with those that are expected back."""
        claimed = self._claimed_by_own(move.id, 0) - self._now.get((move.id, 0), ZERO)
        return min(max(claimed, ZERO), self.left(move))

    def lot_left(self, move: Move, lot_id: int) -> Decimal:
        """Units of one lot of a delivered move that this RMA may return."""
        others = (m for m in self._back.get(move.id, ()) if m.id not in self._own_ids and m.state == DONE)
        back = sum((m.lots.get(lot_id, ZERO) for m in others), ZERO)
        key = (move.id, lot_id)
        return move.lots.get(lot_id, ZERO) - back - self._taken.get(key, ZERO) - self._now.get(key, ZERO)

    def delivered_units(self, order_line: OrderLine) -> Decimal:
        """Units of an order line that were delivered (of a kit: complete ones)."""
        return self._units(order_line, self.delivered(order_line), lambda m: m.done)

    def back_with_others(self, order_line: OrderLine) -> Decimal:
        """Units of an order line that came back, those of this RMA not counted."""

        def back(move: Move) -> Decimal:
            others = (m for m in self._back.get(move.id, ()) if m.id not in self._own_ids)
            return sum((m.done for m in others if m.state == DONE), self._loose.get(move.id, ZERO))

        return self._units(order_line, self.delivered(order_line), back)

    def _units(
        self, order_line: OrderLine, moves: Mapping[int, list[Move]], count: Callable[[Move], Decimal]
    ) -> Decimal:
        each = (sum(map(count, own), ZERO) / (self.factor(order_line, p) or ONE) for p, own in moves.items())
        return min(each, default=ZERO)

    def take(self, part: Slice) -> None:
        """Count a slice as taken by this RMA."""
        for key in {(part.move_id, 0), (part.move_id, part.lot_id)}:
            self._now[key] += part.quantity

    def is_own(self, move: Move) -> bool:
        """Tell whether this RMA has a return of it already."""
        return bool(self._claimed_by_own(move.id, 0))


def _unknown_unit(order_line: OrderLine) -> Issue:
    return Issue(
        "unknown_unit",
        f"Order line {order_line.id} was sold in another unit of measure than it was delivered in, and Odoo does not "
        "show how they relate.",
        "Let the user read units of measure in Odoo, or make the return by hand and resolve this.",
        "lines",
    )

"""Spread returned units over the deliveries that still have some left.

What this RMA itself made already is kept where it is, so that a second run finds the same allocation.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from odoo_rma.mappings.delivered import Deliveries, Slice
from odoo_rma.mappings.erp import Erp, Move, OrderLine
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.money import ZERO, Decimal, plain, round_to, written
from odoo_rma.mappings.rma_line import LotQuantity, RmaLine

Room = Callable[[Move], Decimal]


def allocate_returns(
    line: RmaLine,
    quantity: Decimal,
    order_lines: list[OrderLine],
    erp: Erp,
    left: Deliveries,
    *,
    strict: bool = True,
) -> list[Slice]:
    """Spread units of an RMA line over delivered moves: what came back, what is expected, then the oldest delivery.

    Not `strict` gives what there is instead of refusing.

    Raises:
        Refusal: nothing of it was delivered, or less is left than is to come back, or a lot was never delivered.

    """
    work = _Allocation(line, quantity, erp, left)
    for order_line in order_lines:
        work.add(order_line)
    available = sum((work.most(x, left.left) for x in work.parts), ZERO)
    for lot in line.lots:
        short = work.take_lot(lot)
        if short and strict:
            raise Refusal(_unknown_lot(line, lot, short))
    for room in (left.own_done, left.own_claimed, left.left):
        for order_line_id in work.parts:
            work.fill(order_line_id, room)
    if work.need > 0 and strict:
        raise Refusal(_short(line, quantity, order_lines, available, left))
    return work.slices


@dataclass(slots=True)
class _Part:
    """What one order line gives: its delivered moves and units per product, and what is taken so far."""

    moves: dict[int, list[Move]]
    factors: dict[int, Decimal]
    units: Decimal = ZERO
    taken: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))


@dataclass(slots=True)
class _Allocation:
    """The spreading of one RMA line; quantities of moves in their units, `need` and `units` in the order line's."""

    line: RmaLine
    quantity: Decimal
    erp: Erp
    left: Deliveries
    parts: dict[int, _Part] = field(default_factory=dict)
    slices: list[Slice] = field(default_factory=list)

    @property
    def need(self) -> Decimal:
        return self.quantity - sum((p.units for p in self.parts.values()), ZERO)

    def add(self, order_line: OrderLine) -> None:
        moves = self.left.delivered(order_line)
        factors = {p: self.left.factor(order_line, p) for p in moves}
        if moves and all(factors.values()):
            self.parts[order_line.id] = _Part(moves, factors)

    def most(self, order_line_id: int, room: Room) -> Decimal:
        """Whole units (of a kit: all its parts) that a kind of room allows on top of what is taken."""
        part = self.parts[order_line_id]
        each = (
            (sum((room(m) for m in moves), part.taken[p])) / part.factors[p]
            for p, moves in part.moves.items()
        )
        return max(min(each) - part.units, ZERO)

    def fill(self, order_line_id: int, room: Room) -> None:
        part = self.parts[order_line_id]
        part.units += min(self.need, self.most(order_line_id, room))
        for product_id, moves in part.moves.items():
            wanted = round_to(part.units * part.factors[product_id], self.erp.quantity_step)
            for move in moves:
                most = min(wanted - part.taken[product_id], room(move))
                self._take(order_line_id, move, most)

    def take_lot(self, lot: LotQuantity) -> Decimal:
        """Take a named lot wherever it was delivered; give what is missing of it."""
        rest, products = lot.quantity, set[int]()
        for order_line_id, part in self.parts.items():
            for product_id, moves in part.moves.items():
                if self.erp.products[product_id].tracking == "none":
                    continue
                products.add(product_id)
                for move, lot_id in self._holding(lot.name, moves):
                    room = min(self.left.lot_left(move, lot_id), self.left.left(move))
                    rest -= self._take(
                        order_line_id, move, min(rest, self._cap(product_id), room), lot_id=lot_id
                    )
            part.units = max((part.taken[p] / part.factors[p] for p in part.moves), default=ZERO)
        return min(rest, max(map(self._cap, products), default=ZERO))

    def _holding(self, name: str, moves: Iterable[Move]) -> list[tuple[Move, int]]:
        ordered = sorted(moves, key=lambda m: not self.left.is_own(m))
        return [(m, x) for m in ordered for x in m.lots if self.erp.lots.get(x) == name]

    def _cap(self, product_id: int) -> Decimal:
        """Units of a product that are still to be found, whichever order line has them."""
        own = [p for p in self.parts.values() if product_id in p.moves]
        taken = sum((p.taken[product_id] for p in own), ZERO)
        return max(self.quantity * own[0].factors[product_id] - taken, ZERO)

    def _take(self, order_line_id: int, move: Move, most: Decimal, *, lot_id: int = 0) -> Decimal:
        if most <= 0:
            return ZERO
        part = self.parts[order_line_id]
        part.taken[move.product_id] += most
        factor = part.factors[move.product_id]
        found = Slice(self.line.id, order_line_id, move.id, move.product_id, most, factor, lot_id)
        self.slices.append(found)
        self.left.take(found)
        return most


def _unknown_lot(line: RmaLine, lot: LotQuantity, short: Decimal) -> Issue:
    return Issue(
        "unknown_lot",
        f"Lot or serial {lot.name} of {line.sku or line.barcode}: {plain(lot.quantity)} to come back, but "
        f"{plain(lot.quantity - short)} of it were delivered on this order and are not back yet.",
        "Correct the lot or serial number at the source.",
        f"lines.{line.id}.lots",
        {"lot": lot.name, "wanted": plain(lot.quantity), "short": plain(short)},
    )


def _short(
    line: RmaLine, quantity: Decimal, order_lines: list[OrderLine], available: Decimal, left: Deliveries
) -> Issue:
    delivered = ZERO
    for order_line in order_lines:
        by_product = left.delivered(order_line)
        units = [sum(m.done for m in ms) / (left.factor(order_line, p) or 1) for p, ms in by_product.items()]
        delivered += Decimal(min(units, default=ZERO))
    ordered = sum((x.ordered for x in order_lines), ZERO)
    numbers = {
        "wanted": plain(quantity),
        "ordered": plain(ordered),
        "delivered": plain(written(delivered)),
        "left": plain(written(max(available, ZERO))),
    }
    what = line.sku or line.barcode
    if not delivered:
        return Issue(
            "undelivered",
            f"{plain(quantity)} × {what} to come back, but none of {plain(ordered)} ordered was delivered.",
            "Validate the delivery in Odoo, or cancel the RMA.",
            f"lines.{line.id}",
            numbers,
        )
    rest = (
        ""
        if available >= delivered
        else f", and only {numbers['left']} of them are not back or on their way yet"
    )
    return Issue(
        "over_return",
        f"{plain(quantity)} × {what} to come back, but {numbers['delivered']} were delivered{rest}.",
        "Lower the quantity at the source, or check the other returns of the order.",
        f"lines.{line.id}.requested",
        numbers,
    )


def arrived(slices: list[Slice], received: Decimal, erp: Erp) -> list[Slice]:
    """Cut slices of one line down to what has arrived, in their order (per product of a kit)."""
    found: list[Slice] = []
    need: dict[tuple[int, int], Decimal] = {}
    # Units of the line that each order line takes, in slice order.
    rest = received
    for order_line_id in dict.fromkeys(s.order_line_id for s in slices):
        own = [s for s in slices if s.order_line_id == order_line_id]
        first = own[0].product_id
        whole = sum((s.quantity / s.factor for s in own if s.product_id == first), ZERO)
        part = min(rest, whole)
        rest -= part
        need |= {(order_line_id, s.product_id): round_to(part * s.factor, erp.quantity_step) for s in own}
    for part_slice in slices:
        key = (part_slice.order_line_id, part_slice.product_id)
        quantity = min(need[key], part_slice.quantity)
        if quantity > 0:
            need[key] -= quantity
            found.append(replace(part_slice, quantity=quantity))
    return found

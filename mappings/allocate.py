"""Spread returned units over the deliveries, and refunded units over the invoices, that still have some left.

What was returned or credited before, by anyone, counts. What this RMA itself made already is kept where it is, so that
a second run finds the same allocation.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from odoo_rma.mappings.erp import CANCELED, DONE, Erp, InvoiceLine, Move, OrderLine
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import RmaLine
from odoo_rma.mappings.money import ZERO, Decimal, plain

ITEM = "item"
"""Marks the key of a credit note line that gives back goods: `…item.<rma line>.<invoice line>`."""


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


@dataclass(frozen=True, slots=True)
class Share:
    """Units of one RMA line that are credited against one invoice line."""

    line_id: str
    invoice_line: InvoiceLine
    quantity: Decimal


class Deliveries:
    """What can still come back, move by move; taking from it lowers it for the next RMA of the same batch."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._taken: dict[tuple[int, int], Decimal] = {}
        self._now: dict[tuple[int, int], Decimal] = {}
        self._own: dict[int, Move] = {}

    def begin(self, own_moves: Iterable[Move]) -> None:
        """Start a new RMA: `own_moves` are the return moves it already has in Odoo."""
        for key, quantity in self._now.items():
            self._taken[key] = self._taken.get(key, ZERO) + max(quantity - self._claimed_by_own(*key), ZERO)
        self._now = {}
        self._own = {m.id: m for m in own_moves}

    def _claimed_by_own(self, move_id: int, lot_id: int) -> Decimal:
        own = (m for m in self._own.values() if m.origin_move_id == move_id)
        return sum((m.lots.get(lot_id, ZERO) if lot_id else m.claimed for m in own), ZERO)

    def left(self, move: Move) -> Decimal:
        """Units of a delivered move that this RMA may return (its own returns not counted)."""
        others = sum((m.claimed for m in self._erp.returns_of(move) if m.id not in self._own), ZERO)
        key = (move.id, 0)
        return move.done - others - self._taken.get(key, ZERO) - self._now.get(key, ZERO)

    def lot_left(self, move: Move, lot_id: int) -> Decimal:
        """Units of one lot of a delivered move that this RMA may return."""
        others = (m for m in self._erp.returns_of(move) if m.id not in self._own and m.state == DONE)
        back = sum((m.lots.get(lot_id, ZERO) for m in others), ZERO)
        key = (move.id, lot_id)
        return move.lots.get(lot_id, ZERO) - back - self._taken.get(key, ZERO) - self._now.get(key, ZERO)

    def take(self, slices: Iterable[Slice]) -> None:
        """Count slices as taken by this RMA."""
        for part in slices:
            for key in {(part.move_id, 0), (part.move_id, part.lot_id)}:
                self._now[key] = self._now.get(key, ZERO) + part.quantity

    def ordered_moves(self, moves: Iterable[Move]) -> list[Move]:
        """Own returns first, then the oldest delivery first."""
        mine = {m.origin_move_id for m in self._own.values() if m.claimed}
        return sorted(moves, key=lambda m: (m.id not in mine, m.picking_id, m.id))


def delivered_moves(order_line: OrderLine, erp: Erp) -> dict[int, list[Move]]:
    """Give the done outgoing moves of an order line, by product (several for a kit)."""
    found: dict[int, list[Move]] = {}
    for move in erp.moves.values():
        if move.outgoing and move.order_line_id == order_line.id and move.state == DONE:
            found.setdefault(move.product_id, []).append(move)
    return found


def factor(order_line: OrderLine, product_id: int, erp: Erp) -> Decimal:
    """Units of a product that move for one unit of the order line: 1, or a kit's or a unit of measure's ratio."""
    demand = sum(
        (
            m.demand
            for m in erp.moves.values()
            if m.outgoing
            and m.order_line_id == order_line.id
            and m.product_id == product_id
            and m.state != CANCELED
        ),
        ZERO,
    )
    return demand / order_line.ordered if order_line.ordered else ZERO


def allocate_returns(
    line: RmaLine,
    quantity: Decimal,
    order_lines: list[OrderLine],
    erp: Erp,
    left: Deliveries,
    *,
    strict: bool = True,
) -> list[Slice]:
    """Spread units of an RMA line over delivered moves, its own returns first, then the oldest delivery.

    Not `strict` gives what there is instead of refusing.

    Raises:
        Refusal: nothing of it was delivered, or less is left than is to come back, or a lot was never delivered.

    """
    slices: list[Slice] = []
    need, available = quantity, ZERO
    for order_line in order_lines:
        by_product = delivered_moves(order_line, erp)
        ratios = {p: factor(order_line, p, erp) for p in by_product}
        if not by_product or not all(ratios.values()):
            continue
        most = min(sum(left.left(m) for m in moves) / ratios[p] for p, moves in by_product.items())
        available += most
        part = min(need, max(most, ZERO))
        for product_id, moves in by_product.items():
            slices += _spread(line, order_line, moves, part, ratios[product_id], erp, left)
        need -= part
    if need > 0 and strict:
        raise Refusal(_short(line, quantity, order_lines, available, erp))
    left.take(slices)
    return slices


def _spread(
    line: RmaLine,
    order_line: OrderLine,
    moves: list[Move],
    quantity: Decimal,
    ratio: Decimal,
    erp: Erp,
    left: Deliveries,
) -> list[Slice]:
    need = quantity * ratio
    room = {m.id: left.left(m) for m in moves}
    found: list[Slice] = []

    def take(move: Move, most: Decimal, lot_id: int = 0) -> Decimal:
        part = min(most, room[move.id])
        if part <= 0:
            return ZERO
        room[move.id] -= part
        found.append(Slice(line.id, order_line.id, move.id, move.product_id, part, ratio, lot_id))
        return part

    ordered = left.ordered_moves(moves)
    if erp.products[moves[0].product_id].tracking != "none":
        for lot in line.lots:
            wanted = rest = min(lot.quantity, need)
            for move in ordered:
                for lot_id in (x for x in move.lots if erp.lots.get(x) == lot.name):
                    rest -= take(move, min(rest, left.lot_left(move, lot_id)), lot_id)
            if rest > 0:
                raise Refusal(_unknown_lot(line, lot.name, wanted, rest))
            need -= wanted
    for move in ordered:
        need -= take(move, need)
    return found


def _unknown_lot(line: RmaLine, lot: str, wanted: Decimal, short: Decimal) -> Issue:
    return Issue(
        "unknown_lot",
        f"Lot or serial {lot} of {line.sku or line.barcode}: {plain(wanted)} to come back, but "
        f"{plain(wanted - short)} of it were delivered on this order and are not back yet.",
        "Correct the lot or serial number at the source.",
        f"lines.{line.id}.lots",
        {"lot": lot, "wanted": plain(wanted), "short": plain(short)},
    )


def _short(
    line: RmaLine, quantity: Decimal, order_lines: list[OrderLine], available: Decimal, erp: Erp
) -> Issue:
    delivered = ZERO
    for order_line in order_lines:
        by_product = delivered_moves(order_line, erp)
        units = [sum(m.done for m in ms) / (factor(order_line, p, erp) or 1) for p, ms in by_product.items()]
        delivered += Decimal(min(units, default=ZERO))
    ordered = sum((x.ordered for x in order_lines), ZERO)
    numbers = {
        "wanted": plain(quantity),
        "ordered": plain(ordered),
        "delivered": plain(delivered),
        "left": plain(max(available, ZERO)),
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
    left = (
        ""
        if available >= delivered
        else f", and only {numbers['left']} of them are not back or on their way yet"
    )
    return Issue(
        "over_return",
        f"{plain(quantity)} × {what} to come back, but {plain(delivered)} were delivered{left}.",
        "Lower the quantity at the source, or check the other returns of the order.",
        f"lines.{line.id}.requested",
        numbers,
    )


def arrived(slices: list[Slice], line: RmaLine, received: Decimal) -> list[Slice]:
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
        need |= {(order_line_id, s.product_id): part * s.factor for s in own}
    for part_slice in slices:
        key = (part_slice.order_line_id, part_slice.product_id)
        quantity = min(need[key], part_slice.quantity)
        if quantity > 0:
            need[key] -= quantity
            found.append(
                Slice(
                    line.id,
                    part_slice.order_line_id,
                    part_slice.move_id,
                    part_slice.product_id,
                    quantity,
                    part_slice.factor,
                    part_slice.lot_id,
                )
            )
    return found


class Invoices:
    """What can still be credited, invoice line by invoice line."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._taken: dict[int, Decimal] = {}

    def lines_for(self, order_line_ids: Iterable[int]) -> list[InvoiceLine]:
        """Give the posted invoice lines of order lines, the oldest invoice first."""
        wanted = set(order_line_ids)
        return [x for x in self.posted() if wanted & set(x.order_line_ids)]

    def posted(self) -> list[InvoiceLine]:
        """Give all lines of posted invoices, the oldest invoice first."""
        invoices = self._erp.invoices
        found = [
            x
            for x in self._erp.invoice_lines.values()
            if not invoices[x.invoice_id].is_credit and invoices[x.invoice_id].state == "posted"
        ]
        return sorted(found, key=lambda x: (str(invoices[x.invoice_id].date), x.invoice_id, x.id))

    def left(self, line: InvoiceLine) -> Decimal:
        """Units of an invoice line not yet credited by anyone, drafts counted."""
        return line.quantity - sum(self._credited(line), ZERO) - self._taken.get(line.id, ZERO)

    def _credited(self, line: InvoiceLine) -> Iterable[Decimal]:
        for other in self._erp.invoice_lines.values():
            note = self._erp.invoices[other.invoice_id]
            if not note.is_credit or note.state == CANCELED or note.reversed_id != line.invoice_id:
                continue
            if other.key and other.key.parts[-3:-2] == (ITEM,):
                if other.key.parts[-1] == str(line.id):
                    yield other.quantity
            elif other.product_id and self._first_match(other) == line.id:
                yield other.quantity

    def _first_match(self, credit: InvoiceLine) -> int:
        """Say which line of the reversed invoice a person's credit line goes against: same sale line, best price."""
        reversed_id = self._erp.invoices[credit.invoice_id].reversed_id
        same = [
            x
            for x in self._erp.invoice_lines.values()
            if x.invoice_id == reversed_id
            and x.product_id == credit.product_id
            and (not credit.order_line_ids or set(credit.order_line_ids) & set(x.order_line_ids))
        ]
        same.sort(key=lambda x: (x.price_unit != credit.price_unit, x.id))
        return same[0].id if same else 0

    def take(self, shares: Iterable[Share]) -> None:
        """Count shares as credited for the next RMA of the same batch."""
        for share in shares:
            self._taken[share.invoice_line.id] = self._taken.get(share.invoice_line.id, ZERO) + share.quantity

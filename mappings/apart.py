"""Cut what was observed for a batch into what belongs together: returns that share an order, and what hangs on it.

Each return is compared with all that was observed; the less that is, the quicker. Nothing is lost by it, for returns of
different orders do not concern each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma

Name = tuple[str, str]


def apart(
    rmas: Sequence[Rma], erp: Erp, decisions: Mapping[Name, Decisions]
) -> Iterator[tuple[list[Rma], Erp]]:
    """Give groups of returns, each in its order, with the orders, transfers and invoices that may concern them."""
    index = _Index(erp)
    groups: dict[int, set[int]] = {}
    members: dict[int, list[Rma]] = {}
    of_order: dict[int, int] = {}
    for number, rma in enumerate(rmas):
        decided = decisions.get((rma.source, rma.id), Decisions())
        orders = index.orders_of(rma, decided)
        joined = sorted({of_order[o] for o in orders if o in of_order})
        group = joined[0] if joined else number
        groups.setdefault(group, set()).update(orders)
        members.setdefault(group, []).append(rma)
        for other in joined[1:]:
            groups[group] |= groups.pop(other)
            members[group] += members.pop(other)
        of_order |= dict.fromkeys(groups[group], group)
    place = {(r.source, r.id): n for n, r in enumerate(rmas)}
    for group, own in members.items():
        yield sorted(own, key=lambda r: place[r.source, r.id]), index.part(groups[group])


T = TypeVar("T")


def _by(rows: Mapping[int, T], owner: Callable[[T], int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for i, row in rows.items():
        found[owner(row)].add(i)
    return found


class _Index:
    """What hangs on each order, indexed once for a batch."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._named: dict[str, set[int]] = defaultdict(set)
        for order in erp.orders.values():
            for name in (order.name, *order.references.values()):
                self._named[name].add(order.id)
        lines = {x.id: x.order_id for x in erp.order_lines.values()}
        self._lines = _by(erp.order_lines, lambda x: x.order_id)
        moves = {
            m.id: lines.get(m.order_line_id) or self._order_of_origin(m.origin_move_id, lines)
            for m in erp.moves.values()
        }
        self._moves: dict[int, set[int]] = defaultdict(set)
        self._pickings: dict[int, set[int]] = defaultdict(set)
        for i, order_id in moves.items():
            self._moves[order_id].add(i)
            self._pickings[order_id].add(erp.moves[i].picking_id)
        self._invoices: dict[int, set[int]] = defaultdict(set)
        for x in erp.invoice_lines.values():
            for own in {lines[o] for o in x.order_line_ids if o in lines}:
                self._invoices[own].add(x.invoice_id)
        self._reversals: dict[int, set[int]] = defaultdict(set)
        for invoice in erp.invoices.values():
            if invoice.reversed_id:
                self._reversals[invoice.reversed_id].add(invoice.id)
        for order_id, ids in self._invoices.items():
            for i in ids:
                self._named[f"invoice {erp.invoices[i].name}"].add(order_id)
        self._invoice_lines = _by(erp.invoice_lines, lambda x: x.invoice_id)

    def _order_of_origin(self, move_id: int, lines: Mapping[int, int]) -> int:
        seen = set[int]()
        while move_id in self._erp.moves and move_id not in seen:
            seen.add(move_id)
            move = self._erp.moves[move_id]
            if move.order_line_id in lines:
                return lines[move.order_line_id]
            move_id = move.origin_move_id
        return 0

    def orders_of(self, rma: Rma, decided: Decisions) -> set[int]:
        """Give the orders that a return may be about."""
        names = [*rma.order.references, decided.order or "", f"invoice {rma.order.invoice}"]
        return {o for name in names if name for o in self._named.get(name, ())}

    def part(self, orders: set[int]) -> Erp:
        """Give what hangs on these orders."""
        erp = self._erp
        lines = {i for o in orders for i in self._lines.get(o, ())}
        moves = {i for o in orders for i in self._moves.get(o, ())}
        pickings = {i for o in orders for i in self._pickings.get(o, ())}
        invoices = {i for o in orders for i in self._invoices.get(o, ())}
        last = set[int]()
        while invoices != last:  # credit notes of invoices, and debit notes of those
            last = set(invoices)
            invoices |= {n for i in last for n in self._reversals.get(i, ())}
        of_them = {x for i in invoices for x in self._invoice_lines.get(i, ())}
        return replace(
            erp,
            orders={i: erp.orders[i] for i in sorted(orders)},
            order_lines={i: erp.order_lines[i] for i in sorted(lines)},
            moves={i: erp.moves[i] for i in sorted(moves)},
            pickings={i: erp.pickings[i] for i in sorted(pickings) if i in erp.pickings},
            invoices={i: erp.invoices[i] for i in sorted(invoices)},
            invoice_lines={i: erp.invoice_lines[i] for i in sorted(of_them)},
        )

"""Which old goods new ones stand for, and so which lines of an RMA are credited, and which are not.

New goods that are charged need the credit for the old ones, whoever reports a refund or not. New goods at no charge
take the place of the old ones: the sale of those stands, and crediting them would give the customer both.
"""

from dataclasses import dataclass

from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.exchange_rules import ExchangeRules
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.rma_line import ExchangeLine, RmaLine
from odoo_rma.mappings.seen.exchange import CANCELED, NewOrder, NewOrderLine
from odoo_rma.mappings.vocabulary import RefundState, Resolution

EXCHANGE = "exchange"
LINE = "line"
SWAPS = frozenset({Resolution.EXCHANGE, Resolution.REPLACEMENT})
_PAYING = (RefundState.SUCCEEDED, RefundState.PENDING)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Ids of RMA lines: `charged` are credited when they arrive, `free` are not credited."""

    charged: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()


def exchanged(rma: Rma, erp: Erp, rules: ExchangeRules) -> Exchanged:
    """Tell which lines come back for new goods; those that a refund names are credited by that refund."""
    if not rma.exchange_lines:
        return Exchanged()
    refunded = {p.line for r in rma.refunds if r.state in _PAYING for p in r.lines}
    charged, free = set[str](), set[str]()
    for new in rma.exchange_lines:
        kind = free if is_free(new, rma, erp, rules) else charged
        kind |= {x.id for x in old_lines(new, rma)}
    kept = {x.id for x in rma.lines if not x.physical}
    return Exchanged(frozenset(charged - refunded - kept), frozenset(free - charged - refunded))


def old_lines(new: ExchangeLine, rma: Rma) -> list[RmaLine]:
    """Give the lines that new goods stand for: those named, else those to be exchanged, else all."""
    if new.replaces:
        return [x for x in rma.lines if x.id in new.replaces]
    return [x for x in rma.lines if x.resolution in SWAPS] or list(rma.lines)


def is_replacement(new: ExchangeLine, rma: Rma) -> bool:
    """Tell whether new goods replace faulty ones."""
    old = old_lines(new, rma)
    return bool(old) and all(x.resolution is Resolution.REPLACEMENT for x in old)


def in_advance(new: ExchangeLine, rules: ExchangeRules) -> bool:
    """Tell whether new goods are sent before the old ones are back."""
    return new.advance or rules.before_receipt


def is_free(new: ExchangeLine, rma: Rma, erp: Erp, rules: ExchangeRules) -> bool:
    """Tell whether new goods cost nothing: as their order says; else by the source's price; else by rule.

    A replacement is free once the faulty goods are here. In advance it is charged, and credited when they come back:
    the customer has both in the meantime.
    """
    placed = placed_line(new, rma, erp)
    if placed:
        return placed.price_unit == 0
    if new.unit_price is not None:
        return new.unit_price == 0
    return is_replacement(new, rma) and not in_advance(new, rules)


def placed_line(new: ExchangeLine, rma: Rma, erp: Erp) -> NewOrderLine | None:
    """Find the line of an order in Odoo that new goods go out on."""
    seen = erp.exchanges
    orders = {o.id for o in own_orders(rma, erp) if o.state != CANCELED}
    named = {o.id for o in named_orders(new, rma, erp)} if new.order else set()
    for line in seen.lines.values():
        if line.order_id in orders and line.key and line.key.parts[-2:] == (LINE, new.id):
            return line
        if line.order_id in named and seen.articles[line.product_id].sku == new.sku:
            return line
    return None


def own_orders(rma: Rma, erp: Erp) -> list[NewOrder]:
    """Give the exchange orders made under the keys of an RMA, the oldest first."""
    found = [o for o in erp.exchanges.orders.values() if o.key and _ours(o.key, rma)]
    return sorted(found, key=lambda o: o.id)


def named_orders(new: ExchangeLine, rma: Rma, erp: Erp) -> list[NewOrder]:
    """Give the orders that the source made itself for new goods: those that carry the reference it gives."""
    every = (o for o in erp.exchanges.orders.values() if new.order in o.references)
    return sorted((o for o in every if not (o.key and _ours(o.key, rma))), key=lambda o: o.id)


def _ours(key: Key, rma: Rma) -> bool:
    return key.of == (rma.source, rma.id, EXCHANGE)

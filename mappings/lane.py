"""Divide returns into lanes that may be worked on side by side: those of one order are always in the same.

Where an order is concerned, its lane comes from the order as Odoo holds it, whatever references led to it. Before that
is known, and where no order fits, it comes from what the return itself says; nothing is written then.
"""

import zlib

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp, Order
from odoo_rma.mappings.issues import Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.order import find_order


def expected_home(rma: Rma) -> int:
    """Give where a return belongs by what it says itself: a number that stays, whatever the number of lanes."""
    return _number((*rma.order.references, rma.order.invoice or rma.id)[0])


def home(rma: Rma, erp: Erp, decisions: Decisions) -> int:
    """Give where a return belongs by what Odoo holds: by its order, where that is certain."""
    try:
        return _number(_name(find_order(rma, erp, decisions)))
    except Refusal:
        return expected_home(rma)


def _name(order: Order) -> str:
    # The reference of the shop, as a rule, so that returns are expected where they belong.
    return next(filter(None, order.references.values()), order.name)


def _number(text: str) -> int:
    return zlib.crc32(text.encode())

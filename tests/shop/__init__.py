"""A shop in memory: what Odoo holds, as the comparison sees it, and what a plan turns it into."""

from shop.build import D, Shop, rma
from shop.look import BY_ODOO, BY_SOURCE, carry_out, codes, look
from shop.obey import obey

__all__ = ["BY_ODOO", "BY_SOURCE", "D", "Shop", "carry_out", "codes", "look", "obey", "rma"]

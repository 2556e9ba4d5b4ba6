"""Payments and gift cards that settle credit notes, as Odoo holds them."""

from dataclasses import dataclass

from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Payments(Seen):
    """Payments and gift cards that settle credit notes."""

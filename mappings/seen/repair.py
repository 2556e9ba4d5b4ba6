"""Scraps and repair orders of what came back, as Odoo holds them."""

from dataclasses import dataclass

from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Repairs(Seen):
    """Scraps and repair orders of what came back."""

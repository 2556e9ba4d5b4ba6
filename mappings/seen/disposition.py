"""Transfers that put away what came back, as Odoo holds them."""

from dataclasses import dataclass

from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Disposed(Seen):
    """Transfers that put away what came back."""

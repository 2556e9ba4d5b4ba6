"""What customers were told, as Odoo holds them."""

from dataclasses import dataclass

from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Told(Seen):
    """What customers were told."""

"""What a decision on a requested return depends on, and what was decided before, as Odoo holds it."""

from dataclasses import dataclass

from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Requests(Seen):
    """Facts about requested returns."""

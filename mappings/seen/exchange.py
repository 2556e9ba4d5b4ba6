"""New goods that go out for old ones, as Odoo holds them."""

from dataclasses import dataclass

from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Exchanges(Seen):
    """New goods that go out for old ones."""

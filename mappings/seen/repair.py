"""Repair orders of what came back, as Odoo holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.seen.base import Seen

CONFIRMED, UNDER_REPAIR = "confirmed", "under_repair"


@dataclass(frozen=True, slots=True)
class Repair:
    """`repair.order` of ours; `state` is draft, confirmed, under_repair, done or cancel in every version.

    `moved_to` is where a finished repair put the goods, 0 where they stayed in place. `withdrawn` means that we canceled it, because
    nothing is to be repaired any more; else a person did. The key's first parts are the RMA line and the lot's id.
    """

    id: int
    name: str
    state: str
    product_id: int
    lot_id: int
    quantity: Decimal
    moved_to: int
    key: Key
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Repairs(Seen):
    """Repair orders by id; `offered` is False where Odoo has no module for them."""

    repairs: Mapping[int, Repair] = field(default_factory=dict)
    offered: bool = True

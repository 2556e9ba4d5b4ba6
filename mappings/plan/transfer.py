"""What return transfers and those that send goods back have in common: they return what another transfer moved."""

from dataclasses import dataclass
from typing import ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan.step import Step


@dataclass(frozen=True, slots=True)
class NewMove:
    """Units that are returned against the move that brought them; `lot_id` is 0 where the lot is not known yet."""

    key: Key
    origin_move_id: int
    product_id: int
    uom_id: int
    order_line_id: int
    group_ids: tuple[int, ...]
    quantity: Decimal
    kit_line_id: int = 0
    lot_id: int = 0


@dataclass(frozen=True, slots=True)
class NewTransfer(Step):
    """Make one transfer that returns goods of the transfer `returned_id`."""

    makes: ClassVar[str] = "stock.picking"
    key: Key
    returned_id: int
    partner_id: int
    type_id: int
    location_id: int
    destination_id: int
    origin: str
    moves: tuple[NewMove, ...]

"""Steps that concern goods that are repaired, and goods that go back to the customer."""

from dataclasses import dataclass
from typing import ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.plan.step import CarryOn, Step, units
from odoo_rma.mappings.plan.transfer import NewTransfer


@dataclass(frozen=True, slots=True)
class MakeRepair(Step):
    """Make a repair order for units of one lot (0: none) that came with a return transfer."""

    makes: ClassVar[str] = "repair.order"
    key: Key
    partner_id: int
    product_id: int
    uom_id: int
    quantity: Decimal
    lot_id: int
    location_id: int
    picking_id: int

    def __str__(self) -> str:
        return f"repair order for {units([self.quantity])}"


@dataclass(frozen=True, slots=True)
class ConfirmRepair(CarryOn):
    """Make a drafted repair order ready for the workshop."""

    def __str__(self) -> str:
        return "repair order made ready"


@dataclass(frozen=True, slots=True)
class CancelRepair(Step):
    """Cancel a repair order that nobody has begun: nothing is to be repaired any more."""

    repair_id: int
    name: str

    def __str__(self) -> str:
        return f"repair order {self.name} canceled"


@dataclass(frozen=True, slots=True)
class MakeSendBack(NewTransfer):
    """Make a transfer by which goods of a return transfer go back to the customer, each of the lot that came."""

    def __str__(self) -> str:
        return f"transfer of {units(m.quantity for m in self.moves)} back to the customer"


@dataclass(frozen=True, slots=True)
class ReadySendBack(CarryOn):
    """Reserve the goods, so that the warehouse can send them."""

    def __str__(self) -> str:
        return "transfer to the customer made ready"


@dataclass(frozen=True, slots=True)
class PickLot(Step):
    """Reserve the very lot that is to go back, where Odoo has reserved another one."""

    move_id: int
    quantity: Decimal
    lot_id: int
    lot: str

    def __str__(self) -> str:
        return f"{plain(self.quantity)} of {self.lot} reserved for the customer"

"""Steps that concern what becomes of goods that came back."""

from dataclasses import dataclass
from typing import ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.plan.step import CarryOn, Step, units


@dataclass(frozen=True, slots=True)
class PutAwayMove:
    """Units of one product on their way; `lots` counts them per lot id, empty where they have none."""

    key: Key
    product_id: int
    uom_id: int
    quantity: Decimal
    lots: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class MakePutAway(Step):
    """Make a transfer of goods that came back; `origin` says what it is for and finds it again."""

    makes: ClassVar[str] = "stock.picking"
    key: Key
    type_id: int
    location_id: int
    destination_id: int
    origin: str
    words: str
    moves: tuple[PutAwayMove, ...]

    def __str__(self) -> str:
        return f"{units(m.quantity for m in self.moves)} {self.words}"


@dataclass(frozen=True, slots=True)
class ValidatePutAway(CarryOn):
    """Carry the transfer out: all its units, with their lots."""

    moves: tuple[PutAwayMove, ...]

    def __str__(self) -> str:
        return f"transfer of {units(m.quantity for m in self.moves)} validated"


@dataclass(frozen=True, slots=True)
class ExpectOnward(Step):
    """Lower what the next step of a reception expects: the rest went elsewhere."""

    move_id: int
    quantity: Decimal

    def __str__(self) -> str:
        return f"{units([self.quantity])} expected by the next step of the reception"


@dataclass(frozen=True, slots=True)
class CancelOnward(Step):
    """Cancel a transfer inside the warehouse: nothing is left for it to move."""

    picking_id: int
    name: str

    def __str__(self) -> str:
        return f"transfer {self.name} canceled: its goods went elsewhere"


@dataclass(frozen=True, slots=True)
class MakeScrap(Step):
    """Write units of one lot (0: none) off, as a draft; `picking_id` is the return they came with, 0 where unsaid."""

    makes: ClassVar[str] = "stock.scrap"
    key: Key
    picking_id: int
    product_id: int
    uom_id: int
    quantity: Decimal
    lot_id: int
    location_id: int
    scrap_location_id: int
    origin: str

    def __str__(self) -> str:
        return f"{plain(self.quantity)} scrapped"


@dataclass(frozen=True, slots=True)
class ValidateScrap(CarryOn):
    """Take scrapped goods out of stock."""

    def __str__(self) -> str:
        return "scrap validated"

"""Steps that concern goods: return transfers."""

from dataclasses import dataclass

from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan.step import CarryOn, Ref, Step, units
from odoo_rma.mappings.plan.transfer import NewTransfer


@dataclass(frozen=True, slots=True)
class MakeTransfer(NewTransfer):
    """Make one return transfer for one delivery."""

    delivery: str

    def __str__(self) -> str:
        return f"return transfer for {units(m.quantity for m in self.moves)} of {self.delivery}"


@dataclass(frozen=True, slots=True)
class TakeBackOut(MakeTransfer):
    """Make one transfer that takes out of stock again what was validated and had not come; `delivery` brought it."""

    def __str__(self) -> str:
        return f"{units(m.quantity for m in self.moves)} of {self.delivery} taken out of stock again"


@dataclass(frozen=True, slots=True)
class ConfirmTransfer(CarryOn):
    """Make a draft transfer ready for the warehouse."""

    def __str__(self) -> str:
        return "transfer made ready"


@dataclass(frozen=True, slots=True)
class ChangeDemand(Step):
    """Expect another quantity on a pending move."""

    move_id: int
    quantity: Decimal

    def __str__(self) -> str:
        return f"{units([self.quantity])} expected on the pending transfer"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units that have arrived against one delivered move; `lots` by lot id."""

    origin_move_id: int
    product_id: int
    quantity: Decimal
    whole: bool
    lots: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Receive(Step):
    """Validate what has arrived. `whole`: the transfer is received completely; `backorder`: the rest still comes."""

    ref: Ref
    arrivals: tuple[Arrival, ...]
    whole: bool
    backorder: bool

    def __str__(self) -> str:
        rest = "" if self.whole else (", the rest stays open" if self.backorder else ", the rest is closed")
        return f"{units(a.quantity for a in self.arrivals)} received{rest}"


@dataclass(frozen=True, slots=True)
class SendOut(Receive):
    """Validate a transfer that takes goods out of stock again."""

    @property
    def goes_without_saying(self) -> bool:
        """It always follows on the making."""
        return True


@dataclass(frozen=True, slots=True)
class CancelTransfer(Step):
    """Cancel a pending transfer: nothing more will come."""

    picking_id: int
    name: str

    def __str__(self) -> str:
        return f"transfer {self.name} canceled"

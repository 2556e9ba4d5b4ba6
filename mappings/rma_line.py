"""The lines of an RMA: what comes back, what was found when it was opened, and what goes out instead."""

from typing import Self

from pydantic import Field, model_validator

from odoo_rma.mappings.field_types import Name, PositiveQuantity, Record, Text, When
from odoo_rma.mappings.money import ZERO, Amount, Decimal, Quantity
from odoo_rma.mappings.vocabulary import Condition, Disposition, ReasonCode, Resolution


class Reason(Record):
    """Why a line comes back."""

    code: ReasonCode = Field(ReasonCode.UNKNOWN, description="Canonical reason.")
    raw: Text | None = Field(None, description="What the source calls it.")
    comment: Text | None = Field(None, description="The customer's own words.")
    photos: tuple[Name, ...] = Field((), description="Addresses of photos.")


class LotQuantity(Record):
    """Units of one lot, or one serial number."""

    name: Name = Field(description="Lot or serial number as printed on the goods.")
    quantity: PositiveQuantity = Field(Decimal(1), description="Units of this lot; 1 for a serial number.")


class Inspection(Record):
    """What somebody saw when the goods were opened."""

    id: Name | None = Field(None, description="The inspection's id at the source.")
    quantity: PositiveQuantity = Field(description="Units in this condition.")
    condition: Condition = Field(description="What they look like.")
    disposition: Disposition | None = Field(
        None, description="What is to become of them; by the rules in the settings when left out."
    )
    sku: Name | None = Field(
        None, description="What really came, where the condition is `wrong_item`; else the line's article."
    )
    lots: tuple[LotQuantity, ...] = Field((), description="Which lots or serials.")
    notes: Text | None = Field(None, description="What the inspector wrote.")
    inspector: Name | None = Field(None, description="Who looked.")
    at: When | None = Field(None, description="When.")
    photos: tuple[Name, ...] = Field((), description="Addresses of photos.")
    location: Name | None = Field(None, description="Where, in the source's words.")


class RmaLine(Record):
    """One article that comes back. Quantities are cumulative, in the order line's unit of measure."""

    id: Name = Field(description="The line's id at the source; unique within the RMA.")
    sku: Name | None = Field(None, description="Article number (`default_code` in Odoo).")
    barcode: Name | None = Field(None, description="Barcode, where there is no SKU.")
    order_line: Name | None = Field(None, description="The order line's id at the source.")
    title: Text | None = Field(None, description="What the source calls the article.")
    requested: PositiveQuantity = Field(description="Units the customer asked to return.")
    authorized: Quantity | None = Field(
        None, description="Units the shop allowed; as requested when left out."
    )
    received: Quantity = Field(ZERO, description="Units that have arrived so far, cumulative.")
    lots: tuple[LotQuantity, ...] = Field((), description="Lots or serials that come back.")
    reason: Reason = Field(Reason(), description="Why.")
    condition: Condition | None = Field(
        None, description="What they look like, in the customer's own words; the return policy goes by it."
    )
    resolution: Resolution = Field(Resolution.REFUND, description="What the customer wants for it.")
    physical: bool = Field(True, description="False: keep the item, nothing comes back.")
    unit_price: Amount | None = Field(None, description="Unit price the source knows; informative.")
    inspections: tuple[Inspection, ...] = Field((), description="What was found on arrival.")

    @property
    def allowed(self) -> Decimal:
        """Units that may come back."""
        return self.requested if self.authorized is None else self.authorized

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if not (self.sku or self.barcode):
            raise ValueError("needs a sku or a barcode")
        if self.allowed > self.requested:
            raise ValueError(f"authorized {self.allowed} is more than requested {self.requested}")
        if self.received > self.allowed:
            raise ValueError(f"received {self.received} is more than authorized {self.allowed}")
        if sum((lot.quantity for lot in self.lots), ZERO) > self.requested:
            raise ValueError("the lots add up to more than was requested")
        return self


class ExchangeLine(Record):
    """What the customer gets instead."""

    id: Name = Field(description="The line's id at the source.")
    sku: Name = Field(description="Article number of the new goods.")
    quantity: PositiveQuantity = Field(description="Units.")
    unit_price: Amount | None = Field(
        None,
        description="Unit price of the new goods, with or without tax as that of the old ones was; by the settings "
        "when left out. 0: they take the place of the old ones, which are not credited.",
    )
    replaces: tuple[Name, ...] = Field(
        (),
        description="Ids of the RMA lines it stands for; when left out, those to be exchanged or replaced, else all.",
    )
    advance: bool = Field(False, description="True: sent before the old goods are back.")
    order: Name | None = Field(None, description="The new order's reference, where the source made one.")

"""Steps that concern new goods for old ones."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import CENT, Decimal, plain
from odoo_rma.mappings.plan.step import Ref, Step
from odoo_rma.mappings.seen.exchange import NewOrder, NewOrderLine, Terms


def _amount(value: Decimal) -> str:
    return str(value.quantize(CENT) if value == value.quantize(CENT) else value)


@dataclass(frozen=True, slots=True)
class NewGoods:
    """A line of an exchange order. Price, discount (percent) and taxes are Odoo's to find where they are None."""

    key: Key
    product_id: int
    sku: str
    quantity: Decimal
    price_unit: Decimal | None = None
    discount: Decimal | None = None
    tax_ids: tuple[int, ...] | None = None

    def __str__(self) -> str:
        price = "by the price list" if self.price_unit is None else f"at {_amount(self.price_unit)}"
        return f"{plain(self.quantity)} × {self.sku} {price}"


@dataclass(frozen=True, slots=True)
class MakeExchangeOrder(Step):
    """Make a quotation over new goods, on the terms of the original order; `label` names the RMA on it."""

    makes: ClassVar[str] = "sale.order"
    key: Key
    label: str
    partner_id: int
    shipping_partner_id: int
    invoice_partner_id: int
    currency: str
    terms: Terms
    lines: tuple[NewGoods, ...]

    def __str__(self) -> str:
        return f"exchange order over {', '.join(map(str, self.lines))}"


@dataclass(frozen=True, slots=True)
class ConfirmExchangeOrder(Step):
    """Confirm an exchange order, so that its delivery waits for the warehouse."""

    ref: Ref

    @property
    def goes_without_saying(self) -> bool:
        """It always follows on the making."""
        return True

    def __str__(self) -> str:
        return "exchange order confirmed"


@dataclass(frozen=True, slots=True)
class CancelExchangeOrder(Step):
    """Cancel an exchange order of which nothing was sent."""

    order_id: int
    name: str

    def __str__(self) -> str:
        return f"exchange order {self.name} canceled"


@dataclass(frozen=True, slots=True)
class MakeExchangeInvoice(Step):
    """Make the draft invoice of what was sent: the lines of the order, in the quantities given with them."""

    makes: ClassVar[str] = "account.move"
    key: Key
    order: NewOrder
    day: date
    label: str
    lines: tuple[tuple[NewOrderLine, Decimal], ...]

    def __str__(self) -> str:
        return f"invoice for exchange order {self.order.name}"


@dataclass(frozen=True, slots=True)
class PostExchangeInvoice(Step):
    """Post the invoice of an exchange order."""

    ref: Ref

    @property
    def goes_without_saying(self) -> bool:
        """It always follows on the making."""
        return True

    def __str__(self) -> str:
        return "exchange invoice posted"


@dataclass(frozen=True, slots=True)
class OffsetExchange(Step):
    """Settle the open invoice of an exchange with open credit notes."""

    invoice_id: int
    name: str
    note_ids: tuple[int, ...]

    def __str__(self) -> str:
        return f"credit offset against exchange invoice {self.name}"

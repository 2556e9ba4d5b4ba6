"""New goods that go out for old ones, as Odoo holds them: orders, their deliveries and invoices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.seen.base import Seen

DONE, CANCELED = "done", "cancel"


@dataclass(frozen=True, slots=True)
class Article:
    """`product.product` that goes out or comes back; `tax_ids` are its own sale taxes, `price` its list price."""

    id: int
    sku: str
    service: bool
    uom_id: int
    tax_ids: frozenset[int]
    price: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What a new order takes over from the original one (ids; 0 is none)."""

    pricelist_id: int = 0
    warehouse_id: int = 0
    fiscal_position_id: int = 0
    payment_term_id: int = 0


@dataclass(frozen=True, slots=True)
class NewOrder:
    """`sale.order` of new goods, ours (`key`) or the source's; `references` are the names it is known by."""

    id: int
    name: str
    references: tuple[str, ...]
    state: str
    currency: str
    partner_id: int
    shipping_partner_id: int
    invoice_partner_id: int
    terms: Terms
    key: Key | None

    @property
    def confirmed(self) -> bool:
        """Tell whether its goods are to be sent."""
        return self.state in ("sale", "done")


@dataclass(frozen=True, slots=True)
class NewOrderLine:
    """`sale.order.line` of a new order; `ordered` and `delivered` in its unit of measure."""

    id: int
    order_id: int
    product_id: int
    uom_id: int
    name: str
    ordered: Decimal
    delivered: Decimal
    price_unit: Decimal
    discount: Decimal
    tax_ids: tuple[int, ...]
    key: Key | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """`stock.picking` to the customer; `at` is when it left, `tracking` the carrier's number where there is one."""

    id: int
    order_id: int
    name: str
    state: str
    at: datetime | None
    tracking: str

    @property
    def pending(self) -> bool:
        """Tell whether it still waits."""
        return self.state not in (DONE, CANCELED)


@dataclass(frozen=True, slots=True)
class Bill:
    """`account.move`: an invoice of a new order; a draft that was `posted_before` was reset by hand."""

    id: int
    order_id: int
    name: str
    state: str
    payment_state: str
    currency: str
    total: Decimal
    residual: Decimal
    key: Key | None
    posted_before: bool = False


@dataclass(frozen=True, slots=True)
class Exchanges(Seen):
    """New orders by id, with all that hangs on them; `terms` are those of the original orders."""

    articles: Mapping[int, Article] = field(default_factory=dict)
    terms: Mapping[int, Terms] = field(default_factory=dict)
    orders: Mapping[int, NewOrder] = field(default_factory=dict)
    lines: Mapping[int, NewOrderLine] = field(default_factory=dict)
    deliveries: Mapping[int, Delivery] = field(default_factory=dict)
    bills: Mapping[int, Bill] = field(default_factory=dict)

    def lines_of(self, order: NewOrder) -> list[NewOrderLine]:
        """Give the lines of a new order."""
        return sorted((x for x in self.lines.values() if x.order_id == order.id), key=lambda x: x.id)

    def deliveries_of(self, order: NewOrder) -> list[Delivery]:
        """Give the deliveries of a new order."""
        return sorted((d for d in self.deliveries.values() if d.order_id == order.id), key=lambda d: d.id)

    def bills_of(self, order: NewOrder) -> Iterator[Bill]:
        """Give the invoices of a new order."""
        return (b for b in self.bills.values() if b.order_id == order.id)

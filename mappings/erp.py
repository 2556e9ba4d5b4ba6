"""What Odoo holds for a batch of RMAs, as plain data: the ERP side of the comparison.

`sync/observe.py` reads it in a few calls; nothing here knows how. Quantities of moves are in the move's unit of
measure, quantities of order and invoice lines in the line's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import CENT, ZERO, Decimal, minor_unit
from odoo_rma.mappings.seen.crm import Crm
from odoo_rma.mappings.seen.disposition import Disposed
from odoo_rma.mappings.seen.exchange import Exchanges
from odoo_rma.mappings.seen.message import Told
from odoo_rma.mappings.seen.payment import Payments
from odoo_rma.mappings.seen.repair import Repairs
from odoo_rma.mappings.seen.request import Requests

DONE, CANCELED, DRAFT = "done", "cancel", "draft"
Day = date
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Product:
    """`product.product`; `tracking` is none, lot or serial."""

    id: int
    sku: str
    barcode: str
    tracking: str
    service: bool


@dataclass(frozen=True, slots=True)
class Partner:
    """`res.partner`, archived or not; `values` holds the fields a sync may fill where they are empty; `lang` such as zh_CN."""

    id: int
    name: str
    email: str
    vat: str
    ref: str
    commercial_id: int
    values: Mapping[str, Any]
    key: Key | None
    active: bool = True
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """`sale.order`; `references` maps field names to what they hold; only state `sale` (or `done`) is confirmed."""

    id: int
    name: str
    references: Mapping[str, str]
    state: str
    currency: str
    company_id: int
    partner_id: int
    shipping_partner_id: int
    invoice_partner_id: int

    @property
    def confirmed(self) -> bool:
        """Tell whether goods of it can have been sold."""
        return self.state in ("sale", "done")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`sale.order.line`; a kit's line has moves of other products."""

    id: int
    order_id: int
    product_id: int
    ordered: Decimal
    price_unit: Decimal
    discount: Decimal
    uom_id: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """`stock.move`, out to the customer (`outgoing`) or back from there.

    `lots` counts units per lot; `kit_line_id` is the line of the kit's bill of materials that the move is part of.
    """

    id: int
    picking_id: int
    product_id: int
    order_line_id: int
    origin_move_id: int
    state: str
    demand: Decimal
    done: Decimal
    uom_id: int
    outgoing: bool
    location_id: int
    destination_id: int
    group_ids: tuple[int, ...]
    lots: Mapping[int, Decimal] = field(default_factory=dict)
    kit_line_id: int = 0

    @property
    def claimed(self) -> Decimal:
        """Units a return move takes from its delivery: what is done, or what is still expected."""
        if self.state == CANCELED:
            return ZERO
        return self.done if self.state == DONE else self.demand


@dataclass(frozen=True, slots=True)
class PickingType:
    """`stock.picking.type`: an operation type."""

    id: int
    code: str
    return_type_id: int
    destination_id: int


@dataclass(frozen=True, slots=True)
class Picking:
    """`stock.picking`: a transfer. `key` is ours when we made it.

    `withdrawn` means that we canceled it, because nothing more was to come; else a person did.
    """

    id: int
    name: str
    state: str
    type_id: int
    partner_id: int
    location_id: int
    destination_id: int
    backorder_of: int
    key: Key | None
    withdrawn: bool = False
    done_at: datetime | None = None

    @property
    def pending(self) -> bool:
        """Tell whether it still waits."""
        return self.state not in (DONE, CANCELED)


@dataclass(frozen=True, slots=True)
class Invoice:
    """`account.move`, an invoice or (`is_credit`) a credit note; a draft that was `posted_before` was reset by hand.

    `date` is its own, `booked` the accounting date, which may be later.
    """

    id: int
    name: str
    is_credit: bool
    state: str
    payment_state: str
    partner_id: int
    journal_id: int
    currency: str
    total: Decimal
    residual: Decimal
    reversed_id: int
    date: date | None
    key: Key | None
    posted_before: bool = False
    tax: Decimal = ZERO
    booked: Day | None = None

    @property
    def day(self) -> Day | None:
        """Give the day on which it stands in the books."""
        return self.booked or self.date


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A product line of an invoice or credit note. `analytic` is as Odoo gives it."""

    id: int
    invoice_id: int
    name: str
    product_id: int
    order_line_ids: tuple[int, ...]
    quantity: Decimal
    price_unit: Decimal
    discount: Decimal
    tax_ids: tuple[int, ...]
    account_id: int
    analytic: Any
    uom_id: int
    subtotal: Decimal
    total: Decimal
    key: Key | None


@dataclass(frozen=True, slots=True)
class Tax:
    """`account.tax`; only `percent` is computed here. `amount` is in percent."""

    id: int
    name: str
    kind: str
    amount: Decimal
    included: bool
    simple: bool


@dataclass(frozen=True, slots=True)
class Rounding:
    """How taxes are rounded: `globally` per document, else per line; `base_per_line`: the base per line all the same."""

    globally: bool = False
    base_per_line: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """What the company decides: rounding method, the last locked day, its currency."""

    id: int
    name: str
    currency: str
    rounding: Rounding
    locked_until: date | None


@dataclass(frozen=True)
class Erp:
    """Everything read for a batch, by id.

    `gone` are records (model, id) that were there when their RMA was last looked at, and are deleted. `uoms` says how much of its reference each unit of measure is; `quantity_step` how finely Odoo counts; `units` the
    smallest amount of each currency.
    """

    company: Company
    products: Mapping[int, Product] = field(default_factory=dict)
    partners: Mapping[int, Partner] = field(default_factory=dict)
    orders: Mapping[int, Order] = field(default_factory=dict)
    order_lines: Mapping[int, OrderLine] = field(default_factory=dict)
    moves: Mapping[int, Move] = field(default_factory=dict)
    pickings: Mapping[int, Picking] = field(default_factory=dict)
    picking_types: Mapping[int, PickingType] = field(default_factory=dict)
    invoices: Mapping[int, Invoice] = field(default_factory=dict)
    invoice_lines: Mapping[int, InvoiceLine] = field(default_factory=dict)
    taxes: Mapping[int, Tax] = field(default_factory=dict)
    lots: Mapping[int, str] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    uoms: Mapping[int, Decimal] = field(default_factory=dict)
    quantity_step: Decimal = CENT
    units: Mapping[str, Decimal] = field(default_factory=dict)
    requests: Requests = field(default_factory=Requests)
    dispositions: Disposed = field(default_factory=Disposed)
    repairs: Repairs = field(default_factory=Repairs)
    exchanges: Exchanges = field(default_factory=Exchanges)
    payments: Payments = field(default_factory=Payments)
    messages: Told = field(default_factory=Told)
    crm: Crm = field(default_factory=Crm)
    gone: frozenset[tuple[str, int]] = frozenset()

    def unit_of(self, currency: str) -> Decimal:
        """Give the smallest amount of a currency: as Odoo rounds it, else as ISO 4217 says."""
        return self.units.get(currency) or minor_unit(currency)

    def root(self, picking: Picking) -> Picking:
        """Follow backorders to the transfer they were split from."""
        while picking.backorder_of in self.pickings:
            picking = self.pickings[picking.backorder_of]
        return picking

    @cached_property
    def transfers_of(self) -> Mapping[tuple[str, str, str], Sequence[Picking]]:
        """The transfers made under keys of ours and the backorders split from them, by source, RMA and kind of key."""
        keyed = ((self.root(p).key, p) for _, p in sorted(self.pickings.items()))
        return _grouped((key.of, p) for key, p in keyed if key)

    @cached_property
    def notes_of(self) -> Mapping[tuple[str, str, str], Sequence[Invoice]]:
        """The credit and debit notes made under keys of ours, by source, RMA and kind of key."""
        return _grouped((i.key.of, i) for _, i in sorted(self.invoices.items()) if i.key)

    @cached_property
    def lines_of(self) -> Mapping[int, Sequence[InvoiceLine]]:
        """The lines of each invoice and credit note."""
        return _grouped((x.invoice_id, x) for _, x in sorted(self.invoice_lines.items()))

    @cached_property
    def order_lines_of(self) -> Mapping[int, Sequence[OrderLine]]:
        """The lines of each order."""
        return _grouped((x.order_id, x) for x in self.order_lines.values())

    @cached_property
    def orders_called(self) -> Mapping[str, Sequence[Order]]:
        """The orders by whatever they are called in one of their fields."""
        return _grouped((name, o) for o in self.orders.values() for name in {*o.references.values()})

    @cached_property
    def partners_under(self) -> Mapping[Key, Sequence[Partner]]:
        """The partners made under keys of ours."""
        return _grouped((p.key, p) for p in self.partners.values() if p.key)

    @cached_property
    def partners_at(self) -> Mapping[str, Sequence[Partner]]:
        """The partners that are not archived, by their e-mail address in lower case."""
        return _grouped((p.email.strip().lower(), p) for p in self.partners.values() if p.active)

    @cached_property
    def moves_in(self) -> Mapping[int, Sequence[Move]]:
        """The moves of each transfer."""
        return _grouped((m.picking_id, m) for _, m in sorted(self.moves.items()))

    @cached_property
    def _returned(self) -> Mapping[int, Sequence[Move]]:
        return _grouped((m.origin_move_id, m) for m in self.moves.values())

    def returns_of(self, move: Move) -> Sequence[Move]:
        """Give the return moves of a delivered move, whoever made them."""
        return self._returned.get(move.id, ())


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, Sequence[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found

"""Orders beyond the seeded ones, for tests that need many: the same in Odoo and in Medusa."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Piece:
    """One line of an order: so many of an article, at a price without tax, in dollars."""

    sku: str
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class NewOrder:
    """An order to be placed, in dollars, with 15 % tax on top, sent from the warehouse WH free of charge.

    Attributes:
        reference: what Odoo knows as `client_order_ref`; no order has it yet.
        email: the customer's address, as Odoo and Medusa know it.
        lines: the articles; none may be tracked by lot or serial number.
    """

    reference: str
    email: str
    lines: tuple[Piece, ...]

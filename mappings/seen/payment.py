"""Payments that settle credit notes, as Odoo holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.seen.base import Seen

POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Payment:
    """`account.payment`, money that went out; `state` is draft, posted or cancel in every version.

    `residual` is what is not yet reconciled on the customer's account, in the payment's currency; `has_entry` is
    False where Odoo keeps a payment without a journal entry; `matched` means that a bank statement shows it.
    """

    id: int
    name: str
    state: str
    amount: Decimal
    currency: str
    residual: Decimal
    has_entry: bool
    matched: bool
    key: Key | None


@dataclass(frozen=True, slots=True)
class Payments(Seen):
    """Payments by id."""

    payments: Mapping[int, Payment] = field(default_factory=dict)

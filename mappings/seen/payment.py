"""Payments that settle credit notes, and the gift cards given for them, as Odoo holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.seen.base import Seen
from odoo_rma.mappings.seen.gift_card import GiftCard

POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Payment:
    """`account.payment`, money that went out; `state` is draft, posted or cancel in every version.

    `residual` is what is not yet reconciled on the customer's account, in the payment's currency; `has_entry` is
    False where Odoo keeps a payment without a journal entry; `matched` means that a bank statement shows it; `booked`
    is what the journal entry comes to in the company's currency, None while nobody knows.
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
    booked: Decimal | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class ByHand:
    """A payment that a person booked, and the credit notes of ours that it settles."""

    payment: Payment
    note_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Payments(Seen):
    """Payments by id, ours and those of people; gift cards by id."""

    payments: Mapping[int, Payment] = field(default_factory=dict)
    cards: Mapping[int, GiftCard] = field(default_factory=dict)
    by_hand: Mapping[int, ByHand] = field(default_factory=dict)

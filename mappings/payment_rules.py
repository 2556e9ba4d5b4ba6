"""What is agreed on about how refunds leave the books; ids are already looked up in Odoo."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.model import Refund
from odoo_rma.mappings.vocabulary import RefundMethod

CARDS = (RefundMethod.GIFT_CARD, RefundMethod.VOUCHER)
KEPT = (*CARDS, RefundMethod.STORE_CREDIT)
"""The money stays with the shop, whoever runs the cards or the credit."""


@dataclass(frozen=True, slots=True)
class Program:
    """`loyalty.program` of gift cards: a point is worth one unit of its currency. `id` is 0 where Odoo has no such module."""

    id: int
    name: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """The journal of each gateway or refund method, by its name in small letters, and the programs of gift cards."""

    journals: Mapping[str, int] = field(default_factory=dict)
    programs: Mapping[RefundMethod, Program] = field(default_factory=dict)

    def journal_of(self, refund: Refund) -> int:
        """Give the journal that a refund leaves through; 0 where none is named: then no payment is booked."""
        names = (
            (refund.method.value,) if refund.method in KEPT else (refund.gateway or "", refund.method.value)
        )
        return next((self.journals[n.lower()] for n in names if n.lower() in self.journals), 0)

    def program_of(self, refund: Refund) -> Program | None:
        """Give the program that a card for a refund belongs to; None where none is named: then no card is issued."""
        return self.programs.get(refund.method)

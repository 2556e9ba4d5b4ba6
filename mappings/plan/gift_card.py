"""Steps that concern gift cards and vouchers."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan.step import Step


@dataclass(frozen=True, slots=True)
class IssueGiftCard(Step):
    """Issue a card of a program; Odoo makes up its code where `code` is empty. `memo` names the refund in its history."""

    makes: ClassVar[str] = "loyalty.card"
    key: Key
    program_id: int
    program: str
    partner_id: int
    points: Decimal
    currency: str
    code: str
    expires: date | None
    memo: str

    def __str__(self) -> str:
        until = f", good until {self.expires}" if self.expires else ""
        return f"{self.program}: {self.points} {self.currency} on a card of the customer's{until}"

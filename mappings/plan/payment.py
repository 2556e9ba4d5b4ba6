"""Steps that concern payments to customers."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan.step import Ref, Step


@dataclass(frozen=True, slots=True)
class MakePayment(Step):
    """Make a draft of the payment that a refund went out with; `memo` names the refund for people and finds it again."""

    makes: ClassVar[str] = "account.payment"
    key: Key
    partner_id: int
    journal_id: int
    amount: Decimal
    currency: str
    day: date
    memo: str

    def __str__(self) -> str:
        return f"payment of {self.amount} {self.currency} to the customer"


@dataclass(frozen=True, slots=True)
class PostPayment(Step):
    """Post a payment."""

    ref: Ref

    @property
    def goes_without_saying(self) -> bool:
        """It always follows on the making."""
        return True

    def __str__(self) -> str:
        return "payment posted"


@dataclass(frozen=True, slots=True)
class ReconcilePayment(Step):
    """Let a posted payment settle open credit notes."""

    payment_id: int
    note_ids: tuple[int, ...]

    def __str__(self) -> str:
        return "payment reconciled with the credit note"


@dataclass(frozen=True, slots=True)
class CancelPayment(Step):
    """Cancel the payment of a refund that failed; `posted` ones are reset to draft first."""

    payment_id: int
    name: str
    posted: bool

    def __str__(self) -> str:
        return f"payment {self.name} canceled: the refund failed"

"""Steps that concern the ledger: credit notes."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan.step import Ref, Step


@dataclass(frozen=True, slots=True)
class NewCreditLine:
    """A line of a credit note. Amounts in its currency; `discount` in percent."""

    key: Key
    name: str
    quantity: Decimal
    price_unit: Decimal
    discount: Decimal
    product_id: int
    uom_id: int
    account_id: int
    tax_ids: tuple[int, ...]
    order_line_ids: tuple[int, ...]
    analytic: Any


@dataclass(frozen=True, slots=True)
class MakeCreditNote(Step):
    """Make one draft credit note for one invoice.

    `expected` is its total as predicted; when `promised`, Odoo has to arrive at it before the note is posted.
    """

    makes: ClassVar[str] = "account.move"
    key: Key
    invoice_id: int
    invoice: str
    partner_id: int
    journal_id: int
    currency: str
    day: date
    ref: str
    origin: str
    lines: tuple[NewCreditLine, ...]
    expected: Decimal | None
    promised: bool
    calculation: tuple[str, ...]

    def __str__(self) -> str:
        total = f" of {self.expected} {self.currency}" if self.expected is not None else ""
        return f"credit note{total} for {self.invoice}"


@dataclass(frozen=True, slots=True)
class MakeDebitNote(MakeCreditNote):
    """Make one draft that takes back what a credit note (`invoice_id`) gave too much."""

    def __str__(self) -> str:
        return f"debit note of {self.expected} {self.currency} for {self.invoice}"


@dataclass(frozen=True, slots=True)
class ReopenCreditNote(Step):
    """Reset a canceled credit note to draft, because a person wants it after all."""

    note_id: int
    name: str

    def __str__(self) -> str:
        return f"credit note {self.name} reset to draft"


@dataclass(frozen=True, slots=True)
class PostCreditNote(Step):
    """Post a credit note; one that reverses an open invoice is reconciled with it."""

    ref: Ref
    invoice_id: int
    currency: str

    def __str__(self) -> str:
        return "credit note posted"


@dataclass(frozen=True, slots=True)
class Reconcile(Step):
    """Take a posted credit note off its open invoice."""

    ref: Ref
    invoice_id: int

    def __str__(self) -> str:
        return "credit note reconciled with its invoice"

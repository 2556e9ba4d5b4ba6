"""What Odoo holds of one RMA, in the RMA's own words: what goes back to its source, and one half of every reconciliation.

Always the whole, never a change, so that telling it twice says nothing new. Quantities are in the order line's unit of
measure, cumulative; amounts include tax and are positive, in the document's currency.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from odoo_rma.mappings.field_types import Currency, Day, Name, Record, When
from odoo_rma.mappings.money import ZERO, Decimal, Quantity, Total, decimal, plain
from odoo_rma.mappings.rma_line import LotQuantity
from odoo_rma.mappings.vocabulary import Disposition

TRANSFER, CREDIT_NOTE, DEBIT_NOTE, PAYMENT = "return transfer", "credit note", "debit note", "payment"
"""Kinds of documents that carry facts; others are named for people."""

Units = Annotated[Quantity, AfterValidator(lambda units: decimal(plain(units)))]
"""Units as people write them: Odoo counts 1.0 of everything."""


class Placed(Record):
    """Units of a line that stand in one place now."""

    quantity: Units = Field(description="Units.")
    disposition: Disposition | None = Field(
        None, description="What became of them; unknown while nobody decided."
    )
    location: str = Field("", description="Full name of the location in Odoo.")
    lots: tuple[LotQuantity, ...] = Field((), description="Lots or serials.")


class LineInErp(Record):
    """One line of the RMA, as Odoo holds it."""

    line: Name = Field(description="Id of the RMA line.")
    expected: Units = Field(ZERO, description="Units that a transfer still waits for.")
    received: Units = Field(ZERO, description="Units that were validated, cumulative.")
    lots: tuple[LotQuantity, ...] = Field((), description="Lots or serials that were validated.")
    placed: tuple[Placed, ...] = Field((), description="Where they stand now.")
    credited: Units = Field(ZERO, description="Units on posted credit notes.")


class DocumentInErp(Record):
    """One record in Odoo that belongs to the RMA."""

    what: str = Field(
        description="Kind, in words: return transfer, credit note, payment, scrap, repair order …"
    )
    model: str = Field(description="Model in Odoo.")
    id: int = Field(description="Database id in Odoo.")
    key: str = Field(
        "", description="External id, where it was made by odoo-rma; empty where a person made it."
    )
    number: str = Field(description="Number in Odoo; empty for a draft.")
    state: str = Field(description="State in Odoo: done, posted, cancel …")
    of: str = Field("", description="What it was made for: `refund R1`, `receipt 2`.")
    at: When | Day | None = Field(None, description="When it was validated, or its accounting date.")
    amount: Total | None = Field(None, description="Total, tax included.")
    tax: Total | None = Field(None, description="Tax in it.")
    open: Total | None = Field(None, description="What is not yet paid of it.")
    currency: Currency | None = Field(None, description="Currency of the amounts.")
    link: str = Field("", description="Address of its form in Odoo's screens.")


class InErp(Record):
    """All that Odoo holds of one RMA."""

    lines: tuple[LineInErp, ...] = Field((), description="Per line of the RMA.")
    documents: tuple[DocumentInErp, ...] = Field((), description="Every record that belongs to it.")
    canceled: bool = Field(False, description="Nothing is expected, and nothing came.")
    rejected: Units = Field(ZERO, description="Units that went back to the customer.")

    def of_kind(self, what: str) -> Iterator[DocumentInErp]:
        """Give the documents of one kind."""
        return (d for d in self.documents if d.what == what)

    def received(self, line_id: str) -> Decimal:
        """Units of a line that were validated in Odoo."""
        return next((x.received for x in self.lines if x.line == line_id), ZERO)

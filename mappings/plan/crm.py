"""Steps that concern what salespeople see on a customer."""

from dataclasses import dataclass

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.plan.step import Ref, Step


@dataclass(frozen=True, slots=True)
class MakeTag(Step):
    """Make a tag that the settings name and Odoo does not have."""

    key: Key
    name: str

    @property
    def goes_without_saying(self) -> bool:
        """It is made to be put on somebody."""
        return True

    def __str__(self) -> str:
        return f"new tag {self.name}"


@dataclass(frozen=True, slots=True)
class AddTag(Step):
    """Put a tag on a customer."""

    partner_id: int
    tag: Ref
    name: str

    def __str__(self) -> str:
        return f"tag {self.name} on the customer"


@dataclass(frozen=True, slots=True)
class CustomerNote(Step):
    """Write a note on a customer, once; `subject` is the mark by which it is found, `what` says what it tells."""

    key: Key
    partner_id: int
    subject: str
    body: str
    what: str

    def __str__(self) -> str:
        return f"note on the customer: {self.what}"

"""Steps that concern customers, and the notes that people read in the chatter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.plan.step import Ref, Step


@dataclass(frozen=True, slots=True)
class MakePartner(Step):
    """Make the customer under their key."""

    key: Key
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return f"new customer {self.values['name']}"


@dataclass(frozen=True, slots=True)
class FillPartner(Step):
    """Fill what is empty on the customer; nothing a person wrote is touched."""

    partner_id: int
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return f"customer's {', '.join(sorted(self.values))} filled in"


@dataclass(frozen=True, slots=True)
class Note(Step):
    """Write a note in a document's chatter, once."""

    key: Key
    model: str
    ref: Ref
    body: str

    @property
    def goes_without_saying(self) -> bool:
        """A note accompanies what it tells of."""
        return True

    def __str__(self) -> str:
        return "note in the chatter"

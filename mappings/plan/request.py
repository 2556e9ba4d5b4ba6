"""Steps that concern requested returns."""

from dataclasses import dataclass

from odoo_rma.mappings.plan.people import Note


@dataclass(frozen=True, slots=True)
class RecordDecision(Note):
    """Write a decision on a request into the order's chatter, where it counts for ever; `words` says it."""

    words: str

    @property
    def goes_without_saying(self) -> bool:
        """A decision is what people want to read."""
        return False

    def __str__(self) -> str:
        return self.words

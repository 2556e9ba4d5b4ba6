"""What is agreed on about what salespeople see on a customer; ids are already looked up in Odoo."""

from dataclasses import dataclass

from odoo_rma.mappings.identity import Key

NOBODY = "-"
"""Stands for the source in keys of what belongs to the company; no source can have this name."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag on customers (`res.partner.category`); `id` is 0 where it is still to be made."""

    name: str
    id: int = 0

    @property
    def key(self) -> Key:
        """Name the tag that we make."""
        return Key(NOBODY, "crm", "tag", (self.name,))


@dataclass(frozen=True, slots=True)
class CrmRules:
    """Whether returns are noted on customers, and which tags they bring: for one, and for `frequent_after` of them."""

    notes: bool = False
    tag: Tag | None = None
    frequent_tag: Tag | None = None
    frequent_after: int = 3

    def tags(self, returns: int) -> tuple[Tag, ...]:
        """Give the tags of a customer with so many returns."""
        frequent = self.frequent_tag if returns >= self.frequent_after else None
        return tuple(t for t in (self.tag, frequent) if t)

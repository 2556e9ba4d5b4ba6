"""What every step is, and how quantities are said."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import ZERO, Decimal, plain

Ref = int | Key
"""A record: its database id, or the key under which an earlier step of the same plan makes it."""


class Step:
    """One thing to do in Odoo, as data. `str()` says it in words for people.

    `makes` is the model of the document that a step makes under its `key`: what a person deletes is not made again.
    """

    __slots__ = ()
    makes: ClassVar[str] = ""

    @property
    def goes_without_saying(self) -> bool:
        """Tell whether people need not read of it: it always comes with another step."""
        return False


@dataclass(frozen=True, slots=True)
class CarryOn(Step):
    """Carry on with a record; people read of it only when an earlier run left the record half done."""

    ref: Ref

    @property
    def goes_without_saying(self) -> bool:
        """What the same plan makes is always carried on with."""
        return isinstance(self.ref, Key)


def units(quantities: Iterable[Decimal]) -> str:
    """Say how many."""
    total = sum(quantities, ZERO)
    return f"{plain(total)} unit{'' if total == 1 else 's'}"

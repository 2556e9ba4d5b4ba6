"""Gift cards and vouchers that were issued for refunds, as Odoo holds them."""

from dataclasses import dataclass
from datetime import date

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal

LONG = 12


@dataclass(frozen=True, slots=True)
class GiftCard:
    """`loyalty.card`: whoever knows its `code` can spend what is left on it.

    `points` is what is left, in `currency`, that of its program; `used` means that somebody bought something with it;
    `key` is None for cards that are not ours.
    """

    id: int
    code: str
    partner_id: int
    points: Decimal
    currency: str
    expires: date | None
    active: bool
    used: bool
    key: Key | None

    @property
    def name(self) -> str:
        """Give as much of the code as people need to tell cards apart, and too little to spend it."""
        return f"…{self.code[-4:] if len(self.code) >= LONG else self.code[-2:]}"

    @property
    def is_live(self) -> bool:
        """Tell whether the customer has it, or had something for it: it was neither emptied nor archived unused."""
        return self.used or (self.active and self.points > 0)

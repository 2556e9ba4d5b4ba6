"""What a message may tell: the names that templates can use. docs/messages.md lists them."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.vocabulary import Condition, ReasonCode


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Units of one article; `condition` is what was found, where somebody looked."""

    title: str
    quantity: Decimal
    reason: ReasonCode | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """A parcel; each text may be empty."""

    carrier: str
    tracking: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class AmountFacts:
    """A line of the calculation; fees are negative. `amount` is written out with its currency."""

    text: str
    amount: str


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """What the customer gets: `lines` without taxes and `tax` add up to `total`; `method` is a refund method's code.

    `paid`: the money went out; `code` is that of a gift card or voucher, empty elsewhere.
    """

    lines: tuple[AmountFacts, ...]
    tax: str
    total: str
    method: str
    paid: bool
    code: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a template may name.

    `items` are to come back, `kept` are refunded without coming back, `refused` are not accepted, `received` has arrived (all of it so far),
    `inspected` is what was found, `reasons` say why a return was declined, `send_to` are the lines of the address.
    """

    shop: str
    name: str
    rma: str
    order: str
    items: tuple[ItemFacts, ...]
    kept: tuple[ItemFacts, ...] = ()
    refused: tuple[ItemFacts, ...] = ()
    asked_on: date | None = None
    send_to: tuple[str, ...] = ()
    labels: tuple[LabelFacts, ...] = ()
    reasons: tuple[str, ...] = ()
    received: tuple[ItemFacts, ...] = ()
    inspected: tuple[ItemFacts, ...] = ()
    refund: RefundFacts | None = None
    sent: tuple[ItemFacts, ...] = ()
    parcels: tuple[LabelFacts, ...] = ()
    feedback_url: str = ""

    def values(self) -> dict[str, Any]:
        """Give them by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

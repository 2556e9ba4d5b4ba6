"""The canonical RMA: what every returns system is turned into before anything is decided.

Frozen, keyword-only records; unknown fields are refused by name; times carry their zone; quantities and amounts are
plain decimals. `docs/rma-format.md` explains every field with examples.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, model_validator

from odoo_rma.mappings.field_types import (
    Country,
    Currency,
    Day,
    Email,
    Name,
    PositiveAmount,
    PositiveQuantity,
    Record,
    Text,
    When,
    Whole,
)
from odoo_rma.mappings.money import Amount, Decimal
from odoo_rma.mappings.rma_line import ExchangeLine, RmaLine
from odoo_rma.mappings.vocabulary import (
    CREDIT_KINDS,
    Authorization,
    ChargeKind,
    ChargeStatus,
    Kind,
    Logistics,
    RefundMethod,
    RefundState,
    Settlement,
)


class Party(Record):
    """The customer, as the returns system knows them."""

    id: Name | None = Field(None, description="The customer's id at the source.")
    name: Name = Field(description="The person's or the company's name.")
    company: Name | None = Field(None, description="The company the person belongs to.")
    email: Email | None = Field(None, description="E-mail address; compared without regard to case.")
    phone: Name | None = Field(None, description="Phone number.")
    vat: Name | None = Field(None, description="VAT number with its country prefix.")
    language: Name | None = Field(None, description="Language, such as `en_US` or `zh_CN`.")
    street: Name | None = Field(None, description="Street and number.")
    street2: Name | None = Field(None, description="Second address line.")
    city: Name | None = Field(None, description="City.")
    zip: Name | None = Field(None, description="Postal code.")
    country: Country | None = Field(None, description="Country, two letters (ISO 3166-1 alpha-2).")


class OrderRef(Record):
    """Which order the goods come from; at least one reference is needed."""

    id: Name | None = Field(None, description="The order's id at the shop.")
    name: Name | None = Field(None, description="The order's number as people see it.")
    invoice: Name | None = Field(None, description="The invoice's number, where the source knows it.")
    po: Name | None = Field(None, description="The customer's purchase order number.")
    channel: Name | None = Field(None, description="Where it was sold: web, store, marketplace.")
    placed_at: When | None = Field(None, description="When the order was placed.")

    @property
    def references(self) -> tuple[str, ...]:
        """Give the references to look for, the strongest first, each once."""
        return tuple(dict.fromkeys(r for r in (self.id, self.name, self.po) if r))

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.references or self.invoice):
            raise ValueError("needs at least one of id, name, po, invoice")
        return self


class Charge(Record):
    """A fee kept from the refund, or a credit on top of it. Tax included, in the RMA's currency."""

    id: Name = Field(description="The charge's id at the source; unique within the RMA.")
    kind: ChargeKind = Field(
        description="What it is for; the kind says whether it lowers or raises the refund."
    )
    amount: PositiveAmount = Field(description="Amount the customer sees, tax included.")
    status: ChargeStatus = Field(
        ChargeStatus.CHARGED, description="Estimated and waived ones are not booked."
    )
    line: Name | None = Field(None, description="Id of the RMA line it belongs to.")
    refund: Name | None = Field(None, description="Id of the refund it belongs to.")
    note: Text | None = Field(None, description="Why.")

    @property
    def signed(self) -> Decimal:
        """Give the amount as it changes the refund: positive for credits, negative for fees."""
        return self.amount if self.kind in CREDIT_KINDS else -self.amount


class RefundLine(Record):
    """Units of one RMA line that a refund pays for."""

    line: Name = Field(description="Id of the RMA line.")
    quantity: PositiveQuantity = Field(description="Units refunded.")


class Refund(Record):
    """Money promised or paid back, as the source reports it."""

    id: Name = Field(description="The refund's id at the source; unique within the RMA.")
    amount: PositiveAmount = Field(description="What the customer gets, tax included.")
    currency: Currency | None = Field(None, description="Currency; the RMA's when left out.")
    method: RefundMethod = Field(RefundMethod.ORIGINAL_PAYMENT, description="How the money goes back.")
    state: RefundState = Field(
        RefundState.SUCCEEDED, description="Only a succeeded refund is money that went out."
    )
    at: When | None = Field(None, description="When it was made.")
    lines: tuple[RefundLine, ...] = Field(
        (), description="What it pays for; all authorized lines when left out."
    )
    gateway: Name | None = Field(None, description="Payment provider.")
    reference: Name | None = Field(None, description="The provider's reference, or the gift card's code.")
    expires: Day | None = Field(
        None, description="Last day on which a gift card or voucher can be spent; without end when left out."
    )
    retry_of: Name | None = Field(None, description="Id of the failed refund that this one repeats.")


def _repeats_itself(refund: Refund, refunds: Iterable[Refund]) -> bool:
    before, seen = {r.id: r.retry_of for r in refunds}, {refund.id}
    last = refund.retry_of
    while last and last not in seen:
        seen.add(last)
        last = before.get(last)
    return last == refund.id


class Shipment(Record):
    """A parcel on its way back, or out again."""

    id: Name | None = Field(None, description="The parcel's id at the source.")
    outgoing: bool = Field(False, description="True: to the customer (exchange, rejected goods).")
    carrier: Name | None = Field(None, description="Who carries it.")
    tracking: Name | None = Field(None, description="Tracking number.")
    url: Name | None = Field(None, description="Where to follow it.")
    label: Name | None = Field(None, description="Address of the label.")


class Feedback(Record):
    """What the customer thinks of how the return went."""

    score: Annotated[Whole, Field(ge=1, le=5)] = Field(description="From 1 (bad) to 5 (very good).")
    comment: Text | None = Field(None, description="In the customer's own words.")
    at: When | None = Field(None, description="When it was given.")


class Event(Record):
    """Something that happened at the source; for the timeline only, nothing is decided by it."""

    id: Name | None = Field(None, description="The event's id at the source.")
    type: Name = Field(description="What happened.")
    at: When = Field(description="When.")
    actor: Name | None = Field(None, description="Who did it.")
    text: Text | None = Field(None, description="In words.")


class Rma(Record):
    """One return merchandise authorization, as its source sees it now: a snapshot, not a change."""

    source: Name = Field(description="Name of the configured source it came from.")
    id: Name = Field(
        description="Immutable id at the source; with the source, the key of everything made in Odoo."
    )
    number: Name | None = Field(None, description="Number as people see it; the id when left out.")
    revision: Annotated[Whole, Field(ge=0, le=2**62)] = Field(
        1,
        description="Rises with every change at the source; an older one is ignored, equal ones must be equal.",
    )
    kind: Kind = Field(Kind.RETURN, description="What was agreed on.")
    authorization: Authorization = Field(Authorization.REQUESTED, description="May the goods come back?")
    logistics: Logistics = Field(Logistics.NONE, description="Where are the goods?")
    settlement: Settlement = Field(Settlement.OPEN, description="Has the customer got what was promised?")
    closed: bool = Field(False, description="Nothing more will come: what has not arrived never will.")
    raw_state: Name | None = Field(None, description="The source's own word for its state.")
    order: OrderRef = Field(description="The order the goods come from.")
    customer: Party = Field(description="Who sends them back.")
    gift: bool = Field(False, description="True: the customer need not be the one who ordered.")
    currency: Currency = Field(description="Currency of all amounts (ISO 4217).")
    promised: Amount | None = Field(
        None, description="Total refund promised to the customer, where it is known."
    )
    lines: tuple[RmaLine, ...] = Field((), description="What comes back.")
    exchange_lines: tuple[ExchangeLine, ...] = Field((), description="What goes out instead.")
    charges: tuple[Charge, ...] = Field((), description="Fees and credits.")
    refunds: tuple[Refund, ...] = Field((), description="Refunds the source made or plans.")
    shipments: tuple[Shipment, ...] = Field((), description="Parcels.")
    events: tuple[Event, ...] = Field((), description="What happened at the source.")
    requested_at: When | None = Field(None, description="When the customer asked.")
    authorized_at: When | None = Field(None, description="When the shop agreed.")
    received_at: When | None = Field(None, description="When the last goods arrived.")
    closed_at: When | None = Field(None, description="When it was closed.")
    feedback: Feedback | None = Field(None, description="What the customer thinks of it.")
    note: Text | None = Field(None, description="Anything a person wrote.")
    tags: tuple[Name, ...] = Field((), description="Labels.")

    @property
    def label(self) -> str:
        """Give the number people know it by."""
        return self.number or self.id

    @property
    def is_authorized(self) -> bool:
        """Tell whether goods may come back."""
        return self.authorization is Authorization.AUTHORIZED

    def line(self, line_id: str) -> RmaLine:
        """Find a line by its id (validation made sure that every reference hits)."""
        return next(line for line in self.lines if line.id == line_id)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for what, ids in (
            ("line", [x.id for x in self.lines]),
            ("exchange line", [x.id for x in self.exchange_lines]),
            ("charge", [x.id for x in self.charges]),
            ("refund", [x.id for x in self.refunds]),
        ):
            twice = sorted(i for i, times in Counter(ids).items() if times > 1)
            if twice:
                raise ValueError(f"{what} id used twice: {', '.join(twice)}")
        lines, refunds = {x.id for x in self.lines}, {x.id for x in self.refunds}
        asked = {(r.line, "refund") for refund in self.refunds for r in refund.lines}
        asked |= {(c.line, "charge") for c in self.charges if c.line}
        asked |= {(line, "exchange line") for x in self.exchange_lines for line in x.replaces}
        missing = sorted(f"{what} names line {line}" for line, what in asked if line not in lines)
        missing += [
            f"refund {r.id} repeats refund {r.retry_of}"
            for r in self.refunds
            if r.retry_of and r.retry_of not in refunds
        ]
        missing += [f"refund {r.id} repeats itself" for r in self.refunds if _repeats_itself(r, self.refunds)]
        missing += [
            f"charge {c.id} names refund {c.refund}"
            for c in self.charges
            if c.refund and c.refund not in refunds
        ]
        if missing:
            raise ValueError(f"not in this RMA: {'; '.join(missing)}")
        if not (self.lines or self.charges):
            raise ValueError("has neither lines nor charges")
        return self

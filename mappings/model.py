"""The canonical RMA: what every returns system is turned into before anything is decided.

Frozen, keyword-only records; unknown fields are refused by name; times carry their zone; quantities and amounts are
plain decimals. `docs/rma-format.md` explains every field with examples.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from odoo_rma.mappings.money import ZERO, Amount, Decimal, Quantity
from odoo_rma.mappings.vocabulary import (
    CREDIT_KINDS,
    Authorization,
    ChargeKind,
    ChargeStatus,
    Condition,
    Disposition,
    Kind,
    Logistics,
    ReasonCode,
    RefundMethod,
    RefundState,
    Resolution,
    Settlement,
)

_NUMBER = re.compile(r"\s*[-+]?[0-9.]+\s*\Z")
_DAY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*\Z", re.ASCII)
_WHOLE = re.compile(r"\s*[0-9]{1,19}\s*\Z")


def _utc_text(value: Any) -> Any:
    # JSON and XML bring times as text; a number would be read as seconds since 1970, which nobody means.
    if not isinstance(value, (str, datetime)) or (isinstance(value, str) and _NUMBER.match(value)):
        raise ValueError("a time is written as text with its zone, such as 2026-11-24T09:30:00Z")
    return value


def _day_text(value: Any) -> Any:
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.match(value)):
        raise ValueError("a day is written as text, such as 2026-11-24")
    return value


def _whole(value: Any) -> Any:
    # pydantic alone would take true, "1_000" and digits of other scripts.
    if isinstance(value, bool) or (isinstance(value, str) and not _WHOLE.match(value)):
        raise ValueError(f"not a whole number: {str(value)[:40]!r}")
    return value


def _composed(value: Any) -> Any:
    # The same word typed on two systems may come as different code points; it must give the same key.
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


# NUL and other control characters cannot be stored by PostgreSQL or shown by anyone.
PRINTABLE_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
EMAIL_PATTERN = r"^[^@\s<>,;\x00-\x1f\x7f]+@[^@\s<>,;\x00-\x1f\x7f]+$"

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=10_000, pattern=PRINTABLE_PATTERN),
    BeforeValidator(_composed),
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE_PATTERN),
    BeforeValidator(_composed),
]
Currency = Annotated[str, StringConstraints(pattern=CURRENCY_PATTERN)]
Country = Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=EMAIL_PATTERN), BeforeValidator(_lower)]
Day = Annotated[date, BeforeValidator(_day_text)]
When = Annotated[AwareDatetime, BeforeValidator(_utc_text)]
PositiveQuantity = Annotated[Quantity, Field(gt=0)]
PositiveAmount = Annotated[Amount, Field(gt=0)]


class Record(BaseModel):
    """Base of all parts: immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


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


class Reason(Record):
    """Why a line comes back."""

    code: ReasonCode = Field(ReasonCode.UNKNOWN, description="Canonical reason.")
    raw: Text | None = Field(None, description="What the source calls it.")
    comment: Text | None = Field(None, description="The customer's own words.")
    photos: tuple[Name, ...] = Field((), description="Addresses of photos.")


class LotQuantity(Record):
    """Units of one lot, or one serial number."""

    name: Name = Field(description="Lot or serial number as printed on the goods.")
    quantity: PositiveQuantity = Field(Decimal(1), description="Units of this lot; 1 for a serial number.")


class Inspection(Record):
    """What somebody saw when the goods were opened."""

    id: Name | None = Field(None, description="The inspection's id at the source.")
    quantity: PositiveQuantity = Field(description="Units in this condition.")
    condition: Condition = Field(description="What they look like.")
    disposition: Disposition | None = Field(
        None, description="What is to become of them; by the rules in the settings when left out."
    )
    sku: Name | None = Field(
        None, description="What really came, where the condition is `wrong_item`; else the line's article."
    )
    lots: tuple[LotQuantity, ...] = Field((), description="Which lots or serials.")
    notes: Text | None = Field(None, description="What the inspector wrote.")
    inspector: Name | None = Field(None, description="Who looked.")
    at: When | None = Field(None, description="When.")
    photos: tuple[Name, ...] = Field((), description="Addresses of photos.")
    location: Name | None = Field(None, description="Where, in the source's words.")


class RmaLine(Record):
    """One article that comes back. Quantities are cumulative, in the order line's unit of measure."""

    id: Name = Field(description="The line's id at the source; unique within the RMA.")
    sku: Name | None = Field(None, description="Article number (`default_code` in Odoo).")
    barcode: Name | None = Field(None, description="Barcode, where there is no SKU.")
    order_line: Name | None = Field(None, description="The order line's id at the source.")
    title: Text | None = Field(None, description="What the source calls the article.")
    requested: PositiveQuantity = Field(description="Units the customer asked to return.")
    authorized: Quantity | None = Field(
        None, description="Units the shop allowed; as requested when left out."
    )
    received: Quantity = Field(ZERO, description="Units that have arrived so far, cumulative.")
    lots: tuple[LotQuantity, ...] = Field((), description="Lots or serials that come back.")
    reason: Reason = Field(Reason(), description="Why.")
    condition: Condition | None = Field(
        None, description="What they look like, in the customer's own words; the return policy goes by it."
    )
    resolution: Resolution = Field(Resolution.REFUND, description="What the customer wants for it.")
    physical: bool = Field(True, description="False: keep the item, nothing comes back.")
    unit_price: Amount | None = Field(None, description="Unit price the source knows; informative.")
    inspections: tuple[Inspection, ...] = Field((), description="What was found on arrival.")

    @property
    def allowed(self) -> Decimal:
        """Units that may come back."""
        return self.requested if self.authorized is None else self.authorized

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if not (self.sku or self.barcode):
            raise ValueError("needs a sku or a barcode")
        if self.allowed > self.requested:
            raise ValueError(f"authorized {self.allowed} is more than requested {self.requested}")
        if self.received > self.allowed:
            raise ValueError(f"received {self.received} is more than authorized {self.allowed}")
        if sum((lot.quantity for lot in self.lots), ZERO) > self.requested:
            raise ValueError("the lots add up to more than was requested")
        return self


class ExchangeLine(Record):
    """What the customer gets instead."""

    id: Name = Field(description="The line's id at the source.")
    sku: Name = Field(description="Article number of the new goods.")
    quantity: PositiveQuantity = Field(description="Units.")
    unit_price: Amount | None = Field(
        None,
        description="Unit price of the new goods, with or without tax as that of the old ones was; by the settings "
        "when left out. 0: they take the place of the old ones, which are not credited.",
    )
    replaces: tuple[Name, ...] = Field(
        (),
        description="Ids of the RMA lines it stands for; when left out, those to be exchanged or replaced, else all.",
    )
    advance: bool = Field(False, description="True: sent before the old goods are back.")
    order: Name | None = Field(None, description="The new order's reference, where the source made one.")


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

    score: Annotated[int, Field(ge=1, le=5), BeforeValidator(_whole)] = Field(
        description="From 1 (bad) to 5 (very good)."
    )
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
    revision: Annotated[int, Field(ge=0, le=2**62), BeforeValidator(_whole)] = Field(
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

"""A request for a return and the decision on it, as data: what goes into `decide`, and what comes out."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from odoo_rma.mappings.field_types import Country, Currency, Name, PositiveQuantity, Record, Text
from odoo_rma.mappings.money import ONE, ZERO, Decimal, decimal, plain
from odoo_rma.mappings.policy import Method, Payer
from odoo_rma.mappings.vocabulary import Condition, ReasonCode


def _sensible(value: date) -> date:
    # The first and last years of the calendar leave no room to count days from.
    if not 1970 <= value.year <= 9000:
        raise ValueError("a day lies between the years 1970 and 9000")
    return value


Day = Annotated[date, AfterValidator(_sensible)]
_AS_TEXT = PlainSerializer(plain, return_type=str, when_used="json")
Total = Annotated[Decimal, BeforeValidator(decimal), Field(ge=0), _AS_TEXT]
Rate = Annotated[
    Decimal, BeforeValidator(decimal), Field(ge=Decimal("0.00001"), le=Decimal(100_000)), _AS_TEXT
]


class Past(Record):
    """Something this customer did before: an order, or a return."""

    on: Day = Field(description="When.")
    value: Total = Field(description="Its value with taxes, in the policy's currency.")


class Request(Record):
    """Everything a decision depends on. Nothing else is looked at."""

    order: Name = Field(description="The order's number.")
    sku: Name = Field(description="The article.")
    quantity: PositiveQuantity = Field(description="Units that are to come back.")
    amount: Annotated[Total, Field(le=Decimal(10) ** 12)] = Field(
        description="What was paid for them, taxes included, in `currency`."
    )
    whole: Total | None = Field(
        None,
        description="What was paid for all that is asked for together, in `currency`; `amount` when left out.",
    )
    units: PositiveQuantity | None = Field(
        None, description="Units that are asked for together; `quantity` when left out."
    )
    kept: tuple[Name, ...] = Field(
        (), description="Rules whose fixed amount is kept with another article of the same request already."
    )
    currency: Currency = Field(description="The order's currency.")
    rate: Rate = Field(ONE, description="Units of `currency` for one unit of the policy's currency.")
    reason: ReasonCode = Field(description="Why.")
    condition: Condition = Field(description="What they look like.")
    on: Day = Field(description="The day of the request.")
    ordered: Day = Field(description="The day of the order.")
    delivered: Day | None = Field(None, description="The day of the last delivery of the article.")
    categories: tuple[Name, ...] = Field((), description="Product categories, the widest first.")
    country: Country | None = Field(None, description="Where it was delivered.")
    groups: tuple[Name, ...] = Field((), description="The customer's tags.")
    channel: Name | None = Field(None, description="Where it was sold.")
    orders: tuple[Past, ...] = Field((), description="What the customer ordered.")
    returns: tuple[Past, ...] = Field((), description="What the customer returned before.")

    @property
    def value(self) -> Decimal:
        """Give what all that is asked for together is worth, in the policy's currency: thresholds go by it."""
        return (self.amount if self.whole is None else self.whole) / self.rate


class Verdict(StrEnum):
    """What the policy says to a request."""

    AUTHORIZE = "authorize"
    NEEDS_PERSON = "needs_person"
    DECLINE = "decline"


class Effect(StrEnum):
    """What one rule did: let the request pass, stop it, or set one of the terms."""

    PASSES = "passes"
    NEEDS_PERSON = "needs_person"
    DECLINES = "declines"
    SETS = "sets"


class Words(Record):
    """The same in both languages."""

    en: Text
    zh: Text


class Applied(Record):
    """One rule, the values it saw and what it did. `rule` is `table.name`, or the table where no rule fits."""

    rule: Name
    saw: dict[str, str]
    effect: Effect
    words: Words


class Offered(Record):
    """One thing the customer may choose; the bonus comes on top of the refund."""

    method: Method
    bonus: Total = ZERO


class Decision(Record):
    """What the policy says, and every rule that led to it. Amounts are in the request's currency.

    Where a person has to decide, the terms are those that follow if the person agrees. A decline has none.
    """

    verdict: Verdict
    reasons: tuple[Words, ...] = Field(min_length=1, description="Why, in plain words.")
    rules: tuple[Applied, ...] = Field(min_length=1, description="Every rule that led to it.")
    window_end: date | None = Field(None, description="Last day for this request; without end when left out.")
    label_paid_by: Payer | None = Field(None, description="Who pays for the way back, if there is one.")
    label_cost: Total = Field(ZERO, description="What is kept from the refund for the label.")
    fee: Total = Field(ZERO, description="Restocking fee kept from the refund.")
    refund: Total = Field(ZERO, description="What the customer gets back after fee and label.")
    currency: Currency
    offers: tuple[Offered, ...] = Field((), description="What the customer may choose to get.")
    keep_item: bool = Field(False, description="True: nothing has to come back.")

"""The return policy as data: what a shop promises, validated before anything is decided by it.

A policy is a list of named rules per question (how long, in what condition, who pays, …). Every rule may be limited to
articles, product categories, countries, customer groups or channels. `scope.py` says which rule counts where
several fit, `decide.py` applies them, docs/policy.md explains every key.
"""

import re
from collections import Counter
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from odoo_rma.mappings.field_types import Country, Currency, Name, Record
from odoo_rma.mappings.money import Amount, Decimal, decimal, plain
from odoo_rma.mappings.vocabulary import Condition, ReasonCode


class CountsFrom(StrEnum):
    """The day from which a return window counts."""

    DELIVERY = "delivery"
    ORDER = "order"


class Payer(StrEnum):
    """Who pays for the way back."""

    SHOP = "shop"
    CUSTOMER = "customer"


class Method(StrEnum):
    """What a customer may choose to get."""

    ORIGINAL_PAYMENT = "original_payment"
    STORE_CREDIT = "store_credit"
    GIFT_CARD = "gift_card"
    VOUCHER = "voucher"
    EXCHANGE = "exchange"
    REPLACEMENT = "replacement"
    REPAIR = "repair"


MONEY_LIKE = frozenset({Method.STORE_CREDIT, Method.GIFT_CARD, Method.VOUCHER})
"""Methods that can carry a bonus."""

_YEARLY = re.compile(r"(0[1-9]|1[0-2])-([0-2][0-9]|3[01])\Z", re.ASCII)


def _every_year(value: str) -> str:
    # 2001 was no leap year: February 29 would be missing in three years out of four.
    if not _YEARLY.match(value):
        raise ValueError("write a day of every year as MM-DD, such as 12-31, or one day as 2026-12-31")
    try:
        date.fromisoformat(f"2001-{value}")
    except ValueError:
        raise ValueError(f"{value} is not a day of every year") from None
    return value


Percent = Annotated[
    Decimal,
    BeforeValidator(decimal),
    # Above 100 is written down, so that `policy check` can explain it among everything else that is wrong.
    Field(ge=0, le=1000),
    PlainSerializer(plain, return_type=str, when_used="json"),
]
Days = Annotated[int, Field(ge=0, le=36_500)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
HolidayDay = date | Annotated[str, AfterValidator(_every_year)]


class Title(Record):
    """What customers read instead of a rule's name."""

    en: Name = Field(description="In English.")
    zh: Name = Field(description="In Chinese.")


class Rule(Record):
    """What all rules have: a name, and whom and what they are for. A rule without limits is for everything."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")] = Field(
        description="Short name, unique in its table; `explain` and `check` call the rule by it."
    )
    title: Title | None = Field(None, description="What customers read instead of the name.")
    priority: Annotated[int, Field(ge=-100, le=100)] = Field(
        0,
        description="Among rules that fit, the highest counts, before any comparison of how specific they are.",
    )
    skus: tuple[Name, ...] = Field((), description="Only these articles.")
    categories: tuple[Name, ...] = Field((), description="Only these product categories and all below them.")
    countries: tuple[Country, ...] = Field((), description="Only deliveries to these countries.")
    groups: tuple[Name, ...] = Field((), description="Only customers with one of these tags in Odoo.")
    channels: tuple[Name, ...] = Field((), description="Only what was sold there.")


class Window(Rule):
    """How long goods may come back."""

    days: Days = Field(description="Days; the last one still counts.")
    counts_from: CountsFrom = Field(CountsFrom.DELIVERY, description="The day they count from.")


class Holiday(Rule):
    """A season with more time: what was ordered from `first` to `last` may come back until `until`."""

    first: HolidayDay = Field(description="First day of ordering: `11-01` for every year, or one date.")
    last: HolidayDay = Field(description="Last day of ordering.")
    until: HolidayDay = Field(description="Last day for returns.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len({type(day) for day in (self.first, self.last, self.until)}) > 1:
            raise ValueError("first, last and until are either all days of every year or all dates")
        return self


class Conditions(Rule):
    """In which condition goods are taken back; what is in no list needs a person."""

    accepted: tuple[Condition, ...] = Field((), description="Taken back.")
    person: tuple[Condition, ...] = Field((), description="A person decides.")
    refused: tuple[Condition, ...] = Field((), description="Not taken back.")


class Reasons(Record):
    """Which reasons are taken; what is in no list, and not always accepted, needs a person."""

    accepted: tuple[ReasonCode, ...] = Field((), description="Taken, within the window.")
    person: tuple[ReasonCode, ...] = Field((), description="A person decides.")
    refused: tuple[ReasonCode, ...] = Field((), description="Not taken.")


class AlwaysAccepted(Rule):
    """Reasons that are the shop's fault: accepted after the window too."""

    reasons: tuple[ReasonCode, ...] = Field(min_length=1, description="Which reasons.")
    days: Days | None = Field(None, description="Days from delivery; without end when left out.")
    conditions: tuple[Condition, ...] = Field(
        (), description="Conditions taken with these reasons, on top of the usual ones."
    )
    final_sale: bool = Field(True, description="For final-sale goods as well.")
    label_paid_by: Payer = Field(Payer.SHOP, description="Who then pays for the way back.")


class FinalSale(Rule):
    """Goods that do not come back."""


class CaseRule(Rule):
    """A rule that may be limited to reasons and conditions as well."""

    reasons: tuple[ReasonCode, ...] = Field((), description="Only with these reasons.")
    conditions: tuple[Condition, ...] = Field((), description="Only in these conditions.")


class Fee(CaseRule):
    """A restocking fee: either `amount` or `percent`."""

    amount: Amount | None = Field(None, description="Fixed amount for the request, in the policy's currency.")
    percent: Percent | None = Field(None, description="Percent of what was paid for the returned goods.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("a fee has either amount or percent")
        return self


class Label(CaseRule):
    """Who pays for the way back."""

    paid_by: Payer = Field(description="`shop` or `customer`.")
    cost: Amount = Field(
        Decimal(0), description="What is kept from the refund for the shop's label, where the customer pays."
    )


class Offer(CaseRule):
    """One way to get the money's worth back."""

    method: Method = Field(description="What the customer may choose.")
    bonus_percent: Percent | None = Field(None, description="On top, in percent of the refund.")
    bonus_amount: Amount | None = Field(None, description="On top, a fixed amount.")

    @model_validator(mode="after")
    def _bonus_fits(self) -> Self:
        if self.bonus_percent is not None and self.bonus_amount is not None:
            raise ValueError("an offer has either bonus_percent or bonus_amount")
        has_bonus = self.bonus_percent is not None or self.bonus_amount is not None
        if has_bonus and self.method not in MONEY_LIKE:
            raise ValueError(f"only {', '.join(sorted(MONEY_LIKE))} can carry a bonus")
        return self


class KeepItem(CaseRule):
    """Small amounts: the money goes back and the goods stay."""

    below: Amount = Field(description="For requests worth less than this, in the policy's currency.")


class Approval(Record):
    """What is authorized without a person."""

    up_to: Amount | None = Field(None, description="Value of a request; without limit when left out.")
    units: Count | None = Field(None, description="Units of a request; without limit when left out.")


class Limit(Rule):
    """How much one customer may return before a person looks. This request counts in."""

    days: Annotated[int, Field(ge=1, le=3650)] = Field(description="The period, back from the request.")
    returns: Count | None = Field(None, description="Returns in the period.")
    value: Amount | None = Field(None, description="Their value, in the policy's currency.")
    rate: Percent | None = Field(None, description="Value returned, in percent of the value bought.")
    rate_from_orders: Count = Field(3, description="The rate counts from so many orders in the period.")

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.returns is None and self.value is None and self.rate is None:
            raise ValueError("a limit has at least one of returns, value, rate")
        return self


class Policy(Record):
    """The whole policy."""

    shop: Title | None = Field(None, description="The shop's name on the page for customers.")
    contact: Name | None = Field(None, description="Where customers ask: an e-mail address or a page.")
    currency: Currency = Field(description="Currency of all amounts here; the company's currency in Odoo.")
    windows: tuple[Window, ...] = Field((), description="How long goods may come back.")
    holidays: tuple[Holiday, ...] = Field((), description="Seasons with more time.")
    conditions: tuple[Conditions, ...] = Field((), description="In which condition goods are taken.")
    reasons: Reasons = Field(Reasons(), description="Which reasons are taken.")
    always_accepted: tuple[AlwaysAccepted, ...] = Field((), description="Reasons that are the shop's fault.")
    final_sale: tuple[FinalSale, ...] = Field((), description="Goods that do not come back.")
    fees: tuple[Fee, ...] = Field((), description="Restocking fees.")
    labels: tuple[Label, ...] = Field((), description="Who pays for the way back.")
    offers: tuple[Offer, ...] = Field((), description="What the customer may choose to get.")
    keep_item: tuple[KeepItem, ...] = Field((), description="Refunds without return.")
    approval: Approval = Field(Approval(), description="What is authorized without a person.")
    limits: tuple[Limit, ...] = Field((), description="How much one customer may return.")

    @model_validator(mode="before")
    @classmethod
    def _tables_are_lists(cls, given: Any) -> Any:
        for table in RULE_TABLES if isinstance(given, dict) else ():
            if isinstance(given.get(table), dict):
                raise ValueError(f"write [[{table}]] with two brackets: it is a list of rules")
        return given

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        for table in RULE_TABLES:
            names = Counter(rule.name for rule in getattr(self, table))
            twice = sorted(name for name, times in names.items() if times > 1)
            if twice:
                raise ValueError(f"{table} has more than one rule called {', '.join(twice)}")
        return self


RULE_TABLES = (
    "windows",
    "holidays",
    "conditions",
    "always_accepted",
    "final_sale",
    "fees",
    "labels",
    "offers",
    "keep_item",
    "limits",
)
"""The tables of a policy that are lists of rules."""

"""The tables of the settings that say how a return goes on: inspection, payments, exchanges, messages, customers."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from odoo_rma.connector.settings_part import Part
from odoo_rma.mappings.vocabulary import Condition, Disposition, MessageStep, ReasonCode


class DispositionRule(Part):
    """What becomes of goods in these conditions, returned for these reasons; any where nothing is named."""

    conditions: tuple[Condition, ...] = ()
    reasons: tuple[ReasonCode, ...] = ()
    skus: tuple[str, ...] = ()
    disposition: Disposition


class InspectionSettings(Part):
    """`[inspection]`: what becomes of what came back."""

    rules: tuple[DispositionRule, ...] = Field(
        (),
        description="List of `{conditions, reasons, skus, disposition}`; the first that fits counts, before the defaults.",
    )
    locations: dict[Disposition, str] = Field(
        default_factory=dict,
        description="Location per disposition: its full name (`WH/Quarantine`), or its name in each warehouse (`Quarantine`).",
    )


Card = Literal["gift_card", "voucher"]


class PaymentSettings(Part):
    """`[payments]`: how refunds leave the books."""

    journals: dict[str, str] = Field(
        default_factory=dict,
        description="Journal code per gateway (`stripe`) or refund method (`gift_card`); without one no payment is booked.",
    )
    programs: dict[Card, str] = Field(
        default_factory=dict,
        description="Name of Odoo's gift card program for `gift_card` and `voucher`; without one no card is issued.",
    )

    @model_validator(mode="after")
    def _owed(self) -> Self:
        if bare := sorted(self.programs.keys() - {name.lower() for name in self.journals}):
            raise ValueError(
                f"programs names {', '.join(bare)}, but journals does not: name a journal whose outgoing payments stand on "
                "the account of what is owed to holders of cards"
            )
        return self


class ExchangePrice(StrEnum):
    """What new goods cost where the source does not say."""

    EVEN = "even"
    LIST = "list"


class ExchangeSettings(Part):
    """`[exchange]`: new goods for old ones."""

    price: ExchangePrice = Field(
        ExchangePrice.EVEN,
        description="Where the source names no price: even takes the old goods' price, list that of the price list.",
    )
    send_before_receipt: bool = Field(
        False, description="Send all new goods before the old ones are back, not only those marked `advance`."
    )


class MessageSettings(Part):
    """`[messages]`: what customers are told."""

    since: date | None = Field(
        None, description="Nobody is told of what happened before this day; nobody at all when left out."
    )
    steps: tuple[MessageStep, ...] = Field(
        tuple(MessageStep), description="The steps at which customers are written to."
    )
    channel: str = Field("email", description="How: `email` goes out by Odoo; other packages may add others.")
    templates: Path | None = Field(
        None, description="Folder with own templates; where one is missing, ours is taken."
    )
    shop: str | None = Field(
        None, description="The shop's name in messages; the company's in Odoo when left out."
    )
    sender: str | None = Field(None, description="Sender's address; as Odoo is set up when left out.")
    feedback_url: str | None = Field(
        None, description="Where customers answer how it went; `{token}` stands for the signed answer key."
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="Free table for channels of other packages; `email` takes none."
    )

    @field_validator("feedback_url")
    @classmethod
    def _has_token(cls, value: str | None) -> str | None:
        if value and ("{token}" not in value or not value.startswith(("https://", "http://"))):
            raise ValueError("should be a web address that holds {token}")
        return value


class CrmSettings(Part):
    """`[crm]`: what salespeople see on a customer."""

    notes: bool = Field(
        False, description="Note on the customer each return, how it ended, and the feedback on it."
    )
    tag: str | None = Field(
        None,
        min_length=1,
        description="Tag for customers with a return, such as `Returns`; made where it is missing.",
    )
    frequent_tag: str | None = Field(
        None, min_length=1, description="Further tag for customers with `frequent_after` returns or more."
    )
    frequent_after: int = Field(3, ge=2, description="How many returns make a customer a frequent returner.")

    @model_validator(mode="after")
    def _remembered(self) -> Self:
        if (self.tag or self.frequent_tag) and not self.notes:
            raise ValueError(
                "tag needs notes = true: the note tells which return brought the tag, so that it is not put back when a "
                "person takes it away"
            )
        return self

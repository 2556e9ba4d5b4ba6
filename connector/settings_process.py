"""The tables of the settings that say how a return goes on: inspection, payments, exchanges, messages."""

from datetime import date
from enum import StrEnum
from pathlib import Path

from pydantic import Field

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


class PaymentSettings(Part):
    """`[payments]`: how refunds leave the books."""

    journals: dict[str, str] = Field(
        default_factory=dict,
        description="Journal code per gateway (`stripe`) or refund method (`gift_card`); without one no payment is booked.",
    )


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

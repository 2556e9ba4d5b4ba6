"""Money and quantities: `Decimal` from plain text, never `float`. The only module that imports `decimal`.

An amount and its currency are one value; the tolerance comes from the currency (ISO 4217 minor units).
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

__all__ = [
    "CENT",
    "ONE",
    "ZERO",
    "Amount",
    "Decimal",
    "Money",
    "Quantity",
    "Total",
    "decimal",
    "minor_unit",
    "plain",
]

ZERO = Decimal(0)
ONE = Decimal(1)
HALF = Decimal("0.5")
CENT = Decimal("0.01")

# ISO 4217: currencies whose minor unit is not a hundredth.
_NO_MINOR = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THOUSANDTH = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])

# ASCII digits only: pydantic alone would take "1_000" and full-width digits.
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,18})?\Z", re.ASCII)


def decimal(value: Any) -> Decimal:
    """Read a plain decimal number: text such as `12.50`, a whole number, or a `Decimal`.

    Raises:
        ValueError: not a plain decimal (floats, exponents, NaN, separators, other digits, booleans).

    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError(f"not a plain decimal number: {value!r}")
    if isinstance(value, Decimal) and (not value.is_finite() or not -18 <= value.adjusted() <= 15):
        raise ValueError(f"not a plain decimal number: {value}")
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip(" \t\r\n")
    if not _PLAIN.match(text):
        raise ValueError(f"not a plain decimal number: {text[:40]!r}")
    return abs(Decimal(text)) if text.startswith("-0") and not Decimal(text) else Decimal(text)


def from_odoo(value: float | str) -> Decimal:
    """Turn what Odoo's API sends (JSON numbers) into the decimal that it prints."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def plain(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: `1E+1` → `10`, `2.50` → `2.5`."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


FINEST = Decimal("0.000001")
"""Units are told no finer: five pieces of a dozen are 0.416667 of it."""


def written(units: Decimal) -> Decimal:
    """Give units as they are told."""
    return decimal(plain(round_to(units, FINEST)))


def _as_text(value: Decimal) -> str:
    return format(value, "f")


Quantity = Annotated[
    Decimal,
    BeforeValidator(decimal),
    Field(ge=0, le=1_000_000),
    PlainSerializer(_as_text, return_type=str, when_used="json"),
]
"""Units of a product, in the unit of measure of the order line; 0 to 1,000,000."""

Amount = Annotated[
    Decimal,
    BeforeValidator(decimal),
    Field(ge=0, le=1_000_000_000),
    PlainSerializer(_as_text, return_type=str, when_used="json"),
]
"""An amount in the currency of the record that holds it; never negative."""


Total = Annotated[
    Decimal, BeforeValidator(decimal), PlainSerializer(_as_text, return_type=str, when_used="json")
]
"""An amount as it stands in Odoo: below zero where a person made it so."""


def minor_unit(currency: str) -> Decimal:
    """Give the smallest unit of a currency: 1 for JPY, 0.01 for EUR, 0.001 for KWD."""
    if currency in _NO_MINOR:
        return ONE
    return Decimal("0.001") if currency in _THOUSANDTH else CENT


def round_to(value: Decimal, unit: Decimal) -> Decimal:
    """Round half up (away from zero, as Odoo does) to a multiple of `unit`."""
    return (value / unit).quantize(ONE, rounding=ROUND_HALF_UP) * unit


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount.quantize(minor_unit(self.currency))} {self.currency}"

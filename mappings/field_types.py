"""The types of the format's fields: texts, times, quantities and amounts, each with what it refuses."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from odoo_rma.mappings.money import Amount, Quantity

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
Whole = Annotated[int, BeforeValidator(_whole)]
PositiveQuantity = Annotated[Quantity, Field(gt=0)]
PositiveAmount = Annotated[Amount, Field(gt=0)]


class Record(BaseModel):
    """Base of all parts: immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

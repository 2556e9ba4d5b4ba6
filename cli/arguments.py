"""What people type as arguments, checked before anything else happens."""

import re
from datetime import date, datetime
from typing import Any

import click

from odoo_rma.mappings.free_text import tidy
from odoo_rma.mappings.money import Decimal, decimal

LONGEST = 200
MOST = 1_000_000
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])\Z", re.ASCII)


class Words(click.ParamType):  # type: ignore[type-arg]  # click before 8.4 takes none
    """A name, number or address; not empty, on one line, at most 200 letters. Given without blanks around it."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take it, or say what is wrong with it."""
        text = str(value).strip()
        if not text:
            self.fail("it is empty", param, ctx)
        if len(text) > LONGEST or not text.isprintable():
            self.fail(f"it has more than {LONGEST} letters, or some that cannot be printed", param, ctx)
        return text


class FreeText(click.ParamType):  # type: ignore[type-arg]  # as above
    """A note or a comment, in anybody's own words; control characters are left out."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take it, or say that it is too long."""
        try:
            return tidy(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Day(click.ParamType):  # type: ignore[type-arg]  # as above
    """A day, such as 2026-11-24, between the years 1970 and 2999."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Take it, or say what is wrong with it."""
        if isinstance(value, date):
            return value
        try:
            day = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-11-24", param, ctx)
        if not 1970 <= day.year <= 2999:
            self.fail(f"{value} does not lie between the years 1970 and 2999", param, ctx)
        return day


class Month(click.ParamType):  # type: ignore[type-arg]  # as above
    """An accounting month, such as 2026-10, between the years 1970 and 2999."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take it, or say what is wrong with it."""
        text = str(value).strip()
        if not (match := _MONTH.match(text)):
            self.fail(f"{text!r} is not a month such as 2026-10", param, ctx)
        if not 1970 <= int(match[1]) <= 2999:
            self.fail(f"{text} does not lie between the years 1970 and 2999", param, ctx)
        return text


class Quantity(click.ParamType):  # type: ignore[type-arg]  # as above
    """How many of an article: more than 0, at most a million."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Take it, or say what is wrong with it."""
        if isinstance(value, Decimal):
            return value
        try:
            quantity = decimal(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not 0 < quantity <= MOST:
            self.fail(f"{value} is not more than 0 and at most {MOST:,}", param, ctx)
        return quantity


class Currency(click.ParamType):  # type: ignore[type-arg]  # as above
    """A currency's code."""

    name = "currency"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take it, or say what is wrong with it."""
        code = str(value).strip().upper()
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            self.fail(f"{value!r} is not a currency's code, such as EUR", param, ctx)
        return code


WORDS, FREE_TEXT, DAY, MONTH = Words(), FreeText(), Day(), Month()
QUANTITY, CURRENCY = Quantity(), Currency()

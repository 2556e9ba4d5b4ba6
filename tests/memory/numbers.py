"""Numbers as Odoo keeps them: floats at the edge, exact in between; and the next in a row of names."""

from decimal import ROUND_HALF_UP, Decimal

from memory.database import Database

CENT = Decimal("0.01")


def exact(value: float) -> Decimal:
    """Read a float as it is written."""
    return Decimal(repr(value))


def rounded(value: Decimal) -> Decimal:
    """Round to the cent; the double knows no other currencies."""
    return value.quantize(CENT, ROUND_HALF_UP)


def next_name(db: Database, model: str, prefix: str) -> str:
    """Give the name after the highest one with this prefix."""
    return f"{prefix}{db.highest(model, prefix) + 1:05}"

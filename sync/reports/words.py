"""The words of a reconciliation, as people read them."""

from odoo_rma.mappings.drift import UNITS, Area, DriftKind
from odoo_rma.mappings.money import ONE, Decimal, minor_unit, plain
from odoo_rma.mappings.ownership import Side

NOT_POSTED = "not posted"
"""The period of what stands in no posted note."""

KINDS: dict[DriftKind, tuple[str, str]] = {
    DriftKind.MISSING_IN_ERP: ("missing in Odoo", "The source has it, Odoo does not."),
    DriftKind.MISSING_IN_RMA: ("missing at the source", "Odoo has it, the source does not say so."),
    DriftKind.QUANTITY: ("quantity", "The units differ."),
    DriftKind.AMOUNT: ("amount", "The amounts differ."),
    DriftKind.TAX: ("tax", "The tax in the amount differs."),
    DriftKind.CURRENCY: ("currency", "The sides name different currencies."),
    DriftKind.STATE: ("state", "One side is further than the other."),
    DriftKind.PERIOD: ("period", "It is booked in another month than it belongs to."),
    DriftKind.DUPLICATE: ("duplicate", "It stands in the books more than once."),
    DriftKind.ORPHAN: ("orphan", "A document in Odoo whose return nobody knows, or cannot be read."),
    DriftKind.PAID_NOT_POSTED: ("paid, not posted", "The money went out, but no credit note is posted."),
    DriftKind.POSTED_NOT_PAID: ("posted, not paid", "The credit note is posted, but the money is not out."),
    DriftKind.CHANGED_BY_HAND: ("changed by hand", "A person changed in Odoo what was made for the return."),
    DriftKind.CONFLICT: ("conflict", "Both sides changed it since they last agreed."),
    DriftKind.DISPOSITION: ("disposition", "The goods went another way than the source says."),
    DriftKind.LOT: ("lot", "Another lot or serial number came back."),
    DriftKind.UNREADABLE: ("unreadable", "The source's record cannot be read."),
    DriftKind.UNEXPLAINED: ("unexplained", "A total differs by more than the listed differences."),
}
"""What each kind of difference is called, and what it means."""

OPEN, DECIDED = "open", "decided"
"""How a difference stands: a person has to look at it, or has done so."""

AREAS = {Area.INVENTORY: "Inventory", Area.LEDGER: "Ledger"}
SIDES = {Side.RMA: "the source", Side.ERP: "Odoo"}


def unit_of(measure: str) -> Decimal:
    """Give the smallest step of a measure: a thousandth of a unit, or a currency's minor unit."""
    return Decimal("0.001") if measure == UNITS else minor_unit(measure)


def digits_of(measure: str) -> int:
    """Give how many digits after the point a measure has."""
    unit = unit_of(measure)
    return 0 if unit == ONE else -int(unit.adjusted())


def number(value: Decimal, unit: Decimal | None = None) -> str:
    """Write a number for people: `1,234.50` in steps of a unit, or as exact as it is; with a true minus sign."""
    shown = f"{value.quantize(unit):,f}" if unit is not None else f"{Decimal(plain(value)):,f}"
    return shown.replace("-", "−")

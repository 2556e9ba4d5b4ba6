"""What an inspection says about one return: what came, what did not, and what differs from what was announced."""

from collections.abc import Iterator

from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.rma_line import Inspection, RmaLine
from odoo_rma.mappings.vocabulary import Condition, Disposition, Resolution

ABSENT = frozenset({Condition.MISSING, Condition.WRONG_ITEM})
"""Conditions of units that are not here: nothing of the article came, or another one did."""


def as_inspected(rma: Rma, rules: InspectionRules) -> Rma:
    """Fill in what the rules say where an inspection names no disposition, and the lots it found on its line."""
    if not any(x.inspections for x in rma.lines):
        return rma
    return rma.model_copy(update={"lines": tuple(_line(x, rules) for x in rma.lines)})


def _line(line: RmaLine, rules: InspectionRules) -> RmaLine:
    seen = tuple(i if i.disposition else _disposed(line, i, rules) for i in line.inspections)
    found = tuple(x for i in seen if i.condition not in ABSENT for x in i.lots)
    fits = sum((x.quantity for x in found), ZERO) <= line.requested
    lots = line.lots or (found if fits else ())
    return line.model_copy(update={"inspections": seen, "lots": lots})


def _disposed(line: RmaLine, one: Inspection, rules: InspectionRules) -> Inspection:
    mends = line.resolution is Resolution.REPAIR and one.condition not in ABSENT
    wish = Disposition.REPAIR if mends else None
    told = rules.disposition(one.condition, line.reason.code, line.sku or line.barcode or "", wish)
    return one.model_copy(update={"disposition": told})


def present(line: RmaLine) -> Decimal:
    """Units of the line's article that really came: what was received, less what was found missing or to be another.

    A source may count them among what it received, or not.
    """
    return came(line, line.received)


def came(line: RmaLine, received: Decimal) -> Decimal:
    """Say how many of the units that somebody received are the line's article."""
    good = sum((i.quantity for i in line.inspections if not is_absent(i)), ZERO)
    gone = absent(line)
    return max(min(good, received), received - gone) if gone else received


def absent(line: RmaLine) -> Decimal:
    """Units that did not come, or came as another article."""
    return sum((i.quantity for i in line.inspections if is_absent(i)), ZERO)


def is_absent(one: Inspection) -> bool:
    """Tell whether an inspection speaks of units that did not come."""
    return one.condition in ABSENT or one.disposition is Disposition.NOT_RECEIVED


def differences(rma: Rma) -> Iterator[str]:
    """Say in words what was found other than the customer announced."""
    for line in rma.lines:
        what = line.sku or line.barcode
        for one in line.inspections:
            units = f"{plain(one.quantity)} × {what}"
            if one.condition is Condition.WRONG_ITEM:
                yield f"{plain(one.quantity)} × {one.sku or 'another article'} came instead of {what}"
            elif one.condition is Condition.MISSING or one.disposition is Disposition.NOT_RECEIVED:
                yield f"{units} did not come: not credited"
            elif line.condition and one.condition is not line.condition:
                yield f"{units} announced as {_words(line.condition)}, found {_words(one.condition)}"
        here = sum((i.quantity for i in line.inspections if not is_absent(i)), ZERO)
        if here > line.requested:
            yield f"{plain(here)} × {what} came, {plain(line.requested)} announced"


def _words(condition: Condition) -> str:
    return condition.value.replace("_", " ")

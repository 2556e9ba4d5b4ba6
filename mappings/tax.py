"""Predict what Odoo will compute for lines with percentage taxes, to the cent.

The prediction is what a credit note is checked against before anything is written; Odoo's own draft is the judge
afterwards. Taxes that are not plain percentages are not predicted. Both ways of rounding, on both generations of Odoo's
tax engine (`Rounding`), were tried with random documents on Odoo 14 and 19.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from odoo_rma.mappings.erp import Rounding, Tax
from odoo_rma.mappings.money import ONE, ZERO, Decimal, round_to

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A line as Odoo taxes it; `discount` in percent, taxes in Odoo's order."""

    quantity: Decimal
    price_unit: Decimal
    discount: Decimal
    tax_ids: tuple[int, ...]


def totals(
    lines: Sequence[TaxedLine], taxes: Mapping[int, Tax], unit: Decimal, rounding: Rounding
) -> tuple[Decimal, Decimal] | None:
    """Give (untaxed, tax) of a document in units of the currency; None when a tax cannot be predicted."""
    total, untaxed, tax_sums = ZERO, ZERO, dict[int, Decimal]()
    split = _split_base_first if rounding.base_per_line else _split
    only_included = True
    for line in lines:
        own = [taxes[t] for t in line.tax_ids if t in taxes]
        if len(own) < len(line.tax_ids) or any(not t.simple for t in own):
            return None
        only_included &= all(t.included for t in own)
        base, amounts = split(line, own, unit, rounding)
        untaxed += base
        total += base + sum(amounts.values(), ZERO)
        for tax_id, amount in amounts.items():
            tax_sums[tax_id] = tax_sums.get(tax_id, ZERO) + amount
    tax = sum((round_to(t, unit) for t in tax_sums.values()), ZERO)
    if only_included and not rounding.base_per_line:
        return round_to(total, unit) - tax, tax  # the price that the customer saw holds; the net gives way
    return round_to(untaxed, unit), tax


def _amount(line: TaxedLine) -> Decimal:
    return line.quantity * line.price_unit * (ONE - line.discount / HUNDRED)


def _rate(taxes: Sequence[Tax]) -> Decimal:
    return sum((t.amount for t in taxes), ZERO) / HUNDRED


def _split(
    line: TaxedLine, taxes: Sequence[Tax], unit: Decimal, rounding: Rounding
) -> tuple[Decimal, dict[int, Decimal]]:
    """Odoo 18 and up: take the included taxes off, each rounded; put the others on what is left."""
    raw = _amount(line)
    amount = raw if rounding.globally else round_to(raw, unit)
    inside = [t for t in taxes if t.included]
    net = amount / (ONE + _rate(inside))
    found = {t.id: net * t.amount / HUNDRED for t in inside}
    if not rounding.globally:
        found = {x: round_to(share, unit) for x, share in found.items()}
    base = amount - sum(found.values(), ZERO)
    for tax in taxes:
        if not tax.included:
            share = base * tax.amount / HUNDRED
            found[tax.id] = share if rounding.globally else round_to(share, unit)
    return base, found


def _split_base_first(
    line: TaxedLine, taxes: Sequence[Tax], unit: Decimal, rounding: Rounding
) -> tuple[Decimal, dict[int, Decimal]]:
    """Odoo before 18: round the line's base, always; the last included tax makes up the price."""
    amount = round_to(_amount(line), unit)
    inside = [t for t in taxes if t.included and t.amount]
    base = round_to(amount / (ONE + _rate(inside)), unit)
    found = {t.id: base * t.amount / HUNDRED for t in taxes}
    if not rounding.globally:
        found = {x: round_to(share, unit) for x, share in found.items()}
    if inside:
        found[inside[-1].id] = amount - base - sum((found[t.id] for t in inside[:-1]), ZERO)
    return base, found

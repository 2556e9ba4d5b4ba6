"""Predict what Odoo will compute for lines with percentage taxes, to the cent.

The prediction is what a credit note is checked against before anything is written; Odoo's own draft is the judge
afterwards. Taxes that are not plain percentages are not predicted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from odoo_rma.mappings.erp import Tax
from odoo_rma.mappings.money import ONE, ZERO, Decimal, round_to

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A line as Odoo taxes it; `discount` in percent."""

    quantity: Decimal
    price_unit: Decimal
    discount: Decimal
    tax_ids: tuple[int, ...]


def totals(
    lines: Sequence[TaxedLine], taxes: Mapping[int, Tax], unit: Decimal, *, round_globally: bool
) -> tuple[Decimal, Decimal] | None:
    """Give (untaxed, tax) of a document in units of the currency; None when a tax cannot be predicted."""
    untaxed, tax_sums = ZERO, dict[int, Decimal]()
    for line in lines:
        own = [taxes[t] for t in line.tax_ids]
        if any(not t.simple for t in own):
            return None
        base, amounts = _split(line, own, unit, exact=round_globally)
        untaxed += base
        for tax_id, amount in amounts.items():
            tax_sums[tax_id] = tax_sums.get(tax_id, ZERO) + amount
    return round_to(untaxed, unit), sum((round_to(t, unit) for t in tax_sums.values()), ZERO)


def _split(
    line: TaxedLine, taxes: Sequence[Tax], unit: Decimal, *, exact: bool
) -> tuple[Decimal, dict[int, Decimal]]:
    raw = line.quantity * line.price_unit * (ONE - line.discount / HUNDRED)
    amount = raw if exact else round_to(raw, unit)
    included = sum((t.amount for t in taxes if t.included), ZERO) / HUNDRED
    base = amount / (ONE + included)
    shares = {t.id: base * t.amount / HUNDRED for t in taxes}
    if exact:
        return base, shares
    rounded = {t.id: round_to(shares[t.id], unit) for t in taxes}
    inside = sum((rounded[t.id] for t in taxes if t.included), ZERO)
    return amount - inside, rounded

"""The prediction against what Odoo 14 and 19 themselves computed for the same lines (recorded from random documents)."""

import pytest
from shop import D

from odoo_rma.mappings.erp import Rounding, Tax
from odoo_rma.mappings.money import minor_unit
from odoo_rma.mappings.tax import TaxedLine, totals

NAMES = {"15": (1, "15", False), "5.5": (2, "5.5", False), "21i": (3, "21", True), "6i": (4, "6", True)}
NAMES |= {"19i": (5, "19", True), "7.7": (6, "7.7", False), "-1.5": (8, "-1.5", False)}
TAXES = {i: Tax(i, name, "percent", D(rate), included, True) for name, (i, rate, included) in NAMES.items()}

PER_LINE, GLOBALLY = Rounding(), Rounding(globally=True)
GLOBALLY_14 = Rounding(globally=True, base_per_line=True)


def document(text: str) -> list[TaxedLine]:
    """Read lines such as `12 × 686.27 - 2.5 % [21i 15]`."""
    lines = []
    for row in text.split(";"):
        quantity, _, price, discount, *taxes = row.split()
        lines.append(TaxedLine(D(quantity), D(price), D(discount), tuple(NAMES[t][0] for t in taxes)))
    return lines


@pytest.mark.parametrize(
    ("rounding", "currency", "lines", "untaxed", "tax"),
    [
        # The tax on top is put on what the rounded included one leaves.
        (PER_LINE, "USD", "12 × 686.27 2.5 21i 15", "6635.83", "2388.90"),
        # Where every price has its tax inside, the price the customer saw holds.
        (GLOBALLY, "USD", "12 × 860.04 10 19i", "7805.40", "1483.03"),
        (GLOBALLY, "USD", "0.5 × 242.14 10 21i; 1 × -2.21 0 21i", "88.22", "18.53"),
        (GLOBALLY, "USD", "0.5 × 177.4131 10 21i 6i", "62.87", "16.97"),
        (GLOBALLY, "JPY", "3 × 237.1 0 19i", "597", "114"),
        (GLOBALLY, "JPY", "3 × 556.22 2.5 21i; 2 × -1.94 15", "1342", "282"),
        # Before 18 each line's base is rounded, whatever the company chose.
        (
            GLOBALLY_14,
            "USD",
            "0.5 × 659.66 15 15 -1.5; 3 × 212.27 0 15 -1.5; 2 × 891.86 10 15 -1.5; 2 × 7.0948 33.33 15 -1.5",
            "2531.98",
            "341.82",
        ),
        (
            GLOBALLY_14,
            "KWD",
            "3 × 218.53 10 21i 5.5; 1 × 891.12 0 21i 5.5; 3 × 623.9893 0 21i 5.5",
            "2771.173",
            "734.361",
        ),
    ],
)
def test_what_odoo_computed(rounding: Rounding, currency: str, lines: str, untaxed: str, tax: str) -> None:
    assert totals(document(lines), TAXES, minor_unit(currency), rounding) == (D(untaxed), D(tax))


def test_a_tax_that_is_not_known_is_not_predicted() -> None:
    assert totals([TaxedLine(D(1), D(1), D(0), (99,))], TAXES, D("0.01"), PER_LINE) is None

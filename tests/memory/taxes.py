"""What Odoo 19 computes for a document whose taxes are plain percentages, rounded per document.

Written from what Odoo shows, without the product's own prediction: that one is checked against this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from memory.database import Database
from memory.numbers import exact, rounded

Amounts = tuple[Decimal, Decimal, Decimal, Decimal]
"""Net and gross as the line shows them, net as it is booked, and that before it was rounded."""


@dataclass(frozen=True)
class Priced:
    """A document's amounts; of each tax rounded and before. `account_of`: where one without an account is booked."""

    lines: list[Amounts]
    taxes: dict[int, tuple[Decimal, Decimal]]
    account_of: dict[int, int]
    total: Decimal
    tax: Decimal


def priced(db: Database, lines: Sequence[dict[str, Any]]) -> Priced:
    """Work out a document."""
    if db.row("res.company", 1)["tax_calculation_rounding_method"] != "round_globally":
        raise NotImplementedError("the double rounds per document only")
    shares = [_shares(db, line) for line in lines]
    sums: dict[int, Decimal] = {}
    account_of: dict[int, int] = {}
    for line, (_, own) in zip(lines, shares, strict=True):
        for tax, amount in own.items():
            sums[tax] = sums.get(tax, Decimal(0)) + amount
            account_of.setdefault(tax, line["account_id"])
    taxes = {tax: rounded(amount) for tax, amount in sums.items()}
    tax = sum(taxes.values(), Decimal(0))
    net = sum((base for base, _ in shares), Decimal(0))
    untaxed = rounded(net)
    if all(_included(db, t) for line in lines for t in line["tax_ids"]):
        untaxed = rounded(net + sum(sums.values(), Decimal(0))) - tax  # the price that was shown holds
    shown = [(rounded(base), rounded(base + sum(own.values(), Decimal(0)))) for base, own in shares]
    booked = _spread([one for one, _ in shown], untaxed)
    raw = [base + b - one for (base, _), (one, _), b in zip(shares, shown, booked, strict=True)]
    amounts = [(one, whole, b, r) for (one, whole), b, r in zip(shown, booked, raw, strict=True)]
    both = {t: (amount, sums[t]) for t, amount in taxes.items()}
    return Priced(amounts, both, account_of, untaxed + tax, tax)


def _spread(parts: list[Decimal], whole: Decimal) -> list[Decimal]:
    """Put what rounding left over on the largest line."""
    over = whole - sum(parts, Decimal(0))
    largest = max(range(len(parts)), key=lambda i: abs(parts[i]))
    return [p + over if i == largest else p for i, p in enumerate(parts)]


def _included(db: Database, tax: int) -> bool:
    return bool(db.row("account.tax", tax)["price_include"])


def _shares(db: Database, line: dict[str, Any]) -> tuple[Decimal, dict[int, Decimal]]:
    amount = exact(line["quantity"]) * exact(line["price_unit"]) * (1 - exact(line["discount"] or 0.0) / 100)
    rows = [db.row("account.tax", t) for t in line["tax_ids"]]
    if any(r["amount_type"] != "percent" or r["include_base_amount"] for r in rows):
        raise NotImplementedError("the double knows plain percentages only")
    rates = {r["id"]: exact(r["amount"]) / 100 for r in rows}
    inside = sum((rates[r["id"]] for r in rows if r["price_include"]), Decimal(0))
    base = amount / (1 + inside)
    return base, {tax: base * rate for tax, rate in rates.items()}

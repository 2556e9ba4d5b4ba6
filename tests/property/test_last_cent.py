"""An invoice that comes back whole, in whatever parts, is given back to the cent: nothing of it stays open."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import D, Shop, carry_out, rma

from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.erp import Invoice
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.rules import SourceRules

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
PRICE = "29.90"
"""With 15 % tax one costs 34.385, three cost 103.155: three notes of one come to a cent more than the invoice."""


def sold(shop: Shop, *lines: tuple[str, str, str]) -> int:
    """Sell, deliver and invoice; gives the invoice."""
    order = shop.order(*lines)
    shop.deliver(order)
    return shop.invoice(order)


def notes(shop: Shop) -> list[Invoice]:
    return [i for i in shop.erp.invoices.values() if i.key]


def given_back(shop: Shop) -> Decimal:
    return sum((n.total for n in notes(shop)), D(0))


def received(units: int, revision: int = 1, *, of: int = 3, id: str = "R-1") -> Rma:
    line = {"sku": "TENT", "requested": str(of), "received": str(units)}
    return rma(line, revision=revision, id=id)


@pytest.mark.parametrize("arrivals", [(1, 2, 3), (1, 3), (3,)])
def test_parcel_after_parcel(arrivals: tuple[int, ...]) -> None:
    shop = Shop()
    invoice = sold(shop, ("TENT", "3", PRICE))
    for revision, units in enumerate(arrivals, 1):
        carry_out(shop, received(units, revision), sources=ON_RECEIPT)
    assert len(notes(shop)) == len(arrivals)
    assert given_back(shop) == shop.erp.invoices[invoice].total


def test_three_returns_in_one_run() -> None:
    shop = Shop()
    invoice = sold(shop, ("TENT", "3", PRICE))
    rmas = [received(1, of=1, id=f"R-{n}") for n in (1, 2, 3)]
    carry_out(shop, *rmas, sources=ON_RECEIPT)
    assert [n.total for n in notes(shop)] == [D("34.39"), D("34.39"), D("34.38")]
    assert given_back(shop) == shop.erp.invoices[invoice].total


def test_what_a_person_changed_is_not_made_up_for() -> None:
    shop = Shop()
    sold(shop, ("TENT", "3", PRICE))
    carry_out(shop, received(2), sources=ON_RECEIPT)
    (first,) = notes(shop)
    shop.erp.invoices[first.id] = replace(first, total=first.total - 1)
    carry_out(shop, received(3, 2), sources=ON_RECEIPT)
    assert [n.total for n in notes(shop)] == [first.total - 1, D("34.39")]


@given(
    price=st.decimals("0.01", "999.99", places=2),
    tax=st.sampled_from(["0", "7", "8.875", "15", "19", "25.5"]),
    included=st.booleans(),
    batches=st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=3), min_size=1, max_size=3),
)
def test_in_whatever_parts(price: Decimal, tax: str, included: bool, batches: list[list[int]]) -> None:
    shop = Shop(tax=tax, included=included)
    units = sum(map(sum, batches))
    invoice = sold(shop, ("TENT", str(units), str(price)))
    for number, batch in enumerate(batches):
        rmas = [received(n, of=n, id=f"R-{number}-{i}") for i, n in enumerate(batch)]
        carry_out(shop, *rmas, sources=ON_RECEIPT)
    assert given_back(shop) == shop.erp.invoices[invoice].total

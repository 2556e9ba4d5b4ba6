"""Odoo before 16 forgets the keys of credit note lines; what was credited once must not be credited again there."""

from dataclasses import replace

import pytest
from shop import D, Shop, carry_out, look, rma

from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.rules import SourceRules

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}


@pytest.fixture
def shop() -> Shop:
    """Three tents at 100, 15 % tax on top, delivered and invoiced."""
    shop = Shop()
    order = shop.order(("TENT", "3", "100"))
    shop.deliver(order)
    shop.invoice(order)
    return shop


def forget_line_keys(shop: Shop) -> None:
    for line in list(shop.erp.invoice_lines.values()):
        shop.erp.invoice_lines[line.id] = replace(line, key=None)


def totals(shop: Shop) -> list[object]:
    return [i.total for i in shop.erp.invoices.values() if i.key]


def test_an_arrival_is_credited_once_even_when_its_lines_have_no_key(shop: Shop) -> None:
    fee = [{"id": "c1", "kind": "restocking_fee", "amount": "10.00"}]
    one = rma({"sku": "TENT", "requested": "2", "received": "1"}, charges=fee)
    carry_out(shop, one, sources=ON_RECEIPT)
    forget_line_keys(shop)
    assert look(shop, one, sources=ON_RECEIPT)[0].steps == []

    both = rma({"sku": "TENT", "requested": "2", "received": "2"}, charges=fee, revision=2)
    carry_out(shop, both, sources=ON_RECEIPT)
    assert totals(shop) == [D("105.00"), D("115.00")], "the fee is kept once"


def test_two_lines_of_one_article_are_credited_once_each(shop: Shop) -> None:
    first = {"id": "1", "sku": "TENT", "requested": "2", "received": "1"}
    second = {"id": "2", "sku": "TENT", "requested": "1", "received": "1"}
    one = rma(first, second)
    carry_out(shop, one, sources=ON_RECEIPT)
    forget_line_keys(shop)
    assert look(shop, one, sources=ON_RECEIPT)[0].steps == []

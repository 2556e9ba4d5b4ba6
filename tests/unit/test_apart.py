"""Returns of different orders do not concern each other: compared apart, they get the plans that they get together."""

import pytest
from shop import BY_SOURCE, D, Shop, carry_out, rma

from odoo_rma.mappings.apart import apart
from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan

REFUND = {
    "id": "F",
    "amount": "11.50",
    "at": "2026-11-20T10:00:00Z",
    "lines": [{"line": "1", "quantity": "1"}],
}


def one(number: int, order: str, received: str = "1") -> Rma:
    line = {"sku": "A", "requested": "2", "received": received}
    return rma(line, id=f"R-{number}", order=order, refunds=[REFUND] if received == "1" else [])


@pytest.fixture
def shop() -> Shop:
    """Three orders of the same customer over the same article."""
    shop = Shop()
    for ref in ("S-1", "S-2", "S-3"):
        order = shop.order(("A", "3", "10"), ref=ref)
        shop.deliver(order)
        shop.invoice(order)
    return shop


def said(plans: list[Plan]) -> dict[str, object]:
    return {p.rma.id: (p.steps, p.issues, p.in_erp, p.finished, p.transfers, p.credit_notes) for p in plans}


def both(shop: Shop, *rmas: Rma) -> tuple[dict[str, object], dict[str, object], int]:
    """Compare together and apart."""
    rules, known = shop.all_rules(), shop.decisions
    whole = compare(rmas, shop.erp, BY_SOURCE, rules, known)
    groups = list(apart(rmas, shop.erp, known))
    pieces = [p for own, part in groups for p in compare(own, part, BY_SOURCE, rules, known)]
    return said(whole), said(pieces), len(groups)


def test_apart_as_together_before_and_after_they_are_carried_out(shop: Shop) -> None:
    rmas = [one(1, "S-1"), one(2, "S-2", "0"), one(3, "S-1"), one(4, "S-9"), one(5, "S-3", "2")]
    whole, pieces, groups = both(shop, *rmas)
    assert pieces == whole
    assert groups == 4, "two of them share an order"
    carry_out(shop, *rmas)
    whole, pieces, _ = both(shop, *rmas)
    assert pieces == whole


def test_what_people_did_on_an_order_goes_with_it(shop: Shop) -> None:
    carry_out(shop, one(1, "S-1"))
    invoice = min(i.id for i in shop.erp.invoices.values() if not i.is_credit)
    shop.credit_by_hand(invoice, "A", "2")
    whole, pieces, _ = both(shop, one(1, "S-1"), one(2, "S-1"), one(3, "S-2"))
    assert pieces == whole
    [(_, part)] = list(apart([one(1, "S-1")], shop.erp, {}))
    assert sum(i.is_credit for i in part.invoices.values()) == 2


def test_an_order_that_a_person_named_and_one_found_by_its_invoice(shop: Shop) -> None:
    name = next(o.name for o in shop.erp.orders.values() if "S-2" in o.references.values())
    invoice = max(shop.erp.invoices.values(), key=lambda i: i.id)
    shop.decisions["shop", "R-1"] = Decisions(order=name)
    by_invoice = one(2, "S-3").model_copy(
        update={"order": one(2, "S-3").order.model_copy(update={"name": None, "invoice": invoice.name})}
    )
    whole, pieces, _ = both(shop, one(1, "S-9"), by_invoice)
    assert pieces == whole
    assert all(p[1] == [] for p in pieces.values() if isinstance(p, tuple))


def test_returns_that_two_orders_tie_together_stay_together(shop: Shop) -> None:
    twice = shop.order(("A", "1", "10"), ref="S-1")
    shop.deliver(twice)
    groups = list(apart([one(1, "S-1"), one(2, twice.name), one(3, "S-2")], shop.erp, {}))
    assert [[r.id for r in own] for own, _ in groups] == [["R-1", "R-2"], ["R-3"]]
    assert D(len(groups[0][1].orders)) == 2

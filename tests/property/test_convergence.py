"""Whatever happens to returns in whatever order: stock equals what was received, credits equal what came back."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from shop import D, Shop, carry_out, codes, look, rma

from odoo_rma.mappings.credit_note import credited
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.transfer import own_moves

ON_RECEIPT = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.RECEIPT)}
SKUS = ("A", "B")


@dataclass
class Story:
    """One order with parts delivered and invoiced, and what the customer does with it."""

    delivered: dict[str, list[int]]
    invoiced: list[int]
    visits: list[tuple[str, int, int, bool]]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    parts = st.lists(st.integers(1, 4), min_size=1, max_size=3)
    visit = st.tuples(st.sampled_from(SKUS), st.integers(1, 6), st.integers(0, 6), st.booleans())
    delivered = {sku: draw(parts) for sku in SKUS}
    cut = draw(st.integers(1, sum(delivered["A"])))
    return Story(delivered, [cut, sum(delivered["A"]) - cut], draw(st.lists(visit, min_size=1, max_size=5)))


def open_shop(story: Story, price: str) -> Shop:
    shop = Shop()
    order = shop.order(*((sku, str(sum(q)), price) for sku, q in story.delivered.items()))
    for sku, parts in story.delivered.items():
        for part in parts:
            shop.deliver(order, (sku, str(part)))
    shop.invoice(order, ("A", str(story.invoiced[0])), ("B", str(sum(story.delivered["B"]))))
    if story.invoiced[1]:
        shop.invoice(order, ("A", str(story.invoiced[1])))
    return shop


def received_in_odoo(shop: Shop, one: Rma) -> Decimal:
    return sum((m.done for m in own_moves(one, shop.erp)), D(0))


@settings(max_examples=150, deadline=None)
@given(stories(), st.sampled_from(["0.35", "9.99", "100"]))
def test_every_story_ends_with_equal_sums(story: Story, price: str) -> None:
    shop, accepted = open_shop(story, price), []
    for number, (sku, requested, received, closed) in enumerate(story.visits):
        line = {"sku": sku, "requested": str(requested), "received": str(min(received, requested))}
        one = rma(line, id=f"R-{number}", closed=closed)
        (plan,) = look(shop, one, sources=ON_RECEIPT)
        if plan.issues:
            assert set(codes(plan)) <= {"over_return"}
            continue
        accepted.append(one)
        carry_out(shop, *accepted, sources=ON_RECEIPT)
    for one in accepted:
        assert received_in_odoo(shop, one) == one.lines[0].received
        assert credited(one, shop.erp).units.get("1", D(0)) == one.lines[0].received
    for sku in SKUS:
        total = sum(x.lines[0].received for x in accepted if x.lines[0].sku == sku)
        assert total <= sum(story.delivered[sku])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.booleans())
def test_parcels_in_any_number_of_messages_give_the_state_of_one(parcels: list[int], closed: bool) -> None:
    story = Story({"A": [3, 2], "B": [1]}, [2, 3], [])
    step_by_step, at_once = open_shop(story, "9.99"), open_shop(story, "9.99")
    seen = 0
    for revision, parcel in enumerate(sorted(parcels), 1):
        seen = parcel
        one = rma({"sku": "A", "requested": "5", "received": str(seen)}, revision=revision)
        carry_out(step_by_step, one, sources=ON_RECEIPT)
    last = rma({"sku": "A", "requested": "5", "received": str(seen)}, revision=99, closed=closed)
    carry_out(step_by_step, last, sources=ON_RECEIPT)
    carry_out(at_once, last, sources=ON_RECEIPT)
    for shop in (step_by_step, at_once):
        assert received_in_odoo(shop, last) == seen
        waiting = sum((m.demand for m in own_moves(last, shop.erp) if m.state == "assigned"), D(0))
        assert waiting == (0 if closed else 5 - seen)
        assert credited(last, shop.erp).units.get("1", D(0)) == seen

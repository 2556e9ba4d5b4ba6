"""Returns of all kinds, made up: what messages are previewed and checked with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from odoo_rma.mappings.message_facts import AmountFacts, Facts, ItemFacts, LabelFacts, RefundFacts
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.vocabulary import Condition, MessageStep, ReasonCode, RefundMethod

_BOOT = ItemFacts("Hiking boot, size 42", Decimal(2), ReasonCode.SIZE_SMALL)
_BOTTLE = ItemFacts("Bottle, 1 litre", Decimal(1), ReasonCode.DEFECTIVE)
_LABEL = LabelFacts(
    "DHL", "JD014600003", "https://carrier.example/JD014600003", "https://labels.example/1.pdf"
)
_FEEDBACK = "https://shop.example/feedback?t=sample"

REFUND = RefundFacts(
    lines=(
        AmountFacts("2 × Hiking boot, size 42", "200.00 USD"),
        AmountFacts("Restocking fee", "-20.00 USD"),
    ),
    tax="27.00 USD",
    total="207.00 USD",
    method=RefundMethod.ORIGINAL_PAYMENT.value,
    paid=True,
    code="",
)

SAMPLE = Facts(
    shop="Your shop",
    name="Alice Moreau",
    rma="R-1001",
    order="S-1001",
    items=(_BOOT,),
    asked_on=date(2026, 11, 20),
    send_to=("Your shop", "1 Harbour Road", "20457 Hamburg", "Germany"),
    reasons=("Asked on November 20, 2026, but the time of 30 days ended on November 10, 2026.",),
    labels=(_LABEL,),
    received=(_BOOT,),
    inspected=(replace(_BOOT, quantity=Decimal(1), condition=Condition.NEW_OPENED),),
    refund=REFUND,
    sent=(ItemFacts("Hiking boot, size 43", Decimal(2)),),
    parcels=(_LABEL,),
    feedback_url=_FEEDBACK,
)
"""A return with a bit of everything."""


def samples(step: MessageStep) -> Iterator[tuple[str, Facts]]:
    """Give returns of all kinds that a message of this step may be about, each with its name."""
    bare = Facts(shop="Your shop", name="A", rma="R", order="S", items=(_BOOT,))
    if step is MessageStep.REFUNDED:
        for method in RefundMethod:
            for paid in (True, False):
                one = replace(REFUND, method=method.value, paid=paid, code="GC-1234" if paid else "")
                yield f"{method.value}, {'paid' if paid else 'not paid yet'}", replace(bare, refund=one)
    yield "everything", SAMPLE
    if step is not MessageStep.REFUNDED:
        yield "the least", bare
    yield "nothing comes back", replace(SAMPLE, items=(), kept=(_BOTTLE,), labels=(), send_to=())
    yield "part of it declined", replace(SAMPLE, refused=(_BOTTLE,), labels=())
    yield "foreign signs", replace(SAMPLE, name="<Ölaf> & 爱丽丝", rma="退货/7", shop='O\'Neil & "Söhne"')

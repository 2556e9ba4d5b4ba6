"""The RMA that goes back into an outbox: the same format as it came in, with the facts that Odoo owns filled in."""

from collections.abc import Iterator
from typing import Any

from odoo_rma.connector.sources.base import News
from odoo_rma.connector.sources.reading import IN_ERP
from odoo_rma.mappings.in_erp import CREDIT_NOTE
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.vocabulary import Logistics, RefundState

OWNED = "owned"
"""Names, within `in_erp`, the facts that the reader takes over."""

_BEFORE = {
    Logistics.NONE,
    Logistics.LABEL_CREATED,
    Logistics.IN_TRANSIT,
    Logistics.DELIVERED,
    Logistics.PARTIALLY_RECEIVED,
}


def as_document(news: News) -> tuple[dict[str, Any], tuple[Issue, ...]]:
    """Give the RMA as plain data, as its source should have it now, with `in_erp` beside its own fields.

    Where the source has more than Odoo does, its own fields stay as they are. Goods may be on their way into Odoo still,
    so nobody is asked about them here; about money that went out, the issues ask.
    """
    too_much = tuple(_paid_too_much(news))
    owned = (
        news.owned - ({Fact.REFUND} if too_much else set()) - ({Fact.RECEIPT} if _is_ahead(news) else set())
    )
    rma = _with_receipt(news) if Fact.RECEIPT in owned else news.rma
    # Without the source's name, so that any other one can read it.
    document: dict[str, Any] = rma.model_dump(mode="json", exclude_defaults=True, exclude={"source"})
    held = news.in_erp.model_dump(mode="json", exclude_defaults=True)
    return document | {IN_ERP: {OWNED: sorted(owned), **held}}, too_much


def _with_receipt(news: News) -> Rma:
    lines = tuple(x.model_copy(update={"received": _units(news, x)}) for x in news.rma.lines)
    back = [x for x in lines if x.physical]
    filled: dict[str, Any] = {"lines": lines}
    if not any(x.received for x in back):
        return news.rma.model_copy(update=filled)
    whole = all(x.received >= x.allowed for x in back)
    if news.rma.logistics in _BEFORE:
        filled["logistics"] = Logistics.RECEIVED if whole else Logistics.PARTIALLY_RECEIVED
    return news.rma.model_copy(update=filled)


def _units(news: News, line: RmaLine) -> Decimal:
    """Units to write on a line: no more than may come back, for an RMA with more cannot be read; `in_erp` has them."""
    return min(news.in_erp.received(line.id), line.allowed) if _known(news, line) else line.received


def _known(news: News, line: RmaLine) -> bool:
    """Tell whether Odoo can say anything about a line; not about one whose article it does not know."""
    return any(x.line == line.id for x in news.in_erp.lines)


def _is_ahead(news: News) -> bool:
    return any(_known(news, x) and x.received > news.in_erp.received(x.id) for x in news.rma.lines)


def _paid_too_much(news: News) -> Iterator[Issue]:
    """Money that left without a credit note; before there is any, Odoo may just not be as far."""
    rma = news.rma
    paid = sum((r.amount for r in rma.refunds if r.state is RefundState.SUCCEEDED), ZERO)
    credited = sum((n.amount or ZERO for n in news.in_erp.of_kind(CREDIT_NOTE) if n.state == "posted"), ZERO)
    if Fact.REFUND in news.owned and paid > credited > ZERO:
        yield Issue(
            "source_ahead",
            f"{rma.label}: the source paid back {paid} {rma.currency}, although that is for Odoo to say, and Odoo has "
            f"{credited} {rma.currency} on credit notes. The source is not told to pay anything.",
            "Correct the side that is wrong: the refund at the source, or the credit note in Odoo.",
            "refunds",
        )

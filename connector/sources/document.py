"""The RMA that goes back into an outbox: the same format as it came in, with the facts that Odoo owns filled in."""

from typing import Any

from odoo_rma.connector.sources.base import News
from odoo_rma.connector.sources.reading import IN_ERP
from odoo_rma.mappings.money import ZERO
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.vocabulary import Logistics


def as_document(news: News) -> dict[str, Any]:
    """Give the RMA as plain data, as its source should have it now, with `in_erp` beside its own fields."""
    rma: dict[str, Any] = news.rma.model_dump(mode="json", exclude_defaults=True)
    if Fact.RECEIPT in news.owned:
        rma |= _received(news)
    return rma | {IN_ERP: news.in_erp.model_dump(mode="json", exclude_defaults=True)}


def _received(news: News) -> dict[str, Any]:
    lines = []
    for line in news.rma.lines:
        units = min(news.in_erp.received(line.id), line.allowed)
        lines.append(
            line.model_copy(update={"received": units}).model_dump(mode="json", exclude_defaults=True)
        )
    here = [news.in_erp.received(x.id) for x in news.rma.lines if x.physical]
    whole = all(news.in_erp.received(x.id) >= x.allowed for x in news.rma.lines if x.physical)
    if not here or max(here) == ZERO:
        return {"lines": lines}
    logistics = Logistics.RECEIVED if whole else Logistics.PARTIALLY_RECEIVED
    return {"lines": lines, "logistics": logistics.value}

"""What we keep at the order in Medusa, in its metadata under `odoo_rma`, by RMA: documents, credit notes, and intents.

A confirmed return takes no metadata, so the order has to. Medusa replaces each key of an order's metadata as a whole and
leaves the others alone; only we write to this one.
"""

from collections.abc import Mapping
from typing import Any

from odoo_rma.connector.errors import Refused, RmaError
from odoo_rma.connector.sources.base import News
from odoo_rma.connector.sources.medusa.agreed import Agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.cursor import stamp
from odoo_rma.connector.sources.medusa.dossier import Dossier, refreshed
from odoo_rma.connector.sources.medusa.refunded import OURS, told
from odoo_rma.connector.sources.medusa.writing import Desk, Held, in_its_words, sure
from odoo_rma.mappings.in_erp import CREDIT_NOTE
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.ownership import Fact

__all__ = ["begin_paying", "end_paying", "paying", "tell_documents"]

PAYING = "paying"
_MOST = 50


def tell_documents(desk: Desk, dossier: Dossier, rma: Agreed, news: News) -> tuple[list[str], list[Issue]]:
    """Write down at the order which documents Odoo has, with links, and the numbers of its credit notes."""
    page = _page(news)
    before = {k: v for k, v in told(dossier.order, rma.id).items() if k != PAYING}
    if not news.in_erp.documents or page == before:
        return [], []
    try:
        _write(desk, dossier, rma, page)
    except Refused as error:
        return [], [in_its_words(dossier, "take down what Odoo holds", error)]
    numbers = page["credit_notes"]
    return [f"told which documents Odoo has{': ' + ', '.join(numbers) if numbers else ''}"], []


def paying(dossier: Dossier, rma: Agreed) -> Mapping[str, Any]:
    """Give who was last about to pay for an RMA, for which credit note, and when; empty where nobody ever was."""
    found = told(dossier.order, rma.id).get(PAYING)
    return found if isinstance(found, dict) else {}


def begin_paying(
    desk: Desk, dossier: Dossier, rma: Agreed, news: News, credit_note: str, amount: Decimal
) -> Dossier:
    """Write down that money is about to go out, so that who comes after a crash, or at the same time, waits and looks.

    Gives the order as it is after that.

    Raises:
        Held: somebody else wrote the same in this moment.

    """
    intent = {
        "credit_note": credit_note,
        "amount": plain(amount),
        "at": stamp(desk.now()),
        "by": desk.token,
    }
    page = _page(news) if Fact.CREDIT_NOTE in news.owned else dict(told(dossier.order, rma.id))
    numbers = [*(page.get("credit_notes") or ()), credit_note]
    _write(desk, dossier, rma, {**page, "credit_notes": list(dict.fromkeys(numbers)), PAYING: intent})
    dossier = refreshed(desk.api, dossier)
    if paying(dossier, rma) != intent:
        raise Held(
            Issue(
                "source_busy",
                f"Another run of odoo-rma is about to refund {credit_note} in Medusa.",
                "Nothing needs to be done: the next run looks again.",
            )
        )
    return dossier


def end_paying(desk: Desk, dossier: Dossier, rma: Agreed) -> None:
    """Take the intent back: no money goes out."""
    page = dict(told(_order(desk, dossier.order["id"]), rma.id))
    if page.pop(PAYING, None):
        try:
            _write(desk, dossier, rma, page)
        except RmaError:
            return  # it grows old by itself


def _page(news: News) -> dict[str, Any]:
    documents = [
        {"what": d.what, "number": d.number, "state": d.state, "link": d.link}
        for d in news.in_erp.documents[:_MOST]
    ]
    posted = [d.number for d in news.in_erp.of_kind(CREDIT_NOTE) if d.state == "posted" and d.number]
    return {"number": news.rma.label, "credit_notes": posted, "documents": documents}


def _write(desk: Desk, dossier: Dossier, rma: Agreed, page: Mapping[str, Any]) -> None:
    order_id = dossier.order["id"]
    ours = {**_ours(_order(desk, order_id)), rma.id: dict(page)}
    sure(
        lambda: desk.api.post(f"orders/{order_id}", {"metadata": {OURS: ours}}),
        lambda: _ours(_order(desk, order_id)).get(rma.id) == dict(page),
    )


def _order(desk: Desk, order_id: str) -> Row:
    return dict(desk.api.get(f"orders/{order_id}", fields="id,metadata")["order"])


def _ours(order: Row) -> dict[str, Any]:
    found = (order.get("metadata") or {}).get(OURS)
    return dict(found) if isinstance(found, dict) else {}

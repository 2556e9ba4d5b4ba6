"""Bringing one RMA in Medusa in line with what Odoo owns of it."""

from collections.abc import Callable, Iterator

from odoo_rma.connector.errors import Refused
from odoo_rma.connector.sources.base import News, Reply
from odoo_rma.connector.sources.medusa.agreed import CLAIM, EXCHANGE, RETURN, Agreed, agreed
from odoo_rma.connector.sources.medusa.api import NotThere
from odoo_rma.connector.sources.medusa.change import make_way
from odoo_rma.connector.sources.medusa.dossier import Dossier, load, refreshed
from odoo_rma.connector.sources.medusa.notebook import tell_documents
from odoo_rma.connector.sources.medusa.receipt import tell_receipt
from odoo_rma.connector.sources.medusa.repay import tell_refunds
from odoo_rma.connector.sources.medusa.writing import Desk, Held, in_its_words, one_writer, sure
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.ownership import Fact

__all__ = ["TAKES", "tell"]

TAKES = frozenset({Fact.RECEIPT, Fact.DISPOSITION, Fact.REFUND, Fact.CREDIT_NOTE, Fact.CANCELLATION})

Part = Callable[[Desk, Dossier, Agreed, News], tuple[list[str], list[Issue]]]
_LISTS = {RETURN: "returns", CLAIM: "claims", EXCHANGE: "exchanges"}


def tell(desk: Desk, news: News, order_id: str | None) -> Reply:
    """Tell Medusa all news of one RMA of an order, one after the other.

    Goods first: what is refunded beyond what came back leaves a credit behind in Medusa's ledger.
    """
    parts = list(_parts(news))
    if not parts:
        return Reply()
    if order_id is None:
        return Reply(issues=(_gone(news),))
    try:
        with one_writer(desk, order_id):
            return _tell(desk, news, order_id, parts)
    except Held as held:
        return Reply(issues=(held.issue,))


def _tell(desk: Desk, news: News, order_id: str, parts: list[Part]) -> Reply:
    found = _find(desk, news, order_id)
    if found is None:
        return Reply(issues=(_gone(news),))
    dossier, rma = found
    done: list[str] = []
    issues: list[Issue] = []
    try:
        for part in parts:
            said, left = part(desk, dossier, rma, news)
            done += said
            issues += left
            if said and part is not parts[-1]:
                dossier = refreshed(desk.api, dossier)
    except Held as held:
        issues.append(held.issue)
    except NotThere:
        issues.append(_gone(news))
    return Reply(tuple(done), tuple(issues))


def _parts(news: News) -> Iterator[Part]:
    held = news.in_erp
    if Fact.CANCELLATION in news.owned and held.canceled:
        yield _cancel
    if Fact.RECEIPT in news.owned and any(x.received for x in held.lines):
        yield tell_receipt
    if Fact.REFUND in news.owned and held.documents:
        yield tell_refunds
    if Fact.CREDIT_NOTE in news.owned and held.documents:
        yield tell_documents


def _find(desk: Desk, news: News, order_id: str) -> tuple[Dossier, Agreed] | None:
    for dossier in load(desk.api, [order_id]):
        for rma in agreed(dossier):
            if rma.id == news.rma.id:
                return dossier, rma
    return None


def _cancel(desk: Desk, dossier: Dossier, rma: Agreed, _: News) -> tuple[list[str], list[Issue]]:
    if rma.canceled:
        return [], []
    make_way(desk, dossier)
    path = f"{_LISTS[rma.what]}/{rma.id}"
    try:
        sure(
            lambda: desk.api.post(f"{path}/cancel", {"no_notification": True}),
            lambda: bool((desk.api.find(path, rma.what) or {}).get("canceled_at")),
        )
    except Refused as error:
        return [], [in_its_words(dossier, f"cancel {rma.number}", error)]
    return [f"canceled {rma.number} in Medusa"], []


def _gone(news: News) -> Issue:
    return Issue(
        "gone_at_source",
        f"Medusa does not know {news.rma.label} ({news.rma.id}) any more, so it cannot be told what Odoo holds of it.",
        "Look into Medusa who deleted it, or whether the source's url leads to another Medusa now; in Odoo nothing is undone.",
    )

"""The source of type `medusa`."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from odoo_rma.connector.checked import Check
from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Incoming, News, Reply
from odoo_rma.connector.sources.medusa.agreed import CLAIM, EXCHANGE, RETURN, Agreed, agreed
from odoo_rma.connector.sources.medusa.api import Api
from odoo_rma.connector.sources.medusa.changed import changed_orders
from odoo_rma.connector.sources.medusa.cursor import Cursor
from odoo_rma.connector.sources.medusa.document import Facts, as_document
from odoo_rma.connector.sources.medusa.dossier import BATCH, Dossier, Receipt, load, receipts_of
from odoo_rma.connector.sources.medusa.look import look
from odoo_rma.connector.sources.medusa.options import MedusaOptions
from odoo_rma.connector.sources.medusa.paid_for import paid_for
from odoo_rma.connector.sources.medusa.received import allot
from odoo_rma.connector.sources.medusa.refunded import refunds_by_rma
from odoo_rma.connector.sources.medusa.telling import TAKES, tell
from odoo_rma.connector.sources.medusa.writing import Desk, new_token
from odoo_rma.connector.sources.options import read_options
from odoo_rma.connector.sources.reading import UNCLEAR, read_document
from odoo_rma.mappings.ownership import Fact, Side

__all__ = ["MedusaSource"]

_LISTS = {"return": ("returns", RETURN), "claim": ("claims", CLAIM), "oexc": ("exchanges", EXCHANGE)}
_ID = re.compile(r"(return|claim|oexc)_[A-Za-z0-9_]+", re.ASCII)


class MedusaSource:
    """Reads returns, claims and exchanges of a Medusa 2, and writes back what stands in Odoo; see docs/medusa.md.

    Raises:
        BadSettings: the options are wrong, or there is no key.

    """

    takes = TAKES

    def __init__(
        self,
        name: str,
        settings: SourceSettings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.notes: list[str] = []
        self.cursor: str | None = None
        self._options = read_options(MedusaOptions, name, settings.options, page="docs/medusa.md")
        self._api = Api(name, self._options)
        self._inspected = settings.owner(Fact.DISPOSITION) is Side.RMA
        self._now, self._pause = now, pause
        self._orders: dict[str, str] = {}
        self._token = new_token()

    def changes(self, since: str | None) -> Iterator[Incoming]:
        """Give every RMA of every order that may have changed since the cursor; all of them where it is None."""
        self.notes = []
        ids, cursor = changed_orders(self._api, Cursor.read(since), self._options, now=self._now())
        batch = min(BATCH, self._options.page)
        for position in range(0, len(ids), batch):
            for dossier in load(self._api, ids[position : position + batch]):
                yield from self._rmas(dossier)
        self.cursor = cursor.write()

    def settle(self) -> None:
        """Medusa keeps what it gave; nothing has to be let go."""

    def read(self, rma_id: str) -> Incoming | None:
        """Give one RMA as it is now; None where Medusa does not know it (any more)."""
        order_id = self._order_of(rma_id)
        for dossier in load(self._api, [order_id]) if order_id else ():
            for incoming in self._rmas(dossier):
                if incoming.id == rma_id:
                    return incoming
        return None

    def link(self, rma_id: str) -> str:
        """Give the address of the order in Medusa's screens, where its returns stand; else of the search for it."""
        try:
            order_id = self._orders.get(rma_id) or self._order_of(rma_id)
        except RmaError:  # a report is no worse for a missing link
            order_id = None
        orders = (self._options.admin_url or f"{self._api.url}/app").rstrip("/") + "/orders"
        return f"{orders}/{order_id}" if order_id else f"{orders}?q={quote(rma_id, safe='')}"

    def tell(self, news: News) -> Reply:
        """Bring one RMA in Medusa in line with what Odoo owns of it.

        Raises:
            Unreachable, Unknown, Stop: see `Source`.

        """
        desk = Desk(self._api, self._options, self._token, self._now, self._pause)
        return tell(desk, news, news.rma.order.id or self._order_of(news.rma.id))

    def check(self) -> Iterator[Check]:
        """Look whether a Medusa 2 answers, takes the key, and knows the orders' references in Odoo."""
        return look(self.name, self._api, self._options)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _order_of(self, rma_id: str) -> str | None:
        kind = _ID.fullmatch(rma_id)
        if kind is None:  # whatever a person typed is no part of an address
            return None
        path, what = _LISTS[kind[1]]
        fields = "id,order_id,claim_id,exchange_id" if what == RETURN else "id,order_id"
        row = self._api.find(f"{path}/{rma_id}", what, fields=fields)
        if row is None or row.get("claim_id") or row.get("exchange_id"):
            return None
        return str(row["order_id"])

    def _rmas(self, dossier: Dossier) -> Iterator[Incoming]:
        rmas = list(agreed(dossier))
        units, unclear = allot(dossier)
        refunds, whose = refunds_by_rma(dossier, rmas)
        for rma in rmas:
            self._orders[rma.id] = str(dossier.order["id"])
            if rma.is_empty:
                if not rma.canceled:
                    self.notes.append(f"{_origin(dossier, rma)}: still being written in Medusa, left alone.")
                continue
            found = ([unclear[rma.back["id"]]] if rma.back and rma.back["id"] in unclear else []) + whose[
                rma.id
            ]
            paying = paid_for(rma, dossier, refunds[rma.id], lambda: self._history(dossier))
            facts = Facts(units, refunds[rma.id], paying, self._inspected)
            document = as_document(rma, dossier, facts, self._options)
            if found:
                document[UNCLEAR] = [issue.as_dict() for issue in found]
            yield read_document(document, source=self.name, origin=_origin(dossier, rma))

    def _history(self, dossier: Dossier) -> Sequence[Receipt]:
        if dossier.receipts is None:
            dossier.receipts = receipts_of(self._api, dossier.order["id"])
        return dossier.receipts


def _origin(dossier: Dossier, rma: Agreed) -> str:
    return f"order {dossier.number}, {rma.what} {rma.number}"

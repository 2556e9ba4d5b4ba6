"""How the conformance suite plays the Medusa in memory."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Source
from odoo_rma.connector.sources.conformance import Lab, Shows, Truth
from odoo_rma.connector.sources.medusa.source import MedusaSource
from odoo_rma.mappings.model import Rma
from webshop.door import Door
from webshop.shop import WebShop


class WebShopLab(Lab):
    """Orders of 90 mugs, of which 60 are to come back."""

    name = "web"

    def __init__(self, shop: WebShop, door: Door) -> None:
        self.shop, self.door = shop, door
        self.secrets = (door.key, "sk_wrong")
        self._edits = 0

    def open(self) -> Source:
        return self._open(self.door.key)

    def open_with_wrong_secret(self) -> Source:
        return self._open("sk_wrong")

    def _open(self, key: str) -> Source:
        options = {"url": self.door.url, "api_key": key, "page": self.page - 1, "timeout": 20}
        settings = SourceSettings.model_validate({"type": "medusa", "options": options})
        return MedusaSource(self.name, settings, now=lambda: self.shop.now)

    def create(self) -> str:
        return self.shop.request(self.shop.order("S", ("MUG", 90, "9.95")), ("MUG", 60))

    def create_unreadable(self) -> str:
        rma_id = self.create()
        self._order(rma_id)["items"][0]["variant_sku"] = None
        return rma_id

    def create_unbalanced(self) -> str:
        rma_id = self.create()
        self._order(rma_id)["items"][0]["detail"]["return_received_quantity"] = Decimal(61)
        return rma_id

    def edit(self, rma_id: str) -> Shows:
        self._edits += 1
        self.shop.receive(rma_id, {"MUG": 1})
        units = self._received(rma_id)[0]

        def shows(rma: Rma) -> bool:
            return rma.lines[0].received == units

        return shows

    def truth(self, rma_id: str) -> Truth | None:
        row = self.shop.returns.get(rma_id)
        if row is None:
            return None
        [item] = row["items"]
        good, bad = self._received(rma_id)
        order = self._order(rma_id)
        told = ((order["metadata"] or {}).get("odoo_rma") or {}).get(rma_id, {})
        refunds = [r["amount"] for p in self.shop.payments(order["id"]) for r in p["refunds"]]
        return Truth(
            {item["id"]: good + bad},
            {item["id"]: bad} if bad else {},
            tuple(refunds),
            tuple(told.get("credit_notes", ())),
            rest=copy.deepcopy((row, order, self.shop.open_change(order["id"]))),
        )

    def wait(self) -> None:
        self.shop.now += timedelta(minutes=5)

    def pause(self) -> None:
        self.shop.now += timedelta(seconds=1)

    def delete(self, rma_id: str) -> None:
        del self.shop.returns[rma_id]

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        before, self.shop.tick = self.shop.tick, timedelta(0)
        yield
        self.shop.tick = before

    @contextmanager
    def long_edit(self, rma_id: str) -> Iterator[Shows]:
        begun = self.shop.now
        units = self._received(rma_id)[0] + 1
        yield lambda rma: rma.lines[0].received == units
        now, self.shop.now = self.shop.now, begun
        with self.one_moment():
            self.shop.receive(rma_id, {"MUG": 1})
        self.shop.now = now

    @contextmanager
    def disorder(self) -> Iterator[None]:
        self.door.disorder = True
        yield
        self.door.disorder = False

    def receive(self, rma_id: str, units: Decimal) -> None:
        self.shop.receive(rma_id, {"MUG": int(units)})

    def refund(self, rma_id: str, amount: Decimal) -> None:
        self.shop.refund_order(self.shop.returns[rma_id]["order_id"], str(amount))

    def lose_reply(self) -> None:
        self.door.lost = "^(POST|DELETE)"

    def misreport(self) -> None:
        self.door.misreported = "^(POST|DELETE)"

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        self.door.cut = True
        yield
        self.door.cut = False

    def held(self) -> int:
        return sum(c["status"] == "pending" for c in self.shop.changes)

    def _order(self, rma_id: str) -> dict:  # type: ignore[type-arg]
        return self.shop.orders[self.shop.returns[rma_id]["order_id"]]

    def _received(self, rma_id: str) -> tuple[Decimal, Decimal]:
        detail = self._order(rma_id)["items"][0]["detail"]
        return detail["return_received_quantity"], detail["return_dismissed_quantity"]

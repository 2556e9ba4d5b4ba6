"""One order of Medusa with all that says something about its returns; the unit in which everything is read.

A return alone does not tell what was received of it, what was refunded for it, or when it changed: see docs/medusa.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from odoo_rma.connector.sources.medusa.api import Api, Row
from odoo_rma.mappings.money import ZERO, Decimal

__all__ = ["BATCH", "Dossier", "Receipt", "load", "number", "refreshed", "when"]

BATCH = 25
"""Orders read at a time: the answer stays small, and the address short."""

_MOST = 1_000

_ORDER = (
    "id,display_id,custom_display_id,version,status,email,currency_code,locale,created_at,updated_at,metadata,total,"
    "*items,*items.detail,*items.tax_lines,*shipping_methods,*shipping_methods.detail,*shipping_methods.tax_lines,"
    "*shipping_address,*billing_address,*customer,*sales_channel,*payment_collections,"
    "*payment_collections.payments,*payment_collections.payments.captures,*payment_collections.payments.refunds"
)
_RETURN = (
    "id,display_id,order_id,claim_id,exchange_id,status,metadata,created_at,updated_at,canceled_at,requested_at,"
    "received_at,*items,*items.reason"
)
_CLAIM = (
    "id,display_id,order_id,return_id,type,metadata,created_at,updated_at,canceled_at,"
    "*additional_items,*additional_items.item,*claim_items,*claim_items.item"
)
_EXCHANGE = (
    "id,display_id,order_id,return_id,metadata,created_at,updated_at,canceled_at,"
    "*additional_items,*additional_items.item"
)
_RECEIVED = {"RECEIVE_RETURN_ITEM": False, "RECEIVE_DAMAGED_RETURN_ITEM": True}


@dataclass(frozen=True, slots=True)
class Receipt:
    """Units of an order line that were received for one return, by one step."""

    return_id: str
    item_id: str
    quantity: Decimal
    damaged: bool
    at: datetime | None


@dataclass(slots=True)
class Dossier:
    """An order, its returns, claims and exchanges, and, where they are needed, the receipts one by one."""

    order: Row
    returns: list[Row] = field(default_factory=list)
    claims: list[Row] = field(default_factory=list)
    exchanges: list[Row] = field(default_factory=list)
    receipts: list[Receipt] | None = None

    @property
    def number(self) -> str:
        """The order's number, as people in the shop see it."""
        return str(self.order.get("custom_display_id") or self.order["display_id"])

    @property
    def items(self) -> dict[str, Row]:
        """Lines of the order by id, those of exchanges and claims too."""
        return {item["id"]: item for item in self.order.get("items") or ()}

    @property
    def payments(self) -> list[Row]:
        """The order's payments."""
        collections = self.order.get("payment_collections") or ()
        return [p for c in collections for p in c.get("payments") or ()]

    @property
    def refunds(self) -> list[Row]:
        """The order's refunds, the oldest first, each with its payment's `provider_id`."""
        found = [
            {**r, "provider_id": p.get("provider_id")} for p in self.payments for r in p.get("refunds") or ()
        ]
        return sorted(found, key=lambda r: (str(r.get("created_at")), str(r["id"])))

    @property
    def live(self) -> list[Row]:
        """The returns that are agreed on."""
        return [r for r in self.returns if r["status"] not in ("open", "canceled")]

    @property
    def revision(self) -> int:
        """A number that rises with every change of anything in here.

        No single record of Medusa is touched by every change, so it is the time of the newest one. Among changes that
        become visible with the same newest time the version of the order counts, then how many records there are.
        """
        times = list(_times((self.order, self.returns, self.claims, self.exchanges)))
        newest = max((int(t.timestamp() * 1000) for t in times), default=0)
        version = int(self.order.get("version") or 0)
        return (newest << 20) | (min(version, 1023) << 10) | min(len(times), 1023)


def load(api: Api, order_ids: Sequence[str]) -> Iterator[Dossier]:
    """Read orders that have returns, claims or exchanges, `BATCH` at most; others are left out."""
    wanted = list(dict.fromkeys(order_ids))
    returns = _by_order(_all(api, "returns", "returns", wanted, _RETURN))
    claims = _by_order(_all(api, "claims", "claims", wanted, _CLAIM))
    exchanges = _by_order(_all(api, "exchanges", "exchanges", wanted, _EXCHANGE))
    used = [x for x in wanted if x in returns or x in claims or x in exchanges]
    if not used:
        return
    orders = {o["id"]: o for o in api.get("orders", id=used, fields=_ORDER, limit=_MOST)["orders"]}
    for order_id in used:
        if order_id in orders:
            own = (returns.get(order_id, []), claims.get(order_id, []), exchanges.get(order_id, []))
            dossier = Dossier(orders[order_id], *own)
            if _is_shared(dossier):
                dossier.receipts = receipts_of(api, order_id)
            yield dossier


def refreshed(api: Api, dossier: Dossier) -> Dossier:
    """Read the order itself again: what was received of its lines, what was refunded, what its metadata says."""
    path = f"orders/{dossier.order['id']}"
    return replace(dossier, order=dict(api.get(path, fields=_ORDER)["order"]))


def receipts_of(api: Api, order_id: str) -> list[Receipt]:
    """Give every confirmed receipt of an order, in its order, from the history of the order's changes."""
    changes = api.get(f"orders/{order_id}/changes", fields="*,*actions")["order_changes"]
    confirmed = [c for c in changes if c.get("status") == "confirmed"]
    return [
        Receipt(
            str(action.get("return_id") or change.get("return_id")),
            str(action["details"]["reference_id"]),
            number(action["details"], "quantity"),
            _RECEIVED[action["action"]],
            when(change.get("confirmed_at")),
        )
        for change in sorted(confirmed, key=lambda c: int(c.get("version") or 0))
        for action in change.get("actions") or ()
        if action.get("action") in _RECEIVED
    ]


def number(row: Row, name: str) -> Decimal:
    """Give a number of a record: exactly, where Medusa keeps the exact one beside it as `raw_…`."""
    raw = row.get(f"raw_{name}")
    value = raw.get("value") if isinstance(raw, dict) else row.get(name)
    return ZERO if value is None else Decimal(str(value))


def when(text: Any) -> datetime | None:
    """Read a time of Medusa."""
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _is_shared(dossier: Dossier) -> bool:
    """Tell whether an order line that was received is part of several returns, so that its total does not say whose."""
    owners: dict[str, set[str]] = {}
    for row in dossier.live:
        for item in row.get("items") or ():
            owners.setdefault(item["item_id"], set()).add(row["id"])
    items = dossier.items
    return any(len(own) > 1 and sum(received(items.get(x, {}))) > 0 for x, own in owners.items())


def received(item: Row) -> tuple[Decimal, Decimal]:
    """Give the units of an order line that were received as good and as damaged, over all its returns."""
    detail = item.get("detail") or {}
    return number(detail, "return_received_quantity"), number(detail, "return_dismissed_quantity")


def _all(api: Api, path: str, name: str, order_ids: list[str], fields: str) -> Iterator[Row]:
    offset = 0
    while True:
        page = api.get(path, order_id=order_ids, fields=fields, limit=_MOST, offset=offset, order="id")[name]
        yield from page
        if len(page) < _MOST:
            return
        offset += len(page)


def _by_order(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in {row["id"]: row for row in rows}.values():
        found.setdefault(row["order_id"], []).append(row)
    return found


def _times(value: Any) -> Iterator[datetime]:
    if isinstance(value, dict):
        if time := when(value.get("updated_at")):
            yield time
        for inner in value.values():
            yield from _times(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _times(inner)

"""Which orders changed. No record of Medusa is touched by every change, so several lists are looked at.

A return is touched when it is requested and canceled, its order by every receipt and by new metadata; a refund touches
neither. All lists are read from a time on, oldest first, so rows that change while being read only move on.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from odoo_rma.connector.sources.medusa.api import Api, Row
from odoo_rma.connector.sources.medusa.cursor import Cursor, Mark, stamp
from odoo_rma.connector.sources.medusa.dossier import when
from odoo_rma.connector.sources.medusa.options import MedusaOptions

__all__ = ["changed_orders"]

RETURNED = ("returns", "claims", "exchanges")
ORDERS, REFUNDS = "orders", "refunds"
_REFUNDS = ("id", *(f"payment_collections.payments.refunds.{x}" for x in ("id", "updated_at")))
_TOGETHER = 100
_MOST = 100_000


def changed_orders(
    api: Api, since: Cursor | None, options: MedusaOptions, *, now: datetime
) -> tuple[list[str], Cursor]:
    """Give the ids of all orders whose returns may have changed, the longest ago first, and the next cursor.

    Where `since` is None, all orders that have returns, claims or exchanges.
    """
    overlap = timedelta(seconds=options.overlap)
    before = since or Cursor()
    found: dict[str, None] = {}
    marks: dict[str, Mark] = {}
    if since is None:
        marks[ORDERS] = marks[REFUNDS] = Mark(_newest_order(api))
    for name in RETURNED if since is None else (*RETURNED, ORDERS):
        rows = _fresh(api, name, before.mark(name), overlap, options.page)
        found |= dict.fromkeys(_order_of(name, row) for row in rows)
        marks[name] = before.mark(name).moved(((r["id"], _time(r)) for r in rows), overlap, now)
    if since is not None:
        refunds = _refunded(api, before.mark(REFUNDS), overlap, options, now)
        found |= dict.fromkeys(order_id for order_id, _, _ in refunds)
        marks[REFUNDS] = before.mark(REFUNDS).moved(((i, at) for _, i, at in refunds), overlap, now)
    return list(found), Cursor(marks)


def _fresh(api: Api, name: str, mark: Mark, overlap: timedelta, page: int) -> list[Row]:
    rows = _from(api, name, mark.start(overlap), page)
    return [row for row in rows if not mark.knows(row["id"], _time(row))]


def _from(api: Api, name: str, start: datetime, page: int) -> Iterator[Row]:
    """Give the rows of a list that changed at or after a time, oldest first, each state once.

    The next page begins at the last time of this one, not after so many rows: a row that changes in the meantime
    leaves its place, and counting rows would skip another one. Where more rows than a page have the same time, the page
    grows.
    """
    fields = "id,updated_at" if name == ORDERS else "id,order_id,updated_at"
    given: set[tuple[str, datetime]] = set()
    limit = page
    while True:
        rows = api.get(name, fields=fields, order="updated_at", limit=limit, updated_at__gte=stamp(start))[
            name
        ]
        yield from (r for r in rows if (r["id"], _time(r)) not in given)
        given |= {(r["id"], _time(r)) for r in rows}
        if len(rows) < limit:
            return
        last = max(_time(r) for r in rows)
        limit = min(limit * 2, _MOST) if last <= start else page
        start = max(last, start)


def _refunded(
    api: Api, mark: Mark, overlap: timedelta, options: MedusaOptions, now: datetime
) -> list[tuple[str, str, datetime]]:
    """Give new refunds as order id, refund id and time: those of orders whose returns changed not too long ago."""
    first, start = now.astimezone(UTC) - timedelta(days=options.refund_days), mark.start(overlap)
    found = {
        (str(order["id"]), str(refund["id"]), at)
        for order in _watched(api, first, options.page)
        for refund in _refunds(order)
        if (at := _time(refund)) >= start and not mark.knows(refund["id"], at)
    }
    return sorted(found, key=lambda r: r[2])


def _watched(api: Api, first: datetime, page: int) -> Iterator[Row]:
    """Give the orders of all returns, claims and exchanges that changed since a time, with their refunds.

    They are asked for by their ids: Medusa fails when it is to put in order what it takes from further away.
    """
    fields = ",".join(("id", *(f"order.{name}" for name in _REFUNDS)))
    for name in RETURNED:
        ids = [row["id"] for row in _from(api, name, first, page)]
        for position in range(0, len(ids), _TOGETHER):
            some = ids[position : position + _TOGETHER]
            rows = api.get(name, id=some, fields=fields, limit=_TOGETHER)[name]
            yield from (row["order"] for row in rows if row.get("order"))


def _refunds(order: Row) -> list[Row]:
    payments = [p for c in order.get("payment_collections") or () for p in c.get("payments") or ()]
    return [r for p in payments for r in p.get("refunds") or ()]


def _newest_order(api: Api) -> datetime:
    rows = api.get(ORDERS, fields="id,updated_at", order="-updated_at", limit=1)[ORDERS]
    return _time(rows[0]) if rows else Mark().at


def _order_of(name: str, row: Row) -> str:
    return str(row["id"] if name == ORDERS else row["order_id"])


def _time(row: Row) -> datetime:
    return when(row["updated_at"]) or Mark().at

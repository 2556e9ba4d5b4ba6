"""What Odoo itself adds up: pieces that came back, and credit notes by currency; in all, and month by month."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.drift import UNITS, Area
from odoo_rma.mappings.drift.equation import WHOLE, Place
from odoo_rma.mappings.drift.look import UNDATED
from odoo_rma.mappings.money import ONE, ZERO, Decimal, round_to
from odoo_rma.sync.reconcile.aggregate import sums
from odoo_rma.sync.reconcile.sweep import CREDITS, DEBITS, came_back
from odoo_rma.sync.reference import Reference

CHUNK = 5000
Narrow = list[list[Any]]
"""Alternative terms, one call each: all that counts (`[[]]`), or chunks of ids."""


class Totals:
    """Asks Odoo for sums."""

    def __init__(self, client: OdooClient, reference: Reference) -> None:
        self._client, self._reference = client, reference

    def read(
        self, areas: Iterable[Area], months: Iterable[str], goods: Narrow, money: Narrow
    ) -> dict[Place, Decimal]:
        """Give the totals of all, and of each month."""
        found: dict[Place, Decimal] = defaultdict(lambda: ZERO)
        for month in (WHOLE, *sorted(set(months) - {UNDATED})):
            if Area.INVENTORY in areas:
                for narrow in goods:
                    found[Area.INVENTORY, UNITS, month] += self._pieces([*self._done_in(month), *narrow])
            if Area.LEDGER in areas:
                for narrow in money:
                    for currency, amount in self._credited([*self._booked_in(month), *narrow]):
                        found[Area.LEDGER, currency, month] += amount
        return dict(found)

    def _pieces(self, terms: list[Any]) -> Decimal:
        domain = [*came_back(self._reference), *terms]
        return self._add_up(domain)

    def _add_up(self, domain: list[Any]) -> Decimal:
        field, step = self._client.can.move_line_quantity, self._reference.quantity_step
        groups = sums(self._client, "stock.move.line", domain, ("product_uom_id",), field)
        uoms = self._reference.uoms
        return sum((round_to(q, step) * uoms.get(uom, ONE) for (uom,), q in groups), ZERO)

    def _credited(self, terms: list[Any]) -> Iterator[tuple[str, Decimal]]:
        mine = [("company_id", "=", self._reference.company.id), ("state", "=", "posted"), *terms]
        for sign, kind in ((1, CREDITS), (-1, DEBITS)):
            for (currency,), amount in sums(
                self._client, "account.move", [*mine, *kind], ("currency_id",), "amount_total"
            ):
                name = self._reference.currencies[currency]
                yield name, sign * round_to(amount, self._reference.unit_of(name))

    def sold(self, months: Iterable[str]) -> dict[str, Decimal]:
        """Give the pieces that were delivered to customers, by month."""
        out = [("location_id.usage", "!=", "customer"), ("location_dest_id.usage", "=", "customer")]
        mine = [("company_id", "=", self._reference.company.id), ("picking_id", "!=", False)]
        return {
            m: self._add_up([("state", "=", "done"), *out, *mine, *self._done_in(m)])
            for m in sorted(set(months) - {WHOLE, UNDATED})
        }

    def _done_in(self, month: str) -> list[Any]:
        begin, end = _span(month)
        zone = self._reference.zone
        return [*done_since(begin, zone), ("picking_id.date_done", "<", _utc(end, zone))] if month else []

    def _booked_in(self, month: str) -> list[Any]:
        begin, end = _span(month)
        return [*booked_since(begin), ("date", "<", end.isoformat())] if month else []


def _span(month: str) -> tuple[date, date]:
    """Give the first day of a month, and the first day after it."""
    begin = date.fromisoformat(f"{month or '2000-01'}-01")
    return begin, date(begin.year + begin.month // 12, begin.month % 12 + 1, 1)


def _utc(day: date, zone: tzinfo) -> str:
    return f"{datetime.combine(day, time.min, zone).astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def done_since(day: date, zone: tzinfo) -> list[Any]:
    """Terms that pick the move lines of transfers that were validated on a day or later."""
    return [("picking_id.date_done", ">=", _utc(day, zone))]


def booked_since(day: date) -> list[Any]:
    """Terms that pick the entries of a day or later."""
    return [("date", ">=", day.isoformat())]


def chunks(field: str, ids: Iterable[int]) -> Narrow:
    """Cut many ids into terms of a bearable size."""
    found: Narrow = []
    part: list[int] = []
    for one in ids:
        part.append(one)
        if len(part) == CHUNK:
            found.append([(field, "in", part)])
            part = []
    return [*found, [(field, "in", part)]] if part else found

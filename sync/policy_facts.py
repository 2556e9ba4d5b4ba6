"""What a decision depends on, read from Odoo: the order, when it was delivered, the goods, the customer's history."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import zip_longest
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.erp import DONE, Erp, Order, OrderLine
from odoo_rma.mappings.money import ONE, ZERO, Decimal, from_odoo, minor_unit, round_to
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Past
from odoo_rma.sync.reference import Reference, day


class Facts:
    """Reads facts about orders that were observed already."""

    def __init__(self, client: OdooClient, reference: Reference, policy: Policy) -> None:
        if policy.currency != reference.company.currency:
            raise BadSettings(
                f"The policy counts in {policy.currency}, but {reference.company.name} in Odoo works in "
                f"{reference.company.currency}. Write the amounts of the policy in {reference.company.currency}."
            )
        self._client = client
        self._reference = reference
        self._longest = max((limit.days for limit in policy.limits), default=0)
        self.zone = self._zone()

    def _zone(self) -> tzinfo:
        """Give the user's time zone: days are counted as the people in Odoo count them."""
        name = self._client.read("res.users", [self._client.server.uid], ["tz"])[0]["tz"]
        try:
            return ZoneInfo(name) if name else UTC
        except ZoneInfoNotFoundError:
            return UTC

    def day_of(self, value: str) -> date:
        """Give the day of a time as Odoo writes it (UTC)."""
        return datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(self.zone).date()

    def order(self, order: Order) -> tuple[date, Decimal, str]:
        """Give the day of an order, its currency's rate, and the sales team that stands for the channel."""
        fields = ("date_order", "currency_rate", "team_id")
        row = self._client.read("sale.order", [order.id], fields)[0]
        team = self._client.read("crm.team", [row["team_id"]], ["name"]) if row["team_id"] else []
        rate = from_odoo(row["currency_rate"]) or ONE
        return self.day_of(row["date_order"]), rate, team[0]["name"] if team else ""

    def paid(self, lines: Sequence[OrderLine], quantity: Decimal, currency: str) -> Decimal:
        """Give what `quantity` units of these lines cost, after discount and with taxes."""
        rows = self._client.read("sale.order.line", [line.id for line in lines], ["price_total"])
        total = sum((from_odoo(r["price_total"]) for r in rows), ZERO)
        ordered = sum((line.ordered for line in lines), ZERO)
        return round_to(total * quantity / ordered, minor_unit(currency)) if ordered else ZERO

    def delivered(self, lines: Iterable[OrderLine], erp: Erp) -> date | None:
        """Give the day of the last delivery of these lines."""
        wanted = {line.id for line in lines}
        done = [m for m in erp.moves.values() if m.outgoing and m.state == DONE and m.order_line_id in wanted]
        ids = sorted({move.picking_id for move in done})
        rows = self._client.read("stock.picking", ids, ["date_done"]) if ids else []
        return max((self.day_of(r["date_done"]) for r in rows if r["date_done"]), default=None)

    def categories(self, product_id: int) -> tuple[str, ...]:
        """Give a product's category and those above it, the widest first."""
        category = self._client.read("product.product", [product_id], ["categ_id"])[0]["categ_id"]
        if not category:
            return ()
        path: str = self._client.read("product.category", [category], ["complete_name"])[0]["complete_name"]
        return tuple(path.split(" / "))

    def country(self, order: Order, erp: Erp) -> str | None:
        """Give where an order was delivered, two letters."""
        codes = {i: code for code, i in self._reference.countries.items()}
        owners = (order.shipping_partner_id, order.partner_id)
        found = [erp.partners[i].values["country_id"] for i in owners if i in erp.partners]
        return next((codes[i] for i in found if i), None)

    def tags(self, order: Order, customer_id: int) -> tuple[str, ...]:
        """Give the tags of the person who ordered and of their company."""
        people = sorted({order.partner_id, customer_id})
        rows = self._client.read("res.partner", people, ["category_id"])
        ids = sorted({tag for r in rows for tag in r["category_id"]})
        tags = self._client.read("res.partner.category", ids, ["name"]) if ids else []
        return tuple(sorted({tag["name"] for tag in tags}))

    def orders(self, customer_id: int, on: date) -> tuple[Past, ...]:
        """Give what a customer ordered in the longest period that a limit looks at."""
        if not self._longest:
            return ()
        domain = [
            *self._client.can.confirmed_orders(),
            ("partner_id.commercial_partner_id", "=", customer_id),
            ("date_order", ">=", self._first(on)),
        ]
        rows = self._mine("sale.order", domain, ("date_order", "amount_total", "currency_rate"))
        return tuple(
            Past(on=self.day_of(r["date_order"]), value=self._company_value(r["amount_total"], r))
            for r in rows
        )

    def returns(self, customer_id: int, on: date) -> tuple[Past, ...]:
        """Give what a customer returned in that period.

        A return usually has a transfer and a credit note: of one order they are counted as pairs. Its value is what
        was credited.
        """
        if not self._longest:
            return ()
        transfers, credits = self._transfers(customer_id, on), self._credits(customer_id, on)
        found: list[Past] = []
        for order in transfers.keys() | credits.keys():
            pairs = zip_longest(sorted(transfers[order]), sorted(credits[order]))
            found += [_pair(received, credited) for received, credited in pairs]
        return tuple(sorted(found, key=lambda past: (past.on, past.value)))

    def _transfers(self, customer_id: int, on: date) -> dict[int, list[date]]:
        domain = [
            ("sale_id.partner_id.commercial_partner_id", "=", customer_id),
            ("state", "=", "done"),
            ("location_id.usage", "=", "customer"),
            ("date_done", ">=", self._first(on)),
        ]
        found: dict[int, list[date]] = defaultdict(list)
        for row in self._mine("stock.picking", domain, ("sale_id", "date_done")):
            found[row["sale_id"]].append(self.day_of(row["date_done"]))
        return found

    def _credits(self, customer_id: int, on: date) -> dict[int, list[tuple[date, Decimal]]]:
        domain = [
            ("move_type", "=", "out_refund"),
            ("state", "=", "posted"),
            ("commercial_partner_id", "=", customer_id),
            ("invoice_date", ">=", self._first(on)),
        ]
        rows = self._mine("account.move", domain, ("invoice_date", "amount_total_signed"))
        ids = [r["id"] for r in rows]
        orders = self._mine("sale.order", [("invoice_ids", "in", ids)], ("invoice_ids",)) if ids else []
        order_of = {invoice: order["id"] for order in orders for invoice in order["invoice_ids"]}
        found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
        for r in rows:
            # A credit note of no order stands alone, under a number that no order has.
            key = order_of.get(r["id"], -r["id"])
            found[key].append((day(r["invoice_date"]) or on, abs(from_odoo(r["amount_total_signed"]))))
        return found

    def _mine(self, model: str, domain: Sequence[object], fields: Sequence[str]) -> list[Row]:
        company = ("company_id", "=", self._reference.company.id)
        return self._client.search_read(model, [company, *domain], fields)

    def _first(self, on: date) -> str:
        # One day more, because Odoo compares in UTC; the limit itself counts days.
        return str(on - timedelta(days=self._longest + 1))

    def _company_value(self, amount: float, row: Row) -> Decimal:
        value = from_odoo(amount) / (from_odoo(row["currency_rate"]) or ONE)
        return round_to(max(value, ZERO), minor_unit(self._reference.company.currency))


def _pair(received: date | None, credited: tuple[date, Decimal] | None) -> Past:
    days = [received] if received else []
    days += [credited[0]] if credited else []
    return Past(on=min(days), value=credited[1] if credited else ZERO)

"""Read what decisions on requested returns depend on: a fixed number of calls, whatever the size of the batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.answer import DECISION
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ONE, ZERO, Decimal, from_odoo, minor_unit, round_to
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.requested import customer_of, day_of, history_days
from odoo_rma.mappings.seen.request import Bought, CameBack, Placed, Recorded, Requests
from odoo_rma.mappings.vocabulary import Authorization
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.reference import Reference, day

DECIDED = frozenset({Authorization.REQUESTED, Authorization.AUTHORIZED, Authorization.DECLINED})
"""An RMA in one of these states was decided, or is to be."""


def check_currency(policy: Policy, reference: Reference) -> None:
    """Make sure that the policy counts in the company's currency.

    Raises:
        BadSettings: it does not.

    """
    if policy.currency != reference.company.currency:
        raise BadSettings(
            f"The policy counts in {policy.currency}, but {reference.company.name} in Odoo works in "
            f"{reference.company.currency}. Write the amounts of the policy in {reference.company.currency}."
        )


def read(
    client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp, policy: Policy | None
) -> Erp:
    """Fill in what decisions on these RMAs depend on; nothing is read where there is no policy."""
    own = [rma for rma in rmas if rma.authorization in DECIDED]
    if policy is None or not own or not erp.orders:
        return erp
    erp = replace(erp, requests=Requests(zone=reference.zone))
    days = [found for rma in own if (found := day_of(rma, erp))]
    reader = _Reader(client, reference, erp)
    facts = Requests(
        zone=reference.zone,
        placed=reader.placed(),
        paid=reader.paid(),
        arrived=reader.arrived(),
        categories=reader.categories(),
        tags=reader.tags(),
        recorded=reader.recorded(),
    )
    if policy.limits:
        # One day more, because Odoo compares in UTC; the limit itself counts days.
        first = min(days) - timedelta(days=history_days(policy) + 1) if days else None
        facts = reader.with_history(facts, first)
    return replace(erp, requests=facts)


class _Reader:
    """Reads about the orders of a batch that were observed already."""

    def __init__(self, client: OdooClient, reference: Reference, erp: Erp) -> None:
        self._client, self._reference, self._erp = client, reference, erp

    def _day_of(self, value: str) -> date:
        """Give the day of a time as Odoo writes it (UTC)."""
        return datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(self._reference.zone).date()

    def _read(self, model: str, ids: Iterable[int], *fields: str) -> list[Row]:
        wanted = sorted(ids)
        return self._client.read(model, wanted, fields) if wanted else []

    def placed(self) -> dict[int, Placed]:
        """Read the day of each order, its currency's rate, and the sales team that stands for the channel."""
        rows = self._read("sale.order", self._erp.orders, "date_order", "currency_rate", "team_id")
        teams = self._read("crm.team", {r["team_id"] for r in rows if r["team_id"]}, "name")
        names = {t["id"]: t["name"] for t in teams}
        return {
            r["id"]: Placed(
                self._day_of(r["date_order"]),
                from_odoo(r["currency_rate"]) or ONE,
                names.get(r["team_id"], ""),
            )
            for r in rows
        }

    def paid(self) -> dict[int, Decimal]:
        """Read what each order line costs, after discount and with taxes."""
        rows = self._read("sale.order.line", self._erp.order_lines, "price_total")
        return {r["id"]: from_odoo(r["price_total"]) for r in rows}

    def arrived(self) -> dict[int, date]:
        """Read the day of each delivery."""
        out = {m.picking_id for m in self._erp.moves.values() if m.outgoing}
        rows = self._read("stock.picking", out, "date_done")
        return {r["id"]: self._day_of(r["date_done"]) for r in rows if r["date_done"]}

    def categories(self) -> dict[int, tuple[str, ...]]:
        """Read each product's category and those above it, the widest first."""
        products = {x.product_id for x in self._erp.order_lines.values()}
        rows = self._read("product.product", products, "categ_id")
        paths = self._read(
            "product.category", {r["categ_id"] for r in rows if r["categ_id"]}, "complete_name"
        )
        names = {c["id"]: tuple(c["complete_name"].split(" / ")) for c in paths}
        return {r["id"]: names.get(r["categ_id"], ()) for r in rows}

    def _customers(self) -> set[int]:
        return {customer_of(order, self._erp) for order in self._erp.orders.values()}

    def tags(self) -> dict[int, tuple[str, ...]]:
        """Read the tags of those who ordered and of their companies."""
        people = {o.partner_id for o in self._erp.orders.values()} | self._customers()
        rows = self._read("res.partner", people, "category_id")
        tags = self._read("res.partner.category", {t for r in rows for t in r["category_id"]}, "name")
        names = {t["id"]: t["name"] for t in tags}
        return {r["id"]: tuple(names[t] for t in r["category_id"]) for r in rows}

    def recorded(self) -> dict[int, Recorded]:
        """Read the decisions that stand as notes on the orders, whoever of our users wrote them."""
        domain = [
            ("model", "=", "sale.order"),
            ("res_id", "in", sorted(self._erp.orders)),
            ("message_type", "=", "comment"),
        ]
        rows = {r["id"]: r for r in self._client.search_read("mail.message", domain, ("res_id", "date"))}
        keys = read_keys(self._client, "mail.message", rows)
        return {
            i: Recorded(key, rows[i]["res_id"], datetime.fromisoformat(rows[i]["date"]).replace(tzinfo=UTC))
            for i, key in keys.items()
            if key and key.kind == DECISION
        }

    def with_history(self, facts: Requests, first: date | None) -> Requests:
        """Read what these customers bought and returned from a day on."""
        customers = sorted(self._customers())
        bought = self._bought(customers, first)
        transfers = self._transfers(customers, first)
        credits = self._credits(customers, first)
        return replace(facts, bought=bought, transfers=transfers, credits=credits)

    def _bought(self, customers: Sequence[int], first: date | None) -> dict[int, Bought]:
        domain = [
            *self._client.can.confirmed_orders(),
            ("partner_id.commercial_partner_id", "in", customers),
            *_since("date_order", first),
        ]
        fields = ("date_order", "amount_total", "currency_rate", "partner_id")
        rows = self._mine("sale.order", domain, fields)
        owners = self._owners(r["partner_id"] for r in rows)
        return {
            r["id"]: Bought(owners[r["partner_id"]], self._day_of(r["date_order"]), self._company_value(r))
            for r in rows
        }

    def _transfers(self, customers: Sequence[int], first: date | None) -> dict[int, CameBack]:
        domain = [
            ("sale_id.partner_id.commercial_partner_id", "in", customers),
            ("state", "=", "done"),
            ("location_id.usage", "=", "customer"),
            *_since("date_done", first),
        ]
        rows = self._mine("stock.picking", domain, ("sale_id", "date_done"))
        orders = {r["id"]: r["partner_id"] for r in self._orders([r["sale_id"] for r in rows])}
        owners = self._owners(orders.values())
        keys = read_keys(self._client, "stock.picking", (r["id"] for r in rows))
        return {
            r["id"]: CameBack(
                owners[orders[r["sale_id"]]],
                r["sale_id"],
                self._day_of(r["date_done"]),
                ZERO,
                keys.get(r["id"]),
            )
            for r in rows
        }

    def _credits(self, customers: Sequence[int], first: date | None) -> dict[int, CameBack]:
        domain = [
            ("move_type", "=", "out_refund"),
            ("state", "=", "posted"),
            ("commercial_partner_id", "in", customers),
            *_since("invoice_date", first),
        ]
        fields = ("invoice_date", "amount_total_signed", "commercial_partner_id")
        rows = self._mine("account.move", domain, fields)
        ids = [r["id"] for r in rows]
        orders = self._mine("sale.order", [("invoice_ids", "in", ids)], ("invoice_ids",)) if ids else []
        order_of = {invoice: order["id"] for order in orders for invoice in order["invoice_ids"]}
        keys = read_keys(self._client, "account.move", ids)
        return {
            r["id"]: CameBack(
                r["commercial_partner_id"],
                # A credit note of no order stands alone, under a number that no order has.
                order_of.get(r["id"], -r["id"]),
                day(r["invoice_date"]) or date.max,
                abs(from_odoo(r["amount_total_signed"])),
                keys.get(r["id"]),
            )
            for r in rows
        }

    def _orders(self, ids: Sequence[int]) -> list[Row]:
        return self._read("sale.order", set(ids), "partner_id")

    def _owners(self, partners: Iterable[int]) -> Mapping[int, int]:
        rows = self._read("res.partner", set(partners), "commercial_partner_id")
        return {r["id"]: r["commercial_partner_id"] or r["id"] for r in rows}

    def _mine(self, model: str, domain: Sequence[object], fields: Sequence[str]) -> list[Row]:
        company = ("company_id", "=", self._reference.company.id)
        return self._client.search_read(model, [company, *domain], fields)

    def _company_value(self, row: Row) -> Decimal:
        value = from_odoo(row["amount_total"]) / (from_odoo(row["currency_rate"]) or ONE)
        return round_to(max(value, ZERO), minor_unit(self._reference.company.currency))


def _since(field: str, first: date | None) -> list[tuple[str, str, str]]:
    return [(field, ">=", str(first))] if first else []

"""Read what a customer ordered, what was invoiced and credited, and what is still theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from odoo_rma.connector.errors import AccessRefused
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.history import Rate, Record, by_currency
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import ZERO, Decimal, Money, from_odoo, round_to
from odoo_rma.sync.customer.who import Family
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.documents import link
from odoo_rma.sync.reference import Reference, day

REPAIR_ENDED = ["done", "cancel"]


@dataclass(frozen=True, slots=True)
class Books:
    """Orders, credit notes and open work as records; `keys` say which credit notes and orders are ours, and whose."""

    orders: tuple[Record, ...]
    credit_notes: tuple[Record, ...]
    labels: dict[int, str]
    keys: dict[tuple[str, int], Key | None]
    value: Rate
    credit_left: tuple[Money, ...]
    gift_cards: tuple[Record, ...]
    open_work: tuple[Record, ...]

    @classmethod
    def read(cls, client: OdooClient, reference: Reference, family: Family) -> "Books":
        """Read orders, invoices, credit notes, open credit, repairs and exchanges."""
        reader = _Reader(client, reference, family)
        orders, invoices = reader.orders(), reader.invoices()
        credits = [r for r in invoices if r["move_type"] == "out_refund"]
        keys = {
            ("sale.order", i): k
            for i, k in read_keys(client, "sale.order", (r["id"] for r in orders)).items()
        }
        keys |= {
            ("account.move", i): k
            for i, k in read_keys(client, "account.move", (r["id"] for r in credits)).items()
        }
        ours = {r["id"] for r in orders if keys.get(("sale.order", r["id"]))}
        waiting = reader.waiting([r for r in orders if r["id"] in ours])
        exchanges = [reader.order(r, "exchange") for r in waiting]
        return cls(
            orders=tuple(
                sorted(
                    (reader.order(r, "order") for r in orders if r["id"] not in ours),
                    key=lambda o: (o.day or date.max, o.id),
                )
            ),
            credit_notes=tuple(reader.credit_note(r) for r in credits),
            labels={r["id"]: r["invoice_origin"] or "" for r in credits},
            keys=keys,
            value=reader.value(invoices),
            credit_left=reader.credit_left(),
            gift_cards=reader.gift_cards(),
            open_work=(*reader.repairs(), *exchanges),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    client: OdooClient
    reference: Reference
    family: Family

    @property
    def _mine(self) -> list[object]:
        return [("company_id", "=", self.reference.company.id)]

    def _record(
        self, what: str, model: str, row: Row, state: str, when: str | bool, amount: Money | None = None
    ) -> Record:
        name = row["name"] if row["name"] and row["name"] != "/" else "draft"
        on = day(when[:10]) if isinstance(when, str) else None
        return Record(
            what, model, row["id"], name, state, link(self.client.server, model, row["id"]), on, amount
        )

    def _allowed(self, model: str, domain: Sequence[object], fields: Sequence[str]) -> list[Row]:
        """Read what who carries out returns need not be allowed to see."""
        try:
            return self.client.search_read(model, domain, fields)
        except AccessRefused:
            return []

    def _money(self, row: Row, field: str) -> Money:
        currency = self.reference.currencies[row["currency_id"]]
        return Money(round_to(from_odoo(row[field]), self.reference.unit_of(currency)), currency)

    # ── orders ──

    def orders(self) -> list[Row]:
        who = ("partner_id.commercial_partner_id", "=", self.family.company)
        fields = ("name", "state", "date_order", "amount_total", "currency_id")
        domain = [*self._mine, *self.client.can.confirmed_orders(), who]
        return self.client.search_read("sale.order", domain, (*fields, "picking_ids"))

    def order(self, row: Row, what: str) -> Record:
        return self._record(
            what, "sale.order", row, row["state"], row["date_order"], self._money(row, "amount_total")
        )

    def waiting(self, exchanges: list[Row]) -> list[Row]:
        """Give the exchanges of which goods are still to go out."""
        pickings = sorted(i for r in exchanges for i in r["picking_ids"])
        domain = [("id", "in", pickings), ("state", "not in", ["done", "cancel"])]
        rows = self.client.search_read("stock.picking", domain, ["id"]) if pickings else []
        ids = {r["id"] for r in rows}
        return [r for r in exchanges if ids.intersection(r["picking_ids"])]

    # ── invoices ──

    def invoices(self) -> list[Row]:
        domain = [
            *self._mine,
            ("commercial_partner_id", "=", self.family.company),
            ("move_type", "in", ["out_invoice", "out_refund"]),
            ("state", "!=", "cancel"),
        ]
        fields = (
            "name",
            "move_type",
            "state",
            "payment_state",
            "invoice_date",
            "invoice_origin",
            "currency_id",
        )
        return self.client.search_read(
            "account.move", domain, (*fields, "amount_total", "amount_total_signed")
        )

    def credit_note(self, row: Row) -> Record:
        state = row["payment_state"] if row["state"] == "posted" else row["state"]
        amount = self._money(row, "amount_total")
        return self._record("credit note", "account.move", row, state or "", row["invoice_date"], amount)

    def value(self, invoices: list[Row]) -> Rate:
        unit = self.reference.unit_of(self.reference.company.currency)
        sums = {"out_invoice": ZERO, "out_refund": ZERO}
        for r in invoices:
            if r["state"] == "posted":
                sums[r["move_type"]] += abs(from_odoo(r["amount_total_signed"]))
        return Rate(round_to(sums["out_invoice"], unit), round_to(sums["out_refund"], unit))

    def credit_left(self) -> tuple[Money, ...]:
        """Add up what stands open in the customer's favor: credit notes, payments without an invoice."""
        domain = [
            *self._mine,
            *self.client.can.receivable_lines(),
            ("partner_id.commercial_partner_id", "=", self.family.company),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual", "<", 0),
        ]
        rows = self.client.search_read(
            "account.move.line", domain, ["amount_residual_currency", "amount_residual", "currency_id"]
        )
        return by_currency(self._open(r) for r in rows)

    def _open(self, row: Row) -> tuple[str, Decimal]:
        # Before 15, lines in the company's currency name none.
        name = self.reference.currencies[row["currency_id"]] if row["currency_id"] else None
        amount = row["amount_residual_currency"] if name else row["amount_residual"]
        currency = name or self.reference.company.currency
        return currency, round_to(-from_odoo(amount), self.reference.unit_of(currency))

    def gift_cards(self) -> tuple[Record, ...]:
        """Give the cards with money left on them; of their codes only the end, because who knows a code can spend it."""
        if not self.client.can.has_gift_cards:
            return ()
        kinds = ("program_id.program_type", "in", ["gift_card", "ewallet"])
        domain = [kinds, ("partner_id", "in", sorted(self.family.rows)), ("points", ">", 0)]
        fields = ("code", "points", "currency_id", "expiration_date")
        rows = self._allowed("loyalty.card", domain, fields)
        return tuple(
            self._record(
                "gift card",
                "loyalty.card",
                {"id": r["id"], "name": f"…{r['code'][-4:]}"},
                "",
                r["expiration_date"],
                self._money(r, "points"),
            )
            for r in rows
        )

    # ── repairs ──

    def repairs(self) -> tuple[Record, ...]:
        if "repair" not in self.client.can.modules:
            return ()
        who = ("partner_id.commercial_partner_id", "=", self.family.company)
        domain = [*self._mine, who, ("state", "not in", REPAIR_ENDED)]
        rows = self._allowed("repair.order", domain, ("name", "state", "create_date"))
        return tuple(self._record("repair", "repair.order", r, r["state"], r["create_date"]) for r in rows)

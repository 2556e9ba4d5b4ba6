"""Go through what stands in Odoo itself, page by page, and keep what no RMA claimed: knowing nothing of any store."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from odoo_rma.connector.errors import AccessRefused, NotOffered
from odoo_rma.connector.odoo.client import Domain, OdooClient, Row
from odoo_rma.mappings.drift import UNITS, Area
from odoo_rma.mappings.drift.strays import Stray
from odoo_rma.mappings.erp import CANCELED, DONE
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import ONE, ZERO, Decimal, from_odoo, round_to
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.documents import link
from odoo_rma.sync.reconcile.aggregate import sums
from odoo_rma.sync.reconcile.spool import Linked, Spool
from odoo_rma.sync.reference import Reference, day, moment

PAGE = 2000
NOTHING = Linked()
CREDITS = (("move_type", "=", "out_refund"),)
DEBITS = (("move_type", "=", "out_invoice"), ("reversed_entry_id.move_type", "=", "out_refund"))
"""Credit notes, and the debit notes that take back from them."""
PICKING, ENTRY, PAYMENT, SCRAP = "stock.picking", "account.move", "account.payment", "stock.scrap"
POSTED = ("posted", "in_process", "paid", "sent", "reconciled")
"""States of an entry or a payment that stands in the books, in all versions."""


class Sweeper:
    """Reads pages of documents; what is claimed is left out at once."""

    def __init__(self, client: OdooClient, reference: Reference, spool: Spool) -> None:
        self._client, self._reference, self._spool = client, reference, spool
        self._mine = [("company_id", "=", reference.company.id)]

    def sweep(self, areas: Iterable[Area], since: datetime | None = None) -> Iterator[tuple[str, int]]:
        """Keep everything that no RMA claimed; gives what was read, for a progress bar. `since` by change marks."""
        changed: list[Any] = (
            [("write_date", ">=", f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S}")] if since else []
        )
        if Area.INVENTORY in areas:
            yield from self._go(PICKING, returns(self._client), self._pickings, changed)
            yield from self._go(SCRAP, [("origin", "!=", False)], self._scraps, changed)
        if Area.LEDGER in areas:
            yield from self._go(ENTRY, ["|", *CREDITS, "&", *DEBITS], self._notes, changed)
            money_out = [("payment_type", "=", "outbound"), ("partner_type", "=", "customer")]
            yield from self._go(PAYMENT, money_out, self._payments, changed)

    def _go(self, model: str, domain: list[Any], keep: Any, changed: list[Any]) -> Iterator[tuple[str, int]]:
        try:
            for page in self._pages(model, [*self._mine, *domain, *changed]):
                claimed = self._spool.claimed(model, [r["id"] for r in page])
                new = [r for r in page if r["id"] not in claimed]
                keys = read_keys(self._client, model, (r["id"] for r in new))
                keep(new, keys)
                yield model, len(page)
        except (AccessRefused, NotOffered):  # who carries out returns need not see it
            return

    def _pages(self, model: str, domain: Domain) -> Iterator[list[Row]]:
        last, fields = 0, self._fields(model)
        while page := self._client.search_read(model, [*domain, ("id", ">", last)], fields, limit=PAGE):
            yield page
            if len(page) < PAGE:
                return
            last = page[-1]["id"]

    def _fields(self, model: str) -> list[str]:
        known = {
            PICKING: ["name", "state", "origin", "date_done", "sale_id", "backorder_id"],
            SCRAP: ["name", "state", "origin", "scrap_qty", "product_uom_id", "date_done"],
            ENTRY: [
                *("name", "state", "date", "amount_total", "currency_id", "move_type"),
                *("invoice_origin", "ref", "reversed_entry_id", "partner_id"),
            ],
            PAYMENT: ["name", "state", "date", "amount", "currency_id", self._client.can.payment_memo],
        }
        return known[model]

    # ── goods ──

    def _pickings(self, rows: list[Row], keys: Mapping[int, Key | None]) -> None:
        kept = [r for r in rows if r["state"] != CANCELED]
        done = [r["id"] for r in kept if r["state"] == DONE]
        units, roots = self._units(done), self._roots(kept, keys)
        orders = {r["sale_id"] for r in kept if r["sale_id"]}
        names = self._order_names(orders)
        for r in kept:
            key = keys.get(r["id"]) or roots.get(r["id"])
            if not (key or r["state"] == DONE):
                continue
            self._keep(
                Area.INVENTORY,
                PICKING,
                r,
                key,
                measure=UNITS,
                amount=units.get(r["id"], ZERO),
                counts=r["state"] == DONE,
                at=self._day(r["date_done"]),
                text=r["origin"] or "",
                of=Linked(r["sale_id"] or 0),
                order=names.get(r["sale_id"] or 0, ""),
            )

    def _units(self, ids: list[int]) -> dict[int, Decimal]:
        """Give the pieces that these transfers brought, as Odoo adds them up."""
        found: dict[int, Decimal] = {}
        if not ids:
            return found
        can, step = self._client.can, self._reference.quantity_step
        domain = [*came_back(self._reference), ("picking_id", "in", ids)]
        by = ("picking_id", "product_uom_id")
        for (picking, uom), quantity in sums(
            self._client, "stock.move.line", domain, by, can.move_line_quantity
        ):
            pieces = round_to(quantity, step) * self._reference.uoms.get(uom, ONE)
            found[picking] = found.get(picking, ZERO) + pieces
        return found

    def _roots(self, rows: list[Row], keys: Mapping[int, Key | None]) -> dict[int, Key]:
        """Give the keys of what transfers were split from: a backorder belongs to the same RMA."""
        parents = {r["id"]: r["backorder_id"] for r in rows if r["backorder_id"] and not keys.get(r["id"])}
        found: dict[int, Key] = {}
        while parents:
            above = sorted(set(parents.values()))
            known = read_keys(self._client, PICKING, above)
            found |= {i: k for i, p in parents.items() if (k := known.get(p))}
            next_up = {
                r["id"]: r["backorder_id"]
                for r in self._client.read(PICKING, above, ["backorder_id"])
                if r["backorder_id"]
            }
            parents = {i: next_up[p] for i, p in parents.items() if i not in found and p in next_up}
        return found

    def _order_names(self, ids: Iterable[int]) -> dict[int, str]:
        wanted = sorted(ids)
        rows = self._client.read("sale.order", wanted, ["name"]) if wanted else []
        return {r["id"]: r["name"] for r in rows}

    def _scraps(self, rows: list[Row], keys: Mapping[int, Key | None]) -> None:
        for r in rows:
            if keys.get(r["id"]):
                self._keep(
                    Area.INVENTORY,
                    SCRAP,
                    r,
                    keys[r["id"]],
                    measure=UNITS,
                    amount=from_odoo(r["scrap_qty"]),
                    counts=False,
                    at=self._day(r["date_done"]),
                    text=r["origin"] or "",
                )

    # ── money ──

    def _notes(self, rows: list[Row], keys: Mapping[int, Key | None]) -> None:
        for r in rows:
            key, counts = keys.get(r["id"]), r["state"] == "posted"
            if r["state"] == CANCELED or not (key or counts):
                continue
            currency = self._reference.currencies[r["currency_id"]]
            total = round_to(from_odoo(r["amount_total"]), self._reference.unit_of(currency))
            text = " ".join(filter(None, [r["invoice_origin"], r["ref"]]))
            self._keep(
                Area.LEDGER,
                ENTRY,
                r,
                key,
                measure=currency,
                amount=total if r["move_type"] == "out_refund" else -total,
                counts=counts,
                at=day(r["date"]),
                text=text,
                order=r["invoice_origin"] or "",
                of=Linked(invoice_id=r["reversed_entry_id"] or 0, partner_id=r["partner_id"] or 0),
            )

    def _payments(self, rows: list[Row], keys: Mapping[int, Key | None]) -> None:
        for r in rows:
            if r["state"] not in POSTED:
                continue
            currency = self._reference.currencies[r["currency_id"]]
            self._keep(
                Area.LEDGER,
                PAYMENT,
                r,
                keys.get(r["id"]),
                measure=currency,
                amount=round_to(from_odoo(r["amount"]), self._reference.unit_of(currency)),
                counts=True,
                at=day(r["date"]),
                text=r[self._client.can.payment_memo] or "",
            )

    def _day(self, text: str | bool) -> date | None:
        at = moment(text)
        return at.astimezone(self._reference.zone).date() if at else None

    def _keep(
        self,
        area: Area,
        model: str,
        row: Row,
        key: Key | None,
        *,
        measure: str,
        amount: Decimal,
        counts: bool,
        at: date | None,
        text: str,
        of: Linked = NOTHING,
        order: str = "",
    ) -> None:
        name = row["name"] if row["name"] and row["name"] != "/" else "(draft)"
        address = link(self._client.server, model, row["id"])
        facts = (name, row["state"], measure, amount, counts, at, key, text, order, address)
        self._spool.add_stray(Stray(area, model, row["id"], *facts), of)


def returns(client: OdooClient) -> list[Any]:
    """Terms that pick the transfers by which goods come back from customers."""
    moves = client.can.picking_moves
    return [
        (f"{moves}.location_id.usage", "=", "customer"),
        (f"{moves}.location_dest_id.usage", "!=", "customer"),
    ]


def came_back(reference: Reference) -> list[Any]:
    """Terms that pick the move lines by which goods came back from customers."""
    return [
        ("state", "=", "done"),
        ("location_id.usage", "=", "customer"),
        ("location_dest_id.usage", "!=", "customer"),
        ("picking_id", "!=", False),
        ("company_id", "=", reference.company.id),
    ]

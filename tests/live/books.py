"""Odoo's own tables, read as its administrator over plain JSON-RPC: none of the code under test is used here."""

import json
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from odoo_rma.sandbox import Env

Row = dict[str, Any]
Units = dict[str, Any]
CENT = Decimal("0.01")

WATCHED = (
    "res.partner",
    "sale.order",
    "sale.order.line",
    "stock.picking",
    "stock.move",
    "stock.move.line",
    "stock.quant",
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "mail.message",
    "ir.model.data",
)
"""What a run could touch; nothing in them may change when there is nothing to do."""


class Tables:
    """The tables of one database."""

    def __init__(self, env: Env) -> None:
        self._env = env
        login = [env.database, env.login, env.password]
        self._uid = self._post("common", "login", login)

    def _post(self, service: str, method: str, arguments: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": arguments}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        headers = {"Content-Type": "application/json", "X-Odoo-Database": self._env.database}
        request = urllib.request.Request(f"{self._env.url}/jsonrpc", body, headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            reply = json.load(answer)
        if "error" in reply:
            raise AssertionError(reply["error"]["data"]["message"])
        return reply.get("result")  # a method that returns nothing gives none

    def call(self, model: str, method: str, *arguments: Any, **named: Any) -> Any:
        """Call a method as the administrator."""
        who = [self._env.database, self._uid, self._env.password]
        return self._post("object", "execute_kw", [*who, model, method, list(arguments), named])

    def rows(self, model: str, domain: list[Any], *fields: str, **named: Any) -> dict[int, Row]:
        """Read what matches, by id; links as bare ids."""
        found = self.call(model, "search_read", domain, list(fields), order="id", **named)
        return {r["id"]: {k: _bare(v) for k, v in r.items()} for r in found}

    def fields(self, model: str) -> set[str]:
        """Name the fields of a model."""
        return set(self.call(model, "fields_get", [], ["type"]))

    def marks(self) -> dict[str, tuple[int, str]]:
        """Count the rows of every watched table, and say when the last of them was written."""
        found = {}
        for model in WATCHED:
            last = self.call(
                model,
                "search_read",
                [],
                ["write_date"],
                order="write_date desc, id desc",
                limit=1,
                context={"active_test": False},
            )
            count = self.call(model, "search_count", [], context={"active_test": False})
            found[model] = (count, last[0]["write_date"] if last else "")
        return found


def _bare(value: Any) -> Any:
    pair = isinstance(value, list) and len(value) == 2 and isinstance(value[1], str)
    return value[0] if pair else value


def plain(value: float) -> str:
    """Write a quantity as a person would: 2, 12.5."""
    text = f"{Decimal(repr(value)):.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def money(value: float) -> str:
    """Write an amount with two digits."""
    return str(Decimal(repr(value)).quantize(CENT, ROUND_HALF_UP))


@dataclass
class Books:
    """What a database holds, read once."""

    tables: Tables
    keys: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        t = self.tables
        own = t.rows("ir.model.data", [("module", "=", "__rma__")], "model", "res_id", "name")
        self.keys = {(r["model"], r["res_id"]): r["name"] for r in own.values()}
        self.key_count = len(own)

    # ── names ──

    @cached_property
    def products(self) -> dict[int, str]:
        """Article numbers by id."""
        rows = self.tables.rows("product.product", [], "default_code")
        return {i: r["default_code"] for i, r in rows.items()}

    @cached_property
    def locations(self) -> dict[int, str]:
        """Full names of locations by id."""
        rows = self.tables.rows("stock.location", [], "complete_name")
        return {i: r["complete_name"] for i, r in rows.items()}

    @cached_property
    def lots(self) -> dict[int, str]:
        """Lot and serial numbers by id."""
        model = "stock.lot" if self.newer else "stock.production.lot"
        return {i: r["name"] for i, r in self.tables.rows(model, [], "name").items()}

    @cached_property
    def currencies(self) -> dict[int, str]:
        """Currency codes by id."""
        return {i: r["name"] for i, r in self.tables.rows("res.currency", [], "name").items()}

    @cached_property
    def newer(self) -> bool:
        """Tell Odoo 17 and later from what came before."""
        return "picked" in self.tables.fields("stock.move")

    # ── documents ──

    @cached_property
    def orders(self) -> dict[int, Row]:
        """Orders."""
        return self.tables.rows("sale.order", [], "name", "client_order_ref", "partner_id")

    @cached_property
    def order_lines(self) -> dict[int, Row]:
        """Order lines with a product."""
        wanted = ("order_id", "product_id", "price_unit", "qty_delivered", "qty_invoiced", "product_uom_qty")
        return self.tables.rows("sale.order.line", [("product_id", "!=", False)], *wanted)

    @cached_property
    def pickings(self) -> dict[int, Row]:
        """Transfers."""
        wanted = ["name", "state", "origin", "partner_id", "backorder_id", "picking_type_code"]
        wanted += ["location_id", "location_dest_id", "sale_id", *(["return_id"] if self.newer else [])]
        return self.tables.rows("stock.picking", [], *wanted)

    @cached_property
    def moves(self) -> dict[int, Row]:
        """Stock moves; `done` is the quantity moved."""
        done = "quantity" if self.newer else "quantity_done"
        wanted = ["picking_id", "product_id", "state", "product_uom_qty", done, "sale_line_id", "to_refund"]
        wanted += ["origin_returned_move_id", "location_id", "location_dest_id"]
        rows = self.tables.rows("stock.move", [], *wanted)
        return {i: r | {"done": r[done]} for i, r in rows.items()}

    @cached_property
    def move_lines(self) -> dict[int, Row]:
        """Detailed operations; `moved` is what was or will be moved."""
        done, reserved = ("quantity",) * 2 if self.newer else ("qty_done", "product_uom_qty")
        rows = self.tables.rows(
            "stock.move.line", [], "move_id", "picking_id", "product_id", "lot_id", "state", done, reserved
        )
        return {i: r | {"moved": r[done if r["state"] == "done" else reserved]} for i, r in rows.items()}

    @cached_property
    def entries(self) -> dict[int, Row]:
        """Journal entries, invoices and credit notes among them."""
        wanted = ["name", "move_type", "state", "payment_state", "ref", "invoice_origin", "partner_id"]
        wanted += ["amount_total", "amount_tax", "amount_residual", "currency_id", "reversed_entry_id"]
        return self.tables.rows("account.move", [], *wanted, "invoice_date", "journal_id")

    @cached_property
    def entry_lines(self) -> dict[int, Row]:
        """Lines of invoices and credit notes that people see."""
        shown = (
            [("display_type", "=", "product")]
            if self.newer
            else [("exclude_from_invoice_tab", "=", False), ("display_type", "=", False)]
        )
        wanted = ["move_id", "name", "product_id", "quantity", "price_unit", "discount", "price_total"]
        wanted += ["sale_line_ids", "account_id", "tax_ids"]
        kinds = [("move_id.move_type", "in", ["out_invoice", "out_refund"])]
        return self.tables.rows("account.move.line", [*kinds, *shown], *wanted)

    @cached_property
    def pairs(self) -> list[tuple[int, int, str]]:
        """Who was reconciled with whom: (invoice, credit note or payment, amount)."""
        rows = self.tables.rows(
            "account.partial.reconcile", [], "debit_move_id", "credit_move_id", "debit_amount_currency"
        )
        ids = sorted({r[f] for r in rows.values() for f in ("debit_move_id", "credit_move_id")})
        of = self.tables.rows("account.move.line", [("id", "in", ids)], "move_id")
        return [
            (
                of[r["debit_move_id"]]["move_id"],
                of[r["credit_move_id"]]["move_id"],
                money(r["debit_amount_currency"]),
            )
            for r in rows.values()
        ]

    @cached_property
    def notes(self) -> dict[tuple[str, int], list[str]]:
        """Notes in the chatter that are ours, by document."""
        ours = [i for (model, i) in self.keys if model == "mail.message"]
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for r in self.tables.rows("mail.message", [("id", "in", ours)], "model", "res_id", "body").values():
            found[r["model"], r["res_id"]].append(r["body"])
        return found

    @cached_property
    def partners(self) -> dict[int, Row]:
        """Customers and contacts."""
        wanted = ["name", "email", "phone", "vat", "ref", "street", "street2", "zip", "city", "country_id"]
        return self.tables.rows("res.partner", [], *wanted, "lang", "parent_id", "active")

    @cached_property
    def stock(self) -> dict[tuple[str, str, str], Decimal]:
        """Units by location, article and lot."""
        found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        rows = self.tables.rows("stock.quant", [], "location_id", "product_id", "lot_id", "quantity")
        for r in rows.values():
            place = self.locations[r["location_id"]].removeprefix("Partner Locations/")
            key = (place, self.products[r["product_id"]], self.lots.get(r["lot_id"], ""))
            found[key] += Decimal(repr(r["quantity"]))
        return found

    # ── by business name ──

    def order_of(self, ref: str) -> int:
        """Give the order with a reference."""
        (found,) = (i for i, r in self.orders.items() if r["client_order_ref"] == ref)
        return found

    def deliveries(self, order: int) -> list[int]:
        """Give the validated deliveries of an order, in their order."""
        return [
            i
            for i, p in self.pickings.items()
            if p["sale_id"] == order and p["picking_type_code"] == "outgoing" and p["state"] == "done"
        ]

    def invoices(self, order: int) -> list[int]:
        """Give the invoices of an order, in their order."""
        lines = {i for i, x in self.order_lines.items() if x["order_id"] == order}
        found = {
            x["move_id"]
            for x in self.entry_lines.values()
            if lines & set(x["sale_line_ids"]) and self.entries[x["move_id"]]["move_type"] == "out_invoice"
        }
        return sorted(found)

    def units(self, picking: int) -> Units:
        """Give what a transfer moved or expects, per article, and per lot where lots are known."""
        found: Units = {}
        for i, move in self.moves.items():
            if move["picking_id"] != picking or move["state"] == "cancel":
                continue
            sku = self.products[move["product_id"]]
            lots: dict[str, float] = defaultdict(float)
            for line in self.move_lines.values():
                if line["move_id"] == i and line["lot_id"]:
                    lots[self.lots[line["lot_id"]]] += line["moved"]
            quantity = move["done"] if move["state"] == "done" else move["product_uom_qty"]
            assert sku not in found, f"{sku} stands twice on transfer {self.pickings[picking]['name']}"
            found[sku] = {k: plain(v) for k, v in sorted(lots.items())} if lots else plain(quantity)
        return found

"""A company with a real Medusa at one end and a real Odoo 19 at the other, and the people who work at both."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from live.books import Tables

from odoo_rma.connector.settings import Settings
from odoo_rma.sandbox import Env, Medusa
from odoo_rma.sandbox.medusa.admin import Admin
from odoo_rma.sandbox.medusa.place import place_orders
from odoo_rma.sandbox.medusa.play import Plays
from odoo_rma.sandbox.odoo_orders import place_in_odoo
from odoo_rma.sandbox.orders import NewOrder, Piece
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import sync

CENT = Decimal("0.01")
ARTICLES = (
    Piece("TENT-2P", 3, Decimal("249.00")),
    Piece("MUG", 4, Decimal("9.90")),
    Piece("BOOT-42", 3, Decimal("129.90")),
    Piece("PACK-40", 2, Decimal("89.95")),
    Piece("SHIRT-M", 4, Decimal("29.90")),
)
PEOPLE = ("ben.okafor@mail.example", "carla.jensen@mail.example", "dmitri.sokolov@mail.example")
HANDS = 4


@dataclass
class Case:
    """One return: its id in Medusa, its order, its article and how many pieces; what the warehouse did with it."""

    id: str
    reference: str
    sku: str
    pieces: int
    received: int = 0
    damaged: int = 0
    canceled: bool = False
    labels: set[str] = field(default_factory=set)


class World:
    """Both systems, and how they are used. Chance is seeded: every run plays the same."""

    def __init__(self, medusa: Medusa, env: Env, folder: Path, returns: int) -> None:
        self.medusa, self.env = medusa.env(), env
        self.admin = Admin(self.medusa)
        self.tables = Tables(env)
        self.walter = Tables(replace(env, login="warehouse", password="warehouse"))
        self.vera = Tables(replace(env, login="accountant", password="accountant"))
        self.chance = Random(2026)
        self.settings = _settings(env, self.medusa.url, self.medusa.api_key, folder)
        self.orders = [
            NewOrder(f"E-{n:04}", PEOPLE[n % len(PEOPLE)], (first, second))
            for n, (first, second) in zip(range((returns + 1) // 2), _pairs(), strict=False)
        ]
        place_orders(medusa, self.orders)
        place_in_odoo(env, self.orders)
        self.cases: list[Case] = []

    # ── the shop's staff, in Medusa ──

    def announce(self) -> None:
        """Every line of every order comes back in part or whole; the two of an order are two returns."""

        def play(order: NewOrder) -> list[Case]:
            plays, chance = Plays.of(self.admin, order.reference), Random(order.reference)
            made = []
            for piece in order.lines:
                pieces = chance.randint(1, piece.quantity)
                rma = plays.request({piece.sku: pieces}, reason=chance.choice(["changed_mind", "defective"]))
                made.append(Case(rma, order.reference, piece.sku, pieces))
            return made

        with ThreadPoolExecutor(HANDS) as hands:
            self.cases = [case for own in hands.map(play, self.orders) for case in own]

    def cancel(self, cases: Sequence[Case]) -> None:
        """These customers keep their goods."""
        for case in cases:
            Plays.of(self.admin, case.reference).cancel(case.id)
            case.canceled = True

    def plays(self, case: Case) -> Plays:
        """What can be done with the order of a return."""
        return Plays.of(self.admin, case.reference)

    # ── the warehouse and the accountant, in Odoo ──

    def transfers(self, *states: str) -> dict[str, dict[str, Any]]:
        """Give the return transfers in these states by the id of their return, with their only move."""
        own = self.tables.rows(
            "ir.model.data", [("module", "=", "__rma__"), ("model", "=", "stock.picking")], "res_id", "name"
        )
        roots = {r["res_id"]: r["name"].split(".")[1] for r in own.values()}
        roots = {i: name.replace("_5f_", "_") for i, name in roots.items()}
        fields = ("state", "backorder_id", "name", "location_dest_id")
        rows = self.tables.rows("stock.picking", [("picking_type_code", "=", "incoming")], *fields)
        found = {}
        for row in rows.values():
            root = row["id"]
            while rows.get(root, {}).get("backorder_id"):
                root = rows[root]["backorder_id"]
            if root in roots and row["state"] in states:
                found[roots[root]] = row
        return found

    def receive(self, pieces: Mapping[str, int]) -> None:
        """Walter validates so many pieces of each of these returns; what is left stays on a backorder."""
        waiting = self.transfers("assigned")
        moves = self.tables.rows(
            "stock.move",
            [("picking_id", "in", [waiting[rma]["id"] for rma in pieces])],
            "picking_id",
            "product_uom_qty",
        )
        by_picking = {m["picking_id"]: m["id"] for m in moves.values()}
        quiet = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
        for rma, count in pieces.items():
            picking = waiting[rma]["id"]
            self.walter.call(
                "stock.move", "write", [by_picking[picking]], {"quantity": count, "picked": True}
            )
            assert self.walter.call("stock.picking", "button_validate", [picking], context=quiet) is True

    def scrap(self, rma: str, pieces: int) -> None:
        """Walter throws away pieces of what was just received."""
        back = self.transfers("done")[rma]
        (move,) = self.tables.rows(
            "stock.move", [("picking_id", "=", back["id"])], "product_id", "product_uom"
        ).values()
        scrap = {"product_id": move["product_id"], "scrap_qty": pieces, "picking_id": back["id"]}
        scrap |= {"product_uom_id": move["product_uom"], "location_id": back["location_dest_id"]}
        made = self.walter.call("stock.scrap", "create", scrap)
        self.walter.call("stock.scrap", "action_validate", [made])

    def sync(self) -> RunReport:
        """One run in both directions."""
        return sync(self.settings)

    # ── what stands there, read without the code under test ──

    def medusa_says(self) -> dict[str, dict[str, Any]]:
        """Give, by order, the pieces received and damaged per SKU, and the refunds, as Medusa's own API shows them."""
        fields = "+custom_display_id,*items,*items.detail,*payment_collections.payments.refunds"
        found: dict[str, dict[str, Any]] = {}
        for order in self.admin.get("orders", limit=1000, fields=fields)["orders"]:
            goods = {
                i["variant_sku"]: (
                    int(i["detail"]["return_received_quantity"]),
                    int(i["detail"]["return_dismissed_quantity"]),
                )
                for i in order["items"]
            }
            payments = [p for c in order["payment_collections"] for p in c["payments"]]
            refunds = [r for p in payments for r in p["refunds"] or ()]
            found[order["custom_display_id"]] = {
                "goods": goods,
                "refunds": {r["note"].split(" for R-")[0]: Decimal(str(r["amount"])) for r in refunds},
                "count": len(refunds),
            }
        return found

    def odoo_says(self) -> dict[str, dict[str, Any]]:
        """Give the same by order reference, from Odoo's own tables: pieces back per SKU, scrapped, credit notes by number."""
        orders = self.tables.rows(
            "sale.order", [("client_order_ref", "=like", "E-%")], "client_order_ref", "name"
        )
        names = {o["name"]: o["client_order_ref"] for o in orders.values()}
        skus = {
            i: r["default_code"] for i, r in self.tables.rows("product.product", [], "default_code").items()
        }
        found: dict[str, dict[str, Any]] = {
            ref: {"goods": {}, "notes": {}, "open": {}} for ref in names.values()
        }
        moves = self.tables.rows(
            "stock.move",
            [("origin_returned_move_id", "!=", False), ("state", "=", "done")],
            *("product_id", "quantity", "sale_line_id"),
        )
        lines = self.tables.rows("sale.order.line", [("order_id", "in", list(orders))], "order_id")
        for move in moves.values():
            if move["sale_line_id"] in lines:
                goods = found[orders[lines[move["sale_line_id"]]["order_id"]]["client_order_ref"]]["goods"]
                sku = skus[move["product_id"]]
                goods[sku] = goods.get(sku, 0) + int(move["quantity"])
        invoices = self.tables.rows("account.move", [("move_type", "=", "out_invoice")], "invoice_origin")
        notes = self.tables.rows(
            "account.move",
            [("move_type", "=", "out_refund"), ("state", "=", "posted")],
            *("name", "amount_total", "amount_residual", "reversed_entry_id"),
        )
        for note in notes.values():
            origin = invoices.get(note["reversed_entry_id"], {}).get("invoice_origin")
            if origin in names:
                own = found[names[origin]]
                own["notes"][note["name"]] = _money(note["amount_total"])
                own["open"][note["name"]] = _money(note["amount_residual"])
        return found


def _money(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(CENT, ROUND_HALF_UP)


def _pairs() -> list[tuple[Piece, Piece]]:
    pairs = [(a, b) for a, b in product(ARTICLES, ARTICLES) if a.sku != b.sku]
    return pairs * 50


def _settings(env: Env, url: str, key: str, folder: Path) -> Settings:
    source = {
        "type": "medusa",
        "owners": {"receipt": "erp", "disposition": "erp", "refund": "erp"},
        "credit_note_on": "receipt",
        "options": {"url": url, "api_key": key},
    }
    odoo = {"url": env.url, "database": env.database, "login": env.rma_login, "transport": "json2"}
    return Settings.model_validate(
        {
            "odoo": odoo,
            "sources": {"web": source},
            "payments": {"journals": {"pp_system_default": "STRP"}},
            "inspection": {"locations": {"quarantine": "Quarantine"}},
            "run": {"store": folder / "store.sqlite"},
            "secrets": {"password": env.rma_password, "api_key": env.rma_api_key},
        }
    )

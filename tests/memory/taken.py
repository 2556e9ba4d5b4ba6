"""A shop taken over from a real Odoo, record by record; kept as JSON, so that fast tests begin with a true one.

`ODOO_RMA_TAKE_SHOP=1 pytest tests/live/test_memory.py` takes it anew.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from memory.database import Database
from memory.odoo import MemoryOdoo
from memory.schema import MODELS
from odoo_rma.connector.odoo.loading import NAMED

Rows = dict[str, list[dict[str, Any]]]

SHOP = Path(__file__).with_name("shop.json")
LEFT_OUT = ("ir.model.data", "mail.message", "account.move.line.analytic")
EVERYBODY = {"active_test": False}


class Reads(Protocol):
    """A real Odoo's tables."""

    def rows(self, model: str, domain: list[Any], *fields: str, **named: Any) -> dict[int, dict[str, Any]]:
        """Read what matches, by id."""


def take(tables: Reads) -> Rows:
    """Read all that the double knows."""
    found: Rows = {}
    for model, fields in MODELS.items():
        names = [f.name for f in fields.values() if f.stored and f.name != "id"]
        if model in LEFT_OUT or model.startswith("loyalty."):
            continue
        found[model] = list(tables.rows(model, [], *names, context=EVERYBODY).values())
    names = [f.name for f in MODELS["ir.model.data"].values() if f.name != "id"]
    named = tables.rows(
        "ir.model.data", [("model", "in", sorted({*NAMED.values(), "mail.message.subtype"}))], *names
    )
    found["ir.model.data"] = list(named.values())
    return found


def set_up(rows: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime) -> MemoryOdoo:
    """Put a shop into a double."""
    db = Database(now)
    for model, own in rows.items():
        stored = {f.name for f in MODELS[model].values() if f.stored}
        for row in own:
            if lacking := stored - row.keys():
                raise ValueError(f"the shop lacks {model}.{min(lacking)}: take it anew")
            db.put_as_it_is(model, row["id"], row)
    return MemoryOdoo(db)


def cut(rows: Rows, references: Sequence[str]) -> Rows:
    """Keep only these orders, with all that hangs on them."""
    kept = {r["id"] for r in rows["sale.order"] if r["client_order_ref"] in references}
    lines = {r["id"] for r in rows["sale.order.line"] if r["order_id"] in kept}
    moves = {r["id"] for r in rows["stock.move"] if r["sale_line_id"] in lines}
    pickings = {r["picking_id"] for r in rows["stock.move"] if r["id"] in moves}
    entries = {r["move_id"] for r in rows["account.move.line"] if lines & set(r["sale_line_ids"])}
    entries |= _paired(rows, entries)
    entry_lines = {r["id"] for r in rows["account.move.line"] if r["move_id"] in entries}
    products = {r["product_id"] for r in rows["sale.order.line"] if r["id"] in lines}
    keep: dict[str, Callable[[dict[str, Any]], bool]] = {
        "res.currency": lambda r: r["active"],
        "res.lang": lambda r: r["active"],
        "sale.order": lambda r: r["id"] in kept,
        "sale.order.line": lambda r: r["id"] in lines,
        "stock.move": lambda r: r["id"] in moves,
        "stock.move.line": lambda r: r["move_id"] in moves,
        "stock.picking": lambda r: r["id"] in pickings,
        "account.move": lambda r: r["id"] in entries,
        "account.move.line": lambda r: r["id"] in entry_lines,
        "account.partial.reconcile": lambda r: (
            r["debit_move_id"] in entry_lines and r["credit_move_id"] in entry_lines
        ),
        "account.payment": lambda r: r["move_id"] in entries,
        "stock.quant": lambda r: r["product_id"] in products,
        "stock.lot": lambda r: r["product_id"] in products,
        "stock.reference": lambda r: (
            r["id"] in {x for m in rows["stock.move"] if m["id"] in moves for x in m["reference_ids"]}
        ),
    }
    cut_down = {m: [r for r in own if m not in keep or keep[m](r)] for m, own in rows.items()}
    there = {(m, r["id"]) for m, own in cut_down.items() for r in own}
    names = [r for r in rows["ir.model.data"] if (r["model"], r["res_id"]) in there]
    return {**cut_down, "ir.model.data": names}


def _paired(rows: Rows, entries: set[int]) -> set[int]:
    of = {r["id"]: r["move_id"] for r in rows["account.move.line"]}
    ends = [(of[p["debit_move_id"]], of[p["credit_move_id"]]) for p in rows["account.partial.reconcile"]]
    return {x for pair in ends if entries & set(pair) for x in pair}


def write_down(rows: Rows, path: Path = SHOP) -> None:
    """Keep a shop: column names once, then one record a line."""
    tables = {}
    for model, own in rows.items():
        names = list(own[0]) if own else []
        tables[model] = {"fields": names, "rows": [[r[n] for n in names] for r in own]}
    body = ",\n".join(
        f' {json.dumps(m)}: {{"fields": {json.dumps(t["fields"])}, "rows": [\n'
        + ",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in t["rows"])
        + "]}"
        for m, t in tables.items()
    )
    path.write_text("{\n" + body + "\n}\n", encoding="utf-8")


def read_back(path: Path = SHOP) -> Rows:
    """Read a shop that was kept."""
    tables = json.loads(path.read_text(encoding="utf-8"))
    return {m: [dict(zip(t["fields"], row, strict=True)) for row in t["rows"]] for m, t in tables.items()}

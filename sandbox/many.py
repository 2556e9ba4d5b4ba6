"""Many returns in a real Odoo's tables, copied from one that was carried out: only SQL is quick enough for that.

One order is sold, delivered, invoiced and returned through Odoo itself. Then its rows are copied as often as wanted, in
every table that they stand in, with new ids in all columns that refer to each other, also in the names of external ids.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TABLES = (
    *("res_partner", "sale_order", "sale_order_line", "stock_picking", "stock_move", "stock_move_line"),
    *("account_move", "account_move_line", "account_partial_reconcile", "ir_model_data"),
)
"""The tables in which a return and what it returns stand, each before what refers to it."""

LINKS = (
    "account_move_line_account_tax_rel",
    "sale_order_line_invoice_rel",
    "account_tax_sale_order_line_rel",
)
UNIQUE = {("stock_picking", "name"), ("account_move", "name"), ("sale_order", "name")}
MODELS = {"stock.picking": "stock_picking", "stock.move": "stock_move", "account.move": "account_move"}
MODELS |= {"account.move.line": "account_move_line"}
SPECIAL = {("ir_model_data", "res_id"), ("ir_model_data", "name")}
_NUMBER = re.compile(r"(?<=\.)\d+(?=\.|$)")


@dataclass
class Copier:
    """Copies the rows of a template; `ids` are theirs, by table.

    `order` and `rma` are how the template is called, each ending in `-0`: copies have their number instead. They are
    spread over so many `months` back from the template's.
    """

    cursor: Any
    ids: Mapping[str, Sequence[int]]
    order: str
    rma: str
    months: int = 1
    base: dict[str, int] = field(default_factory=dict)

    def copy(self, first: int, last: int) -> None:
        """Make the copies with these numbers."""
        # No trigger and no foreign key is in the way.
        self.cursor.execute("SET session_replication_role = replica")
        for table in TABLES:
            if self.ids[table]:
                self._copy(table, first, last)
        for table in LINKS:
            self._copy_links(table, first, last)
        self.cursor.execute("SET session_replication_role = origin")
        for table in TABLES:
            self.cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")

    def begin(self) -> None:
        """Find the first free ids."""
        for table in TABLES:
            self.cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            self.base[table] = self.cursor.fetchone()[0]

    def _copy(self, table: str, first: int, last: int) -> None:
        columns = self._columns(table)
        values = ", ".join(self._value(table, c, kind) for c, kind in columns.items())
        names = ", ".join(f'"{c}"' for c in columns)
        ids = ", ".join(map(str, self.ids[table]))
        self.cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, generate_series({first}, {last}) n"
            f" WHERE t.id IN ({ids})"
        )

    def _copy_links(self, table: str, first: int, last: int) -> None:
        links = self._links(table)
        columns = list(self._columns(table))
        owner = next(c for c in columns if self.ids.get(links.get(c, "")))
        ids = ", ".join(map(str, self.ids[links[owner]]))
        values = ", ".join(self._mapped(links[c], f"t.{c}") if c in links else f"t.{c}" for c in columns)
        self.cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
            f" FROM {table} t, generate_series({first}, {last}) n WHERE t.{owner} IN ({ids})"
        )

    def _columns(self, table: str) -> dict[str, str]:
        self.cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            (table,),
        )
        return dict(self.cursor.fetchall())

    def _links(self, table: str) -> dict[str, str]:
        """Give the columns that refer to copied tables."""
        self.cursor.execute(
            "SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
            " WHERE c.contype = 'f' AND c.conrelid = %s::regclass",
            (table,),
        )
        return {column: other for column, other in self.cursor.fetchall() if other in self.ids}

    def _value(self, table: str, column: str, kind: str) -> str:
        links = {"id": table, **self._links(table)}
        if (table, column) in SPECIAL:
            return self._names() if column == "name" else self._records()
        if column in links:
            return self._mapped(links[column], f't."{column}"')
        if kind in ("character varying", "text"):
            text = f't."{column}"'
            for name in (self.order, self.order.lower(), self.rma):
                text = f"replace({text}, '{name}', '{name[:-1]}' || n)"
            return f"{text} || '-' || n" if (table, column) in UNIQUE else text
        if kind in ("date", "timestamp without time zone"):
            spread = f"(t.\"{column}\" - (n % {self.months}) * interval '30 days')"
            return f"{spread}::date" if kind == "date" else spread
        return f't."{column}"'

    def _records(self) -> str:
        cases = " ".join(f"WHEN '{m}' THEN {self._mapped(t, 't.res_id')}" for m, t in MODELS.items())
        return f"CASE t.model {cases} ELSE t.res_id END"

    def _mapped(self, table: str, column: str) -> str:
        """Give the id of the copy, where a column holds an id of the template."""
        own = self.ids[table]
        if not own:
            return column
        cases = " ".join(
            f"WHEN {i} THEN {self.base[table] + place} + (n - 1) * {len(own)}"
            for place, i in enumerate(own, 1)
        )
        return f"CASE {column} {cases} ELSE {column} END"

    def _names(self) -> str:
        """Give the external ids of the copies: an id within a name is that of the copy, too."""
        self.cursor.execute(
            f"SELECT id, name FROM ir_model_data WHERE id IN ({', '.join(map(str, self.ids['ir_model_data']))})"
        )
        cases = " ".join(f"WHEN {i} THEN {self._name(name)}" for i, name in self.cursor.fetchall())
        return f"CASE t.id {cases} END"

    def _name(self, name: str) -> str:
        pieces = []
        at = 0
        for found in _NUMBER.finditer(name):
            mapped = self._of_name(name, found)
            if mapped:
                pieces += [f"'{name[at : found.start()]}'", f"({mapped})::text"]
                at = found.end()
        pieces.append(f"'{name[at:]}'")
        return " || ".join(pieces).replace(self.rma, f"{self.rma[:-1]}' || n || '")

    def _of_name(self, name: str, found: re.Match[str]) -> str:
        before = name[: found.start()].split(".")
        kind = {"transfer": "stock_picking", "move": "stock_move"}.get(before[-2])
        if before[2] == "credit" and len(before) == 6:
            kind = "account_move"
        if "item" in before and len(before) == 9:
            kind = "account_move_line"
        return self._mapped(kind, found[0]) if kind and int(found[0]) in self.ids[kind] else ""


def template_of(cursor: Any, order_id: int) -> dict[str, list[int]]:
    """Find the rows of everything that hangs on an order."""
    found: dict[str, list[int]] = {"sale_order": [order_id]}

    def rows(table: str, query: str) -> Iterator[int]:
        cursor.execute(f"SELECT id FROM {table} WHERE {query} ORDER BY id")
        return (i for (i,) in cursor.fetchall())

    def take(table: str, query: str, *of: str) -> None:
        ids = [", ".join(map(str, found[t])) or "0" for t in of]
        found[table] = list(rows(table, query.format(*ids)))

    take("res_partner", "id IN (SELECT partner_id FROM sale_order WHERE id IN ({0}))", "sale_order")
    take("sale_order_line", "order_id IN ({0})", "sale_order")
    take("stock_move", "sale_line_id IN ({0})", "sale_order_line")
    take("stock_picking", "id IN (SELECT picking_id FROM stock_move WHERE id IN ({0}))", "stock_move")
    take("stock_move_line", "move_id IN ({0})", "stock_move")
    links = "SELECT invoice_line_id FROM sale_order_line_invoice_rel WHERE order_line_id IN ({0})"
    take(
        "account_move",
        f"id IN (SELECT move_id FROM account_move_line WHERE id IN ({links}))",
        "sale_order_line",
    )
    take("account_move_line", "move_id IN ({0})", "account_move")
    take("account_partial_reconcile", "credit_move_id IN ({0})", "account_move_line")
    keyed = " OR ".join(f"(model = '{m}' AND res_id IN ({{{n}}}))" for n, m in enumerate(MODELS))
    take("ir_model_data", f"module = '__rma__' AND ({keyed})", *MODELS.values())
    return found


Call = Callable[..., Any]
"""Calls a method of a model in Odoo as its administrator: `call(model, method, *arguments, **named)`."""


def sell(call: Call, ref: str, articles: Mapping[str, float]) -> int:
    """Sell one of each article at its price to a new customer, deliver and invoice it (Odoo 19); gives the order."""
    skus = [("default_code", "in", list(articles))]
    found = {
        r["default_code"]: r["id"] for r in call("product.product", "search_read", skus, ["default_code"])
    }
    partner = call(
        "res.partner", "create", {"name": f"Customer {ref}", "email": f"{ref.lower()}@mail.example"}
    )
    lines = [
        (0, 0, {"product_id": found[s], "product_uom_qty": 1, "price_unit": p}) for s, p in articles.items()
    ]
    values = {"partner_id": partner, "client_order_ref": ref, "order_line": lines}
    order = call("sale.order", "create", values)
    call("sale.order", "action_confirm", [order])
    [row] = call("sale.order", "read", [order], ["picking_ids"])
    moves = [("picking_id", "in", row["picking_ids"])]
    for move in call("stock.move", "search_read", moves, ["product_uom_qty"]):
        call("stock.move", "write", [move["id"]], {"quantity": move["product_uom_qty"], "picked": True})
    call("stock.picking", "button_validate", row["picking_ids"], context={"skip_sms": True})
    context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
    wizard = call(
        "sale.advance.payment.inv", "create", {"advance_payment_method": "delivered"}, context=context
    )
    call("sale.advance.payment.inv", "create_invoices", [wizard], context=context)
    [row] = call("sale.order", "read", [order], ["invoice_ids"])
    call("account.move", "action_post", row["invoice_ids"])
    return int(order)


def returned(ref: str, name: str, articles: Mapping[str, float], received: str = "1") -> dict[str, Any]:
    """Write, as its source says it, the return `name` of all that `sell` sold under this reference."""
    lines = [
        {"id": str(n), "sku": sku, "requested": "1", "received": received}
        for n, sku in enumerate(articles, 1)
    ]
    return {
        "id": name,
        "order": {"name": ref},
        "customer": {"name": f"Customer {ref}", "email": f"{ref.lower()}@mail.example"},
        "currency": "USD",
        "authorization": "authorized",
        "lines": lines,
    }


def refunded(amount: str, at: str) -> dict[str, Any]:
    """Say that all of a return is paid back, and that nothing follows."""
    return {"closed": True, "refunds": [{"id": "F1", "amount": amount, "at": at}]}

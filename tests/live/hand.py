"""One who does the same on two Odoos: goods received and corrected, credit notes posted and taken back."""

from typing import Any

from odoo_rma.connector.errors import Refused
from odoo_rma.connector.odoo.client import OdooClient

QUIET = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
HEAD = (
    "id",
    "partner_id/.id",
    "picking_type_id/.id",
    "location_id/.id",
    "location_dest_id/.id",
    "origin",
    "return_id/.id",
)
MOVE = (
    "id",
    "product_id/.id",
    "product_uom_qty",
    "product_uom/.id",
    "location_id/.id",
    "location_dest_id/.id",
)
MOVE += ("origin_returned_move_id/.id", "to_refund", "sale_line_id/.id", "reference_ids/.id")
READ = (
    "picking_id",
    "product_id",
    "product_uom",
    "sale_line_id",
    "location_id",
    "location_dest_id",
    "reference_ids",
)
NOTE = (
    "id",
    "move_type",
    "partner_id/.id",
    "journal_id/.id",
    "currency_id/.id",
    "invoice_date",
    "ref",
    "reversed_entry_id/.id",
)
LINE = (
    "id",
    "name",
    "quantity",
    "price_unit",
    "discount",
    "product_id/.id",
    "product_uom_id/.id",
    "account_id/.id",
)
LINE += ("tax_ids/.id", "sale_line_ids/.id")
INVOICED = (
    "name",
    "price_unit",
    "discount",
    "product_id",
    "product_uom_id",
    "account_id",
    "tax_ids",
    "sale_line_ids",
)


class Hand:
    """Does the same on one of the two as on the other, and keeps what was answered."""

    def __init__(self, odoo: OdooClient) -> None:
        self.odoo = odoo
        self.answers: list[Any] = []

    def do(self, model: str, method: str, ids: list[int], **arguments: Any) -> None:
        """Call, and keep the answer or the refusal; ids of records in it are not compared."""
        try:
            answer = self.odoo.call(model, method, ids, **arguments)
            self.answers.append(answer.get("res_model") if isinstance(answer, dict) else answer)
        except Refused as refused:
            self.answers.append((type(refused).__name__, str(refused)))

    def returned(self, name: str, reference: str, *quantities: float) -> int:
        """Make a return transfer of an order's first delivery."""
        sold = self.odoo.search_read(
            "sale.order.line", [("order_id.client_order_ref", "=", reference)], ["order_id"]
        )
        wanted = [("sale_line_id", "in", [r["id"] for r in sold]), ("state", "=", "done")]
        rows = self.odoo.search_read("stock.move", wanted, READ)
        own = [r for r in rows if r["picking_id"] == rows[0]["picking_id"]]
        [order] = self.odoo.read("sale.order", [sold[0]["order_id"]], ["partner_id"])
        head = [
            f"__rma__.{name}",
            order["partner_id"],
            1,
            own[0]["location_dest_id"],
            own[0]["location_id"],
            name,
        ]
        cells = [
            self._move(f"__rma__.{name}.{n}", r, q)
            for n, (r, q) in enumerate(zip(own, quantities, strict=False))
        ]
        first = [[*head, own[0]["picking_id"], *cells[0]]]
        rest = [[*[""] * len(HEAD), *c] for c in cells[1:]]
        [made] = self.odoo.load("stock.picking", [*HEAD, *(f"move_ids/{f}" for f in MOVE)], first + rest)
        return made

    @staticmethod
    def _move(name: str, row: dict[str, Any], quantity: float) -> list[Any]:
        places = [row["location_dest_id"], row["location_id"]]
        groups = ",".join(map(str, row["reference_ids"]))
        return [
            name,
            row["product_id"],
            str(quantity),
            row["product_uom"],
            *places,
            row["id"],
            "1",
            row["sale_line_id"],
            groups,
        ]

    def moves(self, picking: int) -> list[int]:
        """Give the moves of a transfer."""
        return [r["id"] for r in self.odoo.search_read("stock.move", [("picking_id", "=", picking)], ["id"])]

    def write(self, moves: list[int], **values: Any) -> None:
        """Write on moves."""
        self.do("stock.move", "write", moves, vals=values)

    def validate(self, picking: int, **context: Any) -> None:
        """Validate a transfer."""
        self.do("stock.picking", "button_validate", [picking], context={**QUIET, **context})

    def credit(self, name: str, invoice: str, *quantities: float) -> int:
        """Make a draft credit note for lines of an invoice."""
        fields = ["partner_id", "journal_id", "currency_id"]
        [own] = self.odoo.search_read(
            "account.move",
            [("line_ids.sale_line_ids.order_id.client_order_ref", "=", invoice)],
            fields,
            order="id",
            limit=1,
        )
        lines = self.odoo.search_read(
            "account.move.line", [("move_id", "=", own["id"]), ("display_type", "=", "product")], INVOICED
        )
        head = [f"__rma__.{name}", "out_refund", *(own[f] for f in fields), "2026-11-27", name, own["id"]]
        cells = [
            self._line(f"__rma__.{name}.{n}", r, q)
            for n, (r, q) in enumerate(zip(lines, quantities, strict=False))
        ]
        rows = [[*head, *cells[0]], *([*[""] * len(NOTE), *c] for c in cells[1:])]
        [made] = self.odoo.load("account.move", [*NOTE, *(f"invoice_line_ids/{f}" for f in LINE)], rows)
        return made

    @staticmethod
    def _line(name: str, row: dict[str, Any], quantity: float) -> list[Any]:
        many = [",".join(map(str, row[f])) for f in ("tax_ids", "sale_line_ids")]
        numbers = [str(quantity), str(row["price_unit"]), str(row["discount"])]
        return [
            name,
            row["name"],
            *numbers,
            row["product_id"],
            row["product_uom_id"],
            row["account_id"],
            *many,
        ]

    def play_with_goods(self) -> None:
        """Demand changed up and down, received short and over, twice, closed short, canceled; too late for all of it."""
        p = self.returned("g.1", "S-1003", 2)
        self.do("stock.picking", "action_confirm", [p])
        for demand in (3.0, 1.0, 0.0, 2.0):
            self.write(self.moves(p), product_uom_qty=demand)
        self.write(self.moves(p), quantity=1.0, picked=True)
        self.validate(p, skip_backorder=False)
        self.validate(p)
        self.validate(p)
        self.do("stock.picking", "action_confirm", [p])
        self.do("stock.picking", "action_cancel", [p])
        [rest] = [r["id"] for r in self.odoo.search_read("stock.picking", [("backorder_id", "=", p)], ["id"])]
        self.do("stock.picking", "action_cancel", [rest])
        self.validate(rest)
        self.write(self.moves(rest), quantity=1.0, picked=True)
        short = self.returned("g.2", "S-1006", 2, 3, 4)
        self.do("stock.picking", "action_confirm", [short])
        first, second, _ = self.moves(short)
        self.write([first], quantity=0.0, picked=True)
        self.write([second], quantity=2.0, picked=True)
        self.validate(short)
        closed = self.returned("g.3", "S-1006", 2, 3)
        self.do("stock.picking", "action_confirm", [closed])
        self.write(self.moves(closed)[:1], quantity=1.0, picked=True)
        self.do(
            "stock.picking",
            "button_validate",
            [closed],
            context={**QUIET, "picking_ids_not_to_backorder": [closed]},
        )
        over = self.returned("g.4", "S-1009", 1)
        self.validate(over)  # from draft
        self.write(self.moves(over), quantity=2.0, picked=True)  # done already: Odoo corrects stock and order
        none = self.returned("g.5", "S-1001", 1)
        self.do("stock.picking", "action_confirm", [none])
        self.write(self.moves(none), quantity=0.0, picked=True)
        self.validate(none)

    def play_with_money(self) -> None:
        """Posted, canceled, reset, posted anew; more than the invoice; on one that is paid."""
        n = self.credit("m.1", "S-1002", 1, 2)
        self.do("account.move", "button_draft", [n])
        for method in (
            "action_post",
            "action_post",
            "button_cancel",
            "action_post",
            "button_cancel",
            "button_draft",
        ):
            self.do("account.move", method, [n])
        for method in ("action_post", "button_draft", "button_cancel"):
            self.do("account.move", method, [n])
        for name, reference, quantities in (
            ("m.2", "S-1002", (1, 4)),
            ("m.3", "S-1002", (1, 1)),
            ("m.4", "S-1016", (1,)),
            ("m.5", "S-1041", (1,)),
            ("m.6", "S-1004", (1, 1)),
        ):
            self.do("account.move", "action_post", [self.credit(name, reference, *quantities)])
        self.do("account.move", "unlink", [self.credit("m.7", "S-1001", 1)])

    def play_with_what_is_refused(self, serial: str, lot: int, credited: str) -> None:
        """A serial number that is in stock already is received, and a note on an archived account posted."""
        p = self.returned("r.1", serial, 1)
        self.do("stock.picking", "action_confirm", [p])
        [move] = self.odoo.search_read("stock.move", [("picking_id", "=", p)], [*READ, "move_line_ids"])
        same = {f: move[f] for f in ("picking_id", "product_id", "location_id", "location_dest_id")}
        own = {**same, "product_uom_id": move["product_uom"], "lot_id": lot, "quantity": 1.0, "picked": True}
        lines = [*([2, x, 0] for x in move["move_line_ids"]), [0, 0, own]]
        self.write([move["id"]], move_line_ids=lines, picked=True)
        self.validate(p)
        n = self.credit("r.2", credited, 1)
        self.do("account.move", "action_post", [n])

"""What people of a warehouse do by hand in Odoo, and what stands where."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from live.returns import Returns

Stock = dict[tuple[str, str, str], Decimal]
ASKS_NOTHING = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}


@dataclass
class Warehouse:
    """A company's stock, and what people do there by hand."""

    retail: Returns
    before: Stock = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = self.retail.tables
        self.new = "quantity" in self.tables.fields("stock.move.line")

    def stock(self) -> Stock:
        """Units by (place, article, lot), in the company's own places and in scrap."""
        return stock(self.retail)

    def changes(self) -> dict[tuple[str, str, str], int]:
        now, zero = self.stock(), Decimal(0)
        moved = {k: now.get(k, zero) - self.before.get(k, zero) for k in now.keys() | self.before.keys()}
        return {k: int(q) for k, q in moved.items() if q}

    def rows(self, model: str, rma: str, kind: str, *fields: str) -> list[dict[str, Any]]:
        ids = self.retail.own(model, rma, kind)
        return list(self.tables.rows(model, [("id", "in", ids)], *fields).values())

    def returned(self, rma: str) -> dict[str, Any]:
        fields = ("name", "state", "location_id", "location_dest_id", "picking_type_id")
        [row] = self.rows("stock.picking", rma, "transfer.", *fields)
        return row

    def moves(self, picking: int) -> list[dict[str, Any]]:
        fields = (
            "product_id",
            "product_uom_qty",
            "state",
            "location_dest_id",
            "move_line_ids",
            "product_uom",
        )
        return list(self.tables.rows("stock.move", [("picking_id", "=", picking)], *fields).values())

    def place(self, name: str) -> int:
        [found] = self.tables.rows("stock.location", [("complete_name", "=", name)], "name")
        return found

    def move_by_hand(self, rma: str, units: int, to: str) -> None:
        """Let a person make and validate an internal transfer that names the return as its source document."""
        back = self.returned(rma)
        move = self.moves(back["id"])[0]
        [kind] = self.tables.rows(
            "stock.picking.type",
            [("code", "=", "internal"), ("warehouse_id.code", "=", "WH")],
            "name",
            limit=1,
        )
        way = {"location_id": back["location_dest_id"], "location_dest_id": self.place(to)}
        what = {
            "product_id": move["product_id"],
            "product_uom": move["product_uom"],
            "product_uom_qty": units,
        }
        named = {} if "return_id" in self.tables.fields("stock.picking") else {"name": "by hand"}
        lines = "move_ids" if self.new else "move_lines"
        values = {"picking_type_id": kind, "origin": back["name"], lines: [(0, 0, way | what | named)]}
        picking = self.tables.call("stock.picking", "create", way | values)
        self.validate(picking, {move["product_id"]: units})

    def send_back(self, picking: int) -> None:
        """Let a person return all of a transfer: with Odoo's own button, or on 14 with what its button makes."""
        made = self.press_return(picking) if self.new else self.make_return(picking)
        self.validate(made, {m["product_id"]: m["product_uom_qty"] for m in self.moves(made)})

    def press_return(self, picking: int) -> int:
        told = {"active_id": picking, "active_ids": [picking], "active_model": "stock.picking"}
        wizard = self.tables.call("stock.return.picking", "create", {"picking_id": picking}, context=told)
        lines = self.tables.rows("stock.return.picking.line", [("wizard_id", "=", wizard)], "move_quantity")
        for i, line in lines.items():
            self.tables.call("stock.return.picking.line", "write", [i], {"quantity": line["move_quantity"]})
        answer = self.tables.call("stock.return.picking", "action_create_returns", [wizard], context=told)
        return int(answer["res_id"])

    def make_return(self, picking: int) -> int:
        """Its answer holds what cannot be written as JSON, so that it cannot be pressed from outside."""
        [move] = self.moves(picking)
        [back] = self.tables.rows(
            "stock.picking",
            [("id", "=", picking)],
            "name",
            "location_id",
            "location_dest_id",
            "picking_type_id",
        ).values()
        kinds = self.tables.rows("stock.picking.type", [], "return_picking_type_id")
        copy = {"picking_type_id": kinds[back["picking_type_id"]]["return_picking_type_id"]}
        way = {"location_id": back["location_dest_id"], "location_dest_id": back["location_id"]}
        made = copy | way | {"state": "draft", "origin": f"Return of {back['name']}", "move_lines": []}
        new = self.tables.call("stock.picking", "copy", picking, made)
        own = {"picking_id": new, "origin_returned_move_id": move["id"], "to_refund": True, "state": "draft"}
        self.tables.call("stock.move", "copy", move["id"], way | own | {"procure_method": "make_to_stock"})
        return int(new)

    def validate(self, picking: int, units: dict[int, float]) -> None:
        """Validate what has come; what has not becomes a backorder."""
        self.tables.call("stock.picking", "action_confirm", [picking])
        for move in self.moves(picking):
            done = {"quantity": units[move["product_id"]], "picked": True}
            old = {"quantity_done": units[move["product_id"]]}
            self.tables.call("stock.move", "write", [move["id"]], done if self.new else old)
        answer = self.tables.call("stock.picking", "button_validate", [picking], context=ASKS_NOTHING)
        assert answer is True, answer

    def receive(self, rma: str, units: float) -> None:
        """Let the warehouse validate units of the one article that waits for an RMA."""
        domain = [("id", "in", self.waiting(rma))]
        [picking] = self.tables.rows("stock.picking", domain, "state")
        [move] = self.moves(picking)
        self.validate(picking, {move["product_id"]: units})

    def waiting(self, rma: str) -> list[int]:
        """Give the return transfers of an RMA that are not done, backorders too."""
        own = self.retail.own("stock.picking", rma, "transfer.")
        domain = [
            "|",
            ("id", "in", own),
            ("backorder_id", "in", own),
            ("state", "not in", ["done", "cancel"]),
        ]
        return list(self.tables.rows("stock.picking", domain, "state"))

    def credited(self, rma: str) -> list[float]:
        # Odoo 14 names the entry of a payment like the payment itself.
        own = [("id", "in", self.retail.own("account.move", rma)), ("move_type", "=", "out_refund")]
        notes = self.tables.rows("account.move", own, "amount_total")
        return [n["amount_total"] for n in notes.values()]


def stock(retail: Returns) -> Stock:
    domain = [("location_id.usage", "in", ["internal", "inventory"]), ("quantity", "!=", 0)]
    rows = retail.tables.rows(
        "stock.quant", domain, "location_id", "product_id", "lot_id", "quantity"
    ).values()

    def names(model: str, ids: set[int], name: str) -> dict[int, str]:
        everything = ["|", ("active", "=", True), ("active", "=", False)] if model != LOT[bool(new)] else []
        return {
            i: r[name]
            for i, r in retail.tables.rows(model, [*everything, ("id", "in", list(ids))], name).items()
        }

    new = "quantity" in retail.tables.fields("stock.move.line")
    places = names("stock.location", {r["location_id"] for r in rows}, "complete_name")
    articles = names("product.product", {r["product_id"] for r in rows}, "default_code")
    lots = names(LOT[new], {r["lot_id"] for r in rows if r["lot_id"]}, "name")
    found: Stock = defaultdict(Decimal)
    for r in rows:
        place = places[r["location_id"]]
        # Odoo 19 scraps into its inventory location where no other is named.
        lost = place.endswith("/Scrap") or place == "Inventory adjustment"
        place = "Scrap" if lost else place
        key = (place, articles[r["product_id"]], lots.get(r["lot_id"], ""))
        found[key] += Decimal(str(r["quantity"]))
    return dict(found)


LOT = {True: "stock.lot", False: "stock.production.lot"}

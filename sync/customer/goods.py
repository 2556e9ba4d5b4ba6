"""Read what went to a customer and what came back."""

from collections.abc import Iterator
from dataclasses import dataclass

from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.history import Rate
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import ONE, ZERO, Decimal, from_odoo
from odoo_rma.sync.customer.who import Family
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.reference import Reference

PICKING = "stock.picking"


@dataclass(frozen=True, slots=True)
class Goods:
    """Moves that came back, by transfer, with their article's number and their units; and what was sold and came back."""

    pickings: dict[int, Row]
    back: dict[int, list[tuple[str, Decimal]]]
    keys: dict[int, Key | None]
    units: Rate

    @classmethod
    def read(cls, client: OdooClient, reference: Reference, family: Family) -> "Goods":
        """Read moves of their orders, and the transfers that bring something back."""
        can = client.can
        domain = [
            ("sale_line_id.order_id.partner_id.commercial_partner_id", "=", family.company),
            ("state", "!=", "cancel"),
            ("company_id", "=", reference.company.id),
        ]
        fields = ("picking_id", "product_id", "state", "product_uom_qty", can.move_quantity, "product_uom")
        moves = client.search_read("stock.move", domain, (*fields, "location_id", "location_dest_id"))
        reference.load_places(x for m in moves for x in (m["location_id"], m["location_dest_id"]))
        ways = [
            (m, reference.is_customers(m["location_id"]), reference.is_customers(m["location_dest_id"]))
            for m in moves
        ]
        out = [m for m, from_customer, to_customer in ways if to_customer and not from_customer]
        back = [m for m, from_customer, to_customer in ways if from_customer and not to_customer]
        products = sorted({m["product_id"] for m in back})
        rows = client.read("product.product", products, ["default_code", "display_name"]) if products else []
        sku_of = {r["id"]: r["default_code"] or r["display_name"] for r in rows}
        found: dict[int, list[tuple[str, Decimal]]] = {}
        for m in back:
            done = m[can.move_quantity] if m["state"] == "done" else m["product_uom_qty"]
            found.setdefault(m["picking_id"], []).append((sku_of[m["product_id"]], from_odoo(done)))
        pickings = cls._pickings(client, sorted(i for i in found if i))
        keys = read_keys(client, PICKING, pickings)
        done_out, done_back = (sum(_done(client, reference, ms), ZERO) for ms in (out, back))
        return cls(pickings, found, keys, Rate(done_out, done_back))

    @staticmethod
    def _pickings(client: OdooClient, ids: list[int]) -> dict[int, Row]:
        fields = ("name", "state", "date_done", "scheduled_date", "backorder_id", "origin")
        return {r["id"]: r for r in client.read(PICKING, ids, fields)} if ids else {}

    def key(self, picking: int) -> Key | None:
        """Give whose a transfer is; backorders belong to what they were split from."""
        while not self.keys.get(picking) and self.pickings[picking]["backorder_id"] in self.pickings:
            picking = self.pickings[picking]["backorder_id"]
        return self.keys.get(picking)


def _done(client: OdooClient, reference: Reference, moves: list[Row]) -> Iterator[Decimal]:
    """Give what is done, a dozen counted as twelve."""
    for m in moves:
        if m["state"] == "done":
            yield from_odoo(m[client.can.move_quantity]) * reference.uoms.get(m["product_uom"], ONE)

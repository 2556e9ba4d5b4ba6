"""What people do in the warehouse of the sandbox's Odoo (17 and later): receive returns, and set goods aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import SandboxError
from odoo_rma.sandbox.odoo_user import OdooUser, Row


@dataclass(frozen=True)
class Warehouse:
    """The warehouse's own user at work."""

    user: OdooUser

    @classmethod
    def of(cls, env: Env) -> Warehouse:
        """The one of a sandbox's database."""
        return cls(OdooUser.of_the_shop(env, "warehouse"))

    def receive(self, picking: int, pieces: Mapping[str, int]) -> None:
        """Validate a transfer with these pieces by SKU; what else it waits for is kept on a backorder."""
        for move in self._moves(picking):
            came = pieces.get(self._sku(move), 0)
            self.user("stock.move", "write", [move["id"]], {"quantity": came, "picked": bool(came)})
        asked = self.user("stock.picking", "button_validate", [picking], context={"skip_backorder": True})
        if asked is not True:
            raise SandboxError(f"Odoo asks something before it validates the transfer {picking}.")

    def set_aside(self, picking: int, pieces: Mapping[str, int], location: str) -> int:
        """Move pieces that a return brought to a place of its warehouse ("Quarantine"); gives the new transfer.

        It names the return as its source document, by which everybody knows what it belongs to.
        """
        fields = ["name", "location_dest_id", "picking_type_id"]
        (back,) = self.user("stock.picking", "read", [picking], fields)
        kind, target = self._way(back["picking_type_id"][0], location)
        way = {"location_id": back["location_dest_id"][0], "location_dest_id": target}
        moves = [
            (0, 0, {"product_id": move["product_id"][0], "product_uom_qty": pieces[sku], **way})
            for move in self._moves(picking)
            if (sku := self._sku(move)) in pieces
        ]
        values = {"picking_type_id": kind, "origin": back["name"], "move_ids": moves, **way}
        made = int(self.user("stock.picking", "create", values))
        self.user("stock.picking", "action_confirm", [made])
        self.receive(made, pieces)
        return made

    def _way(self, picking_type: int, location: str) -> tuple[int, int]:
        """The type of transfers inside the same warehouse, and the place of this name in it."""
        (kind,) = self.user("stock.picking.type", "read", [picking_type], ["warehouse_id"])
        warehouse = kind["warehouse_id"][0]
        (own,) = self.user("stock.warehouse", "read", [warehouse], ["int_type_id"])
        wanted = [["name", "=", location], ["warehouse_id", "=", warehouse]]
        (target,) = self.user("stock.location", "search", wanted)
        return own["int_type_id"][0], target

    def _moves(self, picking: int) -> list[Row]:
        wanted = [["picking_id", "=", picking], ["state", "!=", "cancel"]]
        found: list[Row] = self.user("stock.move", "search_read", wanted, ["product_id", "product_uom_qty"])
        return found

    def _sku(self, move: Row) -> str:
        (product,) = self.user("product.product", "read", [move["product_id"][0]], ["default_code"])
        return str(product["default_code"])

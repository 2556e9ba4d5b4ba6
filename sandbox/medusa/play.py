"""Play returns in Medusa, as a shop's staff would on its screens: every step is a call of the Admin API.

Quantities are given by SKU; where an order has an article on several lines, by the item's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from odoo_rma.sandbox.errors import SandboxError
from odoo_rma.sandbox.medusa.admin import Admin, Row
from odoo_rma.sandbox.medusa.place import find_order, order_with_items

Wanted = Mapping[str, int]
"""Pieces by SKU or by the id of an order's item."""

QUIET = {"no_notification": True}
RETURN_FIELDS = "*items,*items.reason,+order_id,+order_version,+metadata,+status,+display_id,+received_at"


@dataclass(frozen=True)
class Plays:
    """Everything that can happen to the returns of one order.

    Attributes:
        admin: the way into Medusa.
        order_id: the order's id.
        location: the warehouse's code, where the goods come back.
    """

    admin: Admin
    order_id: str
    location: str = "WH"

    @classmethod
    def of(cls, admin: Admin, reference: str, location: str | None = None) -> Plays:
        """The plays of the order with this reference, where it was sent from unless told otherwise.

        Raises:
            SandboxError: there is no such order.
        """
        seeded = {row["reference"]: row["location"] for row in admin.manifest["orders"]}
        return cls(admin, find_order(admin, reference)["id"], location or seeded.get(reference, "WH"))

    def order(self) -> Row:
        """The order as it is now."""
        return order_with_items(self.admin, self.order_id)

    def read(self, return_id: str) -> Row:
        """A return as it is now, with its items."""
        found: Row = self.admin.get(f"returns/{return_id}", fields=RETURN_FIELDS)["return"]
        return found

    def back_of(self, case_id: str) -> Row:
        """The return of a return, claim or exchange: that by which its goods come back."""
        lists = {"claim": "claims", "oexc": "exchanges"}
        path = lists.get(case_id.partition("_")[0])
        if path:
            case_id = str(self._read_case(path, path.removesuffix("s"), case_id)["return_id"])
        return self.read(case_id)

    # ── returns ──

    def request(
        self,
        items: Wanted,
        *,
        reason: str = "changed_mind",
        note: str = "",
        shipping: str | None = "return_free",
        metadata: Row | None = None,
    ) -> str:
        """A return that the shop agreed to.

        Args:
            items: what is to come back.
            reason: the value of a return reason.
            note: what the customer said, on each item.
            shipping: "return_free", "return_paid" (its price lowers the refund), or None.
            metadata: anything to keep on the return.

        Returns:
            The return's id.
        """
        inbound = self._inbound(items, reason, note)  # a mistake must not leave a half-made return behind
        body: Row = {"order_id": self.order_id, "location_id": self._location, "metadata": metadata, **QUIET}
        return_id = str(self.admin.post("returns", body)["return"]["id"])
        self.admin.post(f"returns/{return_id}/request-items", {"items": inbound})
        if shipping:
            self.admin.post(
                f"returns/{return_id}/shipping-method", {"shipping_option_id": self._option(shipping)}
            )
        self.admin.post(f"returns/{return_id}/request", QUIET)
        return return_id

    def receive(self, return_id: str, good: Wanted | None = None, damaged: Wanted | None = None) -> None:
        """Goods that came back: `good` ones go on the shelf, `damaged` ones do not."""
        if not good and not damaged:
            raise SandboxError("Nothing is received: name what came back, good or damaged.")
        self.admin.post(f"returns/{return_id}/receive")
        try:
            for path, what in (("receive-items", good), ("dismiss-items", damaged)):
                if what:
                    self.admin.post(f"returns/{return_id}/{path}", {"items": self._items(what)})
        except SandboxError:
            self.admin.delete(
                f"returns/{return_id}/receive"
            )  # else nothing could be done with the order any more
            raise
        self.admin.post(f"returns/{return_id}/receive/confirm", QUIET)

    def cancel(self, return_id: str) -> None:
        """The customer keeps the goods; refused once something was received."""
        self._call_back_parcels(return_id)
        self.admin.post(f"returns/{return_id}/cancel", QUIET)

    # ── money ──

    def refund(self, amount: Decimal, note: str = "", reason: str = "return") -> Row:
        """Money that goes back by the payment it came by.

        Returns:
            The payment with its refunds.
        """
        body = {
            "amount": float(amount),  # its API takes JSON numbers; written with the same digits
            "note": note,
            "refund_reason_id": self.admin.manifest["refund_reasons"][reason],
        }
        payment: Row = self.admin.post(f"payments/{self.payment_id}/refund", body)["payment"]
        return payment

    @property
    def payment_id(self) -> str:
        """The payment of the order.

        Raises:
            SandboxError: nothing was paid.
        """
        for collection in self.order()["payment_collections"]:
            for payment in collection["payments"]:
                return str(payment["id"])
        raise SandboxError(f"Nothing was paid for the order {self.order_id}.")

    def refunds(self) -> list[Row]:
        """Every refund of the order's payment."""
        path = f"payments/{self.payment_id}"
        found: list[Row] = self.admin.get(path, fields="*refunds,*refunds.refund_reason")["payment"][
            "refunds"
        ]
        return found

    # ── claims and exchanges ──

    def claim(
        self,
        items: Wanted,
        *,
        kind: str = "refund",
        reason: str = "production_failure",
        back: bool = True,
        instead: Wanted | None = None,
        note: str = "",
    ) -> Row:
        """Something was wrong with what was sent.

        Args:
            items: what the customer complains of.
            kind: "refund", or "replace" with other goods.
            reason: "missing_item", "wrong_item", "production_failure" or "other".
            back: the goods are to come back.
            instead: what is sent for them, free of charge, by SKU.
            note: what the customer said.

        Returns:
            The claim, with `return_id` if goods are to come back.
        """
        claimed = [{**row, "reason": reason} for row in self._items(items)]
        body = {"type": kind, "order_id": self.order_id, "description": note}
        claim_id = str(self.admin.post("claims", body)["claim"]["id"])
        self.admin.post(f"claims/{claim_id}/claim-items", {"items": claimed})
        if back:
            self._take_back(f"claims/{claim_id}", items, "defective", note)
        if instead:
            self._send_instead(f"claims/{claim_id}", instead, free=True)
        self.admin.post(f"claims/{claim_id}/request", QUIET)
        return self._read_case("claims", "claim", claim_id)

    def exchange(self, items: Wanted, instead: Wanted, *, reason: str = "size_small", note: str = "") -> Row:
        """Other goods for those that come back; what they differ in price is left open on the order.

        Returns:
            The exchange, with `return_id`.
        """
        self._items(items)  # a mistake must not leave a half-made exchange behind
        body = {"order_id": self.order_id, "description": note}
        exchange_id = str(self.admin.post("exchanges", body)["exchange"]["id"])
        self._take_back(f"exchanges/{exchange_id}", items, reason, note)
        self._send_instead(f"exchanges/{exchange_id}", instead, free=False)
        self.admin.post(f"exchanges/{exchange_id}/request", QUIET)
        return self._read_case("exchanges", "exchange", exchange_id)

    def cancel_claim(self, claim_id: str) -> None:
        """Take a claim back, with its return."""
        self._call_back_parcels(self._read_case("claims", "claim", claim_id).get("return_id"))
        self.admin.post(f"claims/{claim_id}/cancel", QUIET)

    def cancel_exchange(self, exchange_id: str) -> None:
        """Take an exchange back, with its return."""
        self._call_back_parcels(self._read_case("exchanges", "exchange", exchange_id).get("return_id"))
        self.admin.post(f"exchanges/{exchange_id}/cancel", QUIET)

    # ── inside ──

    def _call_back_parcels(self, return_id: str | None) -> None:
        """A return for which a way of shipping was chosen has a parcel on its way, which is canceled first."""
        if return_id is None:
            return
        found = self.admin.get(f"returns/{return_id}", fields="*fulfillments")["return"]
        for parcel in found["fulfillments"]:
            if not parcel["canceled_at"]:
                self.admin.post(f"fulfillments/{parcel['id']}/cancel")

    def _take_back(self, case: str, items: Wanted, reason: str, note: str) -> None:
        inbound = {"location_id": self._location, "items": self._inbound(items, reason, note)}
        self.admin.post(f"{case}/inbound/items", inbound)
        self.admin.post(
            f"{case}/inbound/shipping-method", {"shipping_option_id": self._option("return_free")}
        )

    def _send_instead(self, case: str, instead: Wanted, *, free: bool) -> None:
        variants = self.admin.manifest["variants"]
        items: list[Row] = [{"variant_id": variants[sku], "quantity": n} for sku, n in instead.items()]
        if free:
            items = [{**item, "unit_price": 0} for item in items]
        self.admin.post(f"{case}/outbound/items", {"items": items})
        sent = {"shipping_option_id": self._option("send"), "custom_amount": 0}
        self.admin.post(f"{case}/outbound/shipping-method", sent)

    def _read_case(self, path: str, name: str, case_id: str) -> Row:
        fields = "+return_id,+order_id,+display_id,+difference_due,*additional_items,*return,*return.items"
        found: Row = self.admin.get(f"{path}/{case_id}", fields=fields)[name]
        return found

    def _inbound(self, items: Wanted, reason: str, note: str) -> list[Row]:
        reason_id = self.admin.manifest["return_reasons"][reason]
        told = {"internal_note": note} if note else {}
        return [{**row, "reason_id": reason_id, **told} for row in self._items(items)]

    def _items(self, wanted: Wanted) -> list[Row]:
        ids = self._ids()
        unknown = sorted(wanted.keys() - ids.keys())
        if unknown:
            raise SandboxError(f"The order {self.order_id} has no single item {', '.join(unknown)}.")
        return [{"id": ids[name], "quantity": quantity} for name, quantity in wanted.items()]

    def _ids(self) -> dict[str, str]:
        """The order's items by their ids, and by SKU where that names one alone."""
        items = [(item["id"], item["variant_sku"]) for item in self.order()["items"]]
        skus = [sku for _, sku in items]
        by_sku = {sku: item_id for item_id, sku in items if skus.count(sku) == 1}
        return {**by_sku, **{item_id: item_id for item_id, _ in items}}

    @property
    def _location(self) -> str:
        return str(self.admin.manifest["locations"][self.location])

    def _option(self, kind: str) -> str:
        return str(self.admin.manifest["shipping_options"][self.location][kind])

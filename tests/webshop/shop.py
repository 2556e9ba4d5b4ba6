"""What the Medusa in memory holds, and how it changes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

Row = dict[str, Any]


class No(Exception):
    """Medusa's refusal: status and message."""

    def __init__(self, status: int, message: str, kind: str = "invalid_data") -> None:
        self.status, self.message, self.kind = status, message, kind
        super().__init__(message)


class WebShop:
    """Orders with returns, claims, exchanges, payments and refunds."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 8, tzinfo=UTC)
        self.tick = timedelta(seconds=1)
        """How much time goes by with every change; none at all makes many changes of one moment."""
        self.orders: dict[str, Row] = {}
        self.returns: dict[str, Row] = {}
        self.claims: dict[str, Row] = {}
        self.exchanges: dict[str, Row] = {}
        self.changes: list[Row] = []
        self.ledger: list[tuple[str, Decimal]] = []
        self._number = count(1)

    # ── what a shop does ──

    def order(
        self, reference: str, *lines: tuple[str, int, str], currency: str = "usd", tax: str = "0"
    ) -> str:
        """Place, pay and send an order of (sku, quantity, unit price); give its id."""
        order_id, at = self._id("order"), self._stamp()
        items = []
        total = Decimal(0)
        for sku, quantity, price in lines:
            item = self._item(sku, quantity, price, at)
            total += Decimal(price) * quantity * (1 + Decimal(tax) / 100)
            items.append(item)
        payment = self._made("pay", currency_code=currency, provider_id="pp_stripe_stripe", amount=total)
        payment |= {"captures": [{"id": self._id("capt"), **_amount(total)}], "refunds": []}
        self.orders[order_id] = self._made(
            order_id,
            display_id=len(self.orders) + 1,
            custom_display_id=None,
            version=1,
            status="pending",
            email="Ann@Example.com",
            currency_code=currency,
            metadata={"reference": reference} if reference else None,
            customer={"id": "cus_1", "first_name": "Ann", "last_name": "Example", "updated_at": at},
            customer_id="cus_1",
            shipping_address={"city": "Berlin", "country_code": "de", "updated_at": at},
            items=items,
            shipping_methods=[],
            payment_collections=[{"id": self._id("pay_col"), "updated_at": at, "payments": [payment]}],
        )
        return order_id

    def request(self, order_id: str, *lines: tuple[str, int], reason: str = "size_small") -> str:
        """Agree on a return of (sku, quantity); give its id."""
        row = self._draft_return(order_id)
        self._confirm_return(row, lines, reason)
        return str(row["id"])

    def draft(self, order_id: str) -> str:
        """Begin a return that nobody has confirmed yet."""
        return str(self._draft_return(order_id)["id"])

    def charge_label(self, return_id: str, amount: str, total: str) -> None:
        """Let the customer pay for sending back."""
        row = self.returns[return_id]
        self._shipping(row["order_id"], amount, total, return_id=return_id)

    def claim(self, order_id: str, kind: str, *lines: tuple[str, int], back: bool = True) -> str:
        """Agree on a claim: what was wrong comes back, or not; `replace` sends the same goods again."""
        claim = self._made("claim", order_id=order_id, type=kind, canceled_at=None, return_id=None)
        claim["display_id"] = len(self.claims) + 1
        self.claims[claim["id"]] = claim
        if back:
            row = self._draft_return(order_id, claim_id=claim["id"])
            self._confirm_return(row, lines, "")
            claim["return_id"] = row["id"]
        claim["claim_items"] = [self._claimed(order_id, sku, n) for sku, n in lines]
        claim["additional_items"] = (
            [self._new_goods(order_id, sku, n, "0") for sku, n in lines] if kind == "replace" else []
        )
        return str(claim["id"])

    def exchange(self, order_id: str, old: tuple[str, int], new: tuple[str, int, str]) -> str:
        """Agree on an exchange of (sku, quantity) for (sku, quantity, unit price)."""
        row = self._made("oexc", order_id=order_id, canceled_at=None, display_id=len(self.exchanges) + 1)
        self.exchanges[row["id"]] = row
        back = self._draft_return(order_id, exchange_id=row["id"])
        self._confirm_return(back, (old,), "color")
        row |= {"return_id": back["id"], "additional_items": [self._new_goods(order_id, *new)]}
        return str(row["id"])

    def receive(self, return_id: str, good: Mapping[str, int] = {}, damaged: Mapping[str, int] = {}) -> None:
        """Receive goods of a return in one step, as people do in Medusa's screens: units by sku."""
        self.begin_receive(return_id)
        self.take(return_id, {self._line_id(return_id, s): Decimal(n) for s, n in good.items()}, False)
        self.take(return_id, {self._line_id(return_id, s): Decimal(n) for s, n in damaged.items()}, True)
        self.confirm_receive(return_id)

    def refund_order(self, order_id: str, amount: str, note: str = "") -> str:
        """Refund on the order's first payment; give the refund's id."""
        self.refund(self.payments(order_id)[0]["id"], Decimal(amount), note)
        return str(self.payments(order_id)[0]["refunds"][-1]["id"])

    def say(self, order_id: str, **metadata: Any) -> None:
        """Change the order's metadata."""
        self.set_metadata(order_id, metadata)

    # ── Medusa's own steps ──

    def open_change(self, order_id: str) -> Row | None:
        """Give the change of an order that is being written."""
        own = (c for c in self.changes if c["order_id"] == order_id and c["status"] == "pending")
        return next(own, None)

    def begin_receive(self, return_id: str, note: str = "") -> Row:
        row = self._return(return_id)
        if row["status"] == "canceled":
            raise No(400, f"Return with id {return_id} has been canceled.")
        self._none_open(row["order_id"])
        change = self._made("ordch", order_id=row["order_id"], return_id=return_id, status="pending")
        change |= {"actions": [], "internal_note": note, "change_type": "return_receive"}
        self.changes.append(change)
        return change

    def take(self, return_id: str, units: Mapping[str, Decimal], damaged: bool) -> None:
        change = self._receiving(return_id)
        for item_id, quantity in units.items():
            detail = self._detail(return_id, item_id)
            open_units = detail["return_requested_quantity"] - _sum(
                a["details"]["quantity"] for a in change["actions"] if a["details"]["reference_id"] == item_id
            )
            if quantity > open_units:
                raise No(400, f"Cannot receive more items than what was requested for item {item_id}.")
            kind = "RECEIVE_DAMAGED_RETURN_ITEM" if damaged else "RECEIVE_RETURN_ITEM"
            details = {"reference_id": item_id, "quantity": quantity}
            change["actions"].append(
                {"id": self._id("ordchact"), "action": kind, "details": details, "return_id": return_id}
            )

    def confirm_receive(self, return_id: str) -> None:
        change = self._receiving(return_id)
        row, at = self._return(return_id), self._stamp()
        last: dict[str, list[Decimal]] = {}
        for action in change["actions"]:
            item_id, quantity = action["details"]["reference_id"], action["details"]["quantity"]
            damaged = action["action"] == "RECEIVE_DAMAGED_RETURN_ITEM"
            detail = self._detail(return_id, item_id)
            detail["return_dismissed_quantity" if damaged else "return_received_quantity"] += quantity
            detail["return_requested_quantity"] -= quantity
            last.setdefault(item_id, [Decimal(0), Decimal(0)])[damaged] += quantity
        for item in row["items"]:
            if item["item_id"] in last:  # the last step takes the place of those before it
                good, bad = last[item["item_id"]]
                item |= {"received_quantity": good, "damaged_quantity": bad, "updated_at": at}
        whole = all(x["received_quantity"] + x["damaged_quantity"] >= x["quantity"] for x in row["items"])
        status = "received" if whole else "partially_received"
        if status != row["status"]:  # a further partial receipt does not touch the return
            row |= {"status": status, "updated_at": at, "received_at": at if whole else None}
        change |= {"status": "confirmed", "confirmed_at": at}
        self._next_version(row["order_id"], change)

    def drop_receive(self, return_id: str) -> None:
        self.changes.remove(self._receiving(return_id))

    def cancel(self, return_id: str) -> None:
        row = self._return(return_id)
        if any(x["received_quantity"] + x["damaged_quantity"] for x in row["items"]):
            raise No(400, f"Can't cancel a return which has returned items: {return_id}")
        self._none_open(row["order_id"])
        at = self._stamp()
        for item in row["items"]:
            self._detail(return_id, item["item_id"])["return_requested_quantity"] -= item["quantity"]
        row |= {"status": "canceled", "canceled_at": at, "updated_at": at}
        self._next_version(row["order_id"])

    def refund(self, payment_id: str, amount: Decimal, note: str = "", reason: str = "") -> None:
        order, payment = next(
            (o, p) for o in self.orders.values() for p in self.payments(o["id"]) if p["id"] == payment_id
        )
        captured = _sum(c["amount"] for c in payment["captures"])
        if captured - _sum(r["amount"] for r in payment["refunds"]) - amount < Decimal("-0.01"):
            raise No(400, "You are not allowed to refund more than the captured amount")
        # The money goes out first, and stays out whatever comes next; neither payment nor order are touched.
        refund = self._made("ref", note=note or None, payment_id=payment_id, **_amount(amount))
        payment["refunds"].append({**refund, "refund_reason_id": reason or None})
        self._none_open(order["id"])
        self.ledger.append((refund["id"], amount))

    def set_metadata(self, order_id: str, metadata: Mapping[str, Any]) -> None:
        order = self.orders[order_id]
        order["metadata"] = {**(order["metadata"] or {}), **metadata}
        order["updated_at"] = self._stamp()

    def payments(self, order_id: str) -> list[Row]:
        return [p for c in self.orders[order_id]["payment_collections"] for p in c["payments"]]

    def shown(self, order_id: str, sku: str) -> tuple[int, int]:
        """Give the units of an article that Medusa counts as received good and damaged."""
        item = next(i for i in self.orders[order_id]["items"] if i["variant_sku"] == sku)
        detail = item["detail"]
        return int(detail["return_received_quantity"]), int(detail["return_dismissed_quantity"])

    # ── inside ──

    def _draft_return(self, order_id: str, **of: str) -> Row:
        row = self._made(
            "return", order_id=order_id, status="open", items=[], canceled_at=None, received_at=None
        )
        row |= {"claim_id": None, "exchange_id": None, "requested_at": None, "metadata": None, **of}
        row["display_id"] = len(self.returns) + 1
        self.returns[row["id"]] = row
        return row

    def _confirm_return(self, row: Row, lines: tuple[tuple[str, int], ...], reason: str) -> None:
        said = {"id": "rr_1", "value": reason, "label": reason.replace("_", " ").capitalize()}
        for sku, quantity in lines:
            item = self._of_order(row["order_id"], sku)
            item["detail"]["return_requested_quantity"] += quantity
            row["items"].append(
                self._made(
                    "retitem",
                    item_id=item["id"],
                    quantity=Decimal(quantity),
                    received_quantity=Decimal(0),
                    damaged_quantity=Decimal(0),
                    reason=said if reason else None,
                    note=None,
                )
            )
        at = self._stamp()
        row |= {"status": "requested", "requested_at": at, "updated_at": at}
        self._next_version(row["order_id"])

    def _claimed(self, order_id: str, sku: str, quantity: int) -> Row:
        item = self._of_order(order_id, sku)
        return self._made(
            "claitem", item_id=item["id"], quantity=Decimal(quantity), reason="production_failure", note=None
        )

    def _new_goods(self, order_id: str, sku: str, quantity: int, price: str) -> Row:
        item = self._item(sku, quantity, price, self._stamp())
        self.orders[order_id]["items"].append(item)
        return self._made("new", item_id=item["id"], quantity=Decimal(quantity), item=item)

    def _item(self, sku: str, quantity: int, price: str, at: str) -> Row:
        zero = dict.fromkeys(
            ("return_requested_quantity", "return_received_quantity", "return_dismissed_quantity"), Decimal(0)
        )
        return {
            "id": self._id("ordli"),
            "variant_sku": sku,
            "title": sku.title(),
            "quantity": Decimal(quantity),
            "unit_price": Decimal(price),
            "refundable_total_per_unit": Decimal(price),
            "is_tax_inclusive": False,
            "original_total": Decimal(price) * quantity,
            "original_subtotal": Decimal(price) * quantity,
            "updated_at": at,
            "detail": {"id": self._id("orditem"), "version": 1, "updated_at": at, **zero},
        }

    def _shipping(self, order_id: str, amount: str, total: str, **detail: str) -> None:
        method = self._made("ordsm", name="Return shipping", amount=Decimal(amount), total=Decimal(total))
        self.orders[order_id]["shipping_methods"].append({**method, "detail": detail})

    def _next_version(self, order_id: str, change: Row | None = None) -> None:
        order, at = self.orders[order_id], self._stamp()
        order |= {"version": order["version"] + 1, "updated_at": at}
        for item in order["items"]:
            item["detail"] |= {"id": self._id("orditem"), "version": order["version"], "updated_at": at}
        if change:
            change["version"] = order["version"]

    def _none_open(self, order_id: str) -> None:
        if self.open_change(order_id):
            raise No(400, f"Order ({order_id}) already has an existing active order change")

    def _receiving(self, return_id: str) -> Row:
        change = self.open_change(self._return(return_id)["order_id"])
        if not change or change.get("return_id") != return_id:
            raise No(400, "An active Order Change is required to proceed")
        return change

    def _return(self, return_id: str) -> Row:
        if return_id not in self.returns:
            raise No(404, f"Return id not found: {return_id}", "not_found")
        return self.returns[return_id]

    def _of_order(self, order_id: str, sku: str) -> Row:
        return next(i for i in self.orders[order_id]["items"] if i["variant_sku"] == sku)

    def _line_id(self, return_id: str, sku: str) -> str:
        return str(self._of_order(self.returns[return_id]["order_id"], sku)["id"])

    def _detail(self, return_id: str, item_id: str) -> Row:
        order = self.orders[self.returns[return_id]["order_id"]]
        return next(i["detail"] for i in order["items"] if i["id"] == item_id)  # type: ignore[no-any-return]

    def _made(self, id_or_kind: str, **values: Any) -> Row:
        row_id = id_or_kind if "_" in id_or_kind else self._id(id_or_kind)
        at = self._stamp()
        return {"id": row_id, "created_at": at, "updated_at": at, **values}

    def _id(self, kind: str) -> str:
        return f"{kind}_{next(self._number):06}"

    def _stamp(self) -> str:
        self.now += self.tick
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _amount(amount: Decimal) -> Row:
    return {"amount": amount, "raw_amount": {"value": str(amount), "precision": 20}}


def _sum(values: Any) -> Decimal:
    return sum(values, Decimal(0))

"""The sandbox's Medusa for real: it holds the shop that Odoo holds, returns can be played in it, and orders added."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest

from odoo_rma.sandbox import Env, Medusa, SandboxError
from odoo_rma.sandbox.medusa.admin import Admin, MedusaRefused
from odoo_rma.sandbox.medusa.place import find_order, place_order, place_orders
from odoo_rma.sandbox.medusa.play import Plays
from odoo_rma.sandbox.medusa.shop import shop_data
from odoo_rma.sandbox.odoo_orders import place_in_odoo
from odoo_rma.sandbox.orders import NewOrder, Piece
from odoo_rma.sandbox.snapshot import SEED

pytestmark = [pytest.mark.live, pytest.mark.medusa, pytest.mark.timeout(1200)]

HALF_A_CENT = Decimal("0.005")
FIELDS = (
    "+custom_display_id,+total,+email,+currency_code,+metadata,*items,*items.detail,*customer,+created_at"
)


def orders_of(admin: Admin) -> dict[str, Any]:
    found = admin.get("orders", limit=1000, fields=FIELDS)["orders"]
    return {order["custom_display_id"]: order for order in found}


def test_the_orders_are_those_of_odoo_paid_and_delivered(medusa_admin: Admin) -> None:
    odoo = {o["ref"]: o for o in json.loads((SEED / "expected.json").read_text("utf-8"))["orders"]}
    found = orders_of(medusa_admin)
    assert len(found) == 112
    for reference, order in found.items():
        expected = odoo[reference]
        lines = [line for line in expected["lines"] if line["sku"] != "SHIP"]
        assert order["email"] == expected["email"], reference
        assert order["customer"]["email"].lower() == expected["email"].lower(), reference
        assert order["currency_code"] == expected["currency"].lower(), reference
        assert order["metadata"] == {"reference": reference}
        assert (order["payment_status"], order["fulfillment_status"]) == ("captured", "delivered"), reference
        items = sorted(order["items"], key=lambda item: item["metadata"]["line"])
        assert [i["variant_sku"] for i in items] == [line["sku"] for line in lines], reference
        assert [i["detail"]["delivered_quantity"] for i in items] == [Decimal(line["qty"]) for line in lines]
        invoiced = sum(Decimal(bill["total"]) for bill in expected["invoices"])
        rounded = max(len(expected["lines"]), len(expected["invoices"]))
        assert abs(order["total"] - invoiced) <= rounded * HALF_A_CENT, reference


def test_an_order_is_found_by_the_reference_that_odoo_knows(medusa_admin: Admin) -> None:
    assert find_order(medusa_admin, "S-1022")["custom_display_id"] == "S-1022"
    with pytest.raises(SandboxError, match="no order S-9999"):
        find_order(medusa_admin, "S-9999")


def test_the_stock_is_odoos(medusa_admin: Admin) -> None:
    found = medusa_admin.get("inventory-items", limit=100, fields="+sku,*location_levels")["inventory_items"]
    by_id = {location: code for code, location in medusa_admin.manifest["locations"].items()}
    levels = {
        item["sku"]: {by_id[lv["location_id"]]: lv["stocked_quantity"] for lv in item["location_levels"]}
        for item in found
    }
    for product in shop_data()["products"]:
        if product["counted"]:
            expected = {code: Decimal(left) for code, left in product["stock"].items()}
            assert levels[product["sku"]] == expected, product["sku"]


def test_a_return_some_of_it_damaged_is_received_and_refunded(medusa_admin: Admin) -> None:
    plays = Plays.of(medusa_admin, "S-1003")
    rma = plays.request(
        {"BOOT-43": 3}, reason="defective", note="soles come off", metadata={"told": "by phone"}
    )
    asked = plays.read(rma)
    assert (asked["status"], asked["metadata"]) == ("requested", {"told": "by phone"})
    assert (asked["items"][0]["reason"]["value"], asked["items"][0]["note"]) == (
        "defective",
        "soles come off",
    )
    plays.receive(rma, good={"BOOT-43": 1}, damaged={"BOOT-43": 2})
    detail = plays.order()["items"][0]["detail"]
    assert (detail["return_received_quantity"], detail["return_dismissed_quantity"]) == (1, 2)
    assert plays.read(rma)["status"] == "received"
    plays.refund(Decimal("149.39"), "RINV/2026/00001")
    (refund,) = plays.refunds()
    assert (refund["amount"], refund["note"]) == (Decimal("149.39"), "RINV/2026/00001")
    assert refund["refund_reason"]["code"] == "return"


def test_what_is_too_much_is_refused_and_the_order_stays_usable(medusa_admin: Admin) -> None:
    plays = Plays.of(medusa_admin, "S-1005")
    rma = plays.request({"MUG": 2})
    with pytest.raises(MedusaRefused, match="more items than"):
        plays.receive(rma, good={"MUG": 3})
    with pytest.raises(SandboxError, match="no single item TENT-2P"):
        plays.request({"TENT-2P": 1})
    plays.receive(rma, good={"MUG": 2})
    assert plays.read(rma)["status"] == "received"


def test_a_return_is_canceled_with_its_parcel(medusa_admin: Admin) -> None:
    plays = Plays.of(medusa_admin, "S-1009")
    rma = plays.request({"TENT-2P": 1}, shipping="return_paid")
    plays.cancel(rma)
    assert plays.read(rma)["status"] == "canceled"
    again = plays.request({"TENT-2P": 3})
    assert plays.read(again)["status"] == "requested"


def test_claims_and_exchanges_bring_a_return_of_their_own(medusa_admin: Admin) -> None:
    plays = Plays.of(medusa_admin, "S-1008")
    claim = plays.claim({"BOOT-42": 1}, kind="replace", instead={"BOOT-42": 1}, note="split seam")
    exchange = plays.exchange({"BOOT-43": 1}, {"BOOT-42": 1})
    for case, sku in ((claim, "BOOT-42"), (exchange, "BOOT-43")):
        plays.receive(case["return_id"], good={item_of(plays, case["return_id"]): 1})
        back = plays.read(case["return_id"])
        assert back["status"] == "received", sku
    missing = plays.claim({item_of(plays, claim["return_id"]): 1}, reason="missing_item", back=False)
    assert not missing.get("return_id")
    undone = plays.exchange({item_of(plays, exchange["return_id"]): 1}, {"MUG": 1})
    plays.cancel_exchange(undone["id"])
    assert plays.read(undone["return_id"])["status"] == "canceled"


def item_of(plays: Plays, return_id: str) -> str:
    """The order's item that comes back: once new goods were sent, a SKU may stand on two."""
    return str(plays.read(return_id)["items"][0]["item_id"])


def test_further_orders_are_the_same_on_both_sides(medusa: Medusa, medusa_admin: Admin, odoo19: Env) -> None:
    lines = (Piece("SHIRT-M", 3, Decimal("29.90")), Piece("CAMP-KIT", 1, Decimal("79.00")))
    orders = [NewOrder(f"N-{n}", "ben.okafor@mail.example", lines) for n in range(3)]
    placed, known = place_orders(medusa, orders), place_in_odoo(odoo19, orders)
    assert placed.keys() == known.keys() == {"N-0", "N-1", "N-2"}
    assert len({invoice for made in known.values() for invoice in made.invoices}) == 3
    by_hand = place_order(medusa_admin, lines, "ben.okafor@mail.example", "N-9")
    for order in (find_order(medusa_admin, "N-1"), by_hand):
        assert (order["payment_status"], order["fulfillment_status"]) == ("captured", "delivered")
        assert abs(order["total"] - Decimal("194.01")) <= HALF_A_CENT  # 168.70 and 15 %
    plays = Plays.of(medusa_admin, "N-1")
    plays.receive(plays.request({"CAMP-KIT": 1}), good={"CAMP-KIT": 1})


def test_a_reset_brings_the_clean_shop_back(medusa: Medusa) -> None:
    plays = Plays.of(Admin(medusa.env()), "S-1001")
    plays.request({"TENT-2P": 1})
    env = medusa.reset()
    assert Admin(env).get("returns")["count"] == 0
    assert len(orders_of(Admin(env))) == 112


def test_starting_twice_is_quick_and_harmless(medusa: Medusa) -> None:
    before, began = medusa.status(), time.monotonic()
    medusa.up()
    assert time.monotonic() - began < 10
    assert medusa.status().pid == before.pid

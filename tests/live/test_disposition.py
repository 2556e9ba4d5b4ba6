"""What becomes of goods that came back, on the real Odoo: every unit of every article stands where it belongs."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from live.retail import Retail
from live.returns import SHOPS
from live.warehouse import Warehouse, stock

from odoo_rma.sandbox import Env
from odoo_rma.sync.report import RunReport

MUGS = {"sku": "MUG", "requested": 4, "authorized": 4, "received": 0}


def problems(report: RunReport) -> list[str]:
    return [f"{r.label}: {i.code}" for r in report.results for i in r.issues]


@pytest.fixture(scope="module", params=SHOPS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    env: Env = request.getfixturevalue(request.param)
    retail = Retail(env, tmp_path_factory.mktemp("disposition"), "disposition")
    own = Warehouse(retail, stock(retail))
    assert problems(retail.day(1)) == ["T-3209: unknown_lot"]
    own.move_by_hand("T-3211", 2, "WH/Quarantine")
    assert problems(retail.day(2)) == ["T-3209: unknown_lot"]
    yield own


def test_every_unit_stands_where_its_inspection_says(house: Warehouse) -> None:
    scrapped = {k: q for k, q in house.changes().items() if k[0] == "Scrap"}
    standing = {k: q for k, q in house.changes().items() if k[0] != "Scrap"}
    assert standing == {
        ("WH/Stock", "TENT-2P", ""): 1,
        ("WH/Quarantine", "BOOT-42", ""): 1,
        ("WH/To vendor", "BOOT-42", ""): 1,
        ("WH/To donate", "BOOT-42", ""): 1,
        ("WH/B-Grade", "BOOT-42", ""): 1,
        ("WH/B-Grade", "FUEL-450", "FUEL-B2"): 2,
        ("WH/Quarantine", "GPS-X1", "GPS-0008"): 1,
        ("WH/Stock", "JACKET-M", ""): 1,
        ("WH/Stock", "PACK-40", ""): 1,
        ("WH/Quarantine", "MUG", ""): 3,
        ("HUB/Stock", "BOOT-43", ""): 1,
        ("HUB/Quarantine", "BOOT-43", ""): 1,
        ("WH/Stock", "POT", ""): 1,
        ("WH/Quarantine", "POT", ""): 2,
        ("WH/Stock", "SHIRT-M", ""): 2,
    }
    assert scrapped == {("Scrap", "TENT-2P", ""): 1, ("Scrap", "FUEL-450", "FUEL-D4"): 1}


def test_t3201_the_scrap_hangs_on_its_return_and_says_why(house: Warehouse) -> None:
    [scrap] = house.rows("stock.scrap", "T-3201", "scrap", "state", "origin", "picking_id", "scrap_qty")
    assert (scrap["state"], scrap["origin"], scrap["scrap_qty"]) == ("done", "T-3201: scrap, junk", 1.0)
    back = house.returned("T-3201")
    assert scrap["picking_id"] == back["id"]
    own = [("model", "=", "stock.picking"), ("res_id", "=", back["id"]), ("body", "like", "Poles broken")]
    [note] = house.tables.rows("mail.message", own, "body").values()
    assert 'href="https://photos.example/t-3201-1.jpg"' in note["body"]


def test_t3202_one_validated_transfer_for_each_place(house: Warehouse) -> None:
    found = house.rows("stock.picking", "T-3202", "putaway", "origin", "state", "picking_type_code")
    assert {(p["state"], p["picking_type_code"]) for p in found} == {("done", "internal")}
    assert sorted(p["origin"] for p in found) == [
        "T-3202: donate",
        "T-3202: quarantine",
        "T-3202: restock b grade",
        "T-3202: return to vendor",
    ]


@pytest.mark.parametrize(
    ("rma", "order", "left", "total"),
    [
        ("T-3201", "S-1093", 0.0, 572.7),
        ("T-3205", "S-1098", 1.0, 189.5),
        ("T-3206", "S-1102", 1.0, 113.85),
        ("T-3210", "S-1103", 1.0, 68.77),
    ],
)
def test_what_did_not_come_stays_delivered_and_is_not_credited(
    house: Warehouse, rma: str, order: str, left: float, total: float
) -> None:
    lines = house.tables.rows("sale.order.line", [("order_id.client_order_ref", "=", order)], "qty_delivered")
    assert [x["qty_delivered"] for x in lines.values()] == [left]
    assert house.credited(rma) == [total]


def test_t3207_nothing_waits_any_more_for_what_left_the_hubs_input(house: Warehouse) -> None:
    [moved] = house.moves(house.returned("T-3207")["id"])
    assert moved["location_dest_id"] == house.place("HUB/Input")
    here = [("location_id", "=", moved["location_dest_id"]), ("product_id", "=", moved["product_id"])]
    states = [m["state"] for m in house.tables.rows("stock.move", here, "state").values()]
    assert sorted(states) == ["cancel", "done", "done"], "Odoo's own next step, and ours to two places"


def test_t3209_nothing_is_made_for_a_serial_number_that_was_never_delivered(house: Warehouse) -> None:
    assert house.retail.own("stock.picking", "T-3209") == []


def test_t3211_what_the_warehouse_moved_by_hand_is_not_moved_twice(house: Warehouse) -> None:
    assert house.rows("stock.picking", "T-3211", "putaway", "name") == []
    assert house.credited("T-3211") == [22.89]


def test_a_further_run_writes_nothing_not_even_without_the_store(house: Warehouse) -> None:
    assert house.retail.sync().writes == 0
    house.retail.forget()
    assert house.retail.sync().writes == 0


def test_goods_judged_anew_leave_quarantine(house: Warehouse) -> None:
    """The receiver is fine after all."""
    was = house.stock()
    gps = {"id": "1", "sku": "GPS-X1", "requested": 1, "authorized": 1, "received": 1}
    found = [{"id": "I1", "quantity": 1, "condition": "used", "lots": [{"name": "GPS-0008"}]}]
    rma = base("T-3204", "S-1097", "Grace O'Neill", "grace.oneill@mail.example") | {
        "revision": 2,
        "closed": True,
    }
    refund = {"id": "F1", "amount": "401.35", "gateway": "stripe", "reference": "re_3204"}
    told = [found[0] | {"disposition": "restock"}]
    report = house.retail.bring(rma | {"lines": [gps | {"inspections": told}], "refunds": [refund]})
    assert problems(report) == ["T-3209: unknown_lot"]
    now, one = house.stock(), Decimal(1)
    assert now[("WH/Stock", "GPS-X1", "GPS-0008")] == was.get(("WH/Stock", "GPS-X1", "GPS-0008"), 0) + one
    assert ("WH/Quarantine", "GPS-X1", "GPS-0008") not in now


def base(number: str, order: str, name: str, email: str) -> dict[str, Any]:
    customer = {"name": name, "email": email}
    known = {"order": {"name": order}, "customer": customer, "currency": "USD", "authorization": "authorized"}
    return {"id": number, "revision": 1, "gift": True, **known}


def test_what_turns_out_to_be_missing_leaves_stock_by_the_return_button(house: Warehouse) -> None:
    known = base("T-3298", "S-1103", "Dmitri Sokolov", "dmitri.sokolov@mail.example")
    shirt = {"id": "1", "sku": "SHIRT-M", "requested": 1, "authorized": 1, "received": 1}
    before = house.stock()[("WH/Stock", "SHIRT-M", "")]
    house.retail.bring(known | {"lines": [shirt]})
    gone = shirt | {"inspections": [{"id": "I1", "quantity": 1, "condition": "missing"}]}
    report = house.retail.bring(known | {"revision": 2, "lines": [gone]})
    assert sorted(problems(report)) == ["T-3209: unknown_lot", "T-3298: received_too_much"]
    assert house.stock()[("WH/Stock", "SHIRT-M", "")] == before + 1
    back = house.returned("T-3298")
    house.send_back(back["id"])
    assert house.stock()[("WH/Stock", "SHIRT-M", "")] == before
    assert problems(house.retail.sync()) == ["T-3209: unknown_lot"]
    assert house.retail.sync().writes == 0


def test_where_the_warehouse_has_the_say_its_own_decisions_are_credited(
    house: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of four mugs three are left in the warehouse; the fourth is scrapped by hand: three are credited."""
    folder = tmp_path_factory.mktemp("warehouse")
    rules = {"path": folder, "quiet_seconds": 0, "owners": {"receipt": "erp"}, "credit_note_on": "inspection"}
    desk = Warehouse(Retail(house.retail.env, folder, "disposition", sources={"retail": rules}), {})
    rma = base("T-3299", "S-1095", "Carla Jensen", "carla.jensen@mail.example")
    assert problems(desk.retail.bring(rma | {"lines": [MUGS | {"id": "1"}]})) == []
    back = desk.returned("T-3299")
    assert (back["state"], desk.credited("T-3299")) == ("assigned", [])
    [move] = desk.moves(back["id"])
    desk.validate(back["id"], {move["product_id"]: 4})
    scrap = {"product_id": move["product_id"], "scrap_qty": 1, "picking_id": back["id"]}
    scrap |= {"product_uom_id": move["product_uom"], "location_id": back["location_dest_id"]}
    made = desk.tables.call("stock.scrap", "create", scrap)
    assert desk.tables.call("stock.scrap", "action_validate", [made]) is True
    report = desk.retail.sync()
    assert problems(report) == []
    assert desk.credited("T-3299") == [34.33], "three at 9.95 and 15 % tax"
    [result] = report.results
    assert "1 × MUG scrapped, by hand" in result.steps
    assert desk.retail.sync().writes == 0

"""Repairs and goods that go back, on the real Odoo: the repair order, the very serial number, and the order's count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from live.retail import Retail
from live.returns import SHOPS

from odoo_rma.sandbox import Env
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.show import show
from odoo_rma.sync.store import Store


def problems(report: RunReport) -> list[str]:
    return [f"{r.label}: {i}" for r in report.results for i in r.issues]


@dataclass
class Workshop:
    """The retailer's returns, and what people do in its Odoo as its administrator."""

    retail: Retail

    def __post_init__(self) -> None:
        self.tables = self.retail.tables
        self.is_new = "product_location_src_id" in self.tables.fields("repair.order")

    # ── what is there ──

    def orders(self, rma: str) -> list[dict[str, Any]]:
        place = "product_location_src_id" if self.is_new else "location_id"
        fields = ("name", "state", "product_qty", "lot_id", "partner_id", "user_id", place)
        ids = self.retail.own("repair.order", rma)
        found = self.tables.rows("repair.order", [("id", "in", ids)], *fields).values()
        return [{**r, "place": self.place(r[place])} for r in found]

    def place(self, location: int) -> str:
        [row] = self.tables.rows("stock.location", [("id", "=", location)], "complete_name").values()
        return str(row["complete_name"])

    def transfers(self, rma: str) -> list[dict[str, Any]]:
        ids = self.retail.own("stock.picking", rma, "sendback")
        fields = ("name", "state", "picking_type_code", "location_id", "origin", "sale_id", "partner_id")
        return list(self.tables.rows("stock.picking", [("id", "in", ids)], *fields).values())

    def lots(self, picking: int) -> list[int]:
        lines = self.tables.rows("stock.move.line", [("picking_id", "=", picking)], "lot_id")
        return sorted(r["lot_id"] for r in lines.values() if r["lot_id"])

    def order_lines(self, ref: str) -> list[dict[str, Any]]:
        domain = [("order_id.client_order_ref", "=", ref)]
        return list(self.tables.rows("sale.order.line", domain, "qty_delivered", "product_uom_qty").values())

    def delivered(self, ref: str) -> list[float]:
        return [line["qty_delivered"] for line in self.order_lines(ref)]

    def credited(self, rma: str) -> list[float]:
        notes = self.tables.rows(
            "account.move", [("id", "in", self.retail.own("account.move", rma, "credit"))], "amount_total"
        )
        return [n["amount_total"] for n in notes.values()]

    # ── what people do ──

    def finish(self, rma: str) -> None:
        """The workshop begins and ends the repair."""
        ids = [o["id"] for o in self.orders(rma) if o["state"] == "confirmed"]
        assert ids, "nothing waits for the workshop"
        for i in ids:
            self.tables.call("repair.order", "action_repair_start", [i])
            self.tables.call("repair.order", "action_repair_end", [i])

    def refuse(self, rma: str) -> None:
        """The workshop cancels the repair."""
        self.tables.call("repair.order", "action_repair_cancel", [o["id"] for o in self.orders(rma)])

    def send(self, rma: str) -> None:
        """The warehouse validates what is reserved."""
        for picking in self.transfers(rma):
            if picking["state"] == "assigned":
                if not self.is_new:
                    lines = self.tables.rows(
                        "stock.move.line", [("picking_id", "=", picking["id"])], "product_uom_qty"
                    )
                    for i, line in lines.items():
                        self.tables.call(
                            "stock.move.line", "write", [i], {"qty_done": line["product_uom_qty"]}
                        )
                answer = self.tables.call("stock.picking", "button_validate", [picking["id"]])
                assert answer is True, answer


@pytest.fixture(scope="module", params=SHOPS)
def workshop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    env: Env = request.getfixturevalue(request.param)
    shop = Workshop(Retail(env, tmp_path_factory.mktemp("repair"), "repair"))
    assert problems(shop.retail.day(1)) == []
    yield shop


def test_t3301_under_warranty_the_drone_is_repaired_and_the_very_one_goes_back(workshop: Workshop) -> None:
    [order] = workshop.orders("T-3301")
    assert (order["state"], order["product_qty"], order["user_id"]) == ("confirmed", 1.0, False)
    assert order["place"].endswith("/Repair"), "it was put where repairs are done"
    assert workshop.delivered("S-1105") == [0.0]
    assert workshop.transfers("T-3301") == []
    waits = show(workshop.retail.settings, "T-3301").awaits
    assert waits == (f"repair order {order['name']} is waiting to be finished in Odoo",)
    workshop.finish("T-3301")
    assert problems(workshop.retail.sync()) == []
    [picking] = workshop.transfers("T-3301")
    assert (picking["state"], picking["picking_type_code"]) == ("assigned", "outgoing")
    assert (picking["origin"], bool(picking["sale_id"])) == ("T-3301: back to the customer", True)
    assert workshop.place(picking["location_id"]) == order["place"]
    assert workshop.lots(picking["id"]) == [order["lot_id"]], "the customer's own"
    assert workshop.retail.sync().writes == 0, "it waits for the warehouse"
    workshop.send("T-3301")
    assert problems(workshop.retail.sync()) == []
    assert workshop.delivered("S-1105") == [1.0], "the customer has it again"
    assert len(workshop.order_lines("S-1105")) == 1, "nothing was added to the order"
    assert workshop.credited("T-3301") == []


def test_t3302_what_the_workshop_refuses_to_repair_waits_for_a_word_and_goes_back(workshop: Workshop) -> None:
    workshop.refuse("T-3302")
    found = [p for p in problems(workshop.retail.sync()) if p.startswith("T-3302")]
    assert len(found) == 1 and "was canceled in Odoo" in found[0]
    assert [o["state"] for o in workshop.orders("T-3302")] == ["cancel"], "not made again"


def test_t3303_of_two_pairs_one_is_repaired_and_one_refunded(workshop: Workshop) -> None:
    assert workshop.credited("T-3303") == [149.39]
    workshop.finish("T-3303")
    assert [p for p in problems(workshop.retail.sync()) if p.startswith("T-3303")] == []
    assert [p["state"] for p in workshop.transfers("T-3303")] == ["assigned"]
    assert workshop.delivered("S-1108") == [0.0]
    workshop.send("T-3303")
    workshop.retail.sync()
    assert workshop.delivered("S-1108") == [1.0]


def test_t3304_what_is_not_accepted_goes_back_and_is_not_credited(workshop: Workshop) -> None:
    [picking] = workshop.transfers("T-3304")
    assert (picking["state"], workshop.credited("T-3304")) == ("assigned", [])
    assert workshop.orders("T-3304") == []
    workshop.tables.call("stock.picking", "action_cancel", [picking["id"]])
    found = [p for p in problems(workshop.retail.sync()) if p.startswith("T-3304")]
    assert len(found) == 1 and "was canceled in Odoo" in found[0]
    with Store.open(workshop.retail.settings.run.store) as store:
        store.resolve("T-3304", "the clerk erred", now=datetime.now(UTC), again=True)
    workshop.retail.sync()
    assert [p["state"] for p in workshop.transfers("T-3304")] == ["cancel", "assigned"]
    workshop.send("T-3304")
    workshop.retail.sync()
    assert workshop.delivered("S-1109") == [1.0]


def test_t3306_what_the_shop_repairs_for_itself_stays(workshop: Workshop) -> None:
    [order] = workshop.orders("T-3306")
    assert (order["state"], workshop.credited("T-3306")) == ("confirmed", [217.93])
    workshop.finish("T-3306")
    workshop.retail.sync()
    assert workshop.transfers("T-3306") == []


def test_the_next_day_one_goes_back_unrepaired_and_one_return_is_canceled(workshop: Workshop) -> None:
    report = workshop.retail.day(2)
    assert problems(report) == []
    assert [p["state"] for p in workshop.transfers("T-3302")] == ["assigned"]
    assert [o["state"] for o in workshop.orders("T-3305")] == ["cancel"], "nobody had begun"
    assert workshop.transfers("T-3305") == []
    workshop.send("T-3302")


def test_in_the_end_nothing_is_left_to_do_not_even_without_the_store(workshop: Workshop) -> None:
    workshop.retail.sync()
    marks = workshop.tables.marks()
    assert workshop.retail.sync().writes == 0
    workshop.retail.forget()
    assert workshop.retail.sync().writes == 0
    assert workshop.tables.marks() == marks

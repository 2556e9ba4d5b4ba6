"""The company's own warehouse has the say: what it validates in Odoo is credited, no more and no less."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from live.books import Books, Tables
from live.company import settings_for
from live.holdings import Holdings
from live.returns import SHOPS

from odoo_rma.connector.settings import Settings
from odoo_rma.sandbox import Env
from odoo_rma.sync.run import sync


@dataclass
class Desk:
    """The returns desk of a company: its Odoo, and the settings of the desk's returns."""

    env: Env
    settings: Settings
    before: Books

    def sync(self) -> int:
        """Run, and say how often Odoo was written to."""
        return sync(self.settings, sources=["desk"]).writes

    def holdings(self) -> Holdings:
        return Holdings(self.before, Books(Tables(self.env)))

    def receive(self, rma: str, delivery: int, **units: float) -> None:
        """Let Walter of the warehouse validate what has arrived; the rest stays on a backorder."""
        holdings = self.holdings()
        books, done = holdings.after, "quantity" if holdings.after.newer else "quantity_done"
        (picking,) = (
            i
            for i, owner in holdings.documents("stock.picking").items()
            if owner == rma
            and books.pickings[i]["state"] == "assigned"
            and books.deliveries(books.pickings[i]["sale_id"]).index(holdings.delivery_of(i)) == delivery - 1
        )
        walter = Tables(replace(self.env, login="warehouse", password="warehouse"))
        for i, move in books.moves.items():
            if move["picking_id"] == picking:
                quantity = units.get(books.products[move["product_id"]].replace("-", "_"), 0)
                picked = {"picked": quantity > 0} if books.newer else {}
                walter.call("stock.move", "write", [i], {done: quantity, **picked})
        context = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
        assert walter.call("stock.picking", "button_validate", [picking], context=context) is True


@pytest.fixture(scope="module", params=SHOPS)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose transfers wait; nothing has been credited but the item that the customer keeps."""
    env: Env = request.getfixturevalue(request.param)
    desk = Desk(env, settings_for(env, "odoorpc", tmp_path_factory.mktemp("desk")), Books(Tables(env)))
    _ = desk.before.order_lines, desk.before.stock
    desk.sync()
    return desk


def credited(desk: Desk, rma: str) -> list[Any]:
    """Give (invoice of the order, total, open) of an RMA's credit notes."""
    story = desk.holdings().credit_notes().get(f"desk/{rma}", {"credit_notes": []})
    return [(n["of"], n["total"], n["open"]) for n in story["credit_notes"]]


def test_what_the_source_says_is_not_believed(desk: Desk) -> None:
    assert credited(desk, "D-3003") == []
    assert desk.holdings().stock_changes() == {}


def test_what_the_warehouse_validates_is_credited(desk: Desk) -> None:
    desk.receive("desk/D-3002", 1, PACK_40=1)
    desk.sync()
    assert credited(desk, "D-3002") == [(1, "113.85", "113.85")], "the invoice was paid: it stays open"
    assert desk.sync() == 0


def test_of_two_transfers_the_one_that_came_is_credited(desk: Desk) -> None:
    desk.receive("desk/D-3001", 2, TENT_2P=1)
    desk.sync()
    assert credited(desk, "D-3001") == [(1, "286.35", "0.00")]
    desk.receive("desk/D-3001", 1, TENT_2P=1)
    desk.sync()
    assert credited(desk, "D-3001") == [(1, "286.35", "0.00"), (2, "286.35", "0.00")]
    assert desk.sync() == 0


def test_a_part_is_credited_first_and_the_rest_when_it_comes(desk: Desk) -> None:
    desk.receive("desk/D-3003", 1, STOVE=1, POT=1)
    desk.sync()
    assert credited(desk, "D-3003") == [(1, "78.20", "78.20")]
    assert desk.sync() == 0
    desk.receive("desk/D-3003", 1, POT=1)
    desk.sync()
    assert credited(desk, "D-3003") == [(1, "78.20", "78.20"), (1, "21.85", "21.85")]
    assert desk.sync() == 0
    assert desk.holdings().order_line_changes("qty_delivered")["S-1028"] == {"STOVE": "1", "POT": "2"}
    assert desk.holdings().order_line_changes("qty_invoiced")["S-1028"] == {"STOVE": "1", "POT": "2"}

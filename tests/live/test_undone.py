"""What people cancel, reset and delete in Odoo is noticed there, and made again exactly once when a person says so."""

from collections.abc import Iterator

import pytest
from live.returns import SHOPS, WebShop

from odoo_rma.sandbox import Env
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.store import Store

BOOT = {"id": "1", "sku": "BOOT-42", "requested": "1"}
REFUND = {"id": "F1", "amount": "149.39", "at": "2026-11-20T10:00:00Z"}


class Desk(WebShop):
    """A web shop's returns, and what people undo in its Odoo."""

    def codes(self, number: str) -> list[str]:
        (result,) = [r for r in self.sync().results if r.id == number]
        return [i.code for i in result.issues]

    def again(self, number: str) -> None:
        with Store.open(self.settings.run.store) as store:
            store.resolve(number, now=utc_now(), again=True)

    def transfers(self, number: str) -> dict[int, str]:
        rows = self.tables.rows(
            "stock.picking", [("id", "in", self.own("stock.picking", number, "transfer"))], "state"
        )
        return {i: r["state"] for i, r in rows.items()}

    def notes(self, number: str) -> dict[int, tuple[str, float]]:
        ids = self.own("account.move", number, "credit")
        rows = self.tables.rows("account.move", [("id", "in", ids)], "state", "amount_total")
        return {i: (r["state"], r["amount_total"]) for i, r in rows.items()}

    def settled(self) -> bool:
        """Run until nothing is written, and say that it is at once."""
        return self.sync().writes == 0


@pytest.fixture(scope="module", params=SHOPS)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    env: Env = request.getfixturevalue(request.param)
    yield Desk(env, tmp_path_factory.mktemp("undone"), "odoorpc", BOOT)


def test_a_deleted_transfer(desk: Desk) -> None:
    desk.bring("U-1", "S-1008")
    (first,) = desk.transfers("U-1")
    desk.tables.call("stock.picking", "unlink", [first])
    assert desk.codes("U-1") == ["deleted_by_hand"]
    assert desk.settled()
    assert desk.transfers("U-1") == {}
    desk.again("U-1")
    desk.sync()
    assert list(desk.transfers("U-1").values()) == ["assigned"]
    assert desk.settled()
    assert len(desk.transfers("U-1")) == 1
    desk.tables.call("stock.picking", "unlink", list(desk.transfers("U-1")))
    assert desk.codes("U-1") == ["deleted_by_hand"], "what was made again is missed as well"


def test_a_credit_note_reset_to_draft_then_deleted(desk: Desk) -> None:
    desk.bring("U-2", "S-1025", refunds=[REFUND])
    (note,) = desk.notes("U-2")
    assert desk.notes("U-2")[note][0] == "posted"
    desk.tables.call("account.move", "button_draft", [note])
    assert desk.codes("U-2") == ["reset_by_hand"]
    assert desk.notes("U-2")[note][0] == "draft"
    desk.again("U-2")
    desk.sync()
    assert desk.notes("U-2") == {note: ("posted", 149.39)}
    assert desk.settled()
    desk.tables.call("account.move", "button_draft", [note])
    desk.tables.call("account.move", "button_cancel", [note])
    assert desk.codes("U-2") == ["canceled_by_hand"]
    desk.again("U-2")
    desk.sync()
    assert desk.notes("U-2") == {note: ("posted", 149.39)}
    assert desk.settled()
    desk.tables.call("account.move", "button_draft", [note])
    desk.tables.call("account.move", "unlink", [note], context={"force_delete": True})
    assert desk.codes("U-2") == ["deleted_by_hand"]
    desk.again("U-2")
    desk.sync()
    assert list(desk.notes("U-2").values()) == [("posted", 149.39)]
    assert desk.settled()


def test_a_transfer_canceled_by_a_person(desk: Desk) -> None:
    desk.bring("U-3", "S-1012")
    (first,) = desk.transfers("U-3")
    desk.tables.call("stock.picking", "action_cancel", [first])
    assert desk.codes("U-3") == ["canceled_by_hand"]
    desk.again("U-3")
    desk.sync()
    assert list(desk.transfers("U-3").values()) == ["cancel", "assigned"]
    assert desk.settled()


def test_a_return_canceled_and_opened_again_at_its_source(desk: Desk) -> None:
    desk.bring("U-4", "S-1062")
    desk.bring("U-4", "S-1062", 2, authorization="canceled")
    assert list(desk.transfers("U-4").values()) == ["cancel"]
    desk.bring("U-4", "S-1062", 3)
    assert list(desk.transfers("U-4").values()) == ["cancel", "assigned"]
    assert desk.settled()


def test_a_lost_store_forgets_what_was_deleted_and_nothing_else(desk: Desk) -> None:
    before = {number: desk.transfers(number) for number in ("U-3", "U-4")}
    assert desk.transfers("U-1") == {}
    desk.forget()
    desk.sync()
    assert list(desk.transfers("U-1").values()) == ["assigned"]
    assert {number: desk.transfers(number) for number in ("U-3", "U-4")} == before
    assert desk.settled()

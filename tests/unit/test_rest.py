"""A return that waits for its goods is not looked at in each run, and yet nothing that happens to it comes late."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from memory.client import CONNECTOR, connect_to
from memory.company import NOW, Company
from memory.week import line, refund, rma

from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.model import Feedback
from odoo_rma.mappings.plan import Stand
from odoo_rma.sync.marks import RECENT
from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.rest import REST, heed_new_rules
from odoo_rma.sync.run import Direction, sync
from odoo_rma.sync.store import Settled, Store

WAREHOUSE = 7
ON_THE_WAY, ALL_DONE = REST[Stand.ON_THE_WAY], REST[Stand.ALL_DONE]
QUIET = {"context": {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}}


@dataclass
class Shop:
    """A company with two returns that wait for goods: `D` comes in at the warehouse, in Odoo, `S` at the shop."""

    company: Company
    now: datetime = NOW
    files: int = 0

    def send(self, source: str, *rmas: dict[str, Any]) -> None:
        self.files += 1
        self.company.drop(f"{self.files}.json", rmas, source)

    def looked_at(self, after: timedelta = timedelta()) -> list[str]:
        """What a run looks at."""
        return [r.id for r in self.company.run(now=self.now + after).results]

    def settle_down(self) -> None:
        """Bring all in, and let the time go by in which Odoo's marks count as recent."""
        self.looked_at()
        self.now += RECENT
        self.looked_at()

    def by_hand(self, model: str, method: str, ids: list[int], user: int = WAREHOUSE, **how: Any) -> Any:
        return self.company.odoo.send(user, model, method, ids, how)

    @property
    def transfer(self) -> int:
        """The transfer that waits for `D`."""
        with Store.open(self.company.settings.run.store) as store:
            return next(d.id for d in store.documents("desk", "D") if d.model == "stock.picking")

    def receive(self, user: int = WAREHOUSE) -> None:
        """Let the goods of `D` come in."""
        assert self.by_hand("stock.picking", "button_validate", [self.transfer], user, **QUIET) is True

    def credit_notes(self, name: str) -> list[str]:
        rows = self.company.odoo.db.tables["account.move"].values()
        return [
            r["state"] for r in rows if r["move_type"] == "out_refund" and (r["ref"] or "").startswith(name)
        ]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """All was brought in, and looked at once more."""
    shop = Shop(Company.of_the_shop(tmp_path))
    shop.send("desk", rma("D", "S-1003", line("BOOT-43", 2)))
    shop.send("shop", rma("S", "S-1007", line("MUG", 4)))
    shop.settle_down()
    return shop


def test_who_waits_for_goods_is_not_looked_at_and_costs_nothing(shop: Shop) -> None:
    report = shop.company.run(now=shop.now)
    assert (list(report.results), report.at_rest) == ([], 2)
    assert report.writes == 0


def test_after_an_hour_at_most_it_is_looked_at_all_the_same(shop: Shop) -> None:
    assert shop.looked_at(ON_THE_WAY - timedelta(seconds=1)) == []
    assert shop.looked_at(ON_THE_WAY * 2) == ["S", "D"]
    assert shop.looked_at(ON_THE_WAY * 2) == []


def test_a_rest_that_a_wrong_clock_made_too_long_is_none(shop: Shop) -> None:
    shop.looked_at(timedelta(days=5000))
    shop.now += timedelta(minutes=1)
    assert shop.looked_at() == ["S", "D"]
    assert shop.looked_at() == []


def test_not_all_are_looked_at_in_one_run_again(tmp_path: Path) -> None:
    shop = Shop(Company.of_the_shop(tmp_path))
    orders = [("S-1001", "TENT-2P"), ("S-1002", "MUG"), ("S-1003", "BOOT-43"), ("S-1012", "BOOT-42")]
    shop.send("shop", *(rma(f"S-{o}", o, line(sku, 1)) for o, sku in orders))
    shop.settle_down()
    found = [shop.looked_at(ON_THE_WAY * (1 + n / 1000)) for n in range(6)]
    assert [len(labels) for labels in found] == [0, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("user", [WAREHOUSE, CONNECTOR], ids=["a person", "a person under our own login"])
def test_goods_that_come_in_in_odoo_are_credited_in_the_next_run(shop: Shop, user: int) -> None:
    shop.receive(user)
    assert shop.looked_at() == ["D"]
    assert shop.credit_notes("D") == ["posted"]


def test_goods_that_come_in_at_the_source_are_received_in_the_next_run(shop: Shop) -> None:
    shop.send("shop", rma("S", "S-1007", line("MUG", 4, 4), revision=2, refunds=[refund("45.77")]))
    assert shop.looked_at() == ["S"]
    assert shop.credit_notes("S") == ["posted"]


def test_what_came_and_is_not_credited_is_looked_at_in_each_run(shop: Shop) -> None:
    shop.send("shop", rma("S", "S-1007", line("MUG", 4, 1), revision=2))
    for _ in range(3):
        assert shop.looked_at() == ["S"]


def test_what_is_all_done_and_not_closed_rests_for_a_day_at_most(shop: Shop) -> None:
    shop.receive()
    assert [shop.looked_at() for _ in range(2)] == [["D"], ["D"]]
    shop.now += RECENT
    assert shop.looked_at() == ["D"], "Odoo says that somebody received it of late"
    assert shop.looked_at() == []
    with Store.open(shop.company.settings.run.store) as store:
        due = [store.count_open(["desk"], now=shop.now + ALL_DONE * n) for n in (0, 1, 2)]
    assert due == [0, 0, 1]


def test_a_credit_note_that_is_taken_back_in_odoo_ends_the_rest_of_what_was_all_done(shop: Shop) -> None:
    shop.receive()
    shop.settle_down()
    assert shop.looked_at() == []
    notes = shop.company.odoo.db.tables["account.move"].values()
    (note,) = (n["id"] for n in notes if n["move_type"] == "out_refund" and n["ref"] == "D")
    shop.by_hand("account.move", "button_draft", [note])
    assert shop.looked_at() == ["D"]


def canceled(shop: Shop) -> None:
    shop.by_hand("stock.picking", "action_cancel", [shop.transfer])


def deleted(shop: Shop) -> None:
    canceled(shop)
    db = shop.company.odoo.db
    with db.transaction(WAREHOUSE):
        db.unlink("stock.picking", shop.transfer)


def touched(shop: Shop) -> None:
    """Somebody begins to count, and is called away."""
    moves = shop.company.odoo.db.tables["stock.move"].values()
    (move,) = (m["id"] for m in moves if m["picking_id"] == shop.transfer)
    shop.by_hand("stock.move", "write", [move], vals={"quantity": 1.0})


def decided(shop: Shop) -> None:
    with Store.open(shop.company.settings.run.store) as store:
        store.resolve("desk/D", now=NOW, order="S-1003")


def asked_for(shop: Shop) -> None:
    with Store.open(shop.company.settings.run.store) as store:
        store.retry("desk/D", now=NOW)


def answered(shop: Shop) -> None:
    with Store.open(shop.company.settings.run.store) as store:
        assert store.record_answer("desk", "D", Feedback(score=4), now=NOW)


@pytest.mark.parametrize("happens", [canceled, deleted, touched, decided, asked_for, answered])
def test_whatever_happens_to_it_ends_its_rest(shop: Shop, happens: Callable[[Shop], None]) -> None:
    happens(shop)
    assert shop.looked_at() == ["D"]


def test_other_settings_end_all_rests_once(shop: Shop) -> None:
    settings = shop.company.settings
    desk = settings.sources["desk"].model_copy(update={"credit_note_on": CreditOn.INSPECTION})
    shop.company.settings = settings.model_copy(update={"sources": {**settings.sources, "desk": desk}})
    assert shop.looked_at() == ["S", "D"]
    assert shop.looked_at() == []


def test_another_return_policy_ends_all_rests(shop: Shop, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    run = shop.company.settings.run.model_copy(update={"policy": policy})
    settings = shop.company.settings.model_copy(update={"run": run})
    with Store.open(run.store) as store:

        def awake() -> int:
            heed_new_rules(store, settings)
            return store.count_open(["desk", "shop"], now=shop.now)

        for days in (30, 90):
            policy.write_text(f"[[windows]]\ndays = {days}\n", encoding="utf-8")
            assert awake() == 2
            store.settle_many([Settled("desk", "D", Outcome.UNCHANGED, rest=ON_THE_WAY)], now=shop.now)
            assert awake() == 1


def one_way(shop: Shop, direction: Direction = Direction.PULL, *rmas: str) -> RunReport:
    client = connect_to(shop.company.odoo)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("odoo_rma.sync.run.connect", lambda *_: client)
        return sync(shop.company.settings, direction=direction, rmas=rmas, clock=lambda: shop.now)


def test_a_run_in_one_direction_does_not_see_what_ends_a_rest_so_it_looks_at_all(shop: Shop) -> None:
    shop.receive()
    assert [r.id for r in one_way(shop).results] == ["S", "D"]
    assert shop.credit_notes("D") == ["posted"]


def test_who_is_named_is_looked_at(shop: Shop) -> None:
    assert [r.id for r in one_way(shop, Direction.PULL | Direction.PUSH, "desk/D").results] == ["D"]


def test_a_dry_run_ends_no_rest(shop: Shop) -> None:
    client = connect_to(shop.company.odoo)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("odoo_rma.sync.run.connect", lambda *_: client)
        shop.receive()
        planned = sync(shop.company.settings, dry_run=True, clock=lambda: shop.now)
    assert [r.id for r in planned.results] == ["D"]
    assert shop.looked_at() == ["D"]

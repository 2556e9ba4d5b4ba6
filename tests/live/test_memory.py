"""The Odoo in memory, on which the fault tests run, is held against a real Odoo 19: what it was taken over from, the
sample carried through both, and what people do in Odoo. Whatever the double does otherwise than Odoo shows here.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from live.books import Books, Tables
from live.company import settings_for
from live.hand import Hand
from live.test_client_contract import log_in
from memory import MemoryOdoo, connect_to, read_back, set_up
from memory.books import MemoryTables
from memory.schema import field_of
from memory.taken import Rows, cut, take, write_down
from office.odoo_state import differences, read_state

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.drift import Area
from odoo_rma.sandbox import Env, Sandbox
from odoo_rma.sandbox.sample import stories
from odoo_rma.sync.reconcile import reconcile
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import sync

pytestmark = pytest.mark.live

NOT_IN_MEMORY = {
    "shop/R-1001": "repair orders",
    "shop/R-1048": "kits",
    "shop/R-1049": "kits",
    "hub/H-2001": "a second step of receipt",
    "hub/H-2002": "a second step of receipt",
    "hub/H-2003": "a second step of receipt",
    "hub/H-2004": "a second step of receipt",
    "shop/R-1910": "cannot be read by anybody",
    "hub/H-2904": "cannot be read by anybody",
}
BY_HAND = {"inventory_mode": True}
DATABASE = f"memory-{os.getpid()}"
ITEM = ("move_id", "display_type", "account_id", "debit", "credit", "amount_currency", "amount_residual")
ITEM += ("amount_residual_currency", "reconciled", "tax_line_id", "tax_ids", "price_subtotal", "price_total")


class Both:
    """A real shop and the same one in memory."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.tables = Tables(env)
        self.rows: Rows = take(self.tables)
        self.odoo: MemoryOdoo = set_up(self.rows, datetime.now(UTC).replace(tzinfo=None, microsecond=0))

    def clients(self) -> list[OdooClient]:
        """Log in to both, the real one first."""
        return [log_in(self.env, "json2"), connect_to(self.odoo)]

    def differences(self) -> list[str]:
        """Say what stands in only one of them."""
        real, double = Books(self.tables), Books(MemoryTables(self.odoo))  # type: ignore[arg-type]
        states = [{**read_state(books), "journal items": _items(books)} for books in (real, double)]
        assert all(states[0][what] for what in ("external ids", "stock", "moves", "entries", "reconciled"))
        return differences(*states)


def _items(books: Books) -> list[str]:
    keys = {i: name for (model, i), name in books.keys.items() if model == "account.move"}
    rows = books.tables.rows("account.move.line", [("move_id", "in", list(keys))], *ITEM)
    return sorted(str({**r, "id": "", "move_id": keys[r["move_id"]]}) for r in rows.values())


@pytest.fixture
def both(sandbox19: Sandbox) -> Iterator[Both]:
    yield Both(sandbox19.reset(DATABASE))
    sandbox19.drop(DATABASE)


def test_the_shop_that_fast_tests_begin_with_is_that_of_a_fresh_odoo(both: Both) -> None:
    kept = read_back()
    orders = [r["client_order_ref"] for r in kept["sale.order"]]
    if os.environ.get("ODOO_RMA_TAKE_SHOP"):  # after the seeded shop has changed
        write_down(cut(both.rows, orders))
    assert _undated(cut(both.rows, orders)) == _undated(kept)


def _undated(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """Leave out when things were done: the shop is always of the last weeks."""
    plain = {"char", "float", "monetary", "boolean", "many2one", "many2many", "selection"}
    return {
        model: [
            {n: v for n, v in row.items() if _kind(model, n) in plain and not _has_year(v)} for row in own
        ]
        for model, own in rows.items()
    }


def _kind(model: str, name: str) -> str:
    return field_of(model, name).kind


def _has_year(value: Any) -> bool:
    return isinstance(value, str) and value.count("/") >= 2  # INV/2026/00001


def test_it_looks_the_same_to_the_client(both: Both) -> None:
    real, double = (asdict(client.can) for client in both.clients())
    assert double == real


def test_the_sample_leaves_the_same_books(
    both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, own = (settings_for(both.env, "json2", tmp_path / name) for name in ("real", "double"))
    real = _sample(settings)
    monkeypatch.setattr("odoo_rma.sync.run.connect", lambda *_: connect_to(both.odoo))
    double = _sample(own)
    assert _told(double) == _told(real)
    assert (double.calls, double.writes) == (real.calls, real.writes)
    assert not (differing := both.differences()), "\n".join(differing)
    monkeypatch.setattr("odoo_rma.sync.reconcile.connect", lambda *_: connect_to(both.odoo))
    in_memory = _compared(own)
    monkeypatch.undo()
    assert in_memory == _compared(settings)


def _compared(settings: Settings) -> list[Any]:
    """Reconcile everything: the sums that must tie out, as Odoo adds them up itself, and every difference."""
    with reconcile(settings, list(Area)) as found:
        drifts = [(d.label, d.kind, d.message, d.difference) for d in found.rows.drifts()]
        sums = [
            (e.area, e.measure, e.source_total, e.erp_total, dict(e.differences)) for e in found.equations
        ]
    return [sorted(map(str, drifts)), sums]


def _sample(settings: Settings) -> RunReport:
    numbers = [name.partition("/")[2] for name in stories() if name not in NOT_IN_MEMORY]
    return sync(settings, rmas=numbers)


def _told(report: RunReport) -> dict[str, Any]:
    return {r.label: (r.outcome, r.steps, [i.message for i in r.issues]) for r in report.results}


# ── what people and interrupted runs do ──


@pytest.mark.parametrize("play", [Hand.play_with_goods, Hand.play_with_money])
def test_what_people_and_late_calls_do_ends_alike(both: Both, play: Any) -> None:
    real, double = (Hand(client) for client in both.clients())
    play(real)
    play(double)
    assert _without_ids(double.answers) == _without_ids(real.answers)
    assert not (differing := both.differences()), "\n".join(differing)


def test_what_only_odoo_knows_is_refused_by_both(both: Both) -> None:
    real, double = (Hand(client) for client in both.clients())
    (lot,) = both.tables.rows("stock.lot", [("name", "=", "GPS-0001")], "product_id").values()
    (account,) = both.tables.rows("account.account", [("code", "=", "400000")], "name")
    there = {"location_id": 5, "product_id": lot["product_id"], "lot_id": lot["id"]}
    quant = both.tables.call("stock.quant", "create", {**there, "inventory_quantity": 1.0}, context=BY_HAND)
    both.tables.call("stock.quant", "action_apply_inventory", [quant])
    both.odoo.db.create("stock.quant", **there, quantity=1.0)
    both.tables.call("account.account", "write", [account], {"active": False})
    both.odoo.db.write("account.account", account, active=False)
    for hand in (real, double):
        hand.play_with_what_is_refused("S-1056", lot["id"], "S-1003")
    assert [_without_articles(a) for a in double.answers] == [_without_articles(a) for a in real.answers]
    assert "The serial number has already been assigned" in str(double.answers)
    assert "(400000) is archived" in str(double.answers)


def _without_articles(answer: Any) -> str:
    """Leave out what an article is called besides its number; the double does not know it."""
    return re.sub(r"(?<=\]) [^,]+", "", str(answer))


def _without_ids(answers: list[Any]) -> list[Any]:
    return [re.sub(r"\(id \d+\)|\d+", "…", str(a)) for a in answers]

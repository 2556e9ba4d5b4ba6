"""The whole sample against a real Odoo: its own tables are walked and compared with what the stories promise.

Each way gets a clean shop of its own: JSON-2 and odoorpc on Odoo 19, odoorpc on Odoo 14, always as the user with the
least rights. `expected.json` was written by hand from the stories; nothing here asks our own report what happened,
but for the outcome it gives each RMA.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from live.books import Books, Tables, plain
from live.company import settings_for
from live.holdings import STORIES, Holdings, told

from odoo_rma.connector.settings import RunSettings, Settings
from odoo_rma.sandbox import Sandbox
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import sync

Way = tuple[int, str]
WAYS = [
    pytest.param((19, "json2"), marks=pytest.mark.live, id="json2-19"),
    pytest.param((19, "odoorpc"), marks=pytest.mark.live, id="odoorpc-19"),
    pytest.param((14, "odoorpc"), marks=pytest.mark.live14, id="odoorpc-14"),
]


@dataclass
class Synced:
    """One way's shop before and after the sample, and the settings that were used."""

    holdings: Holdings
    report: RunReport
    settings: Settings
    seconds: float

    @property
    def after(self) -> Books:
        return self.holdings.after


@pytest.fixture(scope="module")
def bring_in(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Way], Synced]]:
    """Bring the sample into a clean shop, once per way."""
    used: list[tuple[Sandbox, str]] = []

    @cache
    def run(way: Way) -> Synced:
        version, transport = way
        sandbox: Sandbox = request.getfixturevalue(f"sandbox{version}")
        database = f"sample-{transport}-{os.getpid()}"
        env = sandbox.reset(database)
        used.append((sandbox, database))
        before = Books(Tables(env))
        _ = before.order_lines, before.stock, before.partners, before.entries, before.pickings, before.moves
        _ = before.move_lines, before.pairs, before.locations, before.products, before.lots
        settings = settings_for(env, transport, tmp_path_factory.mktemp(database))
        began = time.monotonic()
        report = sync(settings)
        return Synced(Holdings(before, Books(Tables(env))), report, settings, time.monotonic() - began)

    yield run
    for sandbox, database in used:
        sandbox.drop(database)


@pytest.fixture(params=WAYS)
def synced(request: pytest.FixtureRequest, bring_in: Callable[[Way], Synced]) -> Synced:
    return bring_in(request.param)


def test_every_return_ends_as_its_story_says(synced: Synced) -> None:
    said = {"unchanged": "nothing"}
    found = {
        f"{r.source}/{r.id}": (said.get(r.outcome, r.outcome.value), *(i.code for i in r.issues))
        for r in synced.report.results
    }
    promised = {rma: (s["outcome"], *([s["issue"]] if "issue" in s else [])) for rma, s in STORIES.items()}
    assert found == promised
    assert synced.seconds < 120


# ── goods ──


def test_goods_come_back_against_their_deliveries(synced: Synced) -> None:
    promised = {rma: {"transfers": s["transfers"]} for rma, s in told("transfers").items()}
    for story in promised.values():
        story["transfers"] = [{k: v for k, v in t.items() if k != "onward"} for t in story["transfers"]]
    assert _in_order(synced.holdings.transfers()) == _in_order(promised)


def _in_order(stories: dict[str, Any]) -> dict[str, Any]:
    def place(transfer: dict[str, Any]) -> tuple[int, bool]:
        return transfer["of"], "backorder" in transfer

    return {rma: sorted(s["transfers"], key=place) for rma, s in stories.items()}


def test_every_return_move_is_linked_to_what_it_returns(synced: Synced) -> None:
    books = synced.after
    for picking in synced.holdings.documents("stock.picking"):
        own = [m for m in books.moves.values() if m["picking_id"] == picking]
        assert own
        for move in own:
            origin = books.moves[move["origin_returned_move_id"]]
            assert move["sale_line_id"] == origin["sale_line_id"] != 0
            assert (move["product_id"], move["location_id"]) == (
                origin["product_id"],
                origin["location_dest_id"],
            )
            assert move["to_refund"] is True


def test_the_transfer_names_its_delivery_its_customer_and_its_rma(synced: Synced) -> None:
    books, holdings = synced.after, synced.holdings
    for i, rma in holdings.documents("stock.picking").items():
        picking, delivery = books.pickings[i], holdings.delivery_of(i)
        assert picking["partner_id"] == books.pickings[delivery]["partner_id"]
        assert picking["origin"].startswith(rma.partition("/")[2])
        assert picking["sale_id"] == books.pickings[delivery]["sale_id"]
        if books.newer and not picking["backorder_id"]:
            assert picking["return_id"] == delivery


def test_stock_is_where_the_stories_put_it_lot_by_lot(synced: Synced) -> None:
    expected: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for story in told("transfers").values():
        for transfer in story["transfers"]:
            if transfer["state"] != "done":
                continue
            for sku, units in transfer["units"].items():
                for lot, quantity in units.items() if isinstance(units, dict) else [("", units)]:
                    expected[transfer["to"], sku, lot] += Decimal(quantity)
                    expected["Customers", sku, lot] -= Decimal(quantity)
    found = synced.holdings.stock_changes()
    assert found == {place: plain(float(change)) for place, change in expected.items()}


def test_goods_at_the_hub_stand_ready_for_their_second_step(synced: Synced) -> None:
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for story in told("transfers").values():
        for transfer in story["transfers"]:
            for sku, units in transfer["units"].items() if "onward" in transfer else ():
                quantities = units.values() if isinstance(units, dict) else [units]
                expected[transfer["onward"], sku] += sum(map(Decimal, quantities), Decimal(0))
    assert synced.holdings.waiting_onward() == expected


def test_the_order_lines_show_what_was_returned(synced: Synced) -> None:
    assert synced.holdings.order_line_changes("qty_delivered") == _per_order("returned")


def _per_order(what: str) -> dict[str, dict[str, str]]:
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for rma, story in told(what).items():
        for article, quantity in story[what].items():
            sums[STORIES[rma]["order"]][article] += Decimal(quantity)
    return {order: {a: plain(float(q)) for a, q in own.items()} for order, own in sums.items()}


# ── money ──


def test_credit_notes_are_posted_and_right_to_the_cent(synced: Synced) -> None:
    promised = told("credit_notes")
    for story in promised.values():
        story["credit_notes"] = [{k: v for k, v in n.items() if k != "refund"} for n in story["credit_notes"]]
    assert synced.holdings.credit_notes() == promised


def test_the_order_lines_show_what_was_credited(synced: Synced) -> None:
    assert synced.holdings.order_line_changes("qty_invoiced") == _per_order("credited")


def test_a_credit_note_is_reconciled_with_its_own_invoice_and_with_nothing_else(synced: Synced) -> None:
    books = synced.after
    ours = synced.holdings.documents("account.move")
    taken: Counter[int] = Counter()
    for invoice, note, amount in books.pairs:
        if note in ours:
            assert books.entries[note]["reversed_entry_id"] == invoice
            taken[note] += int(Decimal(amount) * 100)
        assert invoice not in ours
    for note in ours:
        entry = books.entries[note]
        assert taken[note] == round((entry["amount_total"] - entry["amount_residual"]) * 100), entry["ref"]


def test_an_invoice_is_as_open_as_its_credit_notes_leave_it(synced: Synced) -> None:
    before, after = synced.holdings.before, synced.after
    settled: dict[int, float] = defaultdict(float)
    for note in synced.holdings.documents("account.move"):
        entry = after.entries[note]
        settled[entry["reversed_entry_id"]] += entry["amount_total"] - entry["amount_residual"]
    for i, invoice in before.entries.items():
        assert after.entries[i]["amount_residual"] == pytest.approx(invoice["amount_residual"] - settled[i])


def test_the_rma_number_stands_where_an_accountant_looks(synced: Synced) -> None:
    books = synced.after
    for i, rma in synced.holdings.documents("account.move").items():
        note, number = books.entries[i], rma.partition("/")[2]
        assert note["ref"].split()[0] == number
        assert note["invoice_origin"] == number


def test_a_credit_note_is_the_invoice_s_counterpart(synced: Synced) -> None:
    books = synced.after
    for i in synced.holdings.documents("account.move"):
        note = books.entries[i]
        invoice = books.entries[note["reversed_entry_id"]]
        for same in ("partner_id", "currency_id", "journal_id"):
            assert note[same] == invoice[same]
        assert note["invoice_date"] >= invoice["invoice_date"]
        lines = [x for x in books.entry_lines.values() if x["move_id"] == invoice["id"]]
        copied = [x for x in books.entry_lines.values() if x["move_id"] == i and x["product_id"]]
        for line in copied:
            (source,) = (x for x in lines if x["sale_line_ids"] == line["sale_line_ids"])
            for same in ("product_id", "price_unit", "discount", "tax_ids", "account_id"):
                assert line[same] == source[same]


def test_the_chatter_tells_once_why(synced: Synced) -> None:
    books = synced.after
    for (model, i), rma in synced.holdings.owners.items():
        if model == "stock.picking" and books.pickings[i]["backorder_id"]:
            continue
        (note,) = (n for n in books.notes[model, i] if rma.partition("/")[2] in n)
        if model == "account.move":
            assert "net" in note
            assert "tax" in note


# ── customers, and nothing else ──


def test_unknown_customers_are_made_once_and_known_ones_only_completed(synced: Synced) -> None:
    customers = [s["customer"] for s in told("customer").values()]
    new = [c["new"] for c in customers if "new" in c]
    assert sorted(synced.holdings.new_customers(), key=lambda c: c["name"]) == sorted(
        new, key=lambda c: c["name"]
    )
    filled = {c["known"]: {k: (False, v) for k, v in c["filled"].items()} for c in customers if "filled" in c}
    assert synced.holdings.changed_customers() == filled


def test_nothing_stands_in_odoo_that_no_story_asked_for(synced: Synced) -> None:
    before, after = synced.holdings.before, synced.after
    ours = synced.holdings.owners
    new_entries = after.entries.keys() - before.entries.keys()
    assert new_entries == {i for model, i in ours if model == "account.move"}
    new_pickings = after.pickings.keys() - before.pickings.keys()
    strays = new_pickings - {i for model, i in ours if model == "stock.picking"}
    assert {after.pickings[i]["picking_type_code"] for i in strays} <= {"internal"}
    assert after.order_lines.keys() == before.order_lines.keys()
    assert after.orders.keys() == before.orders.keys()


def test_every_external_id_stands_for_one_record_and_every_record_for_one_external_id(synced: Synced) -> None:
    books = synced.after
    assert books.key_count == len(books.keys) == len(set(books.keys.values()))
    living = {
        "stock.picking": books.pickings,
        "stock.move": books.moves,
        "account.move": books.entries,
        "res.partner": books.partners,
        "account.move.line": books.entry_lines,
        "repair.order": books.tables.rows("repair.order", [], "name"),
    }
    for model, i in books.keys:
        assert model == "mail.message" or i in living[model], (model, i, books.keys[model, i])


# ── again, and everywhere ──


def test_a_second_run_changes_nothing(synced: Synced) -> None:
    tables = synced.after.tables
    marks = tables.marks()
    again = sync(synced.settings)
    assert again.writes == 0
    assert tables.marks() == marks
    assert {r.outcome.value for r in again.results} <= {"unchanged", "quarantined"}


def test_without_its_store_a_run_of_the_day_after_finds_everything_in_odoo(
    synced: Synced, tmp_path: Path
) -> None:
    tables = synced.after.tables
    marks = tables.marks()
    fresh = synced.settings.model_copy(update={"run": RunSettings(store=tmp_path / "store.sqlite")})
    again = sync(fresh, clock=lambda: utc_now() + timedelta(days=1))
    assert again.writes == 0
    assert tables.marks() == marks
    assert len(again.results) == len(STORIES)


@pytest.mark.live
@pytest.mark.live14
def test_the_same_shop_whatever_the_transport_and_the_version(bring_in: Callable[[Way], Synced]) -> None:
    first, *others = (
        _state(bring_in(way).holdings) for way in ((19, "json2"), (19, "odoorpc"), (14, "odoorpc"))
    )
    for other in others:
        assert other == first


def _state(holdings: Holdings) -> dict[str, Any]:
    return {
        "transfers": holdings.transfers(),
        "credit notes": holdings.credit_notes(),
        "delivered": holdings.order_line_changes("qty_delivered"),
        "invoiced": holdings.order_line_changes("qty_invoiced"),
        "stock": holdings.stock_changes(),
        "onward": holdings.waiting_onward(),
        "customers": (holdings.new_customers(), holdings.changed_customers()),
    }

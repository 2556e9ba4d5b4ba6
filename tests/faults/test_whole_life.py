"""The whole life of returns, in any order that Hypothesis can think of: sent, received at the source or in Odoo, refunded,
canceled, changed by people in Odoo, with runs that die and replies that are lost or late.

After every step: stock never came in that no side accepted, no money was credited that no side refunds, and every key
stands for one record. After a run that nothing disturbed: all of it, to the unit and the cent, and nothing undecided.
`ODOO_RMA_LIVES` and `ODOO_RMA_STEPS` say how many lives of how many steps.
"""

import logging
import os
import random
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import stamina
from figures import note
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from memory.client import CONNECTOR
from memory.company import NOW, Company
from memory.killing import Fault, Killed, Line, Unlucky
from memory.week import CUSTOMERS, line, rma

from odoo_rma.connector.errors import RmaError
from odoo_rma.mappings.identity import Key
from odoo_rma.sync.report import Outcome

LIVES = int(os.environ.get("ODOO_RMA_LIVES", "200"))
STEPS = int(os.environ.get("ODOO_RMA_STEPS", "50"))
DISK = next((d for d in ("/dev/shm",) if os.access(d, os.W_OK)), None)

SOLD = {
    ("S-1001", "TENT-2P"): (2, "249.00"),
    ("S-1002", "MUG"): (4, "9.95"),
    ("S-1003", "BOOT-43"): (3, "129.90"),
    ("S-1004", "JACKET-M"): (2, "189.50"),
    ("S-1004", "PACK-40"): (1, "99.00"),
    ("S-1007", "MUG"): (10, "9.95"),
    ("S-1012", "BOOT-42"): (5, "129.90"),
    ("S-1013", "TENT-2P"): (2, "249.00"),
    ("S-1016", "BOOT-43"): (2, "116.91"),
}
"""What was delivered of each article of each order, and the net price of one. Some in two deliveries, on two invoices."""

HALF_A_CENT = Decimal("0.005")
WAREHOUSE = 7
QUIET = {"context": {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}}
ANY = st.integers(min_value=0, max_value=10**6)


@dataclass
class Return:
    """What the source knows of a return. `touched`: people changed it in Odoo, so that it may wait for a person."""

    id: str
    source: str
    order: str
    sku: str
    requested: int
    received: int = 0
    refunded: int = 0
    amount: Decimal = Decimal(0)
    canceled: bool = False
    revision: int = 1
    touched: bool = False

    @property
    def taken(self) -> int:
        """How many units of the order nobody else may return."""
        return self.received if self.canceled else self.requested

    @property
    def credited(self) -> int:
        """How many units are to be credited."""
        return self.received if self.source == "desk" else self.refunded


@dataclass
class Held:
    """What Odoo holds of a return."""

    units: int = 0
    credited: Decimal = Decimal(0)
    credited_units: int = 0
    notes: int = 0
    drafts: int = 0


class WholeLife(RuleBasedStateMachine):
    """A company, its two sources, its people and its bad days."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="rma-", dir=DISK))
        self.company = Company.of_the_shop(self.folder / "company")
        self.line = Line(self.company.odoo)
        self.returns: list[Return] = []
        self.files = 0
        self.now = NOW
        self.before = self._entries()

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # ── the sources ──

    @initialize()
    def something_comes(self) -> None:
        self.send(0, 0, 0)

    @rule(which=ANY, pieces=ANY, source=ANY)
    def send(self, which: int, pieces: int, source: int) -> None:
        """A customer announces a return, of no more than is left of the order line."""
        taken = Counter({k: sum(r.taken for r in self.returns if (r.order, r.sku) == k) for k in SOLD})
        left = {k: sold - taken[k] for k, (sold, _) in SOLD.items() if sold > taken[k]}
        if left:
            order, sku = list(left)[which % len(left)]
            number = f"L-{len(self.returns) + 1}"
            new = Return(number, ("shop", "desk")[source % 2], order, sku, 1 + pieces % left[order, sku])
            self.returns.append(new)
            self._tell(new)

    @precondition(lambda self: self._coming("shop"))
    @rule(which=ANY, pieces=ANY)
    def receive_at_the_source(self, which: int, pieces: int) -> None:
        """The shop's warehouse takes in some more pieces."""
        own = self._pick(self._coming("shop"), which)
        own.received += 1 + pieces % (own.requested - own.received)
        self._revise(own)

    @precondition(lambda self: self._refundable())
    @rule(which=ANY)
    def refund(self, which: int) -> None:
        """The shop pays back what has come."""
        own = self._pick(self._refundable(), which)
        own.refunded = own.received
        own.amount = _gross(own, own.received)
        self._revise(own)

    @precondition(lambda self: self._cancelable())
    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        """The customer keeps the goods after all."""
        own = self._pick(self._cancelable(), which)
        own.canceled = True
        self._revise(own)

    # ── people in Odoo ──

    @precondition(lambda self: self._open_transfers("desk"))
    @rule(which=ANY, pieces=ANY, who=st.sampled_from([WAREHOUSE, CONNECTOR]))
    def receive_in_odoo(self, which: int, pieces: int, who: int) -> None:
        """The company's own warehouse takes in some pieces of a waiting transfer, perhaps under our own login."""
        own, picking, move = self._pick(self._open_transfers("desk"), which)
        demand = int(self.company.odoo.db.row("stock.move", move)["product_uom_qty"])
        count = 1 + pieces % demand
        self._by_hand("stock.move", "write", [move], who, vals={"quantity": float(count), "picked": True})
        assert self._by_hand("stock.picking", "button_validate", [picking], who, **QUIET) is True
        own.received += count

    @precondition(lambda self: self._open_transfers("shop"))
    @rule(which=ANY)
    def cancel_a_transfer_in_odoo(self, which: int) -> None:
        """Somebody in the warehouse does not believe that this comes."""
        own, picking, _ = self._pick(self._open_transfers("shop"), which)
        self._by_hand("stock.picking", "action_cancel", [picking])
        own.touched = True

    @precondition(lambda self: self._notes("posted"))
    @rule(which=ANY)
    def take_back_a_credit_note_in_odoo(self, which: int) -> None:
        """The accountant resets a posted credit note to draft."""
        own, note = self._pick(self._notes("posted"), which)
        self._by_hand("account.move", "button_draft", [note])
        own.touched = True

    @rule(which=ANY)
    def fill_in_a_customer_in_odoo(self, which: int) -> None:
        """A salesperson writes down a phone number."""
        self._by_hand(
            "res.partner", "write", [10 + which % 5], vals={"phone": f"+1 503 555 {which % 10_000:04}"}
        )

    # ── runs ──

    @rule()
    def sync(self) -> None:
        """A run that nothing disturbs: after it all is as it should be, and another one has nothing to do."""
        self.line.arrive(all_of_them=True)
        report = self.company.run(now=self.now)
        assert [r.label for r in report.results if r.outcome is Outcome.UNDECIDED] == []
        untouched = {r.id for r in self.returns if not r.touched}
        assert [(r.id, r.issues) for r in report.results if r.issues and r.id in untouched] == []
        self.all_is_as_it_should_be()
        assert self.company.run(now=self.now).writes == 0

    @rule(minutes=st.sampled_from([1, 11, 45]))
    def time_goes_by(self, minutes: int) -> None:
        """What changed in Odoo is no longer recent, and who waits for goods rests, until the rest is over."""
        self.now += timedelta(minutes=minutes)
        self.company.odoo.db.now += timedelta(minutes=minutes)

    @rule(
        seed=ANY,
        fault=st.sampled_from(Fault),
        lasting=st.sampled_from([1, 1, 1, 5]),
        delay=st.sampled_from([1, 7, 60]),
    )
    def sync_on_a_bad_day(self, seed: int, fault: Fault, lasting: int, delay: int) -> None:
        """A run that dies, or whose reply is lost or late, at one of its calls, often one that writes."""
        crash = self.folder / "crash"
        begin = random.Random(seed).choice([seed % 110, 60 + seed % 50])
        faults = dict.fromkeys(range(begin, begin + lasting), fault)
        unlucky = Unlucky(self.line, faults, lambda: self.company.keep(crash), delay)
        try:
            self.company.run(unlucky, self.now)
        except Killed:
            self.company.restore(crash)
        except RmaError:
            assert unlucky.met

    @rule()
    def reconcile(self) -> None:
        """After a run, comparing everything finds nothing but what people did."""
        self.sync()
        touched = {f"{r.source}/{r.id}" for r in self.returns if r.touched}
        assert [d for d in self.company.reconcile() if d.partition(":")[0] not in touched] == []

    @rule()
    def lose_the_store(self) -> None:
        """Somebody deletes the local store."""
        self.company.store.unlink(missing_ok=True)

    # ── what always holds ──

    @invariant()
    def nothing_more_than_was_accepted(self) -> None:
        held = self._held()
        for own in self.returns:
            mine = held[own.source, own.id]
            assert mine.units <= own.received, own
            assert mine.credited_units <= own.credited, own
            owed = own.amount if own.source == "shop" else _gross(own, own.received) + _rounding(mine)
            assert mine.credited <= owed, own

    @invariant()
    def one_record_per_key(self) -> None:
        names = [(r["module"], r["name"]) for r in self.company.odoo.db.tables["ir.model.data"].values()]
        assert len(names) == len(set(names))
        keyed = {r["res_id"] for r in self._own_names("account.move")}
        assert self._entries() - self.before == keyed

    def all_is_as_it_should_be(self) -> None:
        """Stock in equals what was accepted, credits equal refunds, of every return that nobody meddled with."""
        held = self._held()
        for own in self.returns:
            if not own.touched:
                mine = held[own.source, own.id]
                assert (mine.units, mine.credited_units, mine.drafts) == (own.received, own.credited, 0), own
                if own.source == "shop":
                    assert mine.credited == own.amount, own
                else:
                    assert abs(mine.credited - _gross(own, own.received)) <= _rounding(mine), own
        self._order_lines_count_what_came_back(held)

    def _order_lines_count_what_came_back(self, held: dict[tuple[str, str], Held]) -> None:
        db = self.company.odoo.db
        for row in db.tables["sale.order.line"].values():
            order = db.row("sale.order", row["order_id"])["client_order_ref"]
            sku = db.row("product.product", row["product_id"])["default_code"]
            mine = [r for r in self.returns if (r.order, r.sku) == (order, sku)]
            back = sum(held[r.source, r.id].units for r in mine)
            if (order, sku) in SOLD:
                assert row["qty_delivered"] == SOLD[order, sku][0] - back

    # ── telling, and looking ──

    def _tell(self, own: Return) -> None:
        """The source sends the return as it stands."""
        self.files += 1
        goods = line(own.sku, own.requested, own.received if own.source == "shop" else 0)
        refunds = [
            {"id": "RF-1", "amount": str(own.amount), "lines": [{"line": "1", "quantity": own.refunded}]}
        ]
        more = {"authorization": "canceled"} if own.canceled else {}
        body = rma(
            own.id,
            own.order,
            goods,
            revision=own.revision,
            refunds=refunds if own.refunded else [],
            customer=dict(zip(("name", "email"), CUSTOMERS[own.order], strict=True)),
            **more,
        )
        self.company.drop(f"{self.files:05}.json", [body], own.source)

    def _revise(self, own: Return) -> None:
        own.revision += 1
        self._tell(own)

    @staticmethod
    def _pick(some: list[Any], which: int) -> Any:
        return some[which % len(some)]

    def _coming(self, source: str) -> list[Return]:
        mine = [r for r in self.returns if r.source == source and not r.canceled and not r.refunded]
        return [r for r in mine if r.received < r.requested]

    def _refundable(self) -> list[Return]:
        return [r for r in self.returns if r.source == "shop" and r.received and not r.refunded]

    def _cancelable(self) -> list[Return]:
        return [r for r in self.returns if not (r.canceled or r.received or r.touched)]

    def _by_hand(
        self, model: str, method: str, ids: list[int], who: int = WAREHOUSE, **arguments: Any
    ) -> Any:
        return self.company.odoo.send(who, model, method, ids, arguments)

    def _own_names(self, model: str) -> list[Any]:
        rows = self.company.odoo.db.tables["ir.model.data"].values()
        return [r for r in rows if r["module"] == "__rma__" and r["model"] == model]

    def _owners(self, model: str) -> dict[int, Return]:
        mine = {(r.source, r.id): r for r in self.returns}
        found = {}
        for row in self._own_names(model):
            key = Key.parse(f"__rma__.{row['name']}")
            assert key
            found[row["res_id"]] = mine[key.source, key.owner]
        return found

    def _transfers(self) -> dict[int, Return]:
        """Whose a return transfer is; what was split off belongs to the same return."""
        owners = self._owners("stock.picking")
        for picking, row in self.company.odoo.db.tables["stock.picking"].items():
            if row["backorder_id"] in owners:
                owners[picking] = owners[row["backorder_id"]]
        return owners

    def _open_transfers(self, source: str) -> list[tuple[Return, int, int]]:
        db = self.company.odoo.db
        return [
            (own, picking, move)
            for picking, own in self._transfers().items()
            if own.source == source
            and not own.canceled
            and db.row("stock.picking", picking)["state"] == "assigned"
            for move in db.where("stock.move", "picking_id", picking)
            if db.row("stock.move", move)["product_uom_qty"]
        ]

    def _notes(self, state: str) -> list[tuple[Return, int]]:
        db = self.company.odoo.db
        owners = self._owners("account.move").items()
        return [(own, note) for note, own in owners if db.row("account.move", note)["state"] == state]

    def _entries(self) -> set[int]:
        return set(self.company.odoo.db.tables["account.move"])

    def _held(self) -> dict[tuple[str, str], Held]:
        db, found = self.company.odoo.db, defaultdict[tuple[str, str], Held](Held)
        for picking, own in self._transfers().items():
            moves = [db.row("stock.move", m) for m in db.where("stock.move", "picking_id", picking)]
            found[own.source, own.id].units += int(sum(m["quantity"] for m in moves if m["state"] == "done"))
        for entry, own in self._owners("account.move").items():
            row, held = db.row("account.move", entry), found[own.source, own.id]
            held.drafts += row["state"] == "draft"
            if row["state"] == "posted":
                lines = [
                    db.row("account.move.line", x) for x in db.where("account.move.line", "move_id", entry)
                ]
                held.notes += 1
                held.credited += Decimal(repr(row["amount_total"]))
                held.credited_units += int(sum(x["quantity"] for x in lines if x["product_id"]))
        return found


def _gross(own: Return, pieces: int) -> Decimal:
    price = Decimal(SOLD[own.order, own.sku][1])
    return (price * pieces * Decimal("1.15")).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _rounding(held: Held) -> Decimal:
    """What the notes of a return may differ from its whole: each is rounded by itself, and the whole is."""
    return HALF_A_CENT * (held.notes + 1)


@pytest.mark.timeout(600 + 6 * LIVES)
class TestWholeLife(WholeLife.TestCase):  # type: ignore[name-defined,misc]
    """Runs the lives."""

    settings = settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=LIVES <= 200,  # among the fast tests the same lives each time; else others each time
        print_blob=True,
    )

    def setUp(self) -> None:
        logging.disable(logging.WARNING)  # tries that failed
        self.enterContext(stamina.set_testing(True, attempts=5))
        self.addCleanup(logging.disable, logging.NOTSET)

    def runTest(self) -> None:
        super().runTest()
        note("whole lives, Odoo in memory", lives=LIVES, steps_each=str(STEPS))

"""Others write to the same records at the same time: serialization failures and deadlocks, on purpose, on a real Odoo.

Fifty returns of one article come in at four desks at once, each with a store of its own, while somebody else touches and
locks the rows of the article, its orders, transfers and entries, in any order, and a person reserves the same stock.
Odoo tries five times by itself, and then we do. In the end all is as if one desk had worked alone, to the last unit.
"""

import os
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from figures import note
from live.books import Tables
from live.servers import Servers
from live.world import PEOPLE
from office import Office, article
from office.odoo_state import State, differences, odoo_state

from odoo_rma.sandbox import Env, Sandbox
from odoo_rma.sandbox.odoo_orders import place_in_odoo
from odoo_rma.sandbox.orders import NewOrder, Piece
from odoo_rma.sandbox.postgres import ROLE

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]

RETURNS, DESKS, RUNS = 50, 4, 20
SEED = int(os.environ.get("ODOO_RMA_SEED", "20261127"))
DATABASE = f"competition-{os.getpid()}"
SKU = "MUG"
BURSTS = (0.5, 1, 6)
PAUSES = (0.5, 1, 3)
"""Seconds. The longest burst is longer than Odoo's own five tries mostly take."""
FIGHT = 90
"""Seconds that the others take part."""
HOT = {
    "stock_quant": "product_id IN (SELECT id FROM product_product WHERE default_code = 'MUG')",
    "stock_move": "origin_returned_move_id IS NOT NULL",
    "stock_picking": "return_id IS NOT NULL",
    "sale_order": "client_order_ref LIKE 'E-%'",
    "sale_order_line": "order_id IN (SELECT id FROM sale_order WHERE client_order_ref LIKE 'E-%')",
    "account_move": "move_type = 'out_refund'",
    "account_move_line": "move_id IN (SELECT id FROM account_move WHERE invoice_origin LIKE 'S%')",
    "res_partner": "email LIKE '%@mail.example'",
}
"""Which rows of which tables are fought over."""
LOGGED = re.compile(r"(SERIALIZATION_FAILURE|DEADLOCK_DETECTED|LOCK_NOT_AVAILABLE), (\d) tries left")


@dataclass
class Somebody:
    """Touches what everybody wants, without changing it, and lets Odoo wait for it, or it for Odoo."""

    socket: str
    dice: random.Random
    done: threading.Event = field(default_factory=threading.Event)
    touched: int = 0

    def work(self) -> None:
        """Go on until it is enough: bursts, and pauses in which something gets done."""
        with closing(psycopg2.connect(host=self.socket, user=ROLE, dbname=DATABASE)) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET deadlock_timeout = '30s'")  # so that it is Odoo that finds the deadlock
            connection.commit()
            while not self.done.is_set():
                burst = time.monotonic() + self.dice.choice(BURSTS)
                while time.monotonic() < burst and not self.done.is_set():
                    self._one_transaction(connection)
                self.done.wait(self.dice.choice(PAUSES))

    def _one_transaction(self, connection: Any) -> None:
        lost = (psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable)
        with suppress(*lost), connection, connection.cursor() as cursor:
            for table in self.dice.sample(list(HOT), self.dice.choice([1, 1, 2, 3])):
                some = f"SELECT id FROM {table} WHERE {HOT[table]} ORDER BY random() LIMIT 40 FOR UPDATE"
                cursor.execute(f"UPDATE {table} SET write_date = write_date WHERE id IN ({some})")
                self.touched += cursor.rowcount
                time.sleep(self.dice.choice([0, 0.002, 0.05]))


def reserves_and_lets_go(env: Env, done: threading.Event) -> None:
    """Walter cannot decide whether he sends a mug out."""
    tables = Tables(env)
    (waiting,) = tables.rows("stock.picking", [("origin", "=", "cannot decide")]).keys()
    while not done.is_set():
        for step in ("action_assign", "do_unreserve"):
            with suppress(AssertionError):  # he is told that somebody else was quicker
                tables.call("stock.picking", step, [waiting])
        time.sleep(0.05)


@contextmanager
def everybody_else(sandbox: Sandbox, env: Env) -> Iterator[list[Somebody]]:
    """Two of them, and Walter, for a while: as long as the block runs at most."""
    socket = str(Servers.of(sandbox, DATABASE).way.postgres.socket)
    others = [Somebody(socket, random.Random(SEED + n)) for n in range(2)]
    enough = threading.Event()
    threads = [threading.Thread(target=other.work) for other in others]
    threads.append(threading.Thread(target=reserves_and_lets_go, args=(env, enough)))
    for thread in threads:
        thread.start()

    def that_is_enough() -> None:
        enough.set()
        for other in others:
            other.done.set()

    bell = threading.Timer(FIGHT, that_is_enough)
    bell.start()
    try:
        yield others
    finally:
        bell.cancel()
        that_is_enough()
        for thread in threads:
            thread.join()


def a_shop(sandbox: Sandbox) -> Env:
    """Fifty customers have a mug; one more mug waits for Walter."""
    env = sandbox.reset(DATABASE)
    mug = Piece(SKU, 1, Decimal("9.90"))
    place_in_odoo(env, [NewOrder(f"E-{n:02}", PEOPLE[n % len(PEOPLE)], (mug,)) for n in range(RETURNS)])
    tables = Tables(env)
    (kind,) = tables.rows(
        "stock.picking.type",
        [("code", "=", "outgoing"), ("warehouse_id.code", "=", "WH")],
        "default_location_src_id",
        "default_location_dest_id",
    ).values()
    way = {
        "location_id": kind["default_location_src_id"],
        "location_dest_id": kind["default_location_dest_id"],
    }
    (product,) = tables.rows("product.product", [("default_code", "=", SKU)])
    line = {"product_id": product, "product_uom_qty": 1, **way}
    values = {"picking_type_id": kind["id"], "origin": "cannot decide", "move_ids": [(0, 0, line)], **way}
    made = tables.call("stock.picking", "create", values)
    tables.call("stock.picking", "action_confirm", [made])
    tables.call("stock.picking", "do_unreserve", [made])
    return env


def desk(folder: Path, env: Env, numbers: range) -> Office:
    """A desk at which these returns came in."""
    office = Office(folder, env, batch=5, sources={"hub": {"credit_note_on": "receipt"}})
    for n in numbers:
        came = {"requested": 1, "received": 1}
        email = PEOPLE[n % len(PEOPLE)]
        customer = {"name": email.partition("@")[0].replace(".", " ").title(), "email": email}
        office.drop(f"{n}.json", article(f"C-{n:02}", f"E-{n:02}", SKU, line=came, customer=customer), "hub")
    return office


@pytest.fixture(scope="module")
def alone(sandbox19: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """What one desk by itself leaves behind."""
    office = desk(tmp_path_factory.mktemp("alone"), a_shop(sandbox19), range(RETURNS))
    office.run("sync").says(0)
    state = odoo_state(office.env)
    assert len([row for row in state["transfers"] if "C-" in row and "state=done" in row]) == RETURNS
    yield state
    sandbox19.drop(DATABASE)


def deadlocks(sandbox: Sandbox) -> int:
    """How many deadlocks PostgreSQL has seen in the database."""
    with Servers.of(sandbox, DATABASE).way.postgres.session() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = %s", [DATABASE])
        return int(cursor.fetchone()[0])


def test_fifty_returns_of_one_article_at_four_desks_while_others_fight_for_the_same_rows(
    sandbox19: Sandbox, tmp_path: Path, alone: State
) -> None:
    env = a_shop(sandbox19)
    desks = [desk(tmp_path / str(n), env, range(n, RETURNS, DESKS)) for n in range(DESKS)]
    assert env.log is not None
    before, said, gave_up = env.log.stat().st_size, "", 0
    with everybody_else(sandbox19, env) as others:
        at_work = list(desks)
        for _ in range(RUNS):
            ended = [office.wait(process) for office, process in [(d, d.start("sync")) for d in at_work]]
            for one in ended:
                one.is_plain()
                assert one.code in (0, 1), (one.code, one.out, one.err)
                said += one.err
            at_work = [d for d, one in zip(at_work, ended, strict=True) if one.code]
            gave_up += len(at_work)
            if not at_work:
                break
    with env.log.open("rb") as log:
        log.seek(before)
        odoo = LOGGED.findall(log.read().decode(errors="replace"))
    for office in desks:
        office.run("sync").says(0)
    assert not (differing := differences(alone, odoo_state(env))), "\n".join(differing)
    assert [office.run("sync", "--json").data["writes"] for office in desks] == [0] * DESKS
    ours = said.count("Trying again")
    assert len(odoo) >= 10 and ours, "Odoo was disturbed, and so were we"
    note(
        "competing writers, real Odoo",
        serialization_failures=sum(1 for kind, _ in odoo if kind == "SERIALIZATION_FAILURE"),
        deadlocks=deadlocks(sandbox19),
        calls_tried_again_by_us=ours,
        runs_gave_up_and_said_so=gave_up,
        rows_touched_by_others=sum(other.touched for other in others),
    )

"""Years of returns through one process that watches: all there in the end, and it takes no more than in the first.

The installed command over a socket, at the Odoo in memory; of every hundred calls one is carried out and its reply is lost.
`ODOO_RMA_SOAK_RETURNS` says how many returns come, a multiple of 20,000, or of 10 below that;
with `make faults` a hundred thousand.
"""

import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest
from faults import held
from faults.test_poison import BOOTS, boots
from figures import note
from memory.company import fresh_odoo
from memory.grown import sell_again
from memory.odoo import MemoryOdoo
from memory.server import Call, served
from office import COMMAND, Office

RETURNS = int(
    os.environ.get("ODOO_RMA_SOAK_RETURNS", "100000" if os.environ.get("ODOO_RMA_THOROUGH") else "1000")
)
FILE = min(2_000, RETURNS // 10)
LOST = 0.01  # of the replies
MEGABYTE = 1 << 20
PERSON = 7
SLOWER = 1.1  # than the first, at most
OF_A_RUN = 4
"""The files and sockets that a run has open: one moment may be within a run, and another between two."""
pytestmark = [
    pytest.mark.timeout(600 + RETURNS // 10),
    pytest.mark.skipif(
        not Path("/proc/self/stat").exists(), reason="what a process takes is read from Linux"
    ),
]


@dataclass
class Line:
    """The way between: a call at a time, and now and then a reply that is lost."""

    dice: random.Random = field(default_factory=lambda: random.Random(7))
    lost: int = 0
    busy: threading.Lock = field(default_factory=threading.Lock)

    def begins(self, _call: Call) -> None:
        """Nothing else touches the Odoo in memory meanwhile."""
        self.busy.acquire()

    def ends(self, _call: Call) -> None:
        """Answer, or not."""
        self.busy.release()
        if self.dice.random() < LOST:
            self.lost += 1
            raise ConnectionError


@dataclass(frozen=True)
class Taken:
    """What the process has taken so far."""

    memory: int
    files: int
    seconds: float

    @classmethod
    def by(cls, process: int) -> "Taken":
        """Look at a process."""
        return cls(held.memory(process), held.files(process), held.seconds(process))


@pytest.fixture
def folder() -> Iterator[Path]:
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(prefix="rma-", dir=place) as name:
        yield Path(name)


def people_work(odoo: MemoryOdoo, numbers: range) -> None:
    """Another month: goods are sold, delivered and invoiced, and somebody works at some transfer."""
    for number in numbers:
        sell_again(odoo.db, BOOTS, f"N-{number}")
    odoo.db.now += timedelta(days=30)
    before, odoo.db.uid = odoo.db.uid, PERSON
    odoo.db.write("stock.picking", min(odoo.db.tables["stock.picking"]), origin=f"{numbers.start}")
    odoo.db.uid = before


def bring_in(office: Office, odoo: MemoryOdoo, line: Line, process: "subprocess.Popen[bytes]") -> list[Taken]:
    """Let the source send file after file, each when the one before is done; give what each tenth of them took."""
    taken = []
    for start in range(0, RETURNS, FILE):
        numbers = range(start, start + FILE)
        with line.busy:
            people_work(odoo, numbers)
        office.drop(f"{start:07}.json", [{**boots(n), "closed": True} for n in numbers])
        while not all_done(office, numbers.stop):
            assert process.poll() is None
            time.sleep(0.2)
        if numbers.stop % (RETURNS // 10) == 0:
            taken.append(Taken.by(process.pid))
    return taken


def all_done(office: Office, returns: int) -> bool:
    """Tell whether so many returns came in and none is open."""
    place = f"file:{office.store}?mode=ro"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(place, timeout=60, uri=True)) as store:
        (came,) = store.execute("SELECT count(*) FROM rma").fetchone()
        return came == returns and not store.execute("SELECT 1 FROM rma WHERE state = 'open'").fetchone()
    return False  # the store is being made


def test_years_of_returns_are_each_there_once_and_the_last_take_no_more_than_the_first(folder: Path) -> None:
    odoo, line = fresh_odoo(), Line()
    entries = set(odoo.db.tables["account.move"])
    with served(odoo) as server, (folder / "said.log").open("wb") as said:
        server.before, server.after = line.begins, line.ends
        office = Office(folder / "office", server.env(), sources={"shop": {"credit_note_on": "refund"}})
        command = [COMMAND, "--config", office.settings, "sync", "--watch", "--every", "1"]
        with subprocess.Popen(command, env=office._environment({}), stdout=said, stderr=said) as process:
            try:
                taken = bring_in(office, odoo, line, process)
                process.send_signal(signal.SIGTERM)
            except BaseException:
                process.kill()
                raise
        assert process.returncode == 0
        assert server.unknown == []
        server.before = server.after = lambda _call: None
        assert office.run("sync", "--json").data["writes"] == 0
    each_is_there_once(odoo, entries)
    grown = taken[-1].memory - taken[0].memory
    assert grown < 10 * MEGABYTE
    assert taken[-1].files <= taken[0].files + OF_A_RUN
    tenths = [after.seconds - before.seconds for before, after in pairwise(taken)]
    slower = median(tenths[-3:]) / median(tenths[:3])
    assert slower < SLOWER or RETURNS < 10_000, tenths  # a tenth of few is over in no time
    assert line.lost >= RETURNS / 1000
    note(
        "years of returns in one process, Odoo in memory",
        returns=RETURNS,
        replies_lost=line.lost,
        kilobytes_grown=grown // 1024,
        percent_slower=round(100 * (slower - 1)),
    )


def each_is_there_once(odoo: MemoryOdoo, entries: set[int]) -> None:
    """Of each order all came back and is credited, to the unit and the cent, and nothing else was made."""
    tables = odoo.db.tables
    orders = {i for i, r in tables["sale.order"].items() if str(r["client_order_ref"]).startswith("N-")}
    delivered = Counter(
        r["qty_delivered"] for r in tables["sale.order.line"].values() if r["order_id"] in orders
    )
    assert delivered == {0: RETURNS}
    receipts = [r for r in tables["stock.picking"].values() if r["sale_id"] in orders and r["return_id"]]
    assert Counter(r["state"] for r in receipts) == {"done": RETURNS}
    assert len({r["sale_id"] for r in receipts}) == RETURNS
    made = [
        r for i, r in tables["account.move"].items() if i not in entries and r["move_type"] != "out_invoice"
    ]
    assert Counter((r["move_type"], r["state"], r["amount_total"]) for r in made) == {
        ("out_refund", "posted", 448.16): RETURNS
    }
    invoices = [r for r in tables["account.move"].values() if str(r["name"]).startswith("INV/2026/00003 N-")]
    assert Counter(r["amount_residual"] for r in invoices) == {0: RETURNS}

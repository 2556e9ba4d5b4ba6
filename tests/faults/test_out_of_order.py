"""What a source says comes in any order, some of it twice, to runs whose clock is wrong: it ends as if it had come in order.

Each message is what the return looks like by then, with its revision: announced, more announced, a part received, all
received, paid back. After each arrives there is a run; in the end the newest message is what counts. Three messages,
one of them twice, in every order; five with `make faults`.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from figures import note
from memory.company import NOW, Company
from memory.odoo import MemoryOdoo
from memory.week import Rma, line, refund, rma

from odoo_rma.sync.report import Outcome

TOLD: list[Rma] = [
    rma("O-1", "S-1007", line("MUG", 4)),
    rma("O-1", "S-1007", line("MUG", 6), revision=2),
    rma("O-1", "S-1007", line("MUG", 6, 2), revision=3),
    rma("O-1", "S-1007", line("MUG", 6, 6), revision=4),
    rma("O-1", "S-1007", line("MUG", 6, 6), revision=5, refunds=[refund("68.66", line1=6)]),
]
MESSAGES = TOLD if os.environ.get("ODOO_RMA_THOROUGH") else TOLD[::2]
CANCELED = [*TOLD[:2], rma("O-1", "S-1007", line("MUG", 6), revision=3, authorization="canceled")]
WRONG_BY = [timedelta(0), timedelta(hours=1), timedelta(hours=-1), timedelta(days=-400), timedelta(hours=13)]
"""How far the clock of our host is off in one run after the other: an hour as at the end of summer time, or more."""


class Orders:
    """Lets messages arrive in every order; what is common to several orders is played once."""

    def __init__(self, disk: Path) -> None:
        self.disk = disk
        self.begin = Company.of_the_shop(disk / "begin")
        self.begin.keep(disk / "0")
        self.played = 0

    def every(self, rest: Sequence[Rma]) -> Iterator[tuple[list[int], Company]]:
        """Give the company after each order of arrival."""
        yield from self._after(self.begin.odoo, [], list(rest))

    def _after(
        self, odoo: MemoryOdoo, came: list[int], rest: list[Rma]
    ) -> Iterator[tuple[list[int], Company]]:
        for message in rest:
            company = self._living(odoo, len(came))
            company.drop(f"{len(came)}.json", [message])
            off = WRONG_BY[len(came) % len(WRONG_BY)]
            report = company.run(now=NOW + off)
            assert not report.count(Outcome.UNDECIDED)
            now = [*came, message["revision"]]
            company.keep(self.disk / str(len(now)))
            left = [m for m in rest if m is not message]
            if left:
                yield from self._after(company.odoo, now, left)
            else:
                self.played += 1
                company.run()  # by then somebody has set the clock right
                yield now, company

    def _living(self, odoo: MemoryOdoo, place: int) -> Company:
        shutil.rmtree(self.disk / "living", ignore_errors=True)
        company = Company(self.disk / "living", odoo.fork())
        company.restore(self.disk / str(place))
        return company


@pytest.fixture
def orders() -> Iterator[Orders]:
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(prefix="rma-", dir=place) as folder:
        logging.disable(logging.WARNING)
        yield Orders(Path(folder))
        logging.disable(logging.NOTSET)


def held(company: Company) -> dict[str, object]:
    """Give what came into stock, what is expected, and what was credited: not by which documents, which the way decides."""
    db, state = company.odoo.db, company.state()
    transfers = db.tables["stock.move"].values()
    back = [m for m in transfers if m["origin_returned_move_id"] and m["state"] != "cancel"]
    notes = [m for m in db.tables["account.move"].values() if m["move_type"] == "out_refund"]
    return {
        "stock": state["stock"],
        "order lines": state["order lines"],
        "received": sum(m["quantity"] for m in back if m["state"] == "done"),
        "expected": sum(m["product_uom_qty"] for m in back if m["state"] != "done"),
        "credited": sum(n["amount_total"] for n in notes if n["state"] == "posted"),
        "not posted": [n["id"] for n in notes if n["state"] != "posted"],
    }


@pytest.mark.parametrize("messages", [MESSAGES, CANCELED], ids=["paid back", "canceled"])
def test_in_whatever_order_messages_come_it_ends_as_in_order(orders: Orders, messages: list[Rma]) -> None:
    ends = [(came, held(company)) for came, company in orders.every([*messages, dict(messages[0])])]
    in_order = [m["revision"] for m in messages]
    (expected,) = {str(found) for came, found in ends if came[: len(in_order)] == in_order}
    assert [came for came, found in ends if str(found) != expected] == []
    (_, last) = ends[0]
    assert (last["received"], last["credited"]) == ((6.0, 68.66) if messages is MESSAGES else (0.0, 0.0))
    note(f"{len(messages)} messages and one twice", orders=orders.played)

"""The lab of the hostile system: everything the conformance suite may ask for, in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import count

from hostile.source import OVERLAP, HostileSource
from hostile.system import KEY, HostileSystem, Row
from odoo_rma.connector.sources.base import Source
from odoo_rma.connector.sources.conformance import Lab, Shows, Truth
from odoo_rma.mappings.money import Decimal

WRONG_KEY = "sk_live_not_this_one"


class HostileLab(Lab):
    """Plays the hostile system; `kind` makes the source, so that a defective one can be tried."""

    name = "hostile"
    page = 3
    secrets = (KEY, WRONG_KEY)

    def __init__(self, kind: Callable[..., Source] = HostileSource) -> None:
        self.system, self._kind = HostileSystem(), kind
        self._numbers = count(1)

    def open(self) -> Source:
        return self._kind(self.name, self.system)

    def open_with_wrong_secret(self) -> Source:
        return self._kind(self.name, self.system, WRONG_KEY)

    def create(self) -> str:
        return self.system.make()

    def create_request(self) -> str:
        return self.system.make(state="asked")

    def create_unreadable(self) -> str:
        return self.system.make(quantity="two")

    def create_unbalanced(self) -> str:
        return self.system.make(promised="41.00")

    def edit(self, rma_id: str) -> Shows:
        title = f"edited {next(self._numbers)} times"
        self.system.change(self.system.rows[rma_id], title=title)
        return lambda rma: rma.note == title

    @contextmanager
    def long_edit(self, rma_id: str) -> Iterator[Shows]:
        row = self.system.rows[rma_id]
        self.system.hidden[rma_id] = deepcopy(row)
        shows = self.edit(rma_id)
        yield shows
        del self.system.hidden[rma_id]

    def delete(self, rma_id: str) -> None:
        self.system.tick()
        del self.system.rows[rma_id]

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        with self.system.clock_stands():
            yield

    @contextmanager
    def disorder(self) -> Iterator[None]:
        self.system.disorderly = True
        yield
        self.system.disorderly = False

    def receive(self, rma_id: str, units: Decimal) -> None:
        self.system.record(self.system.rows[rma_id], "receipt", str(units))

    def refund(self, rma_id: str, amount: Decimal) -> None:
        self.system.record(self.system.rows[rma_id], "refund", str(amount))

    def truth(self, rma_id: str) -> Truth | None:
        row = self.system.rows.get(rma_id)
        return row and _truth(row)

    def lose_reply(self) -> None:
        self.system.next_change = "lost"

    def misreport(self) -> None:
        self.system.next_change = "misreported"

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        self.system.down = True
        yield
        self.system.down = False

    def held(self) -> int:
        return self.system.open_sessions

    def pause(self) -> None:
        self.system.tick()

    def wait(self) -> None:
        self.system.tick(2 * OVERLAP)


def _truth(row: Row) -> Truth:
    def of(kind: str) -> list[str]:
        return [r["value"] for r in row.records if r["kind"] == kind]

    return Truth(
        received={"a": row.sum_of("receipt")},
        not_for_sale={"a": row.sum_of("damaged")},
        refunds=tuple(Decimal(x) for x in of("refund")),
        credit_notes=tuple(of("credit_note")),
        decision=next(reversed(of("decision")), None),
        rest=(row.state, row.title, tuple(map(str, row.records))),
    )

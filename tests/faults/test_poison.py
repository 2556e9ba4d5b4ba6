"""Bad returns among many good ones: each bad one is named with its reason, and no good one waits for it.

What a good one loses by a bad one beside it is counted in calls to Odoo, never in time. Some are found bad before
anything is sent; of others only Odoo knows, and refuses the whole batch: a serial number that somebody counted back
into stock by hand, an account that was archived since the invoice. 100 returns; a thousand with `make faults`.
"""

import logging
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from figures import note
from memory.client import MemoryTransport
from memory.company import NOW, Company
from memory.grown import sell_again
from memory.week import Rma, line, refund, rma

from odoo_rma.sync import books, goods
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.report import Exit, Outcome, RunReport
from odoo_rma.sync.store import Store

SIZE = 1_000 if os.environ.get("ODOO_RMA_THOROUGH") else 100
BATCH = 50
STOCK, INCOME = 5, 26
BOOTS, NAVIGATOR = "S-1003", "S-1056"
CUSTOMERS = {
    BOOTS: {"name": "Carla Jensen", "email": "carla.jensen@mail.example"},
    NAVIGATOR: {"name": "Alice Moreau", "email": "alice.moreau@mail.example"},
}

# ── good ones, and what is bad with the others ──


def boots(number: int, **more: Any) -> Rma:
    """All three pairs of an order came back, and are paid back."""
    goods = {**line("BOOT-43", 3, 3), **more}
    return _sent(number, BOOTS, goods, refund("448.16", line1=3))


def navigator(number: int) -> Rma:
    """An article with a serial number came back, and is paid back."""
    lots = [{"name": f"GPS-0001 N-{number}", "quantity": 1}]
    return _sent(number, NAVIGATOR, line("GPS-X1", 1, 1, lots=lots), refund("401.35", line1=1))


def _sent(number: int, reference: str, goods: Rma, paid: Rma) -> Rma:
    customer = CUSTOMERS[reference]
    return rma(f"R-{number:04}", f"N-{number}", goods, refunds=[paid], customer=customer)


def counted_back(company: Company, number: int) -> None:
    """Somebody has put the serial number into stock by an inventory, before its return was booked."""
    db = company.odoo.db
    (lot,) = db.where("stock.lot", "name", f"GPS-0001 N-{number}")
    product = db.row("stock.lot", lot)["product_id"]
    db.create("stock.quant", location_id=STOCK, product_id=product, lot_id=lot, quantity=1.0)


def archived(company: Company, number: int) -> None:
    """The account that the invoice was booked on was given up since."""
    db = company.odoo.db
    (order,) = db.where("sale.order", "client_order_ref", f"N-{number}")
    (sold,) = db.where("sale.order.line", "order_id", order)
    named = {**db.row("account.account", INCOME), "code": f"4{number:05}", "active": False}
    del named["id"], named["create_date"]
    for own in db.where("account.move.line", "sale_line_ids", sold):
        db.write("account.move.line", own, account_id=db.create("account.account", **named))


def nothing(_company: Company, _number: int) -> None:
    """All is well in Odoo."""


@dataclass(frozen=True)
class Kind:
    """A kind of bad return: of what order, how it is sent, what is the matter in Odoo, and what it waits with."""

    reference: str
    sent: Callable[[int], Rma]
    spoil: Callable[[Company, int], None]
    code: str
    words: str


SERIAL = Kind(NAVIGATOR, navigator, counted_back, "odoo_refused", "GPS-0001 N-{}")
ACCOUNT = Kind(BOOTS, boots, archived, "odoo_refused", "The account Product Sales (4{:05}) is archived.")
UNKNOWN = Kind(BOOTS, lambda n: {**boots(n), "order": {"name": f"X-{n}"}}, nothing, "unknown_order", "X-{}")
TOO_MANY = Kind(BOOTS, lambda n: boots(n, requested=4, received=4), nothing, "over_return", "BOOT-43")
UNREADABLE = Kind(BOOTS, lambda n: boots(n, requested=-1), nothing, "bad_number", "-1")
OF_ALL_KINDS = [SERIAL, ACCOUNT, UNKNOWN, SERIAL, ACCOUNT, TOO_MANY, SERIAL, ACCOUNT, UNREADABLE]

Bad = Mapping[int, Kind]


def every_tenth() -> Bad:
    """A tenth is bad, of all kinds in turn, so that each batch has several that only Odoo knows of."""
    places = range(4, SIZE, 10)
    return {place: OF_ALL_KINDS[n % len(OF_ALL_KINDS)] for n, place in enumerate(places)}


# ── a run, counted ──


class Counting(MemoryTransport):
    """Remembers what was called on which records."""

    def __init__(self, company: Company) -> None:
        super().__init__(company.odoo)
        self.calls: list[tuple[str, frozenset[int]]] = []

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        """Carry out one call."""
        self.calls.append((f"{model}.{method}", frozenset(ids or ())))
        return super().send(model, method, ids, arguments)

    def when(self, what: str, record: int) -> int:
        """Say at which call it was done with a record: the last one, for those before were refused."""
        return max(n for n, (called, ids) in enumerate(self.calls) if called == what and record in ids)


@dataclass
class Played:
    """A run over all returns, and what each part of it took in calls."""

    company: Company
    report: RunReport
    odoo: Counting
    taken: dict[str, list[int]] = field(default_factory=dict)

    def result(self, number: int) -> Any:
        """Give what became of a return."""
        (found,) = (r for r in self.report.results if r.id == f"R-{number:04}")
        return found

    def done_at(self, number: int) -> tuple[int, int]:
        """Say after how many calls its goods were received and its credit note was posted."""
        ids = {d.what: d.id for d in self.result(number).documents}
        return (
            self.odoo.when("stock.picking.button_validate", ids["return transfer"]),
            self.odoo.when("account.move.action_post", ids["credit note"]),
        )


def sold(folder: Path, bad: Bad) -> Company:
    """So many orders, each of which comes back; every tenth is of an article with a serial number."""
    company = Company.of_the_shop(folder)
    assert company.settings.run.batch == BATCH
    sent = []
    for number in range(SIZE):
        kind = bad.get(number) or Kind(*_good(number), nothing, "", "")
        sell_again(company.odoo.db, kind.reference, f"N-{number}")
        kind.spoil(company, number)
        sent.append(kind.sent(number))
    company.drop("1.json", sent)
    return company


def _good(number: int) -> tuple[str, Callable[[int], Rma]]:
    return (NAVIGATOR, navigator) if number % 10 == 4 else (BOOTS, boots)


def play(folder: Path, bad: Bad) -> Played:
    """One run, with what each of its parts took."""
    company = sold(folder, bad)
    transport = Counting(company)
    taken: dict[str, list[int]] = {"receive": [], "post": [], "look": []}

    def counted(name: str, part: Callable[..., Any]) -> Callable[..., Any]:
        def own(*arguments: Any, **named: Any) -> Any:
            before = len(transport.calls)
            found = part(*arguments, **named)
            taken[name].append(len(transport.calls) - before)
            return found

        return own

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(goods, "receive", counted("receive", goods.receive))
        patch.setattr(books, "post_credit_notes", counted("post", books.post_credit_notes))
        patch.setattr(Observer, "observe", counted("look", Observer.observe))
        report = company.run(transport)
    return Played(company, report, transport, taken)


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(prefix="rma-", dir=place) as folder:
        logging.disable(logging.WARNING)
        yield Path(folder)
        logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def clean(disk: Path) -> Played:
    """All of them good."""
    played = play(disk / "clean", {})
    assert played.report.count(Outcome.DONE) == SIZE
    return played


# ── what a bad one may cost ──


def tries(bad: int, among: int) -> int:
    """Say how often a call is sent until the bad ones of a batch stand alone: every part that holds one is cut in two."""
    cut = sum(min(2**level, bad) for level in range(math.ceil(math.log2(among))))
    return 1 + 2 * cut


def most(clean: Played, bad: Bad) -> int:
    """Give the calls that these bad ones may cost all together, by what the parts of an undisturbed run took."""
    found = 0
    for begin in range(0, SIZE, BATCH):
        here = [k for n, k in bad.items() if begin <= n < begin + BATCH]
        for kind, part in ((SERIAL, "receive"), (ACCOUNT, "post")):
            count = here.count(kind)
            # Once among all, and once more by themselves after a second look.
            again = tries(count, BATCH) - 1 + (tries(count, max(count, 2)) if count else 0)
            found += again * max(clean.taken[part])
        found += max(clean.taken["look"]) if {SERIAL, ACCOUNT} & set(here) else 0
    return found


def the_bad_ones_are_named(played: Played, bad: Bad) -> None:
    """Each waits with its own reason, in words that say which one it is; and nothing else waits."""
    with Store.open(played.company.store) as store:
        waiting = {e.key: e.issues for e in store.quarantine_list()}
    assert set(waiting) == {f"R-{n:04}" for n in bad}
    for number, kind in bad.items():
        (issue,) = waiting[f"R-{number:04}"]
        assert issue.code == kind.code
        assert kind.words.format(number) in issue.message
        assert issue.way_out
    assert played.report.exit_code is Exit.QUARANTINE


def no_good_one_waits(played: Played, clean: Played, bad: Bad) -> int:
    """Each is done in the same run, as it is without the bad ones; give the most calls that one was later."""
    later = 0
    for number in set(range(SIZE)) - set(bad):
        own, other = played.result(number), clean.result(number)
        assert (own.outcome, own.steps) == (Outcome.DONE, other.steps)
        assert [(d.what, d.state) for d in own.documents] == [(d.what, d.state) for d in other.documents]
        pairs = zip(played.done_at(number), clean.done_at(number), strict=True)
        later = max(later, *(mine - theirs for mine, theirs in pairs))
    assert later <= most(clean, bad)
    return later


def costs(played: Played, clean: Played, bad: Bad) -> tuple[int, int]:
    """Make sure that the bad ones are named and no good one waits; give the calls they cost, and how much later it got."""
    the_bad_ones_are_named(played, bad)
    later = no_good_one_waits(played, clean, bad)
    more = played.report.calls - clean.report.calls
    assert more <= most(clean, bad)
    return more, later


@pytest.mark.parametrize("kind", [SERIAL, ACCOUNT, UNKNOWN], ids=["serial number", "account", "order"])
def test_one_bad_return_is_named_and_costs_the_others_next_to_nothing(
    disk: Path, clean: Played, kind: Kind, request: pytest.FixtureRequest
) -> None:
    bad = {SIZE // 2 + 4: kind}
    played = play(disk / kind.code / str(OF_ALL_KINDS.index(kind)), bad)
    more, later = costs(played, clean, bad)
    note(
        f"1 bad of {SIZE}, {request.node.callspec.id}, in memory",
        calls=clean.report.calls,
        more=more,
        calls_later_at_most=later,
    )


def test_a_tenth_is_bad_and_all_others_are_done(disk: Path, clean: Played) -> None:
    bad = every_tenth()
    played = play(disk / "tenth", bad)
    more, later = costs(played, clean, bad)
    note(
        f"{len(bad)} bad of {SIZE}, in memory",
        calls=clean.report.calls,
        more=more,
        at_most=most(clean, bad),
        calls_later_at_most=later,
    )
    once_put_right_they_pass(played, bad)


def once_put_right_they_pass(played: Played, bad: Bad) -> None:
    """The next run leaves them alone; put right and released, those that Odoo refused are carried out, once."""
    company = played.company
    assert company.run().writes == 0
    db = company.odoo.db
    refused = {n for n, kind in bad.items() if kind.code == "odoo_refused"}
    for quant in [
        q for q in db.where("stock.quant", "location_id", STOCK) if db.row("stock.quant", q)["lot_id"]
    ]:
        db.write("stock.quant", quant, quantity=0.0)
    for account in db.where("account.account", "active", False):
        db.write("account.account", account, active=True)
    with Store.open(company.store) as store:
        for number in refused:
            store.retry(f"R-{number:04}", now=NOW)
    report = company.run()
    done = {r.id for r in report.results if r.outcome is Outcome.DONE}
    assert done == {f"R-{n:04}" for n in refused}
    notes = [r["state"] for r in db.tables["account.move"].values() if r["move_type"] == "out_refund"]
    assert notes.count("posted") == len(notes) == SIZE - len(bad) + len(refused)
    assert company.run().writes == 0

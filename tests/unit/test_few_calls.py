"""As few calls as the data allows: one look for two batches, names instead of searches, and no work that Odoo does twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import stamina
from memory.client import MemoryTransport, connect_to
from memory.company import NOW, Company
from memory.odoo import READS
from memory.week import ANNOUNCED, WENT_ON
from office.odoo_state import State

from odoo_rma.connector.errors import Refused, Unknown
from odoo_rma.connector.odoo.capabilities import UNLOGGED
from odoo_rma.connector.odoo.loading import MANY, by_name, named_columns
from odoo_rma.connector.sources.base import News, Reply
from odoo_rma.connector.sources.files import FileSource
from odoo_rma.sync import run
from odoo_rma.sync.pace import CAUTION, Pace
from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.store import Store

QUICK = "skip_invoice_sync"


class Watched(MemoryTransport):
    """Takes down what is sent."""

    def __init__(self, company: Company) -> None:
        super().__init__(company.odoo)
        self.sent: list[tuple[str, str, Mapping[str, Any]]] = []

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        self.sent.append((model, method, dict(arguments)))
        return super().send(model, method, ids, arguments)

    def contexts(self, model: str, method: str) -> list[Mapping[str, Any]]:
        """Give the contexts of these calls."""
        return [a["context"] for m, what, a in self.sent if (m, what) == (model, method)]

    @property
    def looks(self) -> int:
        """How often the orders of returns were read."""
        return sum(
            m == "sale.order" and what == "search_read" and "partner_shipping_id" in a["fields"]
            for m, what, a in self.sent
            if "origin" not in a.get("fields", ())
        )


@dataclass(frozen=True)
class Usual:
    """The report of the last run, and what stands in Odoo."""

    report: RunReport
    state: State


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """What was announced came in before; now its files say how it went on."""
    company = Company.of_the_shop(tmp_path / "company")
    company.drop("1.json", ANNOUNCED)
    company.run()
    company.drop("2.json", WENT_ON)
    return company


@pytest.fixture
def usual(tmp_path: Path) -> Usual:
    """Let the same week go by in an ordinary Odoo."""
    company = Company.of_the_shop(tmp_path / "usual")
    for name, rmas in (("1.json", ANNOUNCED), ("2.json", WENT_ON)):
        company.drop(name, rmas)
        report = company.run()
    return Usual(report, company.state())


def sync(company: Company, transport: MemoryTransport, batch: int) -> RunReport:
    settings = company.settings.model_copy(
        update={"run": company.settings.run.model_copy(update={"batch": batch})}
    )
    client = connect_to(company.odoo, transport)
    with patch("odoo_rma.sync.run.connect", lambda *_: client):
        return run.sync(settings, clock=lambda: NOW)


# ── one look for what was done and for what follows ──


def test_the_look_at_one_batch_is_the_first_look_at_the_next(tmp_path: Path) -> None:
    company = Company.of_the_shop(tmp_path)
    company.drop("1.json", ANNOUNCED[:6])
    watched = Watched(company)
    report = sync(company, watched, batch=2)
    assert report.count(Outcome.DONE) == 6
    assert watched.looks == 1 + 3, "at the first batch, and after each"


def test_what_telling_took_long_for_is_looked_at_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company.of_the_shop(tmp_path)
    company.drop("1.json", ANNOUNCED[:6])
    watched, minutes = Watched(company), count(0, 60)
    monkeypatch.setattr(run, "monotonic", lambda: next(minutes))
    sync(company, watched, batch=2)
    assert watched.looks == 2 * 3


def test_batches_that_are_looked_at_together_end_as_one_by_one(tmp_path: Path) -> None:
    """In batches of one, two and many: the same books."""
    states = []
    for batch in (1, 2, 50):
        company = Company.of_the_shop(tmp_path / str(batch))
        for name, rmas in (("1.json", ANNOUNCED), ("2.json", WENT_ON)):
            company.drop(name, rmas)
            sync(company, Watched(company), batch)
        states.append(company.state())
    assert states[0] == states[1] == states[2]


# ── as many at once as Odoo manages ──


class GivesUpOnMany(Watched):
    """An Odoo behind a proxy that cuts off whatever takes long: each call for more than two records."""

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        of_many = (
            sum(bool(row[0]) for row in arguments.get("data", ())) if method == "load" else len(ids or ())
        )
        if method not in READS and of_many > 2:
            raise Unknown("Odoo did not answer in time.")
        return super().send(model, method, ids, arguments)


def test_what_is_too_much_at_once_is_done_in_smaller_parts_of_the_same_run(
    company: Company, usual: Usual
) -> None:
    with stamina.set_testing(True, attempts=1):
        report = sync(company, GivesUpOnMany(company), batch=50)
    assert not report.count(Outcome.UNDECIDED)
    assert company.state() == usual.state


def test_the_pace_falls_when_it_takes_long_and_rises_again() -> None:
    pace = Pace(50, timeout=60)
    pace.note(50, 5, lost=True)
    assert pace.size == 25, "a reply was lost"
    pace.note(25, 70, lost=False)
    assert pace.size == 12, "it took longer than one call may"
    for _ in range(CAUTION):
        pace.note(12, 1, lost=False)
    assert pace.size == 12, "once bitten"
    for expected in (24, 48, 50, 50):
        pace.note(pace.size, 1, lost=False)
        assert pace.size == expected
    for _ in range(9):
        pace.note(pace.size, 0, lost=True)
    assert pace.size == 1


# ── what sources were told ──


def test_what_sources_were_told_is_written_down_together(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    write = Store.reported

    def counted(store: Store, told: list[tuple[str, str, str, str]]) -> None:
        written.append(len(told))
        write(store, told)

    monkeypatch.setattr(Store, "reported", counted)
    sync(company, Watched(company), batch=50)
    assert len(written) == 1
    assert written[0] > 3


def test_whoever_is_interrupted_while_telling_knows_what_was_told(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    tell = FileSource.tell

    def ended_at_the_third(source: FileSource, news: News) -> Reply:
        asked.append(news.rma.id)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return tell(source, news)

    monkeypatch.setattr(FileSource, "tell", ended_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        sync(company, Watched(company), batch=50)
    sync(company, Watched(company), batch=50)
    assert [asked.count(told) for told in asked[:3]] == [1, 1, 2], "only the third is told again"


# ── posting ──


def test_drafts_in_the_company_s_currency_are_posted_without_working_their_lines_out_again(
    company: Company,
) -> None:
    watched = Watched(company)
    sync(company, watched, batch=50)
    contexts = watched.contexts("account.move", "action_post")
    assert contexts
    assert all(c[QUICK] for c in contexts)


class WorksLinesOut(Watched):
    """An Odoo with a module that adds a line while it posts, and leaves the rest to Odoo."""

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        if method == "action_post" and QUICK in arguments["context"]:
            self.sent.append((model, method, dict(arguments)))
            raise Refused("An error has occurred: the entry is not balanced.")
        return super().send(model, method, ids, arguments)


def test_what_odoo_does_not_post_like_that_is_posted_in_the_ordinary_way(
    company: Company, usual: Usual
) -> None:
    odd = WorksLinesOut(company)
    report = sync(company, odd, batch=50)
    found, expected = (
        {r.label: (r.outcome, r.issues) for r in one.results} for one in (report, usual.report)
    )
    assert found == expected
    assert company.state() == usual.state
    assert [QUICK in c for c in odd.contexts("account.move", "action_post")][:2] == [True, False]


def test_only_where_our_note_says_it_the_chatter_does_not(company: Company) -> None:
    watched = Watched(company)
    sync(company, watched, batch=50)
    noted = UNLOGGED.keys()
    assert all(noted <= c.keys() for c in watched.contexts("account.move", "load"))
    assert not any(noted <= c.keys() for c in watched.contexts("res.partner", "load"))


# ── names ──

FIELDS = ["id", "currency_id/.id", "partner_id/.id", "line_ids/tax_ids/.id", "line_ids/account_id/.id"]
ROWS = [[f"__rma__.{n}", 1, 70 + n, "4,5", 9] for n in range(MANY)]


def test_what_a_company_has_few_of_is_said_by_name_in_many_rows() -> None:
    columns = named_columns(FIELDS, ROWS)
    assert columns == {1: "res.currency", 3: "account.tax", 4: "account.account"}
    names = {1: {1: "base.USD"}, 3: {4: "account.1_tax_a", 5: "account.1_tax_b"}, 4: {9: ""}}
    heads, rows = by_name(FIELDS, ROWS, names)
    assert heads == [
        "id",
        "currency_id/id",
        "partner_id/.id",
        "line_ids/tax_ids/id",
        "line_ids/account_id/.id",
    ]
    assert rows[0] == ["__rma__.0", "base.USD", 70, "account.1_tax_a,account.1_tax_b", 9]


def test_an_empty_cell_stays_empty() -> None:
    heads, rows = by_name(["id", "tax_ids/.id"], [["__rma__.1", ""]], {1: {}})
    assert (heads, rows) == (["id", "tax_ids/id"], [["__rma__.1", ""]])


def test_a_few_rows_are_not_worth_a_question() -> None:
    assert named_columns(FIELDS, ROWS[:-1]) == {}

"""What people do in Odoo goes back to the returns system: at the next run, once, and with nothing written to Odoo."""

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from live.books import Tables
from live.returns import SHOPS, WebShop
from office import Office, article

from odoo_rma.sandbox import Env
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.marks import RECENT
from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.run import BOTH, Direction, sync


class Company(WebShop):
    """A company whose own warehouse receives and whose accountant pays, with one returns system of files."""

    def __init__(self, env: Env, folder: Path) -> None:
        self.folder = folder / "shop"
        owners = {"receipt": "erp", "refund": "erp"}
        rules = {"path": self.folder, "quiet_seconds": 0, "owners": owners, "credit_note_on": "receipt"}
        super().__init__(env, folder, "odoorpc", {}, sources={"shop": rules})
        self.direction = BOTH
        self.later = timedelta()
        self.connector = Tables(replace(env, login=env.rma_login, password=env.rma_password or ""))
        self.walter = Tables(replace(env, login="warehouse", password="warehouse"))
        self.vera = Tables(replace(env, login="accountant", password="accountant"))

    def sync(self, direction: Direction | None = None) -> RunReport:
        """Run once more, both ways or as said."""
        clock = lambda: utc_now() + self.later
        return sync(self.settings, direction=direction or self.direction, clock=clock)

    def announce(
        self,
        rma: str,
        order: str,
        sku: str,
        revision: int = 1,
        received: int = 0,
        direction: Direction = BOTH,
        **more: Any,
    ) -> RunReport:
        """One piece of one article is to come back."""
        self.direction = direction
        line = {"id": "1", "sku": sku, "requested": 1, "received": received}
        return self.bring(rma, order, revision, lines=[line], **more)

    def told(self, rma: str) -> dict[str, Any]:
        """What the returns system finds in its outbox about a return."""
        found: dict[str, Any] = json.loads((self.folder / "outbox" / f"{rma}.json").read_text())
        return found

    def document(self, rma: str, what: str) -> dict[str, Any]:
        """The one document of a kind in it."""
        (found,) = [d for d in self.told(rma)["in_erp"]["documents"] if d["what"] == what]
        return dict(found)

    def receive(self, rma: str, who: Tables | None = None) -> None:
        """Let Walter, or somebody else, validate the return that waits, as it is."""
        who = who or self.walter
        picking = self.document(rma, "return transfer")["id"]
        done = "quantity" if self.newer else "quantity_done"
        for move in who.rows("stock.move", [("picking_id", "=", picking)], "product_uom_qty").values():
            who.call("stock.move", "write", [move["id"]], {done: move["product_uom_qty"]})
        quiet = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
        assert who.call("stock.picking", "button_validate", [picking], context=quiet) is True

    @property
    def newer(self) -> bool:
        return not self.env.version.startswith("14")


@pytest.fixture(scope="module", params=SHOPS)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A return that waits for the warehouse, and is told so."""
    return Company(request.getfixturevalue(request.param), tmp_path_factory.mktemp("company"))


def outcome(report: RunReport, rma: str) -> Outcome:
    return next(r.outcome for r in report.results if r.id == rma)


def test_the_returns_system_hears_of_each_step_from_the_waiting_transfer_to_the_paid_refund(
    company: Company,
) -> None:
    company.announce("B-1", "S-1093", "TENT-2P")
    assert company.document("B-1", "return transfer")["state"] == "assigned"
    assert "received" not in company.told("B-1")["lines"][0]

    company.receive("B-1")
    company.sync()
    told = company.told("B-1")
    assert (told["lines"][0]["received"], told["logistics"]) == ("1", "received")
    note = company.document("B-1", "credit note")
    assert (note["state"], note["of"], note["currency"]) == ("posted", "receipt 1", "USD")
    assert note["number"].startswith("RINV")
    assert note["link"].startswith(company.env.url)

    closing = company.announce("B-1", "S-1093", "TENT-2P", revision=2, received=1, closed=True)
    assert outcome(closing, "B-1") is Outcome.UNCHANGED


def test_a_finished_return_is_looked_at_again_when_a_person_changes_it_in_odoo(company: Company) -> None:
    note = company.document("B-1", "credit note")["id"]
    company.vera.call("account.move", "button_draft", [note])
    report = company.sync()
    assert any("changed in Odoo" in n for n in report.notes)
    assert outcome(report, "B-1") is Outcome.QUARANTINED
    company.vera.call("account.move", "action_post", [note])
    assert outcome(company.sync(), "B-1") in (Outcome.DONE, Outcome.UNCHANGED)
    assert company.document("B-1", "credit note")["state"] == "posted"


def test_pushing_alone_tells_and_writes_nothing_to_odoo(company: Company) -> None:
    company.announce("B-2", "S-1007", "MUG")
    company.receive("B-2")
    report = company.sync(Direction.PUSH)
    assert report.writes == 0
    assert company.told("B-2")["lines"][0]["received"] == "1"
    assert not [d for d in company.told("B-2")["in_erp"]["documents"] if d["what"] == "credit note"]


def test_pulling_alone_tells_nobody(company: Company) -> None:
    before = company.told("B-2")
    assert company.sync(Direction.PULL).writes
    assert company.told("B-2") == before
    company.sync()
    assert company.document("B-2", "credit note")["state"] == "posted"


def test_what_ended_while_only_pulling_is_told_by_the_next_run_that_pushes(company: Company) -> None:
    company.announce("B-4", "S-1083", "BOOT-42")
    company.receive("B-4")
    company.sync(Direction.PULL)
    company.announce(
        "B-4", "S-1083", "BOOT-42", revision=2, received=1, closed=True, direction=Direction.PULL
    )
    company.direction = BOTH
    assert "received" not in company.told("B-4")["lines"][0]
    assert company.sync(Direction.PUSH).writes == 0
    assert company.told("B-4")["lines"][0]["received"] == "1"
    assert company.document("B-4", "credit note")["state"] == "posted"


def test_a_rehearsal_says_what_it_would_tell_and_tells_nobody(company: Company) -> None:
    company.announce("B-3", "S-1100", "POT")
    company.receive("B-3")
    before = company.told("B-3")
    report = sync(company.settings, dry_run=True)
    (steps,) = [r.steps for r in report.results if r.id == "B-3"]
    assert "tell shop what Odoo holds" in steps
    assert company.told("B-3") == before


@pytest.mark.parametrize("own_login", [False, True], ids=["a person", "a person under our own login"])
def test_a_return_on_its_way_is_not_looked_at_until_its_goods_come_in(
    company: Company, own_login: bool
) -> None:
    rma = f"B-{5 + own_login}"
    company.announce(rma, "S-1007", "MUG")
    company.later += RECENT
    company.sync()
    resting = company.sync()
    assert rma not in [r.id for r in resting.results]
    assert resting.at_rest
    company.receive(rma, company.connector if own_login else company.walter)
    assert outcome(company.sync(), rma) is Outcome.DONE
    assert company.document(rma, "credit note")["state"] == "posted"


def test_what_is_told_does_not_depend_on_the_store(company: Company) -> None:
    company.sync()
    told = {p.name: p.read_bytes() for p in (company.folder / "outbox").iterdir()}
    company.settings.run.store.unlink()
    report = company.sync()
    assert report.writes == 0
    assert {p.name: p.read_bytes() for p in (company.folder / "outbox").iterdir()} == told


@pytest.mark.live
def test_a_watch_carries_on_says_how_it_goes_and_ends_cleanly_when_asked(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    office = Office(tmp_path / "office", request.getfixturevalue("odoo19"))
    health = office.folder / "health.json"
    watching = office.start("sync", "--watch", "--every", "1", "--health", str(health), "--json")
    wait_until(lambda: health.exists() and json.loads(health.read_text())["state"] == "waiting")
    office.drop("w.json", article("W-1"))
    wait_until(lambda: office.lying("done") == ["w.json"])
    wait_until((office.folder / "shop" / "outbox" / "W-1.json").exists)
    watching.send_signal(signal.SIGTERM)
    ended = office.wait(watching)
    assert ended.code == 0, ended.err
    runs = [json.loads(line) for line in ended.out.splitlines()]
    assert sum(r["counts"]["done"] for r in runs) == 1
    assert json.loads(health.read_text())["state"] == "stopped"


def wait_until(happened: Callable[[], bool]) -> None:
    for _ in range(600):
        if happened():
            return
        sleep(0.1)
    raise AssertionError("it did not happen within a minute")

"""Requested returns on the real Odoo: decided by the retailer's policy, noted on the order, told to the source."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from live.retail import Retail
from live.returns import SHOPS

from odoo_rma.cli.policy import policy as policy_command
from odoo_rma.cli.session import Session
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.sandbox import Env
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.policy_file import load
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.show import show
from odoo_rma.sync.store import Store

AUTHORIZED = ("T-3101", "T-3107", "T-3108", "T-3109", "T-3110", "T-3111")
DECLINED = {
    "T-3102": "1 day too late",
    "T-3105": "This item is final sale and does not come back.",
}
PERSON = {
    "T-3103": "worth 573.85 USD; above 500.00 USD a person decides",
    "T-3106": "worth 573.85 USD; above 500.00 USD a person decides",
    "T-3112": "the customer has 2 returns in 90 days; above 1 a person decides",
}


class Shop(Retail):
    """The retailer's requests."""

    def __init__(self, env: Env, folder: Path) -> None:
        super().__init__(env, folder, "requests")
        self.outbox = folder / "outbox"

    def told(self, rma: str) -> dict[str, Any]:
        """Read what the source was told."""
        said: dict[str, Any] = json.loads((self.outbox / f"{rma}.decision.json").read_text("utf-8"))
        return said

    def notes(self, rma: str) -> list[str]:
        """Read the notes on the order that decide about an RMA."""
        ids = self.own("mail.message", rma, "decision")
        rows = self.tables.rows("mail.message", [("id", "in", ids)], "model", "res_id", "body")
        assert {r["model"] for r in rows.values()} <= {"sale.order"}
        return [str(rows[i]["body"]) for i in ids]

    def transfers(self, rma: str) -> list[str]:
        """Read the states of the return transfers."""
        ids = self.own("stock.picking", rma)
        return [r["state"] for r in self.tables.rows("stock.picking", [("id", "in", ids)], "state").values()]

    def resolve(self, rma: str, authorize: bool, why: str) -> RunReport:
        """Answer as a person, and run."""
        with Store.open(self.settings.run.store) as store:
            from odoo_rma.sync.clock import utc_now

            store.resolve(rma, why, now=utc_now(), authorize=authorize)
        return self.sync()


@pytest.fixture(scope="module", params=SHOPS)
def env(request: pytest.FixtureRequest) -> Env:
    found: Env = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def shop(env: Env, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(env, tmp_path_factory.mktemp("retail"))


@pytest.fixture(scope="module")
def first(shop: Shop) -> RunReport:
    """The day on which all of them ask."""
    return shop.day(1)


def test_every_request_is_answered(first: RunReport) -> None:
    waiting = {r.id for r in first.results if r.outcome is Outcome.QUARANTINED}
    assert waiting == set(PERSON)
    assert {i.code for r in first.results for i in r.issues} == {"needs_person"}
    assert all(r.decision and r.decision["lines"][0]["reasons"] for r in first.results)


@pytest.mark.parametrize("rma", AUTHORIZED)
def test_what_is_authorized_is_expected_back(shop: Shop, first: RunReport, rma: str) -> None:
    assert shop.transfers(rma) == ["assigned"]
    [note] = shop.notes(rma)
    assert "decided by the return policy" in note
    assert shop.told(rma)["decision"] == "authorize"


@pytest.mark.parametrize("rma", DECLINED)
def test_what_is_declined_leaves_a_note_with_its_reason_and_nothing_else(
    shop: Shop, first: RunReport, rma: str
) -> None:
    assert shop.transfers(rma) == []
    [note] = shop.notes(rma)
    assert DECLINED[rma] in note
    told = shop.told(rma)
    assert (told["decision"], told["lines"][0]["terms"]) == ("decline", None)


@pytest.mark.parametrize("rma", PERSON)
def test_what_needs_a_person_waits_and_says_why(shop: Shop, first: RunReport, rma: str) -> None:
    [note] = shop.notes(rma)
    assert "a person has to decide" in note and PERSON[rma] in note
    assert (shop.told(rma)["decision"], shop.told(rma)["decided_by"]) == ("needs_person", None)


def test_a_cheap_broken_thing_is_kept(shop: Shop, first: RunReport) -> None:
    line = shop.told("T-3104")["lines"][0]
    assert (line["decision"], line["keep_item"], line["terms"]["refund"]) == ("authorize", True, "11.44")
    assert shop.transfers("T-3104") == []


def test_the_season_counts_where_the_window_is_over(shop: Shop, first: RunReport) -> None:
    assert "Ordered in the season" in shop.notes("T-3107")[0]


def test_the_customer_is_told_the_reasons_in_chinese_too(shop: Shop, first: RunReport) -> None:
    line = shop.told("T-3110")["lines"][0]
    assert any("已使用" in r["zh"] for r in line["reasons"])
    assert (line["terms"]["fee"], line["terms"]["refund"]) == ("3.44", "30.95")


def test_explain_says_the_same(
    shop: Shop, first: RunReport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    odoo = shop.settings.odoo
    monkeypatch.setenv("ODOO_RMA_PASSWORD", shop.env.rma_password)
    config = tmp_path / "odoo-rma.toml"
    config.write_text(
        f'[odoo]\nurl = "{odoo.url}"\ndatabase = "{odoo.database}"\nlogin = "{odoo.login}"\ntransport = "odoorpc"\n'
        f'[run]\npolicy = "{shop.settings.run.policy}"\n'
    )
    asked = show(shop.settings, "T-3106").rma
    arguments = ["explain", "--order", "S-1088", "--sku", "DRONE-1", "--reason", "changed_mind"]
    arguments += ["--condition", "new_opened", "--on", f"{asked.requested_at:%Y-%m-%d}", "--json"]
    result = CliRunner().invoke(policy_command, arguments, obj=Session(config), catch_exceptions=False)
    said = json.loads(result.stdout)["decision"]
    line = shop.told("T-3106")["lines"][0]
    assert said["verdict"] == line["decision"]
    assert said["reasons"] == line["reasons"]
    assert said["refund"] == line["terms"]["refund"]


def test_show_says_what_was_decided(shop: Shop, first: RunReport) -> None:
    view = show(shop.settings, "T-3102")
    assert view.answer and view.answer.recorded
    assert "1 day too late" in view.answer.lines[0].reasons[0].en


def test_a_second_run_writes_nothing_also_without_our_store(shop: Shop, first: RunReport) -> None:
    for file in shop.outbox.iterdir():
        file.unlink()  # the source has taken them
    before = shop.tables.marks()
    assert shop.sync().writes == 0
    assert not list(shop.outbox.iterdir()), "what was taken away is not written again"
    shop.forget()
    assert shop.sync().writes == 0
    assert shop.tables.marks() == before
    assert shop.told("T-3102")["decision"] == "decline", "told once more, as nobody remembers"


def test_a_person_authorizes_one_and_declines_the_other(shop: Shop, first: RunReport) -> None:
    shop.resolve("T-3103", True, "seen the video")
    assert shop.transfers("T-3103") == ["assigned"]
    assert "A person decided: seen the video" in shop.notes("T-3103")[-1]
    assert shop.told("T-3103")["decided_by"] == "person"
    shop.resolve("T-3106", False, "flown for two weeks")
    assert shop.told("T-3106")["decision"] == "decline"
    assert shop.transfers("T-3106") == []
    shop.forget()
    assert shop.sync().writes == 0
    assert shop.transfers("T-3103") == ["assigned"]


def test_the_source_goes_on_with_what_was_decided(shop: Shop, first: RunReport) -> None:
    """The goods come back, the money goes out; the mug stays where it is and is refunded."""
    report = shop.day(2)
    assert not [
        n for r in report.results if r.id in ("T-3101", "T-3104") for n in r.steps if "policy would" in n
    ]
    assert shop.transfers("T-3101") == ["done"]
    assert shop.transfers("T-3104") == []
    for rma, amount in (("T-3101", 149.39), ("T-3104", 11.44)):
        [note] = shop.own("account.move", rma, "credit")
        (row,) = shop.tables.rows("account.move", [("id", "=", note)], "amount_total", "state").values()
        assert (row["amount_total"], row["state"]) == (amount, "posted")
    assert shop.sync().writes == 0


def test_what_the_source_decides_itself_is_a_fact(shop: Shop, first: RunReport) -> None:
    own = {
        "id": "T-3190",
        "order": {"name": "S-1087"},
        "customer": {"name": "Grace O'Neill", "email": "grace.oneill@mail.example"},
        "currency": "USD",
        "authorization": "authorized",
        "authorized_at": shop.told("T-3105")["decided_at"],
        "lines": [{"id": "1", "sku": "PROMO-CUP", "requested": 1, "reason": {"code": "changed_mind"}}],
    }
    report = shop.bring(own)
    (result,) = [r for r in report.results if r.id == "T-3190"]
    assert shop.transfers("T-3190") == ["assigned"]
    assert "the policy would have declined 1 × PROMO-CUP: This item is final sale" in "; ".join(result.steps)


def test_what_was_found_used_costs_what_the_policy_says(env: Env, tmp_path: Path) -> None:
    """The source leaves charges to us: announced as new, found used, so ten percent are kept."""
    own = {"path": tmp_path, "quiet_seconds": 0, "credit_note_on": "inspection", "charges": "policy"}
    retail = Retail(env, tmp_path, "requests", sources={"retail": own})
    boots = {"sku": "BOOT-42", "requested": 1, "received": 1, "condition": "new_sealed"}
    story = {
        "id": "T-3191",
        "order": {"name": "S-1122"},
        "customer": {"name": "Emma Schulz", "email": "emma.schulz@mail.example"},
        "currency": "EUR",
        "authorization": "authorized",
        "lines": [{"id": "1", **boots, "inspections": [{"quantity": 1, "condition": "used"}]}],
    }
    report = retail.bring(story)
    (result,) = report.results
    assert "kept by the policy: Restocking fee, 1 × BOOT-42 found used, 14.94 EUR" in result.steps
    [note] = retail.own("account.move", "T-3191", "credit")
    (row,) = retail.tables.rows("account.move", [("id", "=", note)], "amount_total", "state").values()
    assert (row["amount_total"], row["state"]) == (134.45, "posted")
    assert retail.sync().writes == 0


def test_many_requests_take_hardly_more_calls_than_one(shop: Shop, first: RunReport) -> None:
    with Store.open(shop.settings.run.store) as store:
        asked = [rma for r in first.results if (rma := store.rma(r.source, r.id))]
    assert shop.settings.run.policy
    policy, calls = load(shop.settings.run.policy), []
    with closing(connect(shop.settings.odoo, shop.settings.secrets)) as client:
        observer = Observer(client, shop.settings.matching, Reference(client), policy)
        for batch in (asked[:1], asked):
            before = client.calls
            erp = observer.observe(batch, {})
            calls.append(client.calls - before)
    assert len(asked) == 12
    assert len(erp.requests.placed) == 11  # two of one order
    assert calls[1] - calls[0] <= 8, "what one of them has no need of is read for others: lots, teams, tags"

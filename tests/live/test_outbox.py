"""What people do in Odoo, as a returns system of files finds it in its outbox: each step, with links that open."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live.browser import opened
from live.returns import SHOPS, WebShop
from live.warehouse import Warehouse
from playwright.sync_api import expect

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.files import FileSource
from odoo_rma.sandbox import Env
from odoo_rma.sync.report import Outcome

MUGS = {"id": "1", "sku": "MUG", "requested": 3}
OWNERS = {"receipt": "erp", "disposition": "erp", "refund": "erp"}


class Company(WebShop):
    """Its own warehouse receives, its accountant posts and pays; the returns system only listens."""

    def __init__(self, env: Env, folder: Path) -> None:
        source = {"path": folder / "shop", "quiet_seconds": 0, "owners": OWNERS, "credit_note_on": "receipt"}
        places = {"locations": {"quarantine": "Quarantine", "repair": "Repair"}}
        super().__init__(
            env,
            folder,
            "auto",
            MUGS,
            sources={"shop": source},
            accounting={"post": False},
            inspection=places,
        )
        self.outbox = folder / "shop" / "outbox"
        self.warehouse = Warehouse(self)

    def told(self, rma: str) -> dict[str, Any]:
        """Run, and read what the returns system finds then."""
        self.sync()
        found: dict[str, Any] = json.loads((self.outbox / f"{rma}.json").read_text())
        return found

    def documents(self, rma: str, what: str) -> list[dict[str, Any]]:
        return [d for d in self.told(rma)["in_erp"]["documents"] if d["what"] == what]

    def held(self, rma: str) -> dict[str, Any]:
        """The one line, as Odoo holds it."""
        [line] = self.told(rma)["in_erp"]["lines"]
        return dict(line)

    def mark(self, note: int) -> str:
        """When Odoo says that a credit note was changed."""
        [row] = self.tables.rows("account.move", [("id", "=", note)], "write_date").values()
        return str(row["write_date"])

    def pay(self, note: int) -> None:
        """Let the accountant register the payment of a credit note."""
        told = {"active_model": "account.move", "active_ids": [note], "active_id": note}
        [journal] = self.tables.rows("account.journal", [("code", "=", "STRP")], "name")
        wizard = self.tables.call("account.payment.register", "create", {"journal_id": journal}, context=told)
        self.tables.call("account.payment.register", "action_create_payments", [wizard], context=told)


@pytest.fixture(scope="module", params=SHOPS)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    env: Env = request.getfixturevalue(request.param)
    made = Company(env, tmp_path_factory.mktemp("outbox"))
    made.bring("O-1", "S-1095")
    yield made


def test_a_waiting_transfer_is_told_with_what_it_expects(company: Company) -> None:
    line = company.held("O-1")
    assert (line["expected"], line.get("received", "0")) == ("3", "0")
    [transfer] = company.documents("O-1", "return transfer")
    assert transfer["state"] == "assigned"
    assert transfer["key"].startswith("__rma__.shop.O-1.transfer.")
    assert company.told("O-1")["in_erp"]["owned"] == ["credit_note", "disposition", "receipt", "refund"]


def test_what_the_warehouse_validates_is_told_with_its_day_and_the_rest_stays_expected(
    company: Company,
) -> None:
    company.warehouse.receive("O-1", 2)
    told, line = company.told("O-1"), company.held("O-1")
    assert (told["lines"][0]["received"], told["logistics"]) == ("2", "partially_received")
    assert (line["received"], line["expected"]) == ("2", "1")
    assert line["placed"] == [{"quantity": "2", "disposition": "restock", "location": "WH/Stock"}]
    done, waiting = company.documents("O-1", "return transfer")
    assert (done["state"], waiting["state"]) == ("done", "assigned")
    assert done["at"].endswith("Z") and "at" not in waiting


def test_where_a_person_puts_the_goods_is_told_as_their_disposition(company: Company) -> None:
    company.warehouse.move_by_hand("O-1", 1, "WH/Quarantine")
    where = {p["disposition"]: (p["quantity"], p["location"]) for p in company.held("O-1")["placed"]}
    assert where == {"restock": ("1", "WH/Stock"), "quarantine": ("1", "WH/Quarantine")}


def test_a_draft_is_told_as_a_draft_and_counts_once_the_accountant_posts_it(company: Company) -> None:
    [draft] = company.documents("O-1", "credit note")
    assert (draft["state"], draft["number"], "credited" in company.held("O-1")) == ("draft", "", False)
    company.tables.call("account.move", "action_post", [draft["id"]])
    [note] = company.documents("O-1", "credit note")
    assert note["state"] == "posted" and note["number"].startswith("RINV")
    assert (note["of"], note["open"], note["currency"]) == ("receipt 1", note["amount"], "USD")
    assert company.held("O-1")["credited"] == "2"


def test_the_accountants_payment_is_told_and_nothing_is_open_any_more(company: Company) -> None:
    [note] = company.documents("O-1", "credit note")
    company.pay(note["id"])
    [payment] = company.documents("O-1", "payment")
    assert (payment["amount"], payment["of"]) == (note["amount"], "receipt 1")
    assert "key" not in payment, "a person made it"
    assert (payment["state"], payment["number"] != "") == ("posted", True)
    [note] = company.documents("O-1", "credit note")
    assert note["open"] == "0.00"


def test_units_that_go_back_to_the_customer_are_told_as_rejected(company: Company) -> None:
    company.warehouse.receive("O-1", 1)
    *_, last = company.documents("O-1", "return transfer")
    company.warehouse.send_back(last["id"])
    held = company.told("O-1")["in_erp"]
    assert held["rejected"] == "1"
    assert held["lines"][0]["received"] == "3"
    assert {p["disposition"] for p in held["lines"][0]["placed"]} == {
        "restock",
        "quarantine",
        "return_to_customer",
    }


def test_the_payment_of_a_return_that_is_long_over_is_told(company: Company) -> None:
    pot = {"id": "1", "sku": "POT", "requested": 1}
    company.bring("O-3", "S-1100", lines=[pot])
    company.warehouse.receive("O-3", 1)
    [note] = company.documents("O-3", "credit note")
    company.tables.call("account.move", "action_post", [note["id"]])
    company.bring("O-3", "S-1100", 2, lines=[pot | {"received": 1}], closed=True)
    before = company.mark(note["id"])
    company.pay(note["id"])
    assert company.mark(note["id"]) > before, "else a run would not look at what is finished"
    [payment] = company.documents("O-3", "payment")
    assert payment["amount"] == note["amount"]


def test_a_canceled_transfer_is_told_as_canceled(company: Company) -> None:
    company.bring("O-2", "S-1008", lines=[{"id": "1", "sku": "BOOT-42", "requested": 1}])
    [waiting] = company.warehouse.waiting("O-2")
    company.tables.call("stock.picking", "action_cancel", [waiting])
    held = company.told("O-2")["in_erp"]
    assert held["canceled"] is True
    assert [d["state"] for d in held["documents"]] == ["cancel"]
    assert "expected" not in held["lines"][0]


def test_a_deleted_transfer_is_no_longer_told_of(company: Company) -> None:
    company.bring("O-4", "S-1100", lines=[{"id": "1", "sku": "POT", "requested": 1}])
    [waiting] = company.warehouse.waiting("O-4")
    assert [d["id"] for d in company.told("O-4")["in_erp"]["documents"]] == [waiting]
    company.tables.call("stock.picking", "unlink", [waiting])
    assert "documents" not in company.told("O-4")["in_erp"]


def test_an_outbox_file_is_an_rma_that_any_source_can_read(company: Company, tmp_path: Path) -> None:
    other = FileSource("other", SourceSettings(path=tmp_path / "other", quiet_seconds=0))
    (tmp_path / "other" / "inbox" / "O-1.json").write_bytes((company.outbox / "O-1.json").read_bytes())
    [incoming] = list(other.changes(None))
    other.close()
    assert incoming.rma and incoming.rma.lines[0].received == 3


def test_telling_twice_writes_nothing(company: Company) -> None:
    before = {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in company.outbox.iterdir()}
    report = company.sync()
    assert (report.writes, {r.outcome for r in report.results} & {Outcome.DONE}) == (0, set())
    assert {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in company.outbox.iterdir()} == before


@pytest.mark.browser
def test_every_link_opens_the_form_of_its_document(company: Company, tmp_path: Path) -> None:
    documents = company.told("O-1")["in_erp"]["documents"]
    assert {d["what"] for d in documents} >= {"return transfer", "credit note", "payment", "moved by hand"}
    if company.env.version.startswith("14"):  # its screens are not those that the browser knows its way in
        form = f"{company.env.url}/web#id={{id}}&model={{model}}&view_type=form"
        assert [d["link"] for d in documents] == [form.format_map(d) for d in documents]
        return
    with opened(company.env, "admin", tmp_path) as page:
        for one in documents:
            page.goto(one["link"])
            expect(page.locator(".o_form_view")).to_contain_text(one["number"])

"""`odoo-rma customer`: what is said of a customer, added up and printed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result

from odoo_rma.cli.main import main
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.history import Given, History, Rate, Record, Return, Ware, by_currency, state, wares
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal, Money
from odoo_rma.sync.customer import SeveralCustomers, UnknownCustomer
from odoo_rma.sync.report import Document, Outcome
from odoo_rma.sync.store import Store

D = Decimal
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
URL = "https://erp.example.com/odoo"
CREDIT = Record(
    "credit note",
    "account.move",
    21,
    "RINV/1",
    "paid",
    f"{URL}/account.move/21",
    amount=Money(D("23"), "USD"),
)
ADA = History(
    contact=Record("contact", "res.partner", 7, "Ada", "", f"{URL}/res.partner/7"),
    contacts=(Record("contact", "res.partner", 8, "Ada's depot", "", f"{URL}/res.partner/8"),),
    currency="USD",
    orders=(Record("order", "sale.order", 3, "S00003", "sale", f"{URL}/sale.order/3", date(2026, 11, 1)),),
    returns=(
        Return(
            "shop",
            "1",
            "R-1",
            "authorized",
            date(2026, 11, 20),
            (Ware("MUG", D(2), "late", "gone"),),
            (CREDIT,),
        ),
        Return("", "", "WH/IN/00009", "transfer done", None, (Ware("TENT", D(1)),), ()),
    ),
    credit_notes=(CREDIT,),
    units=Rate(D(12), D(3)),
    value=Rate(D("230.00"), D("23.00")),
    credit_left=(Money(D("5"), "EUR"), Money(D("7.5"), "USD")),
    gift_cards=(),
    open_work=(Record("repair", "repair.order", 5, "RO/5", "confirmed", f"{URL}/repair.order/5"),),
    feedback=(Given("R-1", "shop", 2, "slow", NOW),),
)


def rma(**more: Any) -> Rma:
    document = {
        "source": "shop",
        "id": "1",
        "order": {"name": "S9"},
        "customer": {"name": "Ada", "email": "ada@example.com"},
        "currency": "USD",
        "lines": [{"id": "1", "sku": "MUG", "requested": "2", "reason": {"code": "size_small"}}],
    }
    return Rma.model_validate(document | more)


# ── adding up ──


def test_a_rate_is_in_percent_and_of_nothing_there_is_none() -> None:
    assert Rate(D(3), D(1)).percent == D("33.3")
    assert Rate(D(0), D(1)).percent is None


def test_credit_is_added_up_per_currency() -> None:
    found = by_currency([("USD", D(5)), ("EUR", D(1)), ("USD", D("2.50")), ("JPY", D(0))])
    assert list(map(str, found)) == ["1.00 EUR", "7.50 USD"]


def test_a_return_is_as_far_as_its_source_says_else_as_odoo_shows() -> None:
    one = rma(authorization="authorized", logistics="in_transit", closed=True)
    assert state(one, ()) == "authorized, goods in transit, closed"
    assert state(None, (CREDIT, CREDIT)) == "credit note paid"


def test_reasons_come_in_the_sources_words_where_it_has_some() -> None:
    assert wares(rma()) == (Ware("MUG", D(2), "size small"),)
    line = {"id": "1", "sku": "MUG", "requested": "2", "reason": {"raw": "Zu klein", "comment": "sehr"}}
    assert wares(rma(lines=[line])) == (Ware("MUG", D(2), "Zu klein", "sehr"),)


def test_the_store_knows_whose_returns_they_are_by_address_and_by_contact(place: StorePlace) -> None:
    with Store.open(place) as store:
        for one in (rma(), rma(id="2", customer={"name": "Eve"}), rma(id="3", customer={"name": "Bob"})):
            store.receive("shop", Incoming("a.json", {}, one.id, one), now=NOW)
        eve = Document("customer", "res.partner", 9, "Eve", "", "")
        store.settle("shop", "2", outcome=Outcome.DONE, documents=(eve,), now=NOW)
        assert store.rmas_of(["ada@example.com"], [9]) == [("shop", "1"), ("shop", "2")]
        assert store.rmas_of([], []) == []


# ── the command ──


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    settings = Settings.model_validate(
        {"odoo": {"url": "https://erp.example.com", "database": "erp", "login": "rma"}}
    )
    monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: settings)

    def run(answer: History | Exception, *options: str) -> Result:
        def history(_settings: Settings, who: str) -> History:
            assert who == "ada@example.com"
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr("odoo_rma.sync.customer.history", history)
        return CliRunner().invoke(main, ["customer", "ada@example.com", *options])

    return run


def test_a_person_reads_it_on_one_screen(call: Callable[..., Result]) -> None:
    said = call(ADA)
    assert said.exit_code == 0
    for words in (
        "Ada (7)",
        "with Ada's depot (8)",
        "3 of 12 (25.0 %)",
        "23.00 USD of 230.00 USD (10.0 %)",
        "5.00 EUR, 7.50 USD",
        "2 × MUG: late – “gone”",
        "by hand",
        f"{URL}/repair.order/5",
        "2 of 5",
    ):
        assert words in said.output, words


def test_a_program_gets_everything(call: Callable[..., Result]) -> None:
    found = json.loads(call(ADA, "--json").output)
    assert found["units"] == {"sold": "12", "back": "3", "percent": "25"}
    assert found["returns"][0]["wares"][0] == {
        "sku": "MUG",
        "units": "2",
        "reason": "late",
        "comment": "gone",
    }
    assert found["credit_left"][0] == {"amount": "5", "currency": "EUR"}
    assert found["orders"][0]["day"] == "2026-11-01"


def test_who_ordered_often_fills_no_screen(call: Callable[..., Result]) -> None:
    said = call(replace(ADA, orders=ADA.orders * 50)).output
    assert said.count("S00003") == 20
    assert "and 30 earlier ones; --json gives them all" in said


@pytest.mark.parametrize("error", [UnknownCustomer("nobody has it"), SeveralCustomers("7 Ada\n  8 Eve")])
def test_nobody_and_several_are_said_and_end_with_1(call: Callable[..., Result], error: Exception) -> None:
    said = call(error)
    assert (said.exit_code, str(error) in said.output) == (1, True)

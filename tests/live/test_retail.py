"""The retailer of the sample, whole: all its returns, day after day, in one shop on a real Odoo 19 and 14.

What each story leaves behind in Odoo is looked at closely in the test module of its area; here they meet each other.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from live.books import Tables
from live.returns import SHOPS

from odoo_rma.cli.demo_retail import RetailDemo, play, prepare
from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.settings import Secrets
from odoo_rma.mappings.drift import Area
from odoo_rma.sandbox import Env
from odoo_rma.sync.reconcile import reconcile


@dataclass
class Company:
    """The retailer's Odoo after all days, and what its returns system said last."""

    env: Env
    folder: Path
    shown: RetailDemo
    tables: Tables
    rmas: dict[str, dict[str, Any]] = field(default_factory=dict)

    def again(self) -> RetailDemo:
        return _play(self.env, self.folder)


def _play(env: Env, folder: Path) -> RetailDemo:
    secrets = Secrets.model_validate({"password": env.rma_password, "api_key": env.rma_api_key})
    return play(env, secrets, folder, "auto")


@pytest.fixture(scope="module", params=SHOPS)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    env: Env = request.getfixturevalue(request.param)
    assert env.manifest
    folder: Path = tmp_path_factory.mktemp("retail")
    prepare(folder, env.manifest)
    told = [json.loads(f.read_text()) for f in sorted((folder / "days").glob("*/*.json"))]
    rmas = {rma["id"]: rma for day in told for rma in day}
    yield Company(env, folder, _play(env, folder), Tables(env), rmas)


def test_every_return_ends_as_its_story_says(company: Company) -> None:
    assert company.shown.differences == []
    assert len(company.shown.told) >= 25


def test_what_was_refunded_is_credited_to_the_cent(company: Company) -> None:
    waiting = {one.id for one in company.shown.told if one.issue}
    for number, rma in company.rmas.items():
        if number in waiting or rma.get("exchange_lines"):
            # What is exchanged is credited against the new goods.
            continue
        sent = [r for r in rma.get("refunds", ()) if r.get("state", "succeeded") == "succeeded"]
        notes = company.tables.rows(
            "account.move",
            [("move_type", "=", "out_refund"), ("invoice_origin", "=", number), ("state", "=", "posted")],
            "amount_total",
        )
        credited = sum((Decimal(str(n["amount_total"])) for n in notes.values()), Decimal(0))
        assert (number, credited) == (number, sum((Decimal(r["amount"]) for r in sent), Decimal(0)))


def test_both_sides_agree_but_for_what_waits_for_a_person(company: Company) -> None:
    """Inspections, repairs, exchanges, gift cards and payments: nothing of it is a difference."""
    env = company.env
    secrets = Secrets.model_validate({"password": env.rma_password, "api_key": env.rma_api_key})
    settings = settings_file.load(company.shown.config).model_copy(update={"secrets": secrets})
    waiting = {one.id for one in company.shown.told if one.issue}
    with reconcile(settings, (Area.INVENTORY, Area.LEDGER)) as found:
        assert {d.rma for d in found.rows.drifts()} == waiting
        assert not any(e.unexplained for e in found.equations), found.equations
        assert {e.measure for e in found.equations} == {"units", "USD", "EUR"}
        assert found.writes == 0


RECEIVED, CREDITED, PAID = "return transfer done", "credit note posted", "payment posted"
TOLD: dict[str, tuple[str, set[str]]] = {
    "T-3002": ("2 received: 2 restock; 2 credited", {RECEIVED, CREDITED, PAID, "payment cancel"}),
    "T-3003": ("4 received: 4 restock; 4 credited", {RECEIVED, CREDITED, PAID}),
    "T-3104": ("1 credited", {CREDITED, PAID}),
    "T-3107": ("1 expected", {"return transfer assigned"}),
    "T-3201": ("2 received: 1 restock, 1 scrap; 2 credited", {RECEIVED, CREDITED, PAID, "scrap done"}),
    "T-3202": (
        "4 received: 1 donate, 1 quarantine, 1 restock_b_grade, 1 return_to_vendor; 4 credited",
        {RECEIVED, CREDITED, PAID, "put away done"},
    ),
    "T-3205": ("1 received: 1 restock; 1 credited", {RECEIVED, CREDITED, PAID}),
    "T-3206": ("1 received: 1 restock; 1 credited", {RECEIVED, CREDITED, PAID, "wrong item done"}),
    "T-3207": (
        "2 received: 1 quarantine, 1 restock; 2 credited",
        {RECEIVED, CREDITED, PAID, "put away done"},
    ),
    "T-3210": ("2 received: 2 restock; 2 credited", {RECEIVED, CREDITED, PAID}),
    "T-3304": ("1 received: 1 restock", {RECEIVED, "transfer to the customer assigned"}),
    "T-3503": ("1 received: 1 restock; 1 credited", {RECEIVED, CREDITED}),
}
"""What the page on the life of a return says that goes back to the source, story by story."""
DECIDED = {
    "T-3101": "authorize",
    "T-3102": "decline",
    "T-3103": "needs_person",
    "T-3104": "authorize",
    "T-3105": "decline",
    "T-3107": "authorize",
}


def in_short(held: dict[str, Any]) -> tuple[str, set[str]]:
    """Say what Odoo holds in a few words: units over all lines, and each kind of document."""
    lines = held.get("lines", [])
    units = {
        word: sum((Decimal(x.get(word, 0)) for x in lines), Decimal(0))
        for word in ("expected", "received", "credited")
    }
    where = sorted(f"{p['quantity']} {p['disposition']}" for x in lines for p in x.get("placed", []))
    words = [
        f"{units[w]} {w}" + (f": {', '.join(where)}" if w == "received" else "") for w in units if units[w]
    ]
    return "; ".join(words), {f"{d['what']} {d['state']}" for d in held.get("documents", [])}


def test_the_source_is_told_what_became_of_each_return(company: Company) -> None:
    outbox = company.folder / "outbox"
    found = {rma: in_short(json.loads((outbox / f"{rma}.json").read_text())["in_erp"]) for rma in TOLD}
    assert found == TOLD
    decided = {rma: json.loads((outbox / f"{rma}.decision.json").read_text())["decision"] for rma in DECIDED}
    assert decided == DECIDED
    declined = [rma for rma, decision in DECIDED.items() if decision != "authorize"]
    assert not [rma for rma in declined if (outbox / f"{rma}.json").exists()], "nothing of them is in Odoo"


def test_a_further_run_writes_nothing_not_even_without_the_store(company: Company) -> None:
    before = company.tables.marks()
    assert company.again().writes == 0
    (company.folder / "odoo-rma.sqlite").unlink()
    assert company.again().writes == 0
    assert company.tables.marks() == before


def test_its_settings_can_be_read_again(company: Company) -> None:
    assert settings_file.load(company.shown.config).sources["retail"].path == company.folder

"""`odoo-rma demo --source medusa`: what is shown of both sides, and that a difference is not hidden."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from odoo_rma.cli import demo_medusa
from odoo_rma.cli.demo import demo
from odoo_rma.cli.demo_medusa import MedusaDemo, Sides, differences
from odoo_rma.mappings.issues import Issue
from odoo_rma.sandbox import Env, MedusaEnv, Status
from odoo_rma.sandbox.medusa.shop import shop_data
from odoo_rma.sandbox.medusa.stories import STORIES
from odoo_rma.sync.report import Outcome, Result, RunReport

ODOO = Env(
    url="http://127.0.0.1:1",
    database="demo-medusa",
    login="admin",
    password="admin",
    api_key=None,
    version="19.0",
)
MEDUSA = MedusaEnv(
    url="http://127.0.0.1:2",
    login="a@b.example",
    password="p",
    api_key="sk_1",
    publishable_key="pk_1",
    version="2.21.2",
    log=Path("/m/medusa.log"),
    manifest=Path("/m/manifest.json"),
)


def as_told() -> list[Sides]:
    """Both sides of every story, ended as it tells."""
    sides = []
    for story in STORIES:
        came, bad = sum(story.comes.values()), sum(story.damaged.values())
        credited = Decimal("34.39") if came else Decimal(0)
        sides.append(
            Sides(
                order=story.order,
                id="return_1",
                told=story.told,
                state="canceled" if story.kept else "received",
                good=Decimal(came - bad),
                damaged=Decimal(bad),
                refunded=Decimal(0) if story.exchanged else credited,
                received=Decimal(came),
                credited=credited,
                exchanged=story.exchanged,
                transfers=("WH/IN/1 done",),
                notes=("RINV/1",) if came else (),
            )
        )
    return sides


def run_report(writes: int = 0, *results: Result) -> RunReport:
    return RunReport(datetime(2026, 11, 26, tzinfo=UTC), results=list(results), calls=9, writes=writes)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have the demo end with these sides, and run it."""

    def run(sides: list[Sides], *options: str, last: RunReport | None = None) -> Any:
        runs = [last or run_report()]
        found = MedusaDemo(ODOO, MEDUSA, Path("c.toml"), runs, sides, list(differences(sides, runs)))
        monkeypatch.setattr(demo_medusa, "run_medusa_demo", lambda *_, **__: found)
        return CliRunner().invoke(demo, ["--source", "medusa", *options])

    return run


def test_each_return_is_shown_as_both_systems_hold_it(shown: Any) -> None:
    result = shown(as_told())
    assert result.exit_code == 0, result.output
    assert "received; 1 good, 1 damaged; 34.39 refunded" in result.output
    assert "http://127.0.0.1:1/web?db=demo-medusa" in result.output
    assert "0 of them writing" in result.output
    assert "sk_1" not in result.output


def test_what_medusa_does_not_know_is_named(shown: Any) -> None:
    sides = as_told()
    sides[0] = replace(sides[0], good=Decimal(0))
    result = shown(sides)
    assert result.exit_code == 1
    assert "S-1092: Medusa has received 0 good and 0 damaged" in result.output


@pytest.mark.parametrize(
    ("refunded", "good"), [("34.39", True), ("34.385", True), ("34.38", False), ("0", False)]
)
def test_money_has_to_be_the_same_to_the_cent(refunded: str, good: bool) -> None:
    side = replace(as_told()[0], refunded=Decimal(refunded))
    assert side.agree is good


def test_for_new_goods_no_money_goes_back(shown: Any) -> None:
    sides = as_told()
    number = next(n for n, story in enumerate(STORIES) if story.exchanged)
    sides[number] = replace(sides[number], refunded=Decimal("34.39"))
    result = shown(sides)
    assert result.exit_code == 1
    assert f"{STORIES[number].order}: Medusa 34.39 refunded" in result.output


def test_a_return_that_waits_or_a_last_look_that_writes_is_no_good_end(shown: Any) -> None:
    issue = Issue("unknown_order", "nobody knows S-1092", "look")
    waits = Result("webshop", "return_1", "R-1", Outcome.QUARANTINED, issues=(issue,))
    result = shown(as_told(), last=run_report(2, waits))
    assert result.exit_code == 1
    assert "nobody knows S-1092" in result.output
    assert "wrote 2 times" in result.output


def test_programs_get_json(shown: Any) -> None:
    told = json.loads(shown(as_told(), "--json").output)
    assert [row["agree"] for row in told["returns"]] == [True] * len(STORIES)
    assert told["medusa"]["url"] == "http://127.0.0.1:2"


def test_an_odoo_whose_warehouse_cannot_be_played_is_refused() -> None:
    class Old:
        def status(self) -> Status:
            return Status(way="packages", name="n", version=14, running=True)

    with pytest.raises(click.ClickException, match="Odoo 17 and later"):
        demo_medusa.can_receive(Old())  # type: ignore[arg-type]


def test_every_story_is_about_an_order_of_its_own_that_medusa_has() -> None:
    orders = {order["reference"]: order for order in shop_data()["orders"]}
    assert len({story.order for story in STORIES}) == len(STORIES)
    for story in STORIES:
        ordered = {item["sku"]: Decimal(item["quantity"]) for item in orders[story.order]["items"]}
        assert all(ordered[sku] >= pieces for sku, pieces in story.comes.items()), story.told
        assert all(story.comes[sku] >= pieces for sku, pieces in story.damaged.items()), story.told

"""`policy explain` on the seeded shop of a real Odoo: it sees what is there, writes nothing, and decides as `decide`."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from live.books import Tables

from odoo_rma.cli.policy import policy as command
from odoo_rma.cli.session import Session
from odoo_rma.connector.errors import BadSettings
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.policy.case import Decision, Request, Verdict
from odoo_rma.mappings.policy.decide import decide
from odoo_rma.mappings.policy.read import read_policy
from odoo_rma.sandbox import Env
from odoo_rma.sync.policy_file import ready, write_ready
from odoo_rma.sync.store import NotFound

pytestmark = pytest.mark.live

GENEROUS = read_policy(ready("generous"))


class Shop:
    """The command line of a shop with the generous policy, over one transport."""

    def __init__(self, env: Env, folder: Path, transport: str) -> None:
        self.tables = Tables(env)
        self.transport = transport
        self.session = Session(folder / "odoo-rma.toml")
        settings = f'[odoo]\nurl = "{env.url}"\ndatabase = "{env.database}"\nlogin = "{env.rma_login}"\n'
        self.session.path.write_text(settings + '[run]\npolicy = "policy.toml"\n', encoding="utf-8")
        self.file = folder / "policy.toml"
        write_ready("generous", self.file)

    def explain(self, order: str, sku: str, **more: str) -> tuple[Request, Decision]:
        """Ask about an order, unopened and for no special reason unless told otherwise."""
        asked = {"reason": "changed_mind", "condition": "new_sealed", "transport": self.transport} | more
        options = [part for name, value in asked.items() for part in (f"--{name}", value)]
        arguments = ["explain", "--order", order, "--sku", sku, *options, "--json"]
        result = CliRunner().invoke(command, arguments, obj=self.session, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        said: dict[str, Any] = json.loads(result.stdout)
        return Request.model_validate(said["request"]), Decision.model_validate(said["decision"])

    def order(self, reference: str) -> dict[str, Any]:
        """Read an order as the administrator sees it."""
        fields = ("name", "partner_id", "date_order", "currency_rate", "picking_ids", "order_line")
        (found,) = self.tables.rows("sale.order", [("client_order_ref", "=", reference)], *fields).values()
        return found

    def delivered(self, reference: str) -> date:
        """Read the day of an order's last delivery."""
        domain = [("sale_id.client_order_ref", "=", reference), ("state", "=", "done")]
        out = self.tables.rows(
            "stock.picking", [*domain, ("picking_type_code", "=", "outgoing")], "date_done"
        )
        return max(date.fromisoformat(r["date_done"][:10]) for r in out.values())


@pytest.fixture(params=["odoorpc", "json2"])
def shop(
    request: pytest.FixtureRequest, odoo19: Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    monkeypatch.setenv("ODOO_RMA_API_KEY", odoo19.rma_api_key or "")
    monkeypatch.setenv("ODOO_RMA_PASSWORD", odoo19.rma_password)
    return Shop(odoo19, tmp_path, request.param)


def test_it_sees_the_order_and_decides_as_the_rules_do(shop: Shop) -> None:
    asked, decision = shop.explain("S-1080", "BOOT-43", condition="used")
    order, delivered = shop.order("S-1080"), shop.delivered("S-1080")
    assert decision == decide(GENEROUS, asked)
    assert (asked.order, asked.delivered, asked.country) == (order["name"], delivered, "US")
    assert (asked.amount, asked.currency, asked.rate) == (Decimal("149.39"), "USD", 1)
    assert asked.categories[-1] == "Outdoor"
    assert decision.verdict is Verdict.AUTHORIZE
    assert decision.window_end == delivered + timedelta(days=90)
    assert (decision.fee, decision.refund) == (Decimal("14.94"), Decimal("134.45"))


def test_the_window_is_missed_by_a_day(shop: Shop) -> None:
    _, decision = shop.explain("S-1080", "BOOT-43")
    last = decision.window_end
    assert last
    assert shop.explain("S-1080", "BOOT-43", on=str(last))[1].verdict is Verdict.AUTHORIZE
    too_late = str(last + timedelta(days=1))
    assert shop.explain("S-1080", "BOOT-43", on=too_late)[1].verdict is Verdict.DECLINE
    fault = shop.explain("S-1080", "BOOT-43", on=too_late, reason="defective", condition="defective")[1]
    assert fault.verdict is Verdict.AUTHORIZE


def test_of_two_deliveries_the_last_one_counts(shop: Shop) -> None:
    asked, _ = shop.explain("S-1007", "MUG", quantity="10")
    assert asked.delivered == shop.delivered("S-1007")
    assert (asked.delivered - asked.ordered).days == 5


def test_an_order_in_another_currency_is_measured_in_the_policys(shop: Shop) -> None:
    asked, decision = shop.explain("S-1043", "POT", quantity="4")
    assert (asked.currency, asked.rate) == ("EUR", Decimal("0.92"))
    assert decision.currency == "EUR"
    approval = next(a for a in decision.rules if a.rule == "approval")
    assert approval.saw["value"] == f"{(asked.amount / asked.rate).quantize(Decimal('0.01'))} USD"


def test_what_was_never_delivered_needs_a_person(shop: Shop) -> None:
    asked, decision = shop.explain("S-1038", "TENT-2P")
    assert (asked.delivered, decision.verdict) == (None, Verdict.NEEDS_PERSON)


def test_earlier_returns_are_counted_once_each(shop: Shop) -> None:
    """Inês returned two backpacks, which were credited as well; Dmitri got a credit note without a return."""
    asked, _ = shop.explain("S-1064", "PACK-40")
    both = [past for past in asked.returns if past.value > 0]
    assert (len(asked.returns), len(both)) == (1, 1)
    assert len(shop.explain("S-1048", "STOVE")[0].returns) == 1
    assert len(asked.orders) == len(
        shop.tables.rows(
            "sale.order",
            [("partner_id", "=", shop.order("S-1064")["partner_id"]), ("state", "=", "sale")],
            "name",
        )
    )


def test_tags_of_the_person_and_the_company_are_seen(shop: Shop) -> None:
    order = shop.order("S-1074")  # Luc Perrin ordered for Refuge du Lac
    person = shop.tables.rows("res.partner", [("id", "=", order["partner_id"])], "parent_id")
    for partner, name in (
        (order["partner_id"], "Alpinist"),
        (person[order["partner_id"]]["parent_id"], "VIP"),
    ):
        tag = shop.tables.call("res.partner.category", "create", {"name": f"{name} {shop.transport}"})
        shop.tables.call("res.partner", "write", [partner], {"category_id": [(6, 0, [tag])]})
    asked, _ = shop.explain("S-1074", "BOOT-42")
    assert asked.groups == (f"Alpinist {shop.transport}", f"VIP {shop.transport}")


def test_it_writes_nothing(shop: Shop) -> None:
    before = shop.tables.marks()
    shop.explain("S-1077", "MUG", quantity="500")
    assert shop.tables.marks() == before


@pytest.mark.parametrize(
    ("order", "more", "words"),
    [
        ("S-9999", {}, "No order with reference S-9999"),
        ("S-1066", {}, "2 orders carry reference S-1066"),
        ("S-1005", {"quantity": "13"}, "order S0.* has 12"),
    ],
)
def test_what_cannot_be_asked_is_said(shop: Shop, order: str, more: dict[str, str], words: str) -> None:
    with pytest.raises(NotFound, match=words):
        shop.explain(order, "MUG", **more)


def test_a_policy_in_another_currency_is_refused(shop: Shop) -> None:
    write_ready("strict", shop.file, currency="EUR", overwrite=True)
    with pytest.raises(BadSettings, match="counts in EUR, but Nordwind Outdoor in Odoo works in USD"):
        shop.explain("S-1080", "BOOT-43")

"""What a salesperson sees on a customer in Odoo itself: tags and notes; feedback; and the history on one screen."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from live.retail import Retail
from live.returns import SHOPS

from odoo_rma.mappings.feedback_token import sign
from odoo_rma.mappings.money import Money
from odoo_rma.sandbox import Env
from odoo_rma.sync.customer import SeveralCustomers, UnknownCustomer, history
from odoo_rma.sync.feedback import record, report

SECRET = "a secret of this test"
GRACE, WALK_IN, ALPINE = "Grace O'Neill", "Walk-in Customer", "Alpine Guides GmbH"
COMPANY_RETURN = {
    "id": "T-3790",
    "revision": 1,
    "order": {"name": "S-1073"},
    "customer": {"name": "Anna Berg", "email": "anna.berg@alpine-guides.example"},
    "currency": "USD",
    "authorization": "authorized",
    "lines": [{"id": "1", "sku": "TENT-2P", "requested": 1, "reason": {"code": "defective"}}],
}


class Desk(Retail):
    """The retailer, and what its salespeople see."""

    def partner(self, name: str) -> dict[str, Any]:
        [row] = self.tables.rows("res.partner", [("name", "=", name)], "category_id", "email").values()
        return row

    def tags(self, name: str) -> list[str]:
        own = [("id", "in", self.partner(name)["category_id"])]
        return sorted(t["name"] for t in self.tables.rows("res.partner.category", own, "name").values())

    def notes(self, name: str) -> list[str]:
        """Give our notes on a customer as plain text, the oldest first."""
        mine = [("model", "=", "res.partner"), ("res_id", "=", self.partner(name)["id"])]
        rows = self.tables.rows("mail.message", [*mine, ("subject", "=like", "Return T-%")], "body").values()
        return [" ".join(unescape(re.sub("<[^>]+>", " ", r["body"])).split()) for r in rows]


@pytest.fixture(scope="module", params=SHOPS)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The retailer after both days, and a return by a company's contact."""
    env: Env = request.getfixturevalue(request.param)
    found = Desk(env, tmp_path_factory.mktemp("crm"), "crm")
    secrets = found.settings.secrets.model_validate({"password": env.rma_password, "feedback_secret": SECRET})
    found.settings = found.settings.model_copy(update={"secrets": secrets})
    for day in (1, 2):
        assert [str(i) for r in found.day(day).results for i in r.issues] == []
    assert [str(i) for r in found.bring(COMPANY_RETURN).results for i in r.issues] == []
    yield found


def test_the_customer_carries_every_return_how_it_ended_and_what_she_thought_of_it(desk: Desk) -> None:
    told = desk.notes(GRACE)
    assert len(told) == 8, told
    assert "Return T-3702 (retail) of order S" in told[1]
    assert "1 × SHIRT-M: Too small – “Runs a size smaller than the last one”; wants refund" in told[1]
    [end] = [n for n in told if "Return T-3702" in n and "closed" in n]
    assert "goods back: 1 of 1" in end
    assert ": 34.39 USD, settled" in end
    assert any(
        "Feedback on return T-3701" in n and "5 of 5 “Money back the same day, thank you!”" in n for n in told
    )
    assert any("1 of 5 “Three weeks for a refund, and nobody answered”" in n for n in told)


def test_who_returns_often_is_tagged_and_each_tag_is_there_once(desk: Desk) -> None:
    assert desk.tags(GRACE) == ["Frequent returner", "Returns"]
    assert desk.tags(ALPINE) == ["Returns"], "a contact's return stands on its company"
    assert "1 × TENT-2P: defective" in desk.notes(ALPINE)[0]
    all_tags = desk.tables.rows(
        "res.partner.category", [("name", "in", ["Returns", "Frequent returner"])], "name"
    )
    assert len(all_tags) == 2


def test_a_tag_that_a_person_takes_away_is_not_put_back_and_an_answer_by_token_is_noted_once(
    desk: Desk,
) -> None:
    assert (desk.tags(WALK_IN), len(desk.notes(WALK_IN))) == (["Returns"], 2)
    desk.tables.call("res.partner", "write", [desk.partner(WALK_IN)["id"]], {"category_id": [[6, 0, []]]})
    done = record(desk.settings, sign("retail", "T-3704", SECRET), 4, "Friendly at the counter")
    assert (done.new, done.known) == (True, True)
    assert desk.sync().writes > 0
    assert desk.tags(WALK_IN) == []
    assert "Feedback on return T-3704" in desk.notes(WALK_IN)[2]
    assert "4 of 5 “Friendly at the counter”" in desk.notes(WALK_IN)[2]
    assert desk.sync().writes == 0
    assert len(desk.notes(WALK_IN)) == 3


def test_the_report_on_feedback_names_the_worst_first(desk: Desk) -> None:
    found = report(desk.settings)
    assert [(a.rma, a.score) for a in found.answers][:1] == [("T-3702", 1)]
    assert found.average is not None
    assert {r.name: r.average for r in found.reasons}["changed_mind"] == 5


# ── odoo-rma customer ──


def test_the_history_of_a_customer_on_one_screen(desk: Desk) -> None:
    email = str(desk.partner(GRACE)["email"])
    found = history(desk.settings, email.upper())
    ours = {r.rma: r for r in found.returns if r.source == "retail"}
    assert set(ours) == {"T-3701", "T-3702", "T-3703"}
    [ware] = ours["T-3702"].wares
    assert (ware.sku, ware.units, ware.reason) == ("SHIRT-M", 1, "Too small")
    assert ours["T-3702"].state == "authorized, closed"
    assert [(d.what, d.amount) for d in ours["T-3702"].documents][-1] == (
        "credit note",
        Money(Decimal("34.39"), "USD"),
    )
    assert sorted(g.score for g in found.feedback) == [1, 5]
    credited = sum((Decimal(str(r["amount_total"])) for r in _credit_notes(desk, GRACE)), Decimal(0))
    assert found.value.back == credited
    assert found.units.back >= 4
    assert found.units.percent is not None
    assert all(d.link.startswith(desk.env.url) for r in found.returns for d in r.documents)


def _credit_notes(desk: Desk, name: str) -> list[dict[str, Any]]:
    mine = [("move_type", "=", "out_refund"), ("state", "=", "posted"), ("currency_id.name", "=", "USD")]
    who = ("partner_id", "=", desk.partner(name)["id"])
    return list(desk.tables.rows("account.move", [*mine, who], "amount_total").values())


def test_contacts_of_a_company_are_one_customer(desk: Desk) -> None:
    by_company, by_contact = (
        history(desk.settings, str(desk.partner(n)["email"])) for n in (ALPINE, "Anna Berg")
    )
    assert by_company.returns == by_contact.returns
    assert by_company.orders == by_contact.orders
    assert {c.name for c in by_company.contacts} >= {"Anna Berg", "Alpine Guides, depot"}
    assert by_company.open_work == ()


def test_a_customer_without_an_address_is_found_by_id(desk: Desk) -> None:
    found = history(desk.settings, str(desk.partner(WALK_IN)["id"]))
    assert "T-3704" in {r.rma for r in found.returns}


def test_two_customers_with_one_address_are_both_named_and_neither_is_taken(desk: Desk) -> None:
    with pytest.raises(SeveralCustomers) as refused:
        history(desk.settings, "family.weber@mail.example")
    assert "Jonas Weber" in str(refused.value)
    assert "Karin Weber" in str(refused.value)


def test_nobody_is_said_to_be_nobody(desk: Desk) -> None:
    for who in ("nobody@mail.example", "999999", "C-9"):
        with pytest.raises(UnknownCustomer, match=who):
            history(desk.settings, who)


def test_store_credit_is_shown_as_left(desk: Desk) -> None:
    before = history(desk.settings, str(desk.partner("Emma Schulz")["id"])).credit_left
    move = _open_credit(desk, "Emma Schulz")
    after = {
        m.currency: m.amount
        for m in history(desk.settings, str(desk.partner("Emma Schulz")["id"])).credit_left
    }
    earlier = {m.currency: m.amount for m in before}
    assert after["USD"] - earlier.get("USD", Decimal(0)) == move


def _open_credit(desk: Desk, name: str) -> Decimal:
    """Post a credit note of 20.00 as an accountant would, and give what it comes to."""
    lines = [[0, 0, {"name": "goodwill", "quantity": 1, "price_unit": 20.0}]]
    values = {"move_type": "out_refund", "partner_id": desk.partner(name)["id"], "invoice_line_ids": lines}
    note = desk.tables.call("account.move", "create", values)
    note = note[0] if isinstance(note, list) else note
    desk.tables.call("account.move", "action_post", [note])
    [row] = desk.tables.rows("account.move", [("id", "=", note)], "amount_total").values()
    return Decimal(str(row["amount_total"])).quantize(Decimal("0.01"))


def test_a_further_run_writes_nothing_and_neither_does_one_without_the_store(desk: Desk) -> None:
    assert desk.sync().writes == 0
    desk.forget()
    bare = history(desk.settings, str(desk.partner(GRACE)["id"]))
    assert {"T-3701", "T-3702", "T-3703"} <= {r.rma for r in bare.returns}, "Odoo alone tells whose they are"
    assert sorted(g.score for g in bare.feedback) == [1, 5]
    assert desk.day(2).writes == 0
    assert desk.sync().writes == 0

"""Money that went out, in Odoo's own books: the payment, the credit note it settles, and refunds that fail."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from live.returns import SHOPS, WebShop

from odoo_rma.sandbox import Env

BOOT = {"id": "1", "sku": "BOOT-42", "requested": "1", "authorized": "1", "received": "1"}
DOLLARS = {
    "id": "F1",
    "amount": "149.39",
    "gateway": "Stripe",
    "reference": "re_1",
    "at": "2026-11-20T10:00:00Z",
}
EUROS = {"id": "F1", "amount": "137.43", "gateway": "paypal", "at": "2026-11-20T10:00:00Z"}


class Counter(WebShop):
    """A web shop's returns, and the money that went out for them."""

    def notes(self, number: str) -> list[dict[str, Any]]:
        domain = [["move_type", "=", "out_refund"], ["invoice_origin", "=", number]]
        return list(
            self.tables.rows(
                "account.move", domain, "state", "amount_total", "amount_residual", "payment_state"
            ).values()
        )

    def payments(self, number: str) -> list[dict[str, Any]]:
        memo = "memo" if "memo" in self.tables.call("account.payment", "fields_get", ["memo"]) else "ref"
        fields = ("amount", "state", "payment_type", "journal_id", "currency_id", "date", "move_id")
        return list(
            self.tables.rows("account.payment", [[memo, "like", f"{number} refund"]], *fields).values()
        )

    def balance(self, number: str) -> Decimal:
        """What is open of a return on the customer's account, in the company's currency."""
        moves = [p["move_id"] for p in self.payments(number) if not p["state"].startswith("cancel")]
        domain = ["|", ["move_id", "in", moves], ["move_id.invoice_origin", "=", number]]
        receivable = [
            ["parent_state", "=", "posted"],
            ["date_maturity", "!=", False],
            ["account_id.code", "like", "121"],
        ]
        lines = self.tables.rows("account.move.line", [*domain, *receivable], "amount_residual").values()
        assert len(lines) == len(moves) + 1, "every payment and every note has a line there"
        return sum((Decimal(str(x["amount_residual"])) for x in lines), Decimal(0))


@pytest.fixture(scope="module", params=SHOPS)
def counter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    env: Env = request.getfixturevalue(request.param)
    journals = {"journals": {"stripe": "STRP", "paypal": "PPAL"}}
    yield Counter(env, tmp_path_factory.mktemp("payments"), "auto", BOOT, payments=journals)


def test_a_refund_by_card_is_paid_and_settles_its_credit_note(counter: Counter) -> None:
    report = counter.bring("P-1", "S-1025", refunds=[DOLLARS])
    assert [str(i) for r in report.results for i in r.issues] == []
    [payment], [note] = counter.payments("P-1"), counter.notes("P-1")
    assert (payment["amount"], payment["payment_type"], payment["date"]) == (149.39, "outbound", "2026-11-20")
    assert (note["state"], note["amount_residual"]) == ("posted", 0.0)
    assert note["payment_state"] in ("paid", "in_payment")
    assert counter.balance("P-1") == 0
    again = counter.sync()
    assert again.writes == 0, "nothing is written twice"
    counter.forget()
    assert counter.sync().writes == 0, "not even without our own store"


def test_a_refund_in_another_currency_is_paid_in_it(counter: Counter) -> None:
    report = counter.bring("P-2", "S-1042", refunds=[EUROS], currency="EUR")
    assert [str(i) for r in report.results for i in r.issues] == []
    [payment], [note] = counter.payments("P-2"), counter.notes("P-2")
    euro = counter.tables.rows("res.currency", [["name", "=", "EUR"]], "name")
    assert (payment["amount"], payment["currency_id"] in euro) == (137.43, True)
    assert (note["amount_total"], note["amount_residual"]) == (137.43, 0.0)
    assert counter.balance("P-2") == 0


def test_a_refund_that_failed_is_owed_again_until_it_is_repeated(counter: Counter) -> None:
    order, amount = "S-1026", "286.35"
    line = {**BOOT, "sku": "TENT-2P"}
    refund = {**DOLLARS, "amount": amount}
    counter.bring("P-3", order, refunds=[refund], lines=[line])
    assert counter.notes("P-3")[0]["amount_residual"] == 0.0
    failed = {**refund, "state": "failed"}
    report = counter.bring("P-3", order, 2, refunds=[failed], lines=[line])
    [note] = counter.notes("P-3")
    assert note["amount_residual"] == float(amount)
    assert "refund_withdrawn" in [i.code for r in report.results for i in r.issues]
    again = {**refund, "id": "F2", "retry_of": "F1", "gateway": "paypal", "at": "2026-11-22T10:00:00Z"}
    report = counter.bring("P-3", order, 3, refunds=[failed, again], lines=[line])
    assert [str(i) for r in report.results for i in r.issues] == []
    [note] = counter.notes("P-3")
    assert note["amount_residual"] == 0.0
    states = sorted(p["state"].removesuffix("ed") for p in counter.payments("P-3"))
    assert len(states) == 2 and states[0] in ("cancel", "cancell")
    assert counter.balance("P-3") == 0
    assert counter.sync().writes == 0

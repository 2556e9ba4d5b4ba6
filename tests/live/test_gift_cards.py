"""Gift cards, vouchers and store credit, in Odoo's own records: the card, its code, the books."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from live.retail import Retail
from live.returns import SHOPS

from odoo_rma.connector.odoo.check import check
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.sandbox import Env
from odoo_rma.sandbox.sample.retail import stories

CARD = ("code", "points", "partner_id", "program_id", "expiration_date", "active")
CODE = "NW-2026-7Q4X-91KD"


class Cards(Retail):
    """The retailer's gift cards."""

    def of(self, rma: str) -> list[dict[str, Any]]:
        """Cards of a return, with names in place of ids."""
        ids = self.own("loyalty.card", rma)
        rows = self.tables.rows("loyalty.card", [("id", "in", ids), ("active", "in", [True, False])], *CARD)
        programs = self.tables.rows("loyalty.program", [], "name")
        people = self.tables.rows("res.partner", [], "name")
        for row in rows.values():
            row["program_id"] = programs[row["program_id"]]["name"]
            row["partner_id"] = people[row["partner_id"]]["name"]
        return list(rows.values())

    def notes(self, rma: str) -> list[dict[str, Any]]:
        domain = [("move_type", "=", "out_refund"), ("invoice_origin", "=", rma)]
        return list(
            self.tables.rows("account.move", domain, "amount_total", "amount_residual", "state").values()
        )

    def owed(self, rma: str) -> Decimal:
        """What stands on the account of gift cards because of a return, in the company's currency."""
        payments = self.own("account.payment", rma)
        domain = [
            ("account_id.code", "=", "201450"),
            ("payment_id", "in", payments),
            ("parent_state", "=", "posted"),
        ]
        lines = self.tables.rows("account.move.line", domain, "balance").values()
        return -sum((Decimal(str(x["balance"])) for x in lines), Decimal(0))

    def spend(self, code: str, sku: str, quantity: int) -> Decimal:
        """Buy something with a card; gives what the card takes off the order, before tax."""
        call = self.tables.call
        [product] = self.tables.rows("product.product", [("default_code", "=", sku)], "name")
        [card] = self.tables.rows("loyalty.card", [("code", "=", code)], "partner_id").values()
        line = {"product_id": product, "product_uom_qty": quantity, "tax_ids": [(5, 0, 0)]}
        order = call("sale.order", "create", {"partner_id": card["partner_id"], "order_line": [(0, 0, line)]})
        wizard = call("sale.loyalty.coupon.wizard", "create", {"order_id": order, "coupon_code": code})
        chosen = call("sale.loyalty.coupon.wizard", "action_apply", [wizard])["context"][
            "default_reward_ids"
        ][0]
        reward = call(
            "sale.loyalty.reward.wizard", "create", {"order_id": order, "selected_reward_id": chosen}
        )
        call("sale.loyalty.reward.wizard", "action_apply", [reward])
        call("sale.order", "action_confirm", [order])
        options = {"sale_order_ids": [(6, 0, [order])], "advance_payment_method": "delivered"}
        call(
            "sale.advance.payment.inv",
            "create_invoices",
            [call("sale.advance.payment.inv", "create", options)],
        )
        bills = self.tables.rows("sale.order", [("id", "=", order)], "invoice_ids")[order]["invoice_ids"]
        call("account.move", "action_post", bills)
        taken = [("order_id", "=", order), ("coupon_id", "!=", False)]
        lines = self.tables.rows("sale.order.line", taken, "price_total").values()
        return sum((Decimal(str(x["price_total"])) for x in lines), Decimal(0)).quantize(Decimal("0.01"))

    def spends_what_is_owed(self) -> None:
        """Let orders that are paid by card lower what is owed, as the accountant's page says."""
        [program] = self.tables.rows(
            "loyalty.program", [("name", "=", "Gift cards")], "payment_program_discount_product_id"
        ).values()
        [account] = self.tables.rows("account.account", [("code", "=", "201450")], "code")
        product = program["payment_program_discount_product_id"]
        self.tables.call("product.product", "write", [product], {"property_account_income_id": account})

    def on_account(self) -> Decimal:
        """What is owed to holders of cards."""
        domain = [("account_id.code", "=", "201450"), ("parent_state", "=", "posted")]
        lines = self.tables.rows("account.move.line", domain, "balance").values()
        return -sum((Decimal(str(x["balance"])) for x in lines), Decimal(0)).quantize(Decimal("0.01"))

    @property
    def told(self) -> list[dict[str, Any]]:
        """What the retailer's system says of its gift cards on the first day."""
        assert self.env.manifest
        return stories(1, self.area, self.env.manifest)

    def codes(self, rma: str) -> list[str]:
        [entry] = [r for r in self.sync().results if r.id == rma]
        return [i.code for i in entry.issues]


def story(number: str, order: str, *refunds: dict[str, Any], revision: int = 1) -> dict[str, Any]:
    return {
        "id": number,
        "revision": revision,
        "order": {"name": order},
        "customer": {"name": "Grace O'Neill", "email": "grace.oneill@mail.example"},
        "currency": "USD",
        "authorization": "authorized",
        "lines": [{"id": "1", "sku": "SHIRT-XL", "requested": 1, "authorized": 1, "received": 1}],
        "refunds": list(refunds),
    }


only_19 = pytest.mark.parametrize("shop", SHOPS[:1], indirect=True)
only_14 = pytest.mark.parametrize("shop", SHOPS[1:], indirect=True)


@pytest.fixture(scope="module", params=SHOPS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cards]:
    env: Env = request.getfixturevalue(request.param)
    cards = Cards(env, tmp_path_factory.mktemp("gift-cards"), "gift_cards")
    for day in (1, 2):
        report = cards.day(day)
        assert {i.code for r in report.results for i in r.issues} <= {"gift_cards_missing"}
    yield cards


@only_19
def test_a_gift_card_in_full_has_odoos_own_code(shop: Cards) -> None:
    [card] = shop.of("T-3501")
    assert (card["points"], card["partner_id"], card["program_id"]) == (68.77, "Hugo Lindqvist", "Gift cards")
    assert card["code"].startswith("044") and not card["expiration_date"]
    [history] = shop.tables.rows(
        "loyalty.history", [("card_id", "=", card["id"])], "description", "issued"
    ).values()
    assert (history["description"], history["issued"]) == ("T-3501 refund F1", 68.77)


@only_19
def test_a_voucher_with_a_bonus_can_be_spent_for_a_year(shop: Cards) -> None:
    [card] = shop.of("T-3502")
    assert (card["points"], card["program_id"]) == (315.0, "Vouchers")
    assert card["expiration_date"] == str(datetime.now(UTC).date() + timedelta(days=365))


@only_19
def test_euros_are_worth_on_the_card_what_they_are_in_the_books(shop: Cards) -> None:
    [card] = shop.of("T-3504")
    assert Decimal(str(card["points"])) == shop.owed("T-3504") == Decimal("162.38")


@only_19
def test_two_gift_cards_for_one_return(shop: Cards) -> None:
    cards = shop.of("T-3505")
    assert sorted(c["points"] for c in cards) == [11.44, 34.33]
    assert len({c["code"] for c in cards}) == 2


@only_19
def test_a_code_that_the_source_has_issued_is_the_cards_code(shop: Cards) -> None:
    [card] = shop.of("T-3506")
    assert (card["code"], card["points"], card["program_id"]) == (CODE, 149.39, "Vouchers")


@pytest.mark.parametrize(
    ("rma", "amounts"),
    [
        ("T-3501", ["68.77"]),
        ("T-3502", ["315.00"]),
        ("T-3505", ["34.33", "11.44"]),
        ("T-3506", ["149.39"]),
        ("T-3507", ["106.90"]),
    ],
)
def test_the_credit_note_is_settled_against_what_is_owed(shop: Cards, rma: str, amounts: list[str]) -> None:
    found = shop.notes(rma)
    assert sorted(n["amount_total"] for n in found) == sorted(map(float, amounts))
    assert {(n["state"], n["amount_residual"]) for n in found} == {("posted", 0.0)}
    assert shop.owed(rma) == sum(map(Decimal, amounts))


def test_store_credit_with_a_bonus_stays_open_on_the_customer(shop: Cards) -> None:
    [note] = shop.notes("T-3503")
    assert (note["amount_total"], note["amount_residual"], note["state"]) == (227.93, 227.93, "posted")
    assert shop.own("account.payment", "T-3503") == []


@only_14
def test_where_odoo_has_no_gift_cards_it_says_so_and_books_the_rest(shop: Cards) -> None:
    [entry] = [r for r in shop.sync().results if r.id == "T-3501"]
    assert [i.code for i in entry.issues] == ["gift_cards_missing"]


def test_a_second_run_writes_nothing_not_even_without_the_store(shop: Cards) -> None:
    assert shop.sync().writes == 0
    shop.forget()
    assert shop.sync().writes == 0


@only_19
def test_a_card_that_the_customer_spends_is_left_alone(shop: Cards) -> None:
    [card] = shop.of("T-3507")
    shop.spends_what_is_owed()
    before = shop.on_account()
    assert shop.spend(card["code"], "JACKET-M", quantity=1) == Decimal("-106.90")
    assert shop.of("T-3507")[0]["points"] == 0
    assert before - shop.on_account() == Decimal("106.90"), "nothing is owed for it any more"
    assert shop.sync().writes == 0
    told = next(r for r in shop.told if r["id"] == "T-3507")
    failed = {**told["refunds"][0], "state": "canceled"}
    shop.bring({**told, "revision": 2, "refunds": [failed]})
    assert shop.codes("T-3507") == ["refund_withdrawn", "gift_card_withdrawn"]
    assert (shop.of("T-3507")[0]["points"], shop.notes("T-3507")[0]["amount_residual"]) == (0.0, 0.0)


@only_19
def test_a_program_with_a_template_writes_to_the_customer_once(shop: Cards) -> None:
    template = shop.tables.call(
        "ir.model.data", "check_object_reference", "loyalty", "mail_template_gift_card"
    )
    shop.tables.call(
        "mail.template", "write", [template[1]], {"report_template_ids": [(5, 0, 0)]}
    )  # no PDF here
    programs = shop.tables.call("loyalty.program", "search", [("name", "=", "Vouchers")])
    shop.tables.call("loyalty.program", "write", programs, {"mail_template_id": template[1]})
    given = {"id": "F1", "amount": "34.39", "method": "voucher", "reference": "NW-2026-MAIL-0001"}
    told = story("X-3", "S-1134", given)
    told["lines"][0]["sku"] = "SHIRT-M"
    shop.bring(told)
    [card] = shop.of("X-3")
    sent = [("model", "=", "loyalty.card"), ("res_id", "=", card["id"])]
    [mail] = shop.tables.rows("mail.mail", sent, "body_html", "state").values()
    assert "NW-2026-MAIL-0001" in mail["body_html"]
    shop.forget()
    assert shop.sync().writes == 0
    assert len(shop.tables.rows("mail.mail", sent, "state")) == 1


def looked_at(shop: Cards) -> tuple[bool, str]:
    with closing(connect(shop.settings.odoo, shop.settings.secrets)) as client:
        [one] = [c for c in check(client, gift_cards=True) if c.name == "gift cards"]
    return one.ok, one.detail


@only_19
def test_check_says_whether_the_user_may_issue_cards(shop: Cards) -> None:
    assert looked_at(shop) == (True, "the user may issue them")
    [right] = shop.tables.rows("ir.model.access", [("name", "=", "Gift cards for returns")], "name")
    shop.tables.call("ir.model.access", "write", [right], {"perm_create": False})
    assert looked_at(shop) == (False, "The user may not create loyalty.card")
    shop.tables.call("ir.model.access", "write", [right], {"perm_create": True})


@only_14
def test_check_says_that_there_are_no_cards(shop: Cards) -> None:
    assert looked_at(shop) == (False, "this Odoo has none")


@only_19
def test_a_refund_that_failed_leaves_the_card_to_a_person(shop: Cards) -> None:
    given = {"id": "F1", "amount": "40.14", "method": "gift_card", "at": "2026-11-20T10:00:00Z"}
    shop.bring(story("X-1", "S-1126", given))
    assert shop.codes("X-1") == []
    [card] = shop.of("X-1")
    failed = {**given, "state": "failed"}
    shop.bring(story("X-1", "S-1126", failed, revision=2))
    assert shop.codes("X-1") == ["refund_withdrawn", "gift_card_withdrawn"]
    assert (shop.of("X-1")[0]["points"], shop.notes("X-1")[0]["amount_residual"]) == (40.14, 0.0)
    shop.tables.call("loyalty.card", "write", [card["id"]], {"active": False})
    assert shop.codes("X-1") == ["refund_withdrawn"]
    assert (shop.owed("X-1"), shop.notes("X-1")[0]["amount_residual"]) == (0, 40.14)
    again = {
        "id": "F2",
        "amount": "40.14",
        "gateway": "stripe",
        "retry_of": "F1",
        "at": "2026-11-21T10:00:00Z",
    }
    shop.bring(story("X-1", "S-1126", failed, again, revision=3))
    assert shop.codes("X-1") == []
    assert shop.notes("X-1")[0]["amount_residual"] == 0.0


@only_19
def test_a_card_that_a_person_archived_is_not_issued_again(shop: Cards) -> None:
    [card] = shop.of("T-3501")
    shop.tables.call("loyalty.card", "write", [card["id"]], {"active": False})
    shop.forget()
    assert shop.sync().writes == 0
    assert [c["active"] for c in shop.of("T-3501")] == [False]


@only_19
def test_a_code_that_somebody_elses_card_has_is_a_question(shop: Cards) -> None:
    [program] = shop.tables.rows("loyalty.program", [("name", "=", "Gift cards")], "name")
    shop.tables.call("loyalty.card", "create", {"program_id": program, "points": 5, "code": "TAKEN-0001"})
    given = {"id": "F1", "amount": "149.39", "method": "gift_card", "reference": "TAKEN-0001"}
    told = story("X-2", "S-1135", given)
    told["lines"][0]["sku"] = "BOOT-42"
    shop.bring(told)
    assert shop.codes("X-2") == ["gift_card_taken"]
    assert shop.of("X-2") == []

"""The return policy as stories: a customer asks, the shop's rules answer."""

from datetime import date, timedelta
from typing import Any

import pytest

from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.policy import Payer, Policy
from odoo_rma.mappings.policy.case import Decision, Request, Verdict
from odoo_rma.mappings.policy.decide import decide
from odoo_rma.mappings.policy.read import read_policy

DELIVERED = date(2026, 3, 3)
SHOP = """
currency = "EUR"

[[windows]]
name = "standard"
days = 30

[[windows]]
name = "outdoor"
categories = ["Outdoor"]
days = 90

[[windows]]
name = "vip"
groups = ["VIP"]
days = 60
counts_from = "order"

[[holidays]]
name = "year_end"
first = "11-01"
last = "12-31"
until = "01-31"

[[conditions]]
name = "standard"
accepted = ["new_sealed", "new_opened", "used"]
person = ["incomplete"]
refused = ["junk"]

[[conditions]]
name = "underwear"
categories = ["Underwear"]
refused = ["new_opened", "used"]

[reasons]
accepted = ["changed_mind", "size_small"]
person = ["other"]
refused = ["better_price"]

[[always_accepted]]
name = "warranty"
reasons = ["defective"]
conditions = ["defective"]
days = 365

[[always_accepted]]
name = "our_mistake"
reasons = ["wrong_item"]
conditions = ["wrong_item"]
final_sale = false

[[final_sale]]
name = "clearance"
categories = ["Clearance"]

[[fees]]
name = "used"
conditions = ["used"]
percent = 20

[[fees]]
name = "opened"
conditions = ["new_opened"]
reasons = ["changed_mind"]
amount = 5.00

[[labels]]
name = "standard"
paid_by = "customer"
cost = 4.90

[[offers]]
name = "money"
method = "original_payment"

[[offers]]
name = "credit"
method = "store_credit"
bonus_percent = 10

[[offers]]
name = "exchange"
method = "exchange"

[[keep_item]]
name = "small"
below = 10
reasons = ["defective", "wrong_item"]

[approval]
up_to = 200
units = 5

[[limits]]
name = "customer"
days = 90
returns = 3
value = 400
rate = 50
rate_from_orders = 2
"""
POLICY = read_policy(SHOP)


def ask(policy: Policy = POLICY, *, after: int = 10, **facts: Any) -> Decision:
    """A mug for 40.00 that was delivered on March 3 and comes back unopened after ten days, unless told otherwise."""
    delivered = facts.get("delivered", DELIVERED)
    usual = {
        "order": "S00042",
        "sku": "MUG",
        "quantity": 1,
        "amount": "40.00",
        "currency": "EUR",
        "reason": "changed_mind",
        "condition": "new_sealed",
        "on": (delivered or DELIVERED) + timedelta(days=after),
        "ordered": (delivered or DELIVERED) - timedelta(days=2),
        "delivered": delivered,
        "categories": ("All", "Kitchen"),
    }
    return decide(policy, Request.model_validate(usual | facts))


def rules(decision: Decision) -> list[str]:
    return [applied.rule for applied in decision.rules]


def said(decision: Decision) -> str:
    return " ".join(words.en for words in decision.reasons)


class TestHowLong:
    def test_the_last_day_still_counts(self) -> None:
        decision = ask(after=30)
        assert decision.verdict is Verdict.AUTHORIZE
        assert decision.window_end == date(2026, 4, 2)

    def test_the_window_is_missed_by_a_day(self) -> None:
        decision = ask(after=31)
        assert decision.verdict is Verdict.DECLINE
        assert said(decision) == (
            "Asked on April 3, 2026, but the time of 30 days from delivery ended on April 2, 2026: 1 day too late."
        )
        assert decision.reasons[0].zh == (
            "申请日期为2026年4月3日，但自收货之日起30天的退货期限已于2026年4月2日结束，逾期1天。"
        )
        assert (decision.offers, decision.fee, decision.label_paid_by) == ((), 0, None)

    def test_some_goods_have_more_time(self) -> None:
        decision = ask(after=80, categories=("All", "Outdoor", "Tents"))
        assert decision.verdict is Verdict.AUTHORIZE
        assert rules(decision)[0] == "windows.outdoor"

    def test_good_customers_have_more_time_counted_from_the_order(self) -> None:
        assert ask(after=58, groups=("vip",)).verdict is Verdict.AUTHORIZE
        assert ask(after=59, groups=("vip",)).verdict is Verdict.DECLINE

    def test_between_two_rules_of_equal_rank_the_better_one_for_the_customer_counts(self) -> None:
        decision = ask(after=80, groups=("VIP",), categories=("Outdoor",))
        assert (decision.verdict, rules(decision)[0]) == (Verdict.AUTHORIZE, "windows.outdoor")

    def test_a_gift_ordered_in_the_season_may_come_back_in_january(self) -> None:
        decision = ask(delivered=date(2026, 11, 20), on=date(2027, 1, 31))
        assert decision.verdict is Verdict.AUTHORIZE
        assert decision.window_end == date(2027, 1, 31)
        assert said(decision).startswith("Ordered in the season “year end”")
        assert ask(delivered=date(2026, 11, 20), on=date(2027, 2, 1)).verdict is Verdict.DECLINE

    def test_a_season_never_shortens_a_window(self) -> None:
        decision = ask(delivered=date(2026, 12, 30), on=date(2027, 2, 10), categories=("Outdoor",))
        assert (decision.verdict, rules(decision)[0]) == (Verdict.AUTHORIZE, "windows.outdoor")

    def test_what_is_not_delivered_needs_a_person(self) -> None:
        decision = ask(delivered=None)
        assert (decision.verdict, decision.window_end) == (Verdict.NEEDS_PERSON, None)


class TestFaults:
    def test_defective_after_the_window_is_still_taken(self) -> None:
        decision = ask(after=200, reason="defective", condition="defective")
        assert decision.verdict is Verdict.AUTHORIZE
        assert decision.label_paid_by is Payer.SHOP
        assert decision.window_end == date(2027, 3, 3)
        assert decision.refund == Decimal("40.00")

    def test_defective_after_the_warranty_is_not(self) -> None:
        decision = ask(after=366, reason="defective", condition="defective")
        assert decision.verdict is Verdict.DECLINE
        assert decision.window_end == date(2027, 3, 3)
        assert rules(decision)[:2] == ["windows.standard", "always_accepted.warranty"]

    def test_the_wrong_item_is_taken_at_any_time(self) -> None:
        decision = ask(after=3000, reason="wrong_item", condition="wrong_item")
        assert (decision.verdict, decision.window_end) == (Verdict.AUTHORIZE, None)

    def test_a_fault_costs_no_restocking_fee(self) -> None:
        assert ask(reason="changed_mind", condition="used").fee == Decimal("8.00")
        assert ask(reason="defective", condition="used").fee == 0

    def test_a_fault_without_a_window_rule_declines_no_more_than_no_fault(self) -> None:
        open_ended = POLICY.model_copy(update={"windows": ()})
        late = ask(open_ended, after=400, reason="defective", condition="defective")
        assert late.verdict is Verdict.NEEDS_PERSON


class TestFinalSale:
    def test_it_does_not_come_back(self) -> None:
        decision = ask(categories=("Clearance",))
        assert decision.verdict is Verdict.DECLINE
        assert said(decision) == "This item is final sale and does not come back."

    def test_unless_it_is_defective(self) -> None:
        decision = ask(categories=("Clearance",), reason="defective", condition="defective")
        assert decision.verdict is Verdict.AUTHORIZE

    def test_a_fault_may_leave_final_sale_as_it_is(self) -> None:
        decision = ask(categories=("Clearance",), reason="wrong_item", condition="wrong_item")
        assert decision.verdict is Verdict.DECLINE


@pytest.mark.parametrize(
    ("facts", "verdict", "rule"),
    [
        ({"reason": "changed_mind"}, "authorize", "reasons.accepted"),
        ({"reason": "other"}, "needs_person", "reasons.person"),
        ({"reason": "color"}, "needs_person", "reasons"),
        ({"reason": "better_price"}, "decline", "reasons.refused"),
        ({"condition": "used"}, "authorize", "conditions.standard"),
        ({"condition": "incomplete"}, "needs_person", "conditions.standard"),
        ({"condition": "missing"}, "needs_person", "conditions"),
        ({"condition": "junk"}, "decline", "conditions.standard"),
        ({"condition": "used", "categories": ("Underwear",)}, "decline", "conditions.underwear"),
        ({"condition": "new_sealed", "categories": ("Underwear",)}, "authorize", "conditions.standard"),
    ],
)
def test_reasons_and_conditions(facts: dict[str, Any], verdict: str, rule: str) -> None:
    decision = ask(**facts)
    assert decision.verdict == verdict
    assert rule in rules(decision)


class TestTerms:
    def test_the_fee_depends_on_the_condition(self) -> None:
        fees = [ask(condition=c).fee for c in ("new_sealed", "new_opened", "used")]
        assert fees == [0, Decimal("5.00"), Decimal("8.00")]

    def test_the_refund_is_less_fee_and_label(self) -> None:
        decision = ask(condition="used")
        assert (decision.label_cost, decision.refund) == (Decimal("4.90"), Decimal("27.10"))
        assert {o.method: plain(o.bonus) for o in decision.offers} == {
            "original_payment": "0",
            "store_credit": "2.71",
            "exchange": "0",
        }

    def test_fee_and_label_never_cost_more_than_was_paid(self) -> None:
        decision = ask(condition="new_opened", amount="6.00")
        assert (decision.fee, decision.label_cost, decision.refund) == (5, 1, 0)

    def test_amounts_of_the_policy_are_turned_into_the_currency_of_the_order(self) -> None:
        decision = ask(condition="new_opened", amount="6500", currency="JPY", rate="162.5")
        assert (decision.fee, decision.label_cost) == (Decimal(813), Decimal(796))
        assert "amount 6500" not in said(decision)

    def test_small_things_are_kept(self) -> None:
        decision = ask(amount="9.99", reason="defective", condition="defective")
        assert decision.keep_item
        assert (decision.label_paid_by, decision.fee, decision.refund) == (None, 0, Decimal("9.99"))
        assert "exchange" not in {o.method for o in decision.offers}
        assert not ask(amount="10.00", reason="defective", condition="defective").keep_item
        assert not ask(amount="9.99").keep_item

    def test_without_an_offer_a_person_decides(self) -> None:
        decision = ask(POLICY.model_copy(update={"offers": ()}))
        assert decision.verdict is Verdict.NEEDS_PERSON
        assert "does not say what the customer may get" in said(decision)


class TestLimits:
    def history(self, *values: str, days_ago: int = 20) -> list[dict[str, Any]]:
        day = DELIVERED + timedelta(days=10 - days_ago)
        return [{"on": day, "value": value} for value in values]

    def test_a_dear_request_needs_a_person(self) -> None:
        decision = ask(amount="200.01")
        assert decision.verdict is Verdict.NEEDS_PERSON
        assert said(decision) == "The request is worth 200.01 EUR; above 200.00 EUR a person decides."
        assert decision.refund == Decimal("195.11")  # what follows if the person agrees

    def test_many_units_need_a_person(self) -> None:
        assert "approval.units" in rules(ask(quantity=6))

    def test_a_customer_over_the_limit_needs_a_person(self) -> None:
        assert ask(returns=self.history("10", "10")).verdict is Verdict.AUTHORIZE
        decision = ask(returns=self.history("10", "10", "10"))
        assert decision.verdict is Verdict.NEEDS_PERSON
        assert said(decision) == (
            "With this one the customer has 4 returns in 90 days; above 3 a person decides."
        )

    def test_older_returns_are_forgotten(self) -> None:
        assert ask(returns=self.history("10", "10", "10", days_ago=91)).verdict is Verdict.AUTHORIZE

    def test_the_value_counts_too(self) -> None:
        assert "limits.customer.value" in rules(ask(returns=self.history("360.01")))

    def test_the_return_rate_counts_from_the_second_order(self) -> None:
        assert ask(orders=self.history("50")).verdict is Verdict.AUTHORIZE
        assert "limits.customer.rate" in rules(ask(orders=self.history("50", "20")))
        assert ask(orders=self.history("50", "30")).verdict is Verdict.AUTHORIZE

    def test_a_decline_stays_a_decline(self) -> None:
        assert ask(after=31, amount="500").verdict is Verdict.DECLINE


class TestWhichRuleCounts:
    @staticmethod
    def days(*windows: dict[str, Any], **facts: Any) -> int:
        named = [{"name": f"w{n}", **window} for n, window in enumerate(windows)]
        policy = Policy.model_validate(POLICY.model_dump() | {"windows": named, "holidays": []})
        end = ask(policy, after=0, **facts).window_end
        assert end
        return (end - DELIVERED).days

    def test_the_nearer_category(self) -> None:
        kitchen, cups = {"days": 1, "categories": ["Kitchen"]}, {"days": 2, "categories": ["cups"]}
        assert self.days(kitchen, cups, categories=("All", "Kitchen", "Cups")) == 2

    def test_a_category_by_its_full_path(self) -> None:
        named, other = {"days": 1, "categories": ["All / Kitchen"]}, {"days": 2, "categories": ["All"]}
        assert self.days(named, other) == 1

    def test_the_article_before_two_other_limits(self) -> None:
        article = {"days": 1, "skus": ["MUG"]}
        two = {"days": 2, "categories": ["Kitchen"], "countries": ["DE"]}
        assert self.days(article, two, country="DE") == 1

    def test_two_limits_before_one(self) -> None:
        one = {"days": 1, "categories": ["Kitchen"]}
        two = {"days": 2, "categories": ["Kitchen"], "channels": ["Web"]}
        assert self.days(one, two, channel="web") == 2
        assert self.days(one, two, channel="store") == 1

    def test_priority_before_everything(self) -> None:
        article, first = {"days": 1, "skus": ["MUG"]}, {"days": 2, "priority": 1}
        assert self.days(article, first) == 2

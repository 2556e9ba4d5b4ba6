"""Requested returns: the policy decides, Odoo remembers, the source is told; facts are never overruled."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from shop import D, Shop, carry_out, codes, look, rma

from odoo_rma.connector.odoo.client import Server
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.folder import file_name
from odoo_rma.mappings.answer import LONGEST, Answer, By, LineAnswer, keys_of
from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.erp import Order
from odoo_rma.mappings.foresee import foresee
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.mappings.plan.request import RecordDecision
from odoo_rma.mappings.policy.case import Verdict
from odoo_rma.mappings.policy.read import read_policy
from odoo_rma.mappings.policy.words import say
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.request import Bought, CameBack
from odoo_rma.mappings.vocabulary import Authorization, Disposition
from odoo_rma.sync.report import Outcome
from odoo_rma.sync.store import Store
from odoo_rma.sync.tell import tell_sources, untold

DECIDES = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.REFUND, decides=True)}
BY_POLICY = {"shop": SourceRules(True, CreditOn.INSPECTION, decides=True, policy_charges=True)}
TODAY = date(2026, 11, 24)
ASKED = "2026-11-24T09:30:00Z"
DELIVERED = date(2026, 11, 20)
POLICY = read_policy(
    """
    currency = "USD"
    windows = [{ name = "standard", days = 30 }]
    conditions = [{ name = "all", accepted = ["new_sealed", "new_opened", "used", "defective"], person = ["junk"] }]
    reasons = { accepted = ["changed_mind", "unknown"] }
    always_accepted = [{ name = "warranty", reasons = ["defective"], days = 730 }]
    final_sale = [{ name = "outlet", categories = ["Outlet"] }]
    fees = [{ name = "used", conditions = ["used"], percent = 10 }, { name = "handling", amount = 5 }]
    labels = [{ name = "own", paid_by = "customer", cost = 4.90 }]
    offers = [{ name = "money", method = "original_payment" }]
    keep_item = [{ name = "small", below = 12 }]
    approval = { up_to = 500 }
    limits = [{ name = "often", days = 90, returns = 2 }]
    """
)


def sold(shop: Shop, *lines: tuple[str, str, str], ref: str = "S-1", **known: Any) -> Order:
    order = shop.order(*lines, ref=ref)
    shop.deliver(order)
    shop.invoice(order)
    shop.history(order, **({"ordered": DELIVERED, "delivered": DELIVERED} | known))
    return order


@pytest.fixture
def shop() -> Shop:
    """Two tents and three mugs, sold and delivered four days ago."""
    shop = Shop()
    shop.policy = POLICY
    sold(shop, ("TENT", "2", "100"), ("MUG", "3", "10"))
    return shop


def asked(*lines: dict[str, Any], **more: Any) -> Rma:
    fields = {"authorization": "requested", "requested_at": ASKED} | more
    return rma(*({"requested": "1", "reason": {"code": "changed_mind"}} | x for x in lines), **fields)


def done(shop: Shop, one: Rma, sources: dict[str, SourceRules] = DECIDES) -> Plan:
    """Carry out everything; give the last look."""
    carry_out(shop, one, sources=sources)
    return look(shop, one, sources=sources)[0]


def notes(shop: Shop) -> list[tuple[str, ...]]:
    return [r.key.parts for r in shop.erp.requests.recorded.values()]


def answer(plan: Plan) -> Answer:
    assert plan.answer
    return plan.answer


class TestDecided:
    def test_inside_the_window_it_is_authorized_and_expected_back(self, shop: Shop) -> None:
        plan = done(shop, asked({"sku": "TENT"}))
        assert plan.rma.is_authorized
        assert [by for by, *_ in notes(shop)] == ["policy"]
        assert [p.state for p in shop.erp.pickings.values() if p.key] == ["assigned"]

    def test_a_day_too_late_it_is_declined_and_that_is_the_end(self, shop: Shop) -> None:
        late = asked({"sku": "TENT"}, requested_at="2026-12-21T00:30:00Z")
        plan = done(shop, late)
        assert plan.rma.authorization is Authorization.DECLINED
        assert plan.finished
        assert "1 day too late" in answer(plan).lines[0].reasons[0].en
        assert not [p for p in shop.erp.pickings.values() if p.key]

    def test_the_day_is_counted_where_the_people_are(self, shop: Shop) -> None:
        """Half past midnight of the 21st in London is still the 20th in New York: the last day."""
        from zoneinfo import ZoneInfo

        shop.erp = replace(shop.erp, requests=replace(shop.erp.requests, zone=ZoneInfo("America/New_York")))
        assert done(shop, asked({"sku": "TENT"}, requested_at="2026-12-21T00:30:00Z")).rma.is_authorized

    def test_nothing_follows_before_the_decision_stands(self, shop: Shop) -> None:
        [step] = look(shop, asked({"sku": "TENT"}), sources=DECIDES)[0].steps
        assert isinstance(step, RecordDecision)
        assert step.model == "sale.order"
        assert str(step).startswith("decided by the return policy: 1 × TENT authorized: Asked on")
        assert "<li>The reason “changed my mind” is accepted.</li>" in step.body
        assert "kept from the refund for the label" in step.body
        assert "4.90 USD is kept from the refund for the label" in str(step)

    def test_a_dry_run_shows_the_decision_with_its_reasons_and_what_follows(self, shop: Shop) -> None:
        words, erp = [], shop.erp
        for _ in range(4):
            plans = compare([asked({"sku": "TENT"})], erp, DECIDES, shop.all_rules(), {})
            words += in_words(plans[0].steps)
            erp = foresee(erp, plans)
        assert words[0].startswith("decided by the return policy")
        assert any("transfer" in w for w in words)
        assert not shop.erp.requests.recorded, "looking ahead changes nothing"
        rules = answer(plans[0]).lines[0].decision
        assert rules and {"windows.standard", "reasons.accepted", "conditions.all"} <= {
            r.rule for r in rules.rules
        }

    def test_each_line_is_decided_by_itself(self, shop: Shop) -> None:
        plan = done(shop, asked({"sku": "TENT", "reason": {"code": "better_price"}}, {"sku": "MUG"}))
        assert codes(plan) == ["needs_person"]
        shop.policy = POLICY.model_copy(
            update={"reasons": POLICY.reasons.model_copy(update={"refused": ("better_price",)})}
        )
        plan = done(shop, asked({"sku": "TENT", "reason": {"code": "better_price"}}, {"sku": "MUG"}))
        assert [x.allowed for x in plan.rma.lines] == [0, 1]
        assert plan.rma.is_authorized

    def test_a_cheap_thing_is_kept(self, shop: Shop) -> None:
        plan = done(shop, asked({"sku": "MUG"}))
        assert (plan.rma.is_authorized, plan.rma.lines[0].physical) == (True, False)
        assert not [p for p in shop.erp.pickings.values() if p.key]
        paid = asked({"sku": "MUG"}, refunds=[{"id": "r1", "amount": "11.50"}], revision=2)
        done(shop, paid)
        assert [i.total for i in shop.erp.invoices.values() if i.is_credit] == [D("11.50")]

    def test_the_value_of_all_lines_together_counts(self, shop: Shop) -> None:
        """One mug is kept; three of them, or one beside a tent, are worth the way back."""
        plan = done(shop, asked({"sku": "MUG"}, {"sku": "TENT"}))
        assert [x.physical for x in plan.rma.lines] == [True, True]

    def test_label_and_fixed_fee_are_kept_once_for_a_request(self, shop: Shop) -> None:
        lines = answer(done(shop, asked({"sku": "MUG"}, {"sku": "TENT"}))).lines
        kept = [(x.decision.fee, x.decision.label_cost) for x in lines if x.decision]
        assert kept == [(D("5.00"), D("4.90")), (D(0), D(0))]

    def test_the_reason_tells_the_condition_where_the_customer_does_not(self, shop: Shop) -> None:
        plan = done(shop, asked({"sku": "TENT", "reason": {"code": "defective"}}))
        assert answer(plan).lines[0].decision
        assert "defective" in answer(plan).lines[0].reasons[-3].en

    def test_final_sale_is_declined(self, shop: Shop) -> None:
        sold(shop, ("CUP", "1", "4"), ref="S-2", categories=("All", "Outlet"))
        assert done(shop, asked({"sku": "CUP"}, order="S-2")).rma.authorization is Authorization.DECLINED

    def test_another_currency_is_measured_in_the_policys(self, shop: Shop) -> None:
        order = shop.order(("POT", "1", "500"), ref="S-3", currency="EUR")
        shop.deliver(order)
        shop.history(order, ordered=DELIVERED, delivered=DELIVERED, rate="2")
        plan = done(shop, asked({"sku": "POT"}, order="S-3", currency="EUR"))
        assert plan.rma.is_authorized, "575 EUR are 287.50 USD"


class TestHistory:
    def often(self, shop: Shop, times: int, key: Key | None = None) -> None:
        facts: Any = shop.erp.requests
        for n in range(times):
            facts.transfers[n] = CameBack(shop.alice, n, DELIVERED, D(0), key)
            facts.credits[n] = CameBack(shop.alice, n, DELIVERED, D(20), key)
            facts.bought[n] = Bought(shop.alice, DELIVERED, D(20))

    def test_who_returns_a_lot_is_for_a_person(self, shop: Shop) -> None:
        self.often(shop, 2)
        plan = done(shop, asked({"sku": "TENT"}))
        assert codes(plan) == ["needs_person"]
        assert "the customer has 3 returns in 90 days" in plan.issues[0].message

    def test_its_own_transfer_and_credit_note_do_not_count(self, shop: Shop) -> None:
        self.often(shop, 2, Key("shop", "R-1", "return"))
        assert done(shop, asked({"sku": "TENT"})).rma.is_authorized

    def test_what_was_returned_after_the_request_does_not_count(self, shop: Shop) -> None:
        self.often(shop, 2)
        early = asked({"sku": "TENT"}, requested_at="2026-11-19T09:00:00Z")
        assert done(shop, early).rma.is_authorized


class TestForEver:
    def test_a_policy_changed_later_changes_nothing(self, shop: Shop) -> None:
        one = asked({"sku": "TENT"})
        done(shop, one)
        shop.policy = read_policy('currency = "USD"\nfinal_sale = [{ name = "all" }]')
        plan = look(shop, one, sources=DECIDES)[0]
        assert (plan.steps, plan.rma.is_authorized) == ([], True)
        assert answer(plan).lines[0].reasons == (
            say("earlier", order=next(iter(shop.erp.orders.values())).name),
        )

    def test_a_line_that_comes_up_later_is_decided_by_itself(self, shop: Shop) -> None:
        done(shop, asked({"sku": "TENT"}))
        shop.policy = read_policy('currency = "USD"\nfinal_sale = [{ name = "all" }]')
        plan = done(shop, asked({"sku": "TENT"}, {"sku": "MUG"}, revision=2))
        assert [x.allowed for x in plan.rma.lines] == [1, 0]
        assert len(notes(shop)) == 2

    def test_more_than_was_decided_is_decided_anew(self, shop: Shop) -> None:
        done(shop, asked({"sku": "TENT"}))
        shop.policy = read_policy('currency = "USD"\nfinal_sale = [{ name = "all" }]')
        plan = done(shop, asked({"sku": "TENT", "requested": "2"}, revision=2))
        assert plan.rma.lines[0].allowed == 1

    def test_a_request_with_very_many_lines_needs_several_notes(self, shop: Shop) -> None:
        one = asked({"sku": "MUG"})
        lines = [
            LineAnswer(f"Zeile {n}", "MUG", D(1), Verdict.AUTHORIZE, False, By.POLICY, (say("person"),))
            for n in range(90)
        ]
        found = keys_of(one, 7, By.POLICY, lines)
        assert [x for _, own in found for x in own] == lines
        assert len(found) > 1
        assert all(len(str(key)) < LONGEST + 100 for key, _ in found)


class TestAPerson:
    def expensive(self, shop: Shop) -> Rma:
        sold(shop, ("DRONE", "1", "499"), ref="S-9")
        return asked({"sku": "DRONE"}, order="S-9")

    def say(self, shop: Shop, authorize: bool, why: str = "") -> None:
        shop.decisions = {("shop", "R-1"): Decisions(authorize=authorize, why=why)}

    def test_nothing_happens_until_a_person_decides(self, shop: Shop) -> None:
        one = self.expensive(shop)
        plan = done(shop, one)
        assert codes(plan) == ["needs_person"]
        assert "worth 573.85 USD; above 500 USD a person decides" in plan.issues[0].message.replace(".00", "")
        assert [parts[0] for parts in notes(shop)] == ["review"]
        assert not plan.finished

    @pytest.mark.parametrize("why", ["\x1b[31mworn", "worn\x00", "worn \udcff", "w" * 100_000])
    def test_a_note_that_cannot_be_written_down_stops_nobody(self, shop: Shop, why: str) -> None:
        one = self.expensive(shop)
        self.say(shop, True, why)
        assert done(shop, one).rma.is_authorized

    @pytest.mark.parametrize(("authorize", "state"), [(True, "authorized"), (False, "declined")])
    def test_a_persons_word_is_written_down_and_counts(self, shop: Shop, authorize: bool, state: str) -> None:
        one = self.expensive(shop)
        done(shop, one)
        self.say(shop, authorize, "seen the photos")
        step = look(shop, one, sources=DECIDES)[0].steps[0]
        assert "A person decided: seen the photos" in str(step)
        plan = done(shop, one)
        assert plan.rma.authorization == state
        assert answer(plan).lines[0].reasons == (say("person_why", why="seen the photos"),)
        shop.decisions = {}  # our own store was deleted
        plan = look(shop, one, sources=DECIDES)[0]
        assert (plan.rma.authorization, plan.steps, plan.issues) == (state, [], [])
        assert answer(plan).by is By.PERSON

    def test_a_person_does_not_overrule_what_the_policy_declines(self, shop: Shop) -> None:
        sold(shop, ("DRONE", "1", "499"), ("OLD", "1", "4"), ref="S-9")
        shop.policy = POLICY.model_copy(
            update={"reasons": POLICY.reasons.model_copy(update={"refused": ("better_price",)})}
        )
        self.say(shop, True)
        one = asked({"sku": "DRONE"}, {"sku": "OLD", "reason": {"code": "better_price"}}, order="S-9")
        plan = done(shop, one)
        assert [x.allowed for x in plan.rma.lines] == [1, 0]
        assert [x.by for x in answer(plan).lines] == [By.PERSON, By.POLICY]
        assert [by for by, *_ in notes(shop)] == ["policy", "person"]

    def test_a_looser_policy_decides_what_still_waits(self, shop: Shop) -> None:
        one = self.expensive(shop)
        done(shop, one)
        shop.policy = POLICY.model_copy(
            update={"approval": POLICY.approval.model_copy(update={"up_to": D(900)})}
        )
        assert done(shop, one).rma.is_authorized


class TestFacts:
    def test_what_the_source_decided_is_never_overruled(self, shop: Shop) -> None:
        late = asked({"sku": "TENT"}, authorization="authorized", requested_at="2026-12-21T00:30:00Z")
        plan = done(shop, late)
        assert plan.rma.is_authorized
        [words] = [n for n in plan.notes if "policy" in n]
        assert words.startswith("the policy would have declined 1 × TENT: Asked on December 21, 2026")

    def test_what_it_declined_is_compared_too(self, shop: Shop) -> None:
        plan = look(shop, asked({"sku": "TENT"}, authorization="declined"), sources=DECIDES)[0]
        assert plan.notes[0].startswith("the policy would have authorized 1 × TENT")
        assert (plan.steps, plan.finished) == ([], True)

    def test_nothing_is_said_where_the_policy_agrees(self, shop: Shop) -> None:
        plan = look(shop, asked({"sku": "TENT"}, authorization="authorized"), sources=DECIDES)[0]
        assert not [n for n in plan.notes if "policy" in n]

    def test_what_we_decided_is_not_doubted_when_the_source_repeats_it(self, shop: Shop) -> None:
        done(shop, asked({"sku": "TENT"}))
        shop.policy = read_policy('currency = "USD"\nfinal_sale = [{ name = "all" }]')
        plan = look(shop, asked({"sku": "TENT"}, authorization="authorized", revision=2), sources=DECIDES)[0]
        assert not [n for n in plan.notes if "policy" in n]

    def test_goods_that_were_declined_and_come_all_the_same_are_said(self, shop: Shop) -> None:
        shop.policy = read_policy('currency = "USD"\nfinal_sale = [{ name = "all" }]')
        done(shop, asked({"sku": "TENT"}))
        plan = look(shop, asked({"sku": "TENT", "received": "1"}, revision=2), sources=DECIDES)[0]
        assert codes(plan) == ["declined_arrived"]

    def test_without_a_policy_or_where_the_source_decides_nothing_is_done(self, shop: Shop) -> None:
        one = asked({"sku": "TENT"})
        assert look(shop, one)[0].steps == []
        shop.policy = None
        plan = look(shop, one, sources=DECIDES)[0]
        assert (plan.steps, plan.answer, plan.rma) == ([], None, one)

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"order": "S-77"}, "unknown_order"),
            ({}, "over_return"),
        ],
    )
    def test_what_cannot_be_decided_waits(self, shop: Shop, more: dict[str, Any], code: str) -> None:
        plan = look(shop, asked({"sku": "TENT", "requested": "3"}, **more), sources=DECIDES)[0]
        assert (codes(plan), plan.steps) == ([code], [])


class TestOddRequests:
    def test_what_was_decided_goes_on_though_something_new_cannot_be_asked(self, shop: Shop) -> None:
        done(shop, asked({"sku": "TENT"}))
        plan = done(shop, asked({"sku": "TENT"}, {"sku": "MUG", "requested": "9"}, revision=2))
        assert (codes(plan), plan.rma.is_authorized) == (["over_return"], True)
        assert [p.state for p in shop.erp.pickings.values() if p.key] == ["assigned"]

    def test_a_closed_request_is_not_decided_any_more(self, shop: Shop) -> None:
        plan = look(shop, asked({"sku": "TENT"}, closed=True), sources=DECIDES)[0]
        assert (plan.steps, plan.answer, plan.issues, plan.finished) == ([], None, [], True)

    def test_a_line_that_is_taken_back_is_forgotten(self, shop: Shop) -> None:
        done(shop, asked({"sku": "TENT"}, {"sku": "MUG"}))
        plan = done(shop, asked({"sku": "TENT"}, revision=2))
        assert [x.line_id for x in answer(plan).lines] == ["1"]

    def test_a_return_to_a_vendor_is_no_customers_request(self, shop: Shop) -> None:
        plan = look(shop, asked({"sku": "TENT"}, kind="vendor_return"), sources=DECIDES)[0]
        assert (plan.steps, plan.answer) == ([], None)

    def test_what_cannot_be_weighed_is_said(self, shop: Shop) -> None:
        sold(shop, ("POT", "1", "10"), ref="S-4", rate="420000")
        plan = look(shop, asked({"sku": "POT"}, order="S-4"), sources=DECIDES)[0]
        assert codes(plan) == ["undecidable"]
        assert "rate is" in plan.issues[0].message


SERVER = Server("https://e.example.com", "d", (19, 0), "json2", 2, "l", 1)


def tell(settings: Settings, store: Store, plans: list[Plan]) -> None:
    tell_sources(settings, store, untold(plans, DECIDES, store, SERVER))


class TestTold:
    @pytest.fixture
    def settings(self, tmp_path: Path, place: StorePlace) -> Settings:
        odoo = {"url": "https://e.example.com", "database": "d", "login": "l"}
        return Settings.model_validate(
            {
                "odoo": odoo,
                "sources": {"shop": {"path": tmp_path / "drop"}},
                "run": {"store": place},
            }
        )

    @pytest.fixture
    def store(self, settings: Settings) -> Iterator[Store]:
        with Store.open(settings.run.store) as store:
            yield store

    def plan(self, shop: Shop) -> Plan:
        plan = done(shop, asked({"sku": "TENT"}))
        assert plan.answer
        plan.answer = replace(plan.answer, recorded=datetime(2026, 11, 24, 10, tzinfo=UTC))
        return plan

    def test_the_source_is_told_once_and_may_take_the_file_away(
        self, shop: Shop, settings: Settings, store: Store
    ) -> None:
        tell(settings, store, [self.plan(shop)])
        file = settings.sources["shop"].path / "outbox" / "R-1.decision.json"
        told = json.loads(file.read_text())
        assert (told["rma"], told["decision"], told["decided_by"]) == ("R-1", "authorize", "policy")
        assert told["decided_at"] == "2026-11-24T10:00:00Z"
        assert told["lines"][0]["terms"]["refund"] == "105.1"
        assert told["lines"][0]["reasons"][0]["zh"].startswith("申请日期为2026年11月24日")
        file.unlink()
        tell(settings, store, [self.plan(shop)])
        assert not file.exists()

    def test_with_the_store_deleted_it_is_told_the_same_once_more(
        self, shop: Shop, settings: Settings, store: Store, tmp_path: Path
    ) -> None:
        plan = self.plan(shop)
        tell(settings, store, [plan])
        file = settings.sources["shop"].path / "outbox" / "R-1.decision.json"
        before, written = file.read_bytes(), file.stat().st_mtime_ns
        with Store.open(tmp_path / "new.sqlite") as fresh:
            tell(settings, fresh, [plan])
        assert (file.read_bytes(), file.stat().st_mtime_ns) == (before, written)

    def test_one_who_asks_to_stop_does_not_wait_until_all_are_told(
        self, shop: Shop, settings: Settings, store: Store
    ) -> None:
        plan = self.plan(shop)
        other = plan.rma.model_copy(update={"id": "R-2"})
        plans = [plan, replace(plan, rma=other, given=other)]
        asked_to = iter([False, True])
        told = tell_sources(
            settings, store, untold(plans, DECIDES, store, SERVER), stop=lambda: next(asked_to)
        )
        assert {i: (t.whole, t.later) for (_, i), t in told.items()} == {
            "R-1": (True, False),
            "R-2": (False, True),
        }
        outbox = settings.sources["shop"].path / "outbox"
        assert [p.name for p in outbox.glob("*.decision.json")] == ["R-1.decision.json"]
        tell(settings, store, plans)
        assert len(list(outbox.glob("*.decision.json"))) == 2

    def test_nobody_is_told_what_does_not_stand_in_odoo(
        self, shop: Shop, settings: Settings, store: Store
    ) -> None:
        tell(settings, store, look(shop, asked({"sku": "TENT"}), sources=DECIDES))
        assert not list(settings.sources["shop"].path.glob("outbox/*"))

    @pytest.mark.parametrize("rma_id", ["../../etc/passwd", "a/b", "退货-7", "x" * 200, "退" * 200, "."])
    def test_an_id_is_never_a_path(self, rma_id: str) -> None:
        name = file_name(rma_id)
        assert name and "/" not in name and not name.startswith(".") and len(name) <= 150
        assert name != file_name(rma_id + "1")


class TestAPersonsWordInTheStore:
    @pytest.fixture
    def store(self, place: StorePlace) -> Iterator[Store]:
        with Store.open(place) as store:
            store.receive("shop", Incoming("a.json", {}, "R-1", asked({"sku": "TENT"})), now=NOW)
            yield store

    def test_it_is_kept_until_it_stands_in_odoo(self, store: Store) -> None:
        store.resolve("R-1", "photos", now=NOW, authorize=False)
        assert store.decisions("shop", "R-1") == Decisions(authorize=False, why="photos", asked=1)
        store.settle("shop", "R-1", outcome=Outcome.DONE, now=NOW)
        assert store.decisions("shop", "R-1") == Decisions(asked=1)

    def test_it_is_about_the_request_as_it_was(self, store: Store) -> None:
        store.resolve("R-1", now=NOW, authorize=True)
        newer = asked({"sku": "TENT"}, {"sku": "DRONE"}, revision=2)
        store.receive("shop", Incoming("b.json", {}, "R-1", newer), now=NOW)
        assert store.decisions("shop", "R-1").authorize is None


NOW = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=9)


class TestKeptByThePolicy:
    """A source that leaves charges to us: what was found on inspection decides what is kept."""

    def back(self, *found: tuple[str, str], announced: str = "new_sealed", **more: Any) -> Rma:
        units = str(sum(int(n) for n, _ in found))
        seen = [{"quantity": n, "condition": c} for n, c in found]
        line = {"sku": "TENT", "requested": "2", "received": units, "condition": announced}
        return rma(
            {**line, "reason": {"code": "changed_mind"}, "inspections": seen},
            requested_at=ASKED,
            **more,
        )

    def credits(self, shop: Shop) -> list[Any]:
        return [i.total for i in shop.erp.invoices.values() if i.is_credit]

    def test_used_instead_of_new_lowers_the_refund_visibly(self, shop: Shop) -> None:
        plan = done(shop, self.back(("1", "new_sealed"), ("1", "used")), BY_POLICY)
        # 2 × 115.00, less 5.00 for handling, 4.90 for the label, 10 % of the used one
        assert self.credits(shop) == [D("230.00") - D("5.00") - D("4.90") - D("11.50")]
        assert "kept by the policy: Restocking fee, 1 × TENT found used, 11.50 USD" in plan.notes
        assert "kept by the policy: Return label, 4.90 USD" in plan.notes

    def test_one_parcel_after_the_other_keeps_label_and_fixed_fee_once(self, shop: Shop) -> None:
        done(shop, self.back(("1", "new_sealed")), BY_POLICY)
        done(shop, self.back(("1", "new_sealed"), ("1", "used"), revision=2), BY_POLICY)
        assert self.credits(shop) == [D("105.10"), D("103.50")]

    def test_a_policy_changed_later_does_not_change_what_was_kept(self, shop: Shop) -> None:
        one = self.back(("2", "used"), promised="230.00", closed=True)
        plan = done(shop, one, BY_POLICY)
        assert (self.credits(shop), codes(plan), plan.finished) == ([D("202.10")], [], True)
        shop.policy = POLICY.model_copy(update={"fees": (), "labels": ()})
        plan = look(shop, one, sources=BY_POLICY)[0]
        assert (plan.steps, codes(plan)) == ([], [])

    def test_a_fee_of_the_source_stands_in_place_of_ours(self, shop: Shop) -> None:
        fee = {"id": "c1", "kind": "restocking_fee", "amount": "20.00"}
        done(shop, self.back(("1", "used"), charges=[fee]), BY_POLICY)
        assert self.credits(shop) == [D("115.00") - D("20.00") - D("4.90")]

    def test_what_the_policy_does_not_take_is_not_credited_until_a_person_says_so(self, shop: Shop) -> None:
        one = self.back(("1", "junk"))
        plan = done(shop, one, BY_POLICY)
        assert (codes(plan), self.credits(shop)) == (["condition_refused"], [])
        shop.decisions = {("shop", "R-1"): Decisions(authorize=True)}
        done(shop, one, BY_POLICY)
        assert len(self.credits(shop)) == 1
        shop.decisions = {}
        assert codes(look(shop, one, sources=BY_POLICY)[0]) == []

    def test_what_goes_back_to_the_customer_costs_nothing(self, shop: Shop) -> None:
        one = self.back(("1", "junk"))
        inspection = (
            one.lines[0].inspections[0].model_copy(update={"disposition": Disposition.RETURN_TO_CUSTOMER})
        )
        line = one.lines[0].model_copy(update={"inspections": (inspection,)})
        plan = look(shop, one.model_copy(update={"lines": (line,)}), sources=BY_POLICY)[0]
        assert codes(plan) == []
        assert not [n for n in plan.notes if "kept by the policy" in n]

    def test_where_the_source_charges_nothing_is_added(self, shop: Shop) -> None:
        sources = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.INSPECTION, decides=True)}
        done(shop, self.back(("1", "used")), sources)
        assert self.credits(shop) == [D("115.00")]

    @pytest.mark.parametrize("more", [{"credit_note_on": "refund"}, {"credit_note_on": "inspection"}])
    def test_the_settings_want_a_policy_and_an_inspection(self, more: dict[str, str]) -> None:
        odoo = {"url": "https://e.example.com", "database": "d", "login": "l"}
        told = {"odoo": odoo, "sources": {"shop": {"charges": "policy", **more}}}
        with pytest.raises(ValidationError, match="before that nobody knows"):
            Settings.model_validate(told)

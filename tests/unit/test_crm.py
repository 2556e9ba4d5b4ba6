"""What salespeople see on a customer: notes that tell facts, each once, and tags that a person may take away."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from shop import D, Shop, carry_out, codes, look, rma
from shop.look import BY_SOURCE, ROUNDS
from shop.obey import obey

from odoo_rma.connector.settings_process import CrmSettings
from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.crm_rules import CrmRules, Tag
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.foresee import foresee
from odoo_rma.mappings.model import Feedback, Rma
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.mappings.plan.crm import AddTag, CustomerNote, MakeTag

RETURNS, FREQUENT = Tag("Returns", 7), Tag("Frequent returner", 8)
LINE = {"sku": "TENT", "requested": "1", "received": "1"}
FULL = {"id": "r1", "amount": "115.00"}
HAPPY = {"score": 5, "comment": "Fast & kind"}


def noted_shop(**more: Any) -> Shop:
    shop = Shop()
    shop.crm = CrmRules(**({"notes": True} | more))
    for ref in ("S-1", "S-2", "S-3"):
        order = shop.order(("TENT", "2", "100"), ref=ref)
        shop.deliver(order)
        shop.invoice(order, paid=True)
    return shop


def told(shop: Shop, *rmas: Rma, decisions: Decisions | None = None) -> list[CustomerNote | AddTag | MakeTag]:
    """Carry out look after look; give what was done about customers."""
    done: list[Any] = []
    known = {(r.source, r.id): decisions for r in rmas if decisions}
    for _ in range(ROUNDS + 1):
        plans: list[Plan] = compare(rmas, shop.erp, BY_SOURCE, shop.all_rules(), known)
        steps = [s for p in plans for s in p.steps]
        if not steps:
            return done
        done += [s for s in steps if isinstance(s, CustomerNote | AddTag | MakeTag)]
        for plan in plans:
            obey(shop, plan)
    raise AssertionError("never done")


def notes(found: list[Any]) -> list[str]:
    return [s.what for s in found if isinstance(s, CustomerNote)]


def tags(found: list[Any]) -> list[str]:
    return [s.name for s in found if isinstance(s, AddTag)]


def test_a_return_is_noted_when_it_comes_and_when_it_is_over() -> None:
    shop = noted_shop()
    assert notes(told(shop, rma(LINE))) == ["the return"]
    assert told(shop, rma(LINE, revision=2)) == []
    [end] = told(shop, rma(LINE, refunds=[FULL], closed=True, revision=3))
    assert isinstance(end, CustomerNote)
    assert "goods back: 1 of 1" in end.body
    assert "115.00 USD" in end.body
    assert told(shop, rma(LINE, refunds=[FULL], closed=True, note="typo", revision=4)) == []


def test_the_note_says_what_comes_and_why_and_nothing_in_it_is_markup() -> None:
    reason = {"code": "size_small", "comment": "<b>tight</b>"}
    [note] = told(noted_shop(), rma({**LINE, "reason": reason}))
    assert isinstance(note, CustomerNote)
    assert "1 × TENT: size small – “&lt;b&gt;tight&lt;/b&gt;”; wants refund" in note.body


def test_without_the_setting_nothing_is_noted() -> None:
    shop = noted_shop(notes=False)
    assert told(shop, rma(LINE, feedback=HAPPY)) == []


def test_a_return_that_was_called_off_before_anything_came_is_nothing_to_tell_of() -> None:
    assert told(noted_shop(), rma(LINE, authorization="canceled")) == []


def test_a_return_called_off_later_is_told_to_have_ended() -> None:
    shop, line = noted_shop(), {"sku": "TENT", "requested": "1"}
    told(shop, rma(line))
    [end] = told(shop, rma(line, authorization="canceled", revision=2))
    assert "canceled" in end.body  # type: ignore[union-attr]


def test_what_waits_for_a_person_has_not_ended() -> None:
    shop = noted_shop()
    wrong = rma(LINE, refunds=[{"id": "r1", "amount": "999.00"}], closed=True)
    assert notes(told(shop, wrong)) == ["the return"]
    assert codes(look(shop, wrong)[0]) == ["total_differs"]


def test_notes_and_tags_of_a_contact_stand_on_its_company() -> None:
    shop = noted_shop(tag=RETURNS)
    company = shop.partner("Guides Inc", "office@example.com")
    anna = shop.partner("Anna", "anna@example.com", commercial_id=company)
    order = shop.order(("TENT", "1", "100"), ref="S-9", partner=anna)
    shop.deliver(order)
    one = rma(LINE, order="S-9", customer={"name": "Anna", "email": "anna@example.com"})
    found = told(shop, one)
    assert {s.partner_id for s in found if not isinstance(s, MakeTag)} == {company}


def test_a_customer_that_is_made_for_the_return_is_noted_too() -> None:
    shop = noted_shop()
    eve = rma(LINE, customer={"name": "Eve"}, gift=True)
    assert notes(told(shop, eve)) == ["the return"]


# ── tags ──


def test_a_return_brings_its_tag_once_and_what_a_person_takes_away_stays_away() -> None:
    shop = noted_shop(tag=RETURNS)
    assert tags(told(shop, rma(LINE))) == ["Returns"]
    # Whatever a person did to the tag meanwhile: the note remembers that it was given.
    assert tags(told(shop, rma(LINE, closed=True, revision=2))) == []
    assert tags(told(shop, rma(LINE, id="R-2", order="S-2"))) == ["Returns"], (
        "a further return brings it again"
    )


def test_a_tag_that_is_missing_is_made_under_its_key() -> None:
    shop = noted_shop(tag=Tag("Returns"))
    made, put, note = told(shop, rma(LINE))
    assert isinstance(made, MakeTag) and isinstance(put, AddTag) and isinstance(note, CustomerNote)
    assert put.tag == made.key
    assert str(made.key) == "__rma__.-.crm.tag.Returns"


def test_who_returns_often_gets_a_further_tag_with_the_return_that_makes_it_so() -> None:
    shop = noted_shop(tag=RETURNS, frequent_tag=FREQUENT, frequent_after=3)
    assert tags(told(shop, rma(LINE))) == ["Returns"]
    assert tags(told(shop, rma(LINE, id="R-2", order="S-2"))) == ["Returns"]
    assert tags(told(shop, rma(LINE, id="R-3", order="S-3"))) == ["Returns", "Frequent returner"]


def test_three_returns_in_one_batch_make_a_frequent_returner_as_well() -> None:
    shop = noted_shop(frequent_tag=FREQUENT, frequent_after=3)
    three = [rma(LINE, id=f"R-{n}", order=f"S-{n}") for n in (1, 2, 3)]
    assert set(tags(told(shop, *three))) == {"Frequent returner"}


def test_what_odoo_tells_of_earlier_returns_counts() -> None:
    shop = noted_shop(frequent_tag=FREQUENT, frequent_after=3)
    shop.erp.crm.returns[shop.alice] = frozenset({("old", "1"), ("old", "2")})  # type: ignore[index]
    assert tags(told(shop, rma(LINE))) == ["Frequent returner"]


def test_a_tag_without_notes_is_refused_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="the note tells which return brought the tag"):
        CrmSettings(tag="Returns")


def test_a_dry_run_tells_of_tag_and_note() -> None:
    shop, words = noted_shop(tag=Tag("Returns")), []
    for _ in range(5):
        plans = look(shop, rma(LINE, feedback=HAPPY))
        words += in_words(plans[0].steps)
        shop.erp = foresee(shop.erp, plans)
    assert words[-3:] == [
        "tag Returns on the customer",
        "note on the customer: the return",
        "note on the customer: feedback 5 of 5",
    ]


# ── feedback ──


def test_feedback_of_the_source_is_noted_once() -> None:
    shop = noted_shop()
    note = told(shop, rma(LINE, feedback=HAPPY))[-1]
    assert isinstance(note, CustomerNote)
    assert "Feedback on return R-1 (shop): 5 of 5" in note.body
    assert "“Fast &amp; kind”" in note.body
    assert told(shop, rma(LINE, feedback=HAPPY, revision=2)) == []


def test_another_answer_is_a_further_note() -> None:
    shop = noted_shop()
    told(shop, rma(LINE, feedback=HAPPY))
    assert notes(told(shop, rma(LINE, feedback={"score": 1}, revision=2))) == ["feedback 1 of 5"]


def test_an_answer_by_token_is_noted_like_one_from_the_source_and_the_same_one_not_twice() -> None:
    shop = noted_shop()
    answers = (Feedback(score=2, comment="slow"), Feedback.model_validate(HAPPY))
    decided = Decisions(answers=answers)
    found = notes(told(shop, rma(LINE, feedback=HAPPY), decisions=decided))
    assert found == ["the return", "feedback 5 of 5", "feedback 2 of 5"]
    assert told(shop, rma(LINE, feedback=HAPPY), decisions=decided) == []


def test_the_goods_go_their_way_whatever_stands_on_the_customer() -> None:
    shop = noted_shop(tag=RETURNS)
    carry_out(shop, rma(LINE, refunds=[FULL]))
    plain = replace(shop.erp)
    assert [i.total for i in plain.invoices.values() if i.is_credit] == [D(115)]

"""The canonical RMA: what is refused at the border, and what is taken as the same."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from odoo_rma.mappings.model import Charge, Party, Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.vocabulary import ChargeKind

BARE: dict[str, Any] = {
    "source": "shop",
    "id": "R-1",
    "order": {"name": "S1"},
    "customer": {"name": "Ann"},
    "currency": "EUR",
    "lines": [{"id": "1", "sku": "A", "requested": "2"}],
}


def rma(**changes: Any) -> Rma:
    return Rma.model_validate({**BARE, **changes})


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        rma().id = "R-2"  # type: ignore[misc]


def test_the_number_is_what_people_know_it_by_else_the_id() -> None:
    assert (rma().label, rma(number="RMA/1").label) == ("R-1", "RMA/1")


def test_what_is_allowed_is_what_was_requested_unless_said_otherwise() -> None:
    requested = {"id": "1", "sku": "A", "requested": "2"}
    assert RmaLine.model_validate(requested).allowed == Decimal(2)
    assert RmaLine.model_validate({**requested, "authorized": "0"}).allowed == Decimal(0)


def test_fees_lower_the_refund_and_credits_raise_it() -> None:
    signed = {
        kind: Charge.model_validate({"id": "1", "kind": kind, "amount": "5"}).signed for kind in ChargeKind
    }
    assert {kind for kind, amount in signed.items() if amount < 0} == {
        ChargeKind.RESTOCKING_FEE,
        ChargeKind.RETURN_LABEL,
        ChargeKind.HANDLING,
        ChargeKind.PROCESSING,
        ChargeKind.DAMAGE,
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"charges": [{"id": "c", "kind": "tip", "amount": "1", "line": "9"}]}, "charge names line 9"),
        ({"charges": [{"id": "c", "kind": "tip", "amount": "1", "refund": "9"}]}, "charge c names refund 9"),
        (
            {"refunds": [{"id": "r", "amount": "1", "lines": [{"line": "9", "quantity": "1"}]}]},
            "refund names line 9",
        ),
        ({"refunds": [{"id": "r", "amount": "1"}] * 2}, "refund id used twice: r"),
        ({"charges": [{"id": "c", "kind": "tip", "amount": "1"}] * 2}, "charge id used twice: c"),
        ({"lines": [{**BARE["lines"][0], "lots": [{"name": "a", "quantity": 3}]}]}, "lots add up to more"),
        ({"lines": [{**BARE["lines"][0], "authorized": "3"}]}, "authorized 3 is more than requested 2"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        rma(**changes)


def test_times_carry_their_zone_and_are_written_as_text() -> None:
    assert rma(requested_at="2026-11-24T10:30:00+01:00").requested_at == datetime(
        2026, 11, 24, 9, 30, tzinfo=UTC
    )
    for odd in (
        1795512600,
        1795512600.5,
        Decimal(1795512600),
        "1795512600",
        " 17.5 ",
        True,
        "2026-11-24T09:30:00",
    ):
        with pytest.raises(ValidationError):
            rma(requested_at=odd)


def test_the_same_word_typed_on_two_systems_is_the_same_id() -> None:
    assert rma(id="Re\u0301clamation").id == rma(id="R\u00e9clamation").id


def test_an_address_is_compared_without_regard_to_case_and_holds_no_control_characters() -> None:
    assert Party.model_validate({"name": "A", "email": " Ann@Example.COM "}).email == "ann@example.com"
    for odd in ("a@b\x00", "a\x1f@b", "a@@b", "ann", "a@b,c@d"):
        with pytest.raises(ValidationError):
            Party.model_validate({"name": "A", "email": odd})


def test_many_lines_are_checked_in_no_time() -> None:
    # 50,000 ids compared pairwise would take minutes; the test's own time limit is the judge.
    lines = [{"id": str(n), "sku": "A", "requested": "1"} for n in range(50_000)]
    with pytest.raises(ValidationError, match="line id used twice: 7"):
        rma(lines=[*lines, lines[7]])

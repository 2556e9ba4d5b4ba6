"""What is wrong with an RMA is said in plain words, with the field and a way out."""

from typing import Any

import pytest

from odoo_rma.connector.sources.reading import read_document
from odoo_rma.mappings.money import Decimal

GOOD: dict[str, Any] = {
    "id": "R-1",
    "order": {"name": "S00042"},
    "customer": {"name": "Ann Example"},
    "currency": "EUR",
    "lines": [
        {"id": "1", "sku": "SHIRT", "requested": Decimal("2")},
        {"id": "2", "sku": "MUG", "requested": "1"},
    ],
}


def line(**changes: Any) -> dict[str, Any]:
    first, second = GOOD["lines"]
    return {**GOOD, "lines": [first, {**second, **changes}]}


def read(document: dict[str, Any]) -> Any:
    return read_document(document, source="shop", origin="returns.json, item 3 (line 41)")


def test_a_good_document_becomes_an_rma_of_the_configured_source() -> None:
    incoming = read(GOOD)
    assert incoming.issues == ()
    assert (incoming.rma.source, incoming.rma.id, incoming.id) == ("shop", "R-1", "R-1")
    assert incoming.origin == "returns.json, item 3 (line 41)"


def test_the_document_is_kept_as_plain_data_and_reads_the_same_again() -> None:
    incoming = read(GOOD)
    assert incoming.document["lines"][0]["requested"] == "2"
    assert read(incoming.document).rma == incoming.rma


def test_null_says_as_little_as_nothing() -> None:
    assert read({**line(title=None, received=None), "refunds": None}).rma == read(GOOD).rma


def test_a_document_that_names_another_source_is_refused() -> None:
    assert read({**GOOD, "source": "shop"}).rma is not None
    incoming = read({**GOOD, "source": "outlet"})
    assert incoming.rma is None
    assert incoming.id == "R-1"
    assert incoming.issues[0].code == "other_source"
    assert "'outlet'" in incoming.issues[0].message
    assert "'shop'" in incoming.issues[0].message


@pytest.mark.parametrize(
    ("document", "code", "where", "words"),
    [
        (line(sku=None), "inconsistent", "lines.2", ["needs a sku or a barcode"]),
        (
            line(recieved=1),
            "unknown_field",
            "lines.2.recieved",
            ["not a known field", "Did you mean received?"],
        ),
        (line(Sku="X"), "unknown_field", "lines.2.Sku", ["Did you mean sku?"]),
        ({**GOOD, "line": []}, "unknown_field", "line", ["Did you mean lines?"]),
        ({**GOOD, "currencyCode": "EUR"}, "unknown_field", "currencyCode", ["Did you mean currency?"]),
        ({**GOOD, "zzz": 1}, "unknown_field", "zzz", ["Known fields here: source, id, number"]),
        ({**GOOD, "#text": "hello"}, "unknown_field", "#text", ["text stands here: 'hello'"]),
        (line(requested="-1"), "bad_number", "lines.2.requested", ["requested is negative: '-1'"]),
        (line(requested=0), "bad_number", "lines.2.requested", ["must be more than 0, but is 0"]),
        (line(requested="99999999"), "bad_number", "lines.2.requested", ["the most accepted is 1000000"]),
        (line(requested="1e9"), "bad_number", "lines.2.requested", ["'1e9'", "Write a plain decimal number"]),
        (line(requested="１２"), "bad_number", "lines.2.requested", ["not a plain decimal number"]),
        (line(requested=True), "bad_number", "lines.2.requested", ["True"]),
        (
            line(requested=None),
            "missing_field",
            "lines.2.requested",
            ["requested is missing", "Units the customer"],
        ),
        (line(id=5), "bad_value", "lines.2.id", ["must be text, but is 5", "in quotes"]),
        (line(id=["1", "2"]), "bad_value", "lines.2.id", ["given 2 times"]),
        (line(id="  "), "bad_value", "lines.2.id", ["is empty"]),
        (line(sku="x" * 201), "bad_value", "lines.2.sku", ["longer than 200 characters"]),
        (line(sku="a\x00b"), "bad_value", "lines.2.sku", ["a control character"]),
        (line(sku="a\ud800"), "bad_value", "lines.2.sku", ["half a character"]),
        (line(physical="perhaps"), "bad_value", "lines.2.physical", ["must be true or false", "'perhaps'"]),
        (line(physical=[]), "bad_value", "lines.2.physical", ["must be true or false"]),
        (
            line(resolution="refnd"),
            "bad_value",
            "lines.2.resolution",
            ["'refnd'", "One of: refund, exchange"],
        ),
        (
            line(requested="2", received="3"),
            "inconsistent",
            "lines.2",
            ["received 3 is more than authorized 2"],
        ),
        ({**GOOD, "currency": "eur"}, "bad_value", "currency", ["not a currency code", "EUR"]),
        (
            {**GOOD, "customer": {"name": "A", "country": "DEU"}},
            "bad_value",
            "customer.country",
            ["such as DE"],
        ),
        (
            {**GOOD, "customer": {"name": "A", "email": "a b"}},
            "bad_value",
            "customer.email",
            ["not an e-mail"],
        ),
        (
            {**GOOD, "customer": "Ann"},
            "bad_value",
            "customer",
            ["must be a record with fields, but is 'Ann'"],
        ),
        ({**GOOD, "lines": {"id": "1"}}, "bad_value", "lines", ["must be a list, but is a record"]),
        ({**GOOD, "order": {}}, "inconsistent", "order", ["needs at least one of id, name, po, invoice"]),
        ({**GOOD, "lines": []}, "inconsistent", "", ["The RMA: has neither lines nor charges"]),
        ({**GOOD, "lines": GOOD["lines"][:1] * 2}, "inconsistent", "", ["line id used twice: 1"]),
        (
            {**GOOD, "requested_at": "2026-11-24T09:30:00"},
            "bad_time",
            "requested_at",
            ["has no time zone", "Z"],
        ),
        ({**GOOD, "requested_at": "yesterday"}, "bad_time", "requested_at", ["is not a time: 'yesterday'"]),
        ({**GOOD, "requested_at": 1795512600}, "bad_time", "requested_at", ["is not a time: 1795512600"]),
        ({**GOOD, "requested_at": "1795512600"}, "bad_time", "requested_at", ["is not a time"]),
        ({**GOOD, "revision": "1_0"}, "bad_number", "revision", ["not a whole number"]),
        ({**GOOD, "revision": "2.5"}, "bad_number", "revision", ["not a whole number"]),
        (
            {**GOOD, "revision": Decimal("2.5")},
            "bad_number",
            "revision",
            ["must be a whole number, but is 2.5"],
        ),
        ({**GOOD, "revision": True}, "bad_number", "revision", ["not a whole number"]),
        ({**GOOD, "revision": -1}, "bad_number", "revision", ["negative"]),
    ],
)
def test_a_mistake_is_named_in_plain_words(
    document: dict[str, Any], code: str, where: str, words: list[str]
) -> None:
    incoming = read(document)
    assert incoming.rma is None
    (issue,) = incoming.issues
    assert (issue.code, issue.where) == (code, where)
    assert [word for word in words if word not in f"{issue.message} {issue.way_out}"] == []
    assert "pydantic" not in str(issue)


def test_one_mistake_does_not_hide_the_next() -> None:
    incoming = read({**line(requested="-1", skuu="x"), "currency": "€"})
    assert [issue.where for issue in incoming.issues] == ["currency", "lines.2.requested", "lines.2.skuu"]


def test_a_thousand_mistakes_are_not_listed_one_by_one() -> None:
    lines = [{"id": str(n), "sku": "A", "requested": "-1"} for n in range(1000)]
    issues = read({**GOOD, "lines": lines}).issues
    assert len(issues) == 21
    assert issues[-1].message == "980 more fields are wrong."


@pytest.mark.parametrize(
    ("given", "known"), [(7, "7"), (" R-2 ", "R-2"), (True, None), ("", None), (["x"], None)]
)
def test_the_id_is_given_where_it_can_be_read(given: object, known: str | None) -> None:
    assert read({"id": given}).id == known


def test_what_cannot_be_shown_or_stored_is_replaced_in_the_document_and_still_refused() -> None:
    incoming = read(line(sku="a\ud800"))
    incoming.document["lines"][1]["sku"].encode("utf-8")
    assert read(incoming.document).rma is None
    assert str(incoming.issues[0]).isascii()

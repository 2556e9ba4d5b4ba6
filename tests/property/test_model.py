"""What the model takes does not depend on how it is written: JSON or XML, attribute or element, one line or many."""

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.json_pieces import json_pieces
from odoo_rma.connector.sources.reading import Piece, read_document
from odoo_rma.connector.sources.xml_pieces import xml_pieces
from odoo_rma.mappings.field_types import PositiveQuantity
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal, Quantity
from odoo_rma.mappings.vocabulary import Disposition, ReasonCode

LIMITS = SourceSettings()
# How busy the machine is says nothing about the code.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUANTITY: TypeAdapter[Any] = TypeAdapter(Quantity)
POSITIVE: TypeAdapter[Any] = TypeAdapter(PositiveQuantity)

# XML cannot carry control characters at all, and normalizes line ends inside attributes.
characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
names = st.text(characters, min_size=1, max_size=20).map(str.strip).filter(bool)
ids = st.text("abcXYZ019-_.:/é中", min_size=1, max_size=8)
quantities = st.decimals("0.001", 1000, places=3).map(lambda d: format(d, "f"))


def maybe(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


inspections = st.fixed_dictionaries(
    {"quantity": quantities, "condition": st.sampled_from(["used", "junk"])},
    optional={"disposition": st.sampled_from([d.value for d in Disposition]), "notes": names},
)
lines = st.fixed_dictionaries(
    {"id": ids, "sku": names, "requested": quantities},
    optional={
        "title": names,
        "reason": maybe(code=st.sampled_from([c.value for c in ReasonCode]), comment=names),
        "inspections": st.lists(inspections, max_size=3),
        "physical": st.sampled_from(["true", "false"]),
    },
)
rmas = st.fixed_dictionaries(
    {
        "id": ids,
        "order": st.fixed_dictionaries({"name": names}, optional={"po": names}),
        "customer": st.fixed_dictionaries({"name": names}, optional={"city": names}),
        "currency": st.sampled_from(["EUR", "JPY", "KWD"]),
        "lines": st.lists(lines, min_size=1, max_size=4, unique_by=lambda line: line["id"]),
    },
    optional={"tags": st.lists(names, max_size=3), "note": names, "revision": st.integers(0, 9).map(str)},
)


class Writer:
    """Writes plain data as XML in one of the many ways that mean the same, as the dice fall."""

    def __init__(self, data: st.DataObject) -> None:
        self._flip = lambda: data.draw(st.booleans())
        self.prefix = "p:" if self._flip() else ""

    def element(self, name: str, value: Any, singular: str = "") -> str:
        name = self.prefix + name
        if isinstance(value, str):
            padding = " \n" if self._flip() else ""
            return f"<{name}>{padding}{escape(value)}{padding}</{name}>"
        if isinstance(value, list):
            return self.items(name, value, singular)
        attributes, inner = "", ""
        for key, part in value.items():
            if isinstance(part, str) and self._flip():
                attributes += f" {key}={quoteattr(part)}"
            else:
                inner += self.element(key, part, key.removesuffix("s"))
        return f"<{name}{attributes}>{inner}</{name}>" if inner or self._flip() else f"<{name}{attributes}/>"

    def items(self, name: str, values: list[Any], singular: str) -> str:
        inner = "".join(self.element(singular, value) for value in values)
        return inner if values and self._flip() else f"<{name}>{inner}</{name}>"

    def document(self, value: dict[str, Any]) -> str:
        text = self.element("rma", value)
        declared = text.replace("<p:rma", '<p:rma xmlns:p="urn:p"', 1) if self.prefix else text
        return f"<rmas>{declared}</rmas>" if self._flip() else declared


def read(pieces: list[Piece]) -> Rma:
    (piece,) = pieces
    incoming = read_document(piece.document, source="shop", origin="", issues=piece.issues)
    assert incoming.issues == ()
    assert incoming.rma
    return incoming.rma


@settings(CALM, max_examples=400)
@given(rmas, st.data())
def test_xml_in_any_shape_reads_as_the_same_rma_as_json(
    document: dict[str, Any], data: st.DataObject
) -> None:
    text = Writer(data).document(document)
    from_xml = read(list(xml_pieces(iter([text.encode()]), LIMITS)))
    from_json = read(list(json_pieces(iter([json.dumps(document).encode()]), LIMITS)))
    assert from_xml == from_json


@settings(CALM, max_examples=200)
@given(rmas)
def test_an_rma_that_is_written_and_read_again_is_the_same(document: dict[str, Any]) -> None:
    rma = Rma.model_validate({**document, "source": "shop"})
    assert Rma.model_validate_json(rma.model_dump_json()) == rma
    again = read(list(json_pieces(iter([rma.model_dump_json().encode()]), LIMITS)))
    assert again == rma


@settings(CALM, max_examples=200)
@given(st.lists(rmas, max_size=5), st.integers(1, 200))
def test_a_list_gives_what_its_items_give_however_it_arrives(
    documents: list[dict[str, Any]], step: int
) -> None:
    raw = json.dumps(documents, indent=1 if step % 2 else None, ensure_ascii=False).encode()
    pieces = json_pieces((raw[i : i + step] for i in range(0, len(raw), step)), LIMITS)
    assert [piece.document for piece in pieces] == documents


@settings(CALM)
@given(st.decimals(0, 1_000_000, allow_nan=False, allow_infinity=False, places=6))
def test_every_plain_decimal_is_taken_exactly(value: Decimal) -> None:
    text = format(value, "f")
    assert QUANTITY.validate_python(text) == QUANTITY.validate_python(value) == value
    assert QUANTITY.validate_python(f" {text}\n") == value


@settings(CALM)
@given(st.text(max_size=12))
def test_no_other_text_passes_as_a_number(text: str) -> None:
    plain = text.strip(" \t\r\n")
    is_plain = (
        plain.replace(".", "", 1).isdecimal() and plain.isascii() and plain[0] != "." and plain[-1] != "."
    )
    try:
        QUANTITY.validate_python(text)
    except ValidationError:
        assert not is_plain or Decimal(plain) > 1_000_000 or len(plain) > 10
    else:
        assert is_plain or plain.lstrip("-").strip("0.") == ""  # minus nothing is nothing


def test_the_numbers_nobody_means_are_refused() -> None:
    for odd in [
        "１２",
        "1_000",
        "1e9",
        "NaN",
        "Infinity",
        "-1",
        "+1",
        "1,5",
        ".5",
        "5.",
        "",
        "0x1",
        "1 000",
        "²",
    ]:
        for value in (odd, {"n": odd}):
            try:
                QUANTITY.validate_python(value)
            except ValidationError:
                continue
            raise AssertionError(odd)
    for odd in (True, 1.5, float("nan"), None, [], Decimal("NaN"), Decimal("Infinity"), Decimal("-1")):
        try:
            QUANTITY.validate_python(odd)
        except ValidationError:
            continue
        raise AssertionError(odd)
    assert QUANTITY.validate_python(" 5 ") == 5
    assert QUANTITY.validate_python("13.700000000000001") == Decimal("13.700000000000001")


@settings(CALM)
@given(st.sampled_from(["0", "0.0", "-0", 0]))
def test_nothing_is_not_a_positive_quantity(value: object) -> None:
    try:
        POSITIVE.validate_python(value)
    except ValidationError:
        return
    raise AssertionError(value)


@settings(CALM, max_examples=300)
@given(st.text(max_size=300))
def test_any_text_is_stored_composed_or_refused(text: str) -> None:
    document = {
        "id": "R-1",
        "order": {"name": "S1"},
        "customer": {"name": "A"},
        "currency": "EUR",
        "charges": [{"id": "1", "kind": "tip", "amount": "1"}],
        "note": text,
    }
    incoming = read_document(document, source="shop", origin="")
    if incoming.rma:
        assert incoming.rma.note is not None
        assert Rma.model_validate_json(incoming.rma.model_dump_json()) == incoming.rma
    else:
        assert {issue.where for issue in incoming.issues} == {"note"}
    json.dumps(incoming.document, ensure_ascii=False).encode("utf-8")
    str(incoming.issues).encode("utf-8")

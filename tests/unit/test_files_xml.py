"""XML files: attributes or elements, one line or many, with or without namespaces."""

from typing import Any

import pytest

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.reading import Broken, Piece
from odoo_rma.connector.sources.xml_pieces import xml_pieces
from odoo_rma.mappings.issues import Issue

LIMITS = SourceSettings()


def pieces(
    data: bytes | str, *, step: int = 262_144, limits: SourceSettings = LIMITS
) -> tuple[list[Piece], Issue | None]:
    raw = data.encode() if isinstance(data, str) else data
    found: list[Piece] = []
    try:
        for piece in xml_pieces((raw[i : i + step] for i in range(0, len(raw), step)), limits):
            found.append(piece)  # noqa: PERF402 - what came before the break counts
    except Broken as broken:
        return found, broken.issue
    return found, None


def one(data: bytes | str) -> dict[str, Any]:
    found, broken = pieces(data)
    assert broken is None
    (piece,) = found
    assert piece.issues == ()
    return piece.document


LINES = [{"id": "1", "sku": "A"}, {"id": "2", "sku": "B"}]


@pytest.mark.parametrize(
    "text",
    [
        '<lines><line id="1" sku="A"/><line id="2" sku="B"/></lines>',
        "<lines><line><id>1</id><sku>A</sku></line><line><id>2</id><sku>B</sku></line></lines>",
        '<line id="1" sku="A"/><line><id>2</id><sku>B</sku></line>',
        '<lines id="1" sku="A"/><lines id="2" sku="B"/>',
        '<lines><item id="1" sku="A"/><item id="2" sku="B"/></lines>',
        '<lines>\n <line id=" 1 ">\n <sku>\n A </sku><title/></line><line id="2" sku="B" title=""/>\n</lines>',
    ],
)
def test_two_lines_read_alike_however_they_are_written(text: str) -> None:
    assert one(f"<rma>{text}</rma>") == {"lines": LINES}


@pytest.mark.parametrize(
    "text",
    [
        '<lines><line id="1" sku="A"/></lines>',
        '<line id="1" sku="A"/>',
        "<lines><id>1</id><sku>A</sku></lines>",
    ],
)
def test_one_line_is_a_list_of_one(text: str) -> None:
    assert one(f"<rma>{text}</rma>") == {"lines": LINES[:1]}


def test_no_line_is_an_empty_list_or_nothing() -> None:
    assert one("<rma><lines/></rma>") == {"lines": []}
    assert one("<rma/>") == {}


def test_lists_of_plain_values() -> None:
    assert one("<rma><tags><tag>a</tag><tag> b </tag><tag/></tags></rma>") == {"tags": ["a", "b"]}
    assert one("<rma><tag>a</tag></rma>") == {"tags": ["a"]}
    exchange = (
        "<exchange_lines><exchange_line><replaces><line>1</line></replaces></exchange_line></exchange_lines>"
    )
    assert one(f"<rma>{exchange}</rma>") == {"exchange_lines": [{"replaces": ["1"]}]}


def test_a_wrapper_is_told_from_a_record_that_has_a_field_of_the_items_name() -> None:
    wrapped = '<refunds><refund><lines><line line="1" quantity="2"/></lines></refund></refunds>'
    bare = "<refund><lines><line>1</line><quantity>2</quantity></lines></refund>"
    expected = {"refunds": [{"lines": [{"line": "1", "quantity": "2"}]}]}
    assert one(f"<rma>{wrapped}</rma>") == one(f"<rma>{bare}</rma>") == expected


def test_namespaces_and_prefixes_do_not_matter() -> None:
    text = (
        '<r:rma xmlns:r="urn:r" xmlns="urn:d" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="urn:r r.xsd" r:id="1" xml:lang="en">'
        '<r:lines><x:line xmlns:x="urn:x" x:id="7"><sku xml:space="preserve"> A </sku>'
        '<title xsi:nil="true"/></x:line></r:lines></r:rma>'
    )
    assert one(text) == {"id": "1", "lines": [{"id": "7", "sku": "A"}]}


def test_any_number_of_rmas_in_one_file() -> None:
    found, broken = pieces('<rmas><rma id="1"/>\n<rma><id>2</id></rma><rma></rma></rmas>')
    assert broken is None
    assert [(p.number, p.line, p.document) for p in found] == [
        (1, 1, {"id": "1"}),
        (2, 2, {"id": "2"}),
        (3, 2, {}),
    ]
    assert pieces("<rmas/>") == ([], None)


def test_what_the_list_says_about_its_source_holds_for_each() -> None:
    found, _ = pieces('<rmas source="shop" made="today"><rma id="1"/><rma id="2" source="other"/></rmas>')
    assert [piece.document["source"] for piece in found] == ["shop", "other"]


def test_how_the_bytes_arrive_does_not_matter() -> None:
    text = '<?xml version="1.0"?><!-- é --><rmas><rma id="é&amp;"><note>a&lt;b<![CDATA[</rma>]]></note></rma><rma/></rmas>'
    assert [pieces(text, step=step) for step in range(1, 9)] == [pieces(text)] * 8
    assert pieces(text)[0][0].document == {"id": "é&", "note": "a<b</rma>"}


def test_a_field_given_twice_is_refused() -> None:
    found, _ = pieces('<rma id="1"><id>2</id><lines><line sku="A"><sku>A</sku></line></lines></rma>')
    assert [(issue.code, issue.where) for issue in found[0].issues] == [
        ("given_twice", "id"),
        ("given_twice", "lines.1.sku"),
    ]


def test_text_where_a_record_belongs_is_kept_so_that_the_model_names_it() -> None:
    assert one("<rma><reasons>x</reasons>words</rma>") == {"reasons": "x", "#text": "words"}
    assert one("<rma>words</rma>") == {"#text": "words"}


def test_a_stranger_among_the_rmas_costs_only_itself() -> None:
    found, broken = pieces('<rmas><rma id="1"/><order id="2"/><rma id="3"/></rmas>')
    assert broken is None
    assert [[issue.code for issue in piece.issues] for piece in found] == [[], ["not_an_rma"], []]


@pytest.mark.parametrize("name", ["iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"])
def test_declared_encodings_are_read(name: str) -> None:
    text = f"<?xml version='1.0' encoding='{name}'?><rma id='é'/>"
    assert one(text.encode(name)) == {"id": "é"}


def test_a_mark_before_utf8_is_no_matter() -> None:
    assert one('\ufeff<?xml version="1.0" encoding="UTF-8"?><rma id="é"/>') == {"id": "é"}


@pytest.mark.parametrize(
    ("data", "code", "given"),
    [
        (b"", "empty_file", 0),
        (b" \n ", "empty_file", 0),
        (b"{}", "not_xml", 0),
        (b"<order/>", "not_an_rma", 0),
        (b"<rma>", "truncated", 0),
        (b"<rmas><rma id='1'/><rma id='2'", "truncated", 1),
        (b"<!-- only -->", "truncated", 0),
        (b"<rmas><rma id='1'/></rms>", "not_xml", 1),
        (b"<rmas><rma id='1'/>and so on</rmas>", "not_an_rma", 1),
        (b"<rma/><rma/>", "not_xml", 1),
        (b"<rma>&other;</rma>", "not_xml", 0),
        (b"<rma a='1' a='2'/>", "not_xml", 0),
        (b"<rma>\x00</rma>", "not_xml", 0),
        (b"<rma id='\xff'/>", "not_xml", 0),
        (b"<?xml version='1.0' encoding='utf-7'?><rma/>", "bad_encoding", 0),
        (b"<?xml version='1.0' encoding='idna'?><rma/>", "bad_encoding", 0),
        ("<rma/>".encode("utf-16-le"), "bad_encoding", 0),
        ("<rma/>".encode("utf-32"), "bad_encoding", 0),
        ("<rma/>".encode("utf-16")[:-1], "bad_encoding", 0),
        (b"<!DOCTYPE rma><rma/>", "forbidden_xml", 0),
    ],
)
def test_a_file_that_breaks_says_so_after_giving_what_was_whole(data: bytes, code: str, given: int) -> None:
    found, broken = pieces(data)
    assert broken is not None
    assert (broken.code, len(found)) == (code, given)
    assert broken.way_out


def test_the_limits_end_the_file_where_they_are_passed() -> None:
    limits = SourceSettings(max_depth=4, max_elements=5)
    found, broken = pieces("<rmas><rma><a/></rma><rma><a><b><c/></b></a></rma><rma/></rmas>", limits=limits)
    assert len(found) == 1
    assert broken is not None
    assert broken.code == "too_deep"
    found, broken = pieces("<rmas>" + "<rma/>" * 9 + "<rma>" + "<a/>" * 9 + "</rma></rmas>", limits=limits)
    assert len(found) == 9
    assert broken is not None
    assert broken.code == "too_many_elements"

"""JSON files: one RMA, a list, one a line; a bad one costs only itself."""

import json
from typing import Any

import pytest

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.json_pieces import json_pieces
from odoo_rma.connector.sources.reading import Broken, Piece
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import Decimal

LIMITS = SourceSettings()


def pieces(
    data: bytes | str, *, step: int = 262_144, lines: bool = False, limits: SourceSettings = LIMITS
) -> tuple[list[Piece], Issue | None]:
    raw = data.encode() if isinstance(data, str) else data
    found: list[Piece] = []
    try:
        for piece in json_pieces((raw[i : i + step] for i in range(0, len(raw), step)), limits, lines=lines):
            found.append(piece)  # noqa: PERF402 - what came before the break counts
    except Broken as broken:
        return found, broken.issue
    return found, None


def documents(data: bytes | str, **options: Any) -> list[dict[str, Any]]:
    found, broken = pieces(data, **options)
    assert broken is None
    assert [piece.issues for piece in found] == [()] * len(found)
    return [piece.document for piece in found]


def test_one_object_a_list_or_one_a_line() -> None:
    assert documents('{"id": "1"}') == [{"id": "1"}]
    assert documents('[{"id": "1"}, {"id": "2"}]') == [{"id": "1"}, {"id": "2"}]
    assert documents('{"id": "1"}\n\n{"id": "2"}\r\n') == [{"id": "1"}, {"id": "2"}]
    assert documents('{\n "id": "1",\n "lines": [\n {}\n ]\n}\n') == [{"id": "1", "lines": [{}]}]
    assert documents("[]") == []
    assert documents('\ufeff[{"id": "1"}]') == [{"id": "1"}]


def test_how_the_bytes_arrive_does_not_matter() -> None:
    text = json.dumps([{"id": 'a"]}\\', "x": [{"y": 'é\\"'}, [1.50, None]]}, {"id": "2"}], ensure_ascii=False)
    whole = pieces(text)
    assert [pieces(text, step=step) for step in range(1, 9)] == [whole] * 8
    broken = '[{"a": "x"}, {"b": nope}, 7, "s, {", {"c": {}},]'
    assert [pieces(broken, step=step) for step in range(1, 9)] == [pieces(broken)] * 8


def test_numbers_stay_exact() -> None:
    (document,) = documents('{"a": 13.700000000000001, "b": 2, "c": 0.10, "d": -3}')
    assert document == {"a": Decimal("13.700000000000001"), "b": 2, "c": Decimal("0.10"), "d": -3}
    assert str(document["c"]) == "0.10"


def test_numbers_that_are_no_plain_decimals_stay_text_for_the_model_to_refuse() -> None:
    (document,) = documents('{"a": 1e999999999, "b": NaN, "c": -Infinity, "d": ' + "9" * 5000 + "}")
    assert {name: type(value) for name, value in document.items()} == dict.fromkeys("abcd", str)


def test_a_broken_item_of_a_list_costs_only_itself() -> None:
    found, broken = pieces('[{"id": "1"},\n {"id": },\n {"id": "3"}]')
    assert broken is None
    assert [(p.number, p.line, bool(p.issues)) for p in found] == [(1, 1, False), (2, 2, True), (3, 3, False)]
    assert found[1].issues[0].code == "not_json"
    assert found[1].issues[0].where == "line 2"
    assert found[1].document == {"unreadable": '\n {"id": }'}


def test_a_broken_line_costs_only_itself() -> None:
    found, broken = pieces('{"id": "1"}\n{"id": \n{"id": "3"}\n')
    assert broken is None
    assert [(p.line, [i.code for i in p.issues]) for p in found] == [(1, []), (2, ["not_json"]), (3, [])]


def test_a_broken_first_line_does_not_hide_the_others() -> None:
    for lines in (True, False):
        found, broken = pieces('{"id": "1"\n{"id": "2"}\n{"id": "3"}', lines=lines)
        assert broken is None
        assert [p.document.get("id") for p in found] == [None, "2", "3"]


def test_bytes_that_are_not_utf8_cost_only_their_item() -> None:
    found, broken = pieces(b'[{"id": "1"},\n{"id": "caf\xe9"}, {"id": "3"}]')
    assert broken is None
    assert found[1].issues[0].code == "bad_encoding"
    assert "0xe9" in found[1].issues[0].message
    assert found[2].document == {"id": "3"}


def test_two_fields_of_one_name_are_refused() -> None:
    found, _ = pieces('[{"id": "1", "lines": [{"sku": "A", "sku": "B"}]}, {"id": "2"}]')
    assert [issue.code for issue in found[0].issues] == ["duplicate_key"]
    assert "'sku'" in found[0].issues[0].message
    assert found[1].issues == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('[{"a": 1},, {"b": 2}]', [[], ["not_json"], []]),
        ('[{"a": 1}, {"b": 2},]', [[], [], ["not_json"]]),
        ('[{"a": 1} {"b": 2}]', [["not_json"]]),
        ('[5, "text", null, [], {"b": 2}]', [["not_an_rma"]] * 4 + [[]]),
        ('{"a": 1} {"b": 2}', [[], []]),
    ],
)
def test_what_stands_in_a_list_and_is_no_rma_is_named(text: str, codes: list[list[str]]) -> None:
    found, broken = pieces(text)
    assert broken is None
    assert [[issue.code for issue in piece.issues] for piece in found] == codes


@pytest.mark.parametrize(
    ("text", "code", "given"),
    [
        ("", "empty_file", 0),
        (" \n\t ", "empty_file", 0),
        ("hello", "not_json", 0),
        ("5", "not_json", 0),
        ('[{"a": 1}', "truncated", 1),
        ('[{"a": 1}, {"b": "x', "truncated", 1),
        ("[", "truncated", 0),
        ('{"a": [1, 2', "truncated", 0),
        ('[{"a": 1}] and more', "not_json", 1),
        ('[{"a": 1}]]', "not_json", 1),
        ('{"a": 1}}', "not_json", 1),
    ],
)
def test_a_file_that_breaks_says_where_after_giving_what_was_whole(text: str, code: str, given: int) -> None:
    found, broken = pieces(text)
    assert broken is not None
    assert broken.code == code
    assert broken.way_out
    assert len([piece for piece in found if not piece.issues]) == given


def test_utf16_is_named_as_such() -> None:
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        _, broken = pieces('[{"id": "1"}]'.encode(name))
        assert broken is not None
        assert (broken.code, broken.way_out) == ("bad_encoding", "Save it as UTF-8.")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-be"])
def test_an_end_in_another_encoding_is_no_whole_item(encoding: str) -> None:
    # Bytes are never guessed to be UTF-16 or UTF-32: that would load a codec and call the broken end an item.
    found, broken = pieces(b'[{"id": "R-1"},' + '{"id": "R-2"}'.encode(encoding))
    assert [piece.document for piece in found] == [{"id": "R-1"}]
    assert broken is not None
    assert broken.code == "truncated"


def test_the_limits_end_the_file_where_they_are_passed() -> None:
    limits = SourceSettings(max_depth=3, max_elements=10)
    found, broken = pieces('[{"a": [{}]}, {"a": [[[]]]}, {"b": 1}]', limits=limits)
    assert [piece.document for piece in found] == [{"a": [{}]}]
    assert broken is not None
    assert broken.code == "too_deep"
    found, broken = pieces(json.dumps([{"a": 1}, {"a": list(range(20))}]), limits=limits)
    assert len(found) == 1
    assert broken is not None
    assert broken.code == "too_many_elements"


def test_a_file_of_rubbish_is_given_up() -> None:
    found, broken = pieces("[" + "nope," * 5000 + "{}]")
    assert len(found) == 100
    assert broken is not None
    assert "100 items are not readable" in broken.message

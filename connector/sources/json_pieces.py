"""Reads the items of a JSON file: exact decimals, no field twice, and each broken item explained by itself."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.json_cutter import SPACE, cut_json
from odoo_rma.connector.sources.reading import SEND_AGAIN, Broken, Piece
from odoo_rma.connector.sources.words import show
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import Decimal

__all__ = ["json_pieces"]

_MOST_BROKEN = 100


def json_pieces(chunks: Iterator[bytes], settings: SourceSettings, *, lines: bool = False) -> Iterator[Piece]:
    """Give the items of a JSON file in order.

    Args:
        chunks: the bytes of the file, in pieces of any size.
        settings: the limits.
        lines: one object a line for sure; otherwise it is found out from the first lines.

    Raises:
        Broken: the rest of the file cannot be read; the items before it were given.

    """
    texts = cut_json(chunks, settings, lines=lines)
    broken = 0
    for number, (text, line) in enumerate(texts, 1):
        document, issues = _loads(text, line)
        yield Piece(number, line, document, issues)
        broken += set(document) == {"unreadable"}
        if broken == _MOST_BROKEN:
            raise Broken("not_json", f"{broken} items are not readable; the rest was not read.", SEND_AGAIN)


def _loads(text: bytes, line: int) -> tuple[dict[str, Any], tuple[Issue, ...]]:
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(found)
        if len(record) < len(found):
            twice.extend(name for name, times in Counter(name for name, _ in found).items() if times > 1)
        return record

    try:
        value = json.loads(
            text.decode("utf-8"),
            parse_float=_number,
            parse_int=_whole,
            parse_constant=str,
            object_pairs_hook=pairs,
        )
    except ValueError as error:
        return _unreadable(text), (_not_json(error, text, line),)
    if not isinstance(value, dict):
        reason = Issue("not_an_rma", "This item is not an object with fields.", "See docs/rma-format.md.")
        return _unreadable(text), (reason,)
    return value, tuple(_given_twice(name) for name in twice[:5])


def _number(text: str) -> Decimal | str:
    # An exponent stays text: "1e999999999" would fill the memory as a number; the model refuses it in plain words.
    return Decimal(text) if len(text) <= 40 and text.replace(".", "").lstrip("-").isdigit() else text


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= 40 else text


def _given_twice(name: str) -> Issue:
    return Issue(
        "duplicate_key",
        f"The field {show(name)} is given twice in one object, so nobody knows which one counts.",
        "Give it once.",
    )


def _unreadable(text: bytes) -> dict[str, Any]:
    return {"unreadable": text[:2000].decode("utf-8", "backslashreplace")}


def _not_json(error: ValueError, text: bytes, line: int) -> Issue:
    if isinstance(error, UnicodeDecodeError):
        at = line + text.strip(SPACE)[: error.start].count(b"\n")
        byte = text[error.start]
        return Issue(
            "bad_encoding", f"The byte 0x{byte:02x} is not UTF-8.", "Save it as UTF-8.", f"line {at}"
        )
    if not text.strip(SPACE):
        return Issue(
            "not_json", "Before or after this comma stands nothing.", "Remove the comma.", f"line {line}"
        )
    blank = text[: len(text) - len(text.lstrip(SPACE))].count(b"\n")
    at = line - blank + (error.lineno - 1 if isinstance(error, json.JSONDecodeError) else 0)
    said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return Issue("not_json", f"This is not JSON: {said}.", SEND_AGAIN, f"line {at}")

"""Cuts a JSON file into its items without holding the file: one object, a list of objects, or one object a line.

Only brackets and commas outside of strings are looked at. So one broken item leaves the others whole, each item's line
is known, and nothing recurses before the depth is known to be small.
"""

import json
import re
from collections.abc import Iterator

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.reading import MAX_ITEM, SEND_AGAIN, Broken

__all__ = ["SPACE", "cut_json"]

SPACE = b" \t\r\n"
_HEAD = 65_536  # bytes looked at to tell one object a line from one object
# Skips all text and whole strings up to the next bracket or comma, or to the quote of a string that is not whole yet.
# Possessive, so that it cannot backtrack; the end counts as a match, so that the search never starts over inside text.
_TOKEN = re.compile(rb'(?:[^"{}\[\],]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+(["{}\[\],]|\Z)', re.DOTALL)
_OPEN, _CLOSE, _COMMA, _QUOTE = b"{[", b"}]", ord(","), ord('"')


def cut_json(
    chunks: Iterator[bytes], settings: SourceSettings, *, lines: bool
) -> Iterator[tuple[bytes, int]]:
    """Give the text of each item and the line it begins on.

    Args:
        chunks: the bytes of the file, in pieces of any size.
        settings: the limits.
        lines: one object a line for sure; otherwise it is found out from the first lines.

    Raises:
        Broken: the rest of the file cannot be read; the items before it were given.

    """
    head = _first_bytes(chunks)
    rest = _chain(head, chunks)
    if lines or _looks_like_lines(head, settings):
        return _lines(rest, settings)
    return _Cutter(rest, settings, listed=head.lstrip(SPACE).startswith(b"[")).items()


def _first_bytes(chunks: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD and head.strip(SPACE):
            break
        _fits(len(head), 1)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        raise Broken("bad_encoding", "The file is UTF-16 or UTF-32.", "Save it as UTF-8.")
    head = head.removeprefix(b"\xef\xbb\xbf")
    begin = head.strip(SPACE)[:1]
    if not begin:
        raise Broken("empty_file", "The file is empty.", "Send it again, or delete it.")
    if begin not in b"[{":
        found = begin.decode("ascii", "backslashreplace")
        raise Broken(
            "not_json", f"The file begins with {found!r}, which is neither an object nor a list.", SEND_AGAIN
        )
    return head


def _chain(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from chunks


def _looks_like_lines(head: bytes, settings: SourceSettings) -> bool:
    # One object a line: the first line is whole by itself, or it is broken and the second one is whole.
    shown = (text for text in head.split(b"\n") if text.strip(SPACE))
    first, second = next(shown, b""), next(shown, b"")
    if not first.lstrip(SPACE).startswith(b"{"):
        return False
    if _is_object(first, settings):
        return bool(second)
    return (
        second.startswith(b"{") and first.rstrip(SPACE)[-1:] not in b",[:{" and _is_object(second, settings)
    )


def _is_object(text: bytes, settings: SourceSettings) -> bool:
    try:
        _measure(text, settings)
        return isinstance(json.loads(text.decode("utf-8")), dict)  # bytes it would take for UTF-16, too
    except (ValueError, Broken):
        return False


def _lines(chunks: Iterator[bytes], settings: SourceSettings) -> Iterator[tuple[bytes, int]]:
    number, open_line = 0, b""
    for chunk in chunks:
        *whole, open_line = (open_line + chunk).split(b"\n")
        for text in whole:
            number += 1
            yield from _one_line(text, number, settings)
        _fits(len(open_line), number + 1)
    yield from _one_line(open_line, number + 1, settings)


def _one_line(text: bytes, number: int, settings: SourceSettings) -> Iterator[tuple[bytes, int]]:
    if text.strip(SPACE):
        _fits(len(text), number)
        _measure(text, settings, number)
        yield text, number


def _fits(size: int, line: int) -> None:
    if size > MAX_ITEM:
        raise Broken(
            "too_large",
            f"One RMA is larger than {MAX_ITEM:,} bytes; from here on the file was not read.",
            "Check that the file is what it should be; an RMA of that size is not accepted.",
            f"line {line}",
        )


def _measure(text: bytes, settings: SourceSettings, line: int = 1) -> None:
    """Refuse one item that is nested too deep or has too many values.

    Raises:
        Broken: over a limit.

    """
    nesting = _Nesting(settings)
    for found in _TOKEN.finditer(text):
        if found[1] in (b"", b'"'):  # the end, or a string that never ends
            return
        nesting.count(found[1][0], line)


class _Nesting:
    """Depth and number of values of one item."""

    def __init__(self, settings: SourceSettings) -> None:
        self.depth = self.values = 0
        self._settings = settings

    def count(self, token: int, line: int) -> None:
        if token in _CLOSE:
            self.depth -= 1
            return
        self.depth += token in _OPEN
        self.values += 1
        if self.depth > self._settings.max_depth:
            raise _too_much("too_deep", f"nested deeper than {self._settings.max_depth} levels", line)
        if self.values > self._settings.max_elements:
            raise _too_much(
                "too_many_elements", f"made of more than {self._settings.max_elements:,} values", line
            )


def _too_much(code: str, what: str, line: int) -> Broken:
    return Broken(
        code,
        f"One RMA is {what}; from here on the file was not read.",
        "Check that the file is what it should be; max_depth and max_elements of the source set the limits.",
        f"line {line}",
    )


class _Cutter:
    """Finds the items of a list, or of objects that follow each other, in bytes that come bit by bit."""

    def __init__(self, chunks: Iterator[bytes], settings: SourceSettings, *, listed: bool) -> None:
        self._chunks, self._settings, self._listed = chunks, settings, listed
        self._data = b""
        self._at = 0  # scanned up to here
        self._start = 0  # here begins the present item
        self._line = 1  # of _start
        self._begun = self._ended = False  # the list
        self._nesting = _Nesting(settings)

    def items(self) -> Iterator[tuple[bytes, int]]:
        """Give each item's text and line; ends with `Broken` when the file does not end where it should."""
        for chunk in self._chunks:
            self._data = self._data[self._start :] + chunk
            self._at, self._start = self._at - self._start, 0
            yield from self._scan()
            _fits(len(self._data) - self._start, self._line)
        yield from self._finish()

    def _scan(self) -> Iterator[tuple[bytes, int]]:
        for found in _TOKEN.finditer(self._data, self._at):
            place = found.start(1)
            if place == len(self._data):
                return
            token = self._data[place]
            if token == _QUOTE:
                self._at = place
                return
            self._at = found.end()
            if self._listed and not self._begun:
                self._begun, self._start = True, self._at
                continue
            self._nesting.count(token, self._line)
            yield from self._edge(token, place)

    def _edge(self, token: int, place: int) -> Iterator[tuple[bytes, int]]:
        depth = self._nesting.depth
        if self._ended or (depth < 0 and not self._listed):
            raise self._stray()
        if self._listed and depth == 0 and token == _COMMA:
            yield self._cut(place, self._at)
        elif self._listed and depth < 0:
            self._ended = True
            if self._data[self._start : place].strip(SPACE) or self._first is False:
                yield self._cut(place, self._at)
            self._start = self._at
        elif not self._listed and depth == 0 and token in _CLOSE:
            yield self._cut(self._at, self._at)

    _first = True

    def _cut(self, end: int, after: int) -> tuple[bytes, int]:
        text = self._data[self._start : end]
        blank = len(text) - len(text.lstrip(SPACE))
        line = self._line + text.count(b"\n", 0, blank)
        self._line += self._data.count(b"\n", self._start, after)
        self._start, self._nesting, self._first = after, _Nesting(self._settings), False
        return text, line

    def _stray(self) -> Broken:
        return Broken(
            "not_json",
            "After the last RMA stands text that belongs to none.",
            SEND_AGAIN,
            f"line {self._line}",
        )

    def _finish(self) -> Iterator[tuple[bytes, int]]:
        rest = self._data[self._start :]
        if self._ended or not self._listed:
            if not rest.strip(SPACE):
                return
            if self._ended or not self._nesting.depth:
                raise self._stray()
        elif not self._nesting.depth and _is_object(rest, self._settings):
            yield self._cut(len(self._data), len(self._data))
        line = self._line + self._data.count(b"\n", self._start)
        raise Broken("truncated", "The file ends in the middle.", "Send it again, whole.", f"line {line}")

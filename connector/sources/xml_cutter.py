"""Cuts an XML file into its `<rma>` elements without holding the file, and refuses what XML could do harm with."""

import re
from dataclasses import dataclass
from xml.parsers import expat

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.reading import MAX_ITEM, SEND_AGAIN, Broken
from odoo_rma.connector.sources.words import show

__all__ = ["Found", "XmlCutter"]

_LONGEST_TAG = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """The text of one element in the place of an RMA."""

    text: bytes
    line: int
    name: str
    source: str | None  # what <rmas source="…"> says for all


class XmlCutter:
    """Finds the RMAs in bytes that come bit by bit. What breaks the file waits in `broken` behind what was found."""

    def __init__(self, settings: SourceSettings) -> None:
        self.found: list[Found] = []
        self.broken: Broken | None = None
        self._settings = settings
        self._data, self._base = b"", 0  # what may still be needed, and its place in the file
        self._depth = self._elements = 0
        self._source: str | None = None
        self._item_depth = 0  # 1 when the root is the RMA, 2 inside <rmas>
        self._from = self._line = self._seen = 0
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text
        parser.DefaultHandler = self._other
        parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> None:
        """Take in more of the file."""
        self._data += chunk
        try:
            self._parser.Parse(chunk, False)
            self._check_size()
        except expat.ExpatError as error:
            self.broken = self._not_xml(error)
        except Broken as broken:
            self.broken = broken
        keep = min(self._from, self._seen) if self._in_item() else self._seen
        self._data, self._base = self._data[keep - self._base :], keep

    def end(self) -> None:
        """Say that nothing follows.

        Raises:
            Broken: the file ends in the middle.

        """
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            line = f"line {error.lineno}"
            raise Broken("truncated", "The file ends in the middle.", "Send it again, whole.", line) from None

    def _in_item(self) -> bool:
        return bool(self._item_depth) and self._depth >= self._item_depth

    def _check_size(self) -> None:
        # A tag that does not end is scanned again with every chunk: expat needs this limit to stay linear.
        waiting = self._base + len(self._data) - self._seen
        if waiting > _LONGEST_TAG:
            raise self._limit("too_large", f"One tag is longer than {_LONGEST_TAG:,} bytes")
        if self._in_item() and self._base + len(self._data) - self._from > MAX_ITEM:
            raise self._limit("too_large", f"One RMA is larger than {MAX_ITEM:,} bytes")

    def _limit(self, code: str, what: str) -> Broken:
        return Broken(
            code,
            f"{what}; from here on the file was not read.",
            "Check that the file is what it should be; docs/rma-format.md lists the limits.",
            f"line {self._parser.CurrentLineNumber}",
        )

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._seen = self._parser.CurrentByteIndex
        self._depth += 1
        if self._depth == 1:
            self._root(name, attributes)
        if self._depth == self._item_depth:
            self._from, self._line, self._elements = self._seen, self._parser.CurrentLineNumber, 0
        self._elements += 1 + len(attributes)
        if self._depth > self._settings.max_depth:
            raise self._limit("too_deep", f"The file is nested deeper than {self._settings.max_depth} levels")
        if self._elements > self._settings.max_elements:
            raise self._limit(
                "too_many_elements", f"One RMA has more than {self._settings.max_elements:,} elements"
            )

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local not in ("rma", "rmas"):
            raise Broken(
                "not_an_rma",
                f"The root element is {show(local)}, not rma or rmas.",
                "See docs/rma-format.md for the form of an RMA.",
                f"line {self._parser.CurrentLineNumber}",
            )
        self._item_depth = 1 if local == "rma" else 2
        self._source = attributes.get("source") if local == "rmas" else None

    def _close(self, name: str) -> None:
        self._seen = place = self._parser.CurrentByteIndex
        if self._depth == self._item_depth:
            # For <rma/> expat gives the place behind it, for <rma>…</rma> the place of the closing tag.
            begin, at = self._from - self._base, place - self._base
            closing = re.compile(rb"</" + re.escape(name.encode()) + rb"\s*>").match(self._data, at)
            text = self._data[begin : closing.end() if closing else at]
            self.found.append(Found(text, self._line, _local(name), self._source))
            self._elements = 0
        self._depth -= 1

    def _text(self, text: str) -> None:
        self._seen = self._parser.CurrentByteIndex
        if not self._in_item() and text.strip():
            raise Broken(
                "not_an_rma",
                f"Between the RMAs stands text: {show(text.strip())}.",
                SEND_AGAIN,
                f"line {self._parser.CurrentLineNumber}",
            )

    def _other(self, _: str) -> None:
        self._seen = self._parser.CurrentByteIndex

    def _doctype(self, *_: object) -> None:
        raise Broken(
            "forbidden_xml",
            "The file has a document type definition (<!DOCTYPE …>), through which XML can multiply or fetch things.",
            "Send the file without it; entities other than &amp; &lt; &gt; &quot; &apos; are not read.",
            f"line {self._parser.CurrentLineNumber}",
        )

    def _not_xml(self, error: expat.ExpatError) -> Broken:
        said = expat.ErrorString(error.code)
        return Broken("not_xml", f"This is not XML: {said}.", SEND_AGAIN, f"line {error.lineno}")


def _local(name: str) -> str:
    return name.rpartition(":")[2]

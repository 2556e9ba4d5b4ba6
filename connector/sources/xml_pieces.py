"""Reads the RMAs of an XML file one at a time with xmltodict.

Expat checks the form, the depth and the number of elements before. Document type definitions are refused, and with
them every entity and every outside reference, so nothing is ever fetched or multiplied.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import xmltodict

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.reading import MAX_ITEM, SEND_AGAIN, Broken, Piece
from odoo_rma.connector.sources.words import show
from odoo_rma.connector.sources.xml_cutter import Found, XmlCutter
from odoo_rma.connector.sources.xml_shape import to_shape
from odoo_rma.mappings.issues import Issue

__all__ = ["xml_pieces"]

_ENCODINGS = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "windows-1252",
}
_HEAD = 1024  # bytes in which the XML declaration must stand
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def xml_pieces(chunks: Iterator[bytes], settings: SourceSettings) -> Iterator[Piece]:
    """Give the RMAs of an XML file in order: the root is one `<rma>`, or `<rmas>` around any number of them.

    Raises:
        Broken: the rest of the file cannot be read; the RMAs before it were given.

    """
    cutter = XmlCutter(settings)
    number = 0
    for chunk in _as_utf8(chunks):
        cutter.feed(chunk)
        while cutter.found:
            number += 1
            yield _piece(cutter.found.pop(0), number)
        if cutter.broken:
            raise cutter.broken
    cutter.end()


def _as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD and (head.strip() or len(head) > MAX_ITEM):
            break
    if not head.strip():
        raise Broken("empty_file", "The file is empty.", "Send it again, or delete it.")
    encoding = _encoding(head)
    if encoding == "utf-8":
        yield head.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    yield _decoded(decoder, head)
    for chunk in chunks:
        yield _decoded(decoder, chunk)
    yield _decoded(decoder, b"", final=True)


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Broken("bad_encoding", "The file is UTF-32.", "Save it as UTF-8.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head[:4]:
        raise Broken(
            "bad_encoding", "The file is UTF-16 without its mark, or not text at all.", "Save it as UTF-8."
        )
    declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode().lower() if declared else "utf-8"
    if name not in _ENCODINGS:
        raise Broken(
            "bad_encoding", f"The encoding {show(name)} is not read here.", "Save it as UTF-8.", "line 1"
        )
    return _ENCODINGS[name]


def _decoded(decoder: codecs.IncrementalDecoder, data: bytes, *, final: bool = False) -> bytes:
    try:
        return decoder.decode(data, final).encode()
    except UnicodeError as error:
        raise Broken(
            "bad_encoding", f"The text does not fit its encoding: {error}.", "Save it as UTF-8."
        ) from None


def _piece(found: Found, number: int) -> Piece:
    if found.name != "rma":
        return Piece(number, found.line, _unreadable(found), (_stranger(found),))
    try:
        document = xmltodict.parse(found.text, encoding="utf-8", force_list=True)
    except (expat.ExpatError, ValueError) as error:
        reason = Issue("not_xml", f"This is not XML: {error}.", SEND_AGAIN, f"line {found.line}")
        return Piece(number, found.line, _unreadable(found), (reason,))
    ((element,),) = document.values()
    data, issues = to_shape(element)
    if found.source is not None:
        data.setdefault("source", found.source)
    return Piece(number, found.line, data, issues)


def _stranger(found: Found) -> Issue:
    return Issue(
        "not_an_rma",
        f"Among the RMAs stands a <{found.name[:60]}>.",
        "Only <rma> is read here.",
        f"line {found.line}",
    )


def _unreadable(found: Found) -> dict[str, Any]:
    return {"unreadable": found.text[:2000].decode("utf-8", "replace")}

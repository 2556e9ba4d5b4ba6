"""Reads any bytes as a file of a form, and says what was wrong with the reading: the judge of the fuzz.

A file is read or refused in our own words, the same however its bytes arrive; nothing else is opened, and time and
memory stay within bounds. Anything else raises.
"""

import codecs
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from zlib import crc32

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.json_pieces import json_pieces
from odoo_rma.connector.sources.reading import Broken, Piece, read_document
from odoo_rma.connector.sources.xml_pieces import xml_pieces
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.store.content import as_json, digest, document_digest

LIMITS = SourceSettings()
Reader = Callable[[Iterator[bytes]], Iterator[Piece]]

FORMS: dict[str, Reader] = {
    "json": lambda chunks: json_pieces(chunks, LIMITS),
    "lines": lambda chunks: json_pieces(chunks, LIMITS, lines=True),
    "xml": lambda chunks: xml_pieces(chunks, LIMITS),
}
SECONDS, KILOBYTES = 2, 100_000
"""Processor time and memory that one input may take, as in test_hostile_files.py."""

CUTS = (3, 17, 61, 509)
"""Sizes of the pieces in which the bytes arrive the second time; which one is up to the input."""

FORBIDDEN = ("open", "socket.", "subprocess.", "os.", "urllib.", "ctypes.")

Read = tuple[list[Piece], Issue | None]


class Touched(Exception):
    """Reading opened, started or loaded something."""


class Witness:
    """Watches what is opened while an input is read."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.reading = False
        for name in ("ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"):
            codecs.lookup(name)  # reads a file of Python's own
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.reading and event.startswith(FORBIDDEN):
            self.seen.append(f"{event} {arguments!r}")

    def watch(self, form: str, data: bytes) -> Read:
        """Read the bytes, and judge what came of it.

        Raises:
            Touched: something else was opened.
            AssertionError: it took too much, or what it says is not what we promise.

        """
        held, began = _peak(), time.process_time()
        self.seen.clear()
        self.reading = True
        try:
            whole = read(form, [data])
        finally:
            self.reading = False
        if self.seen:
            raise Touched("; ".join(self.seen))
        seconds, more = time.process_time() - began, _peak() - held
        assert seconds < SECONDS, f"{seconds:.1f} s of processor time"
        assert more < KILOBYTES, f"{more:,} kB"
        sizes = [size for size in CUTS if size < len(data)] or [1]
        size = sizes[crc32(data) % len(sizes)]
        pieces = read(form, [data[at : at + size] for at in range(0, len(data), size)])
        assert in_short(pieces) == in_short(whole), f"other when it arrives by {size}: {pieces} and {whole}"
        for piece in whole[0]:
            judge(piece)
        if whole[1]:
            in_words(whole[1])
        return whole


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def read(form: str, chunks: list[bytes]) -> Read:
    """Give the items that are read, and why the rest was not."""
    found: list[Piece] = []
    try:
        for piece in FORMS[form](iter(chunks)):
            found.append(piece)  # noqa: PERF402 - what came before the break counts
    except Broken as broken:
        return found, broken.issue
    return found, None


def in_short(read: Read) -> tuple[list[Piece], tuple[str, str] | None]:
    """Give what was read, and the rule and the place of the break; its words may quote as much as had arrived."""
    return read[0], (read[1].code, read[1].where) if read[1] else None


def judge(piece: Piece) -> None:
    """Take one item as far as the store takes it."""
    incoming = read_document(piece.document, source="shop", origin="a file", issues=piece.issues)
    assert (incoming.rma is None) == bool(incoming.issues), incoming
    for issue in incoming.issues:
        in_words(issue)
    json.dumps(incoming.document, ensure_ascii=False).encode("utf-8")
    document_digest(incoming.document)
    again = read_document(json.loads(as_json(incoming.document)), source="shop", origin="retry")
    if incoming.rma:
        assert again.rma == incoming.rma, (again, incoming)
        kept(incoming, incoming.rma)


def kept(incoming: Incoming, rma: Rma) -> None:
    """An RMA that was taken comes back from the store as it was, under the same digest."""
    back = Rma.model_validate_json(rma.model_dump_json())
    assert back == rma, (back, rma)
    assert digest(back) == digest(rma), rma
    assert incoming.id == rma.id, incoming


def in_words(issue: Issue) -> None:
    """A reason is a sentence that can be printed anywhere, with a way out, and not longer than people read."""
    for text in (issue.message, issue.way_out, issue.where):
        assert text.isprintable(), issue
        assert len(text) < 5_000, issue
    assert issue.code.isidentifier(), issue
    assert issue.message, issue
    assert issue.way_out, issue

"""The file source: RMAs as JSON or XML files, dropped into a folder by anyone."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Incoming, News, Reply
from odoo_rma.connector.sources.document import as_document
from odoo_rma.connector.sources.folder import Drop, Folder, file_name, shown
from odoo_rma.connector.sources.json_pieces import json_pieces
from odoo_rma.connector.sources.reading import Broken, Piece, read_document
from odoo_rma.connector.sources.xml_pieces import xml_pieces
from odoo_rma.mappings.ownership import Fact

__all__ = ["FileSource"]

INBOX = "inbox"
"""How every cursor begins: what was settled before lies in other folders. Then comes the mark of the last settlement."""

_MOST_REASONS = 1_000


@dataclass(slots=True)
class _Outcome:
    """What came out of one file of the inbox."""

    file: Drop
    accepted: int = 0
    refused: int = 0
    readable: bool = True  # by the operating system
    reasons: list[dict[str, Any]] = field(default_factory=list)

    def add(self, incoming: Incoming) -> None:
        if not incoming.issues:
            self.accepted += 1
            return
        self.refused += 1
        self.readable = self.readable and incoming.issues[0].code != "unreadable_file"
        if len(self.reasons) < _MOST_REASONS:
            issues = [issue.as_dict() for issue in incoming.issues]
            self.reasons.append({"where": incoming.origin, "id": incoming.id, "issues": issues})

    def report(self) -> dict[str, Any] | None:
        """Give what stands beside a refused file; None when all of it was readable."""
        if not self.refused:
            return None
        return {
            "file": shown(self.file.path),
            "accepted": self.accepted,
            "refused": self.refused,
            "reasons": self.reasons,
        }


class FileSource:
    """Reads a folder of RMA files; see docs/rma-format.md.

    Raises:
        BadSettings: the folder cannot be used.

    """

    def __init__(self, name: str, settings: SourceSettings, *, now: Callable[[], float] = time.time) -> None:
        self.name = name
        self.notes: list[str] = []
        self.cursor: str | None = None
        self._settings, self._now = settings, now
        self._folder = Folder(settings.path)
        self._read: list[_Outcome] = []
        self._reading = False
        self._mark = ""

    takes = frozenset(Fact)

    def changes(self, since: str | None) -> Iterator[Incoming]:
        """Give every RMA in the inbox; first those of the files settled before, unless `since` is the last settlement.

        It is not where the store is new, or an old copy of it was put back. Nothing is given while another run holds
        the inbox; a note says so.
        """
        self.notes, self._read, self._mark = [], [], ""
        if not self._folder.claim():
            self.notes.append(f"Another run is reading {self._folder.inbox}; nothing was taken.")
            return
        self._reading = True
        if since != _cursor(self._folder.settlement()):
            for file in self._folder.settled():
                yield from self._items(file, f"{file.path.parent.name}/{shown(file.path)}")
        for file in self._folder.waiting(self._now(), self._settings.quiet_seconds, self.notes.append):
            yield from self._inbox_file(file)
        mark = self._next_mark() if self._read else self._folder.settlement()
        self._reading, self.cursor = False, _cursor(mark)

    def settle(self) -> None:
        """Move every file that was read to its end to `done`, or with its reasons to `refused`.

        Raises:
            StoreFailed: a file could not be moved; it and those after it are still in the inbox.

        """
        if self._read:
            # First: a run that dies before its cursor is kept, or between two files, reads all again.
            self._folder.mark_settlement(self._next_mark())
        while self._read:
            outcome = self._read[0]
            if outcome.file.changed:
                self.notes.append(
                    f"{shown(outcome.file.path)}: changed since it was read, left for the next run."
                )
            else:
                self._folder.put_away(outcome.file.path, outcome.report())
            self._read.pop(0)
        if not self._reading:
            self._folder.release()

    def read(self, rma_id: str) -> Incoming | None:
        """Give the newest revision of an RMA among all files, settled or waiting."""
        files = [*self._folder.settled(), *self._folder.waiting(self._now(), 0, lambda _: None)]
        found = [i for f in files for i in self._items(f, shown(f.path)) if i.id == rma_id and i.rma]
        return max(reversed(found), key=lambda i: i.rma.revision if i.rma else 0, default=None)

    def link(self, rma_id: str) -> str:
        """Files have no screens."""
        return ""

    def tell(self, news: News) -> Reply:
        """Write `outbox/<id>.json`, the RMA with what Odoo holds of it, and `outbox/<id>.decision.json`.

        docs/rma-format.md and docs/policy.md explain what stands in them.

        Raises:
            StoreFailed: it could not be written.

        """
        name, done = file_name(news.rma.id), []
        if news.decision and self._folder.send(f"{name}.decision.json", dict(news.decision)):
            done.append("told what was decided")
        if not news.in_erp.documents and not (news.in_erp.lines and self._folder.was_sent(f"{name}.json")):
            return Reply(tuple(done))
        document, issues = as_document(news)
        if self._folder.send(f"{name}.json", document):
            done.append("told what Odoo holds")
        return Reply(tuple(done), issues)

    def close(self) -> None:
        """Let go of the inbox; what was not settled stays there."""
        self._read, self._reading = [], False
        self._folder.release()

    def _next_mark(self) -> str:
        self._mark = self._mark or token_hex(8)
        return self._mark

    def _inbox_file(self, file: Drop) -> Iterator[Incoming]:
        outcome = _Outcome(file)
        for incoming in self._items(file, shown(file.path)):
            outcome.add(incoming)
            yield incoming
        if outcome.readable:
            self._read.append(outcome)

    def _items(self, file: Drop, name: str) -> Iterator[Incoming]:
        number = 0
        try:
            for piece in self._pieces(file):
                number = piece.number
                origin = f"{name}, item {number} (line {piece.line})"
                yield read_document(piece.document, source=self.name, origin=origin, issues=piece.issues)
        except Broken as broken:
            if file.changed:
                self._folder.check()
                self.notes.append(f"{name}: changed while it was read, left for the next run.")
                return
            origin = f"{name}, after item {number}" if number else name
            # The name stands for the file: without it, all broken files would be one and the same to the store.
            yield Incoming(origin=origin, document={"file": shown(file.path)}, issues=(broken.issue,))

    def _pieces(self, file: Drop) -> Iterator[Piece]:
        if self._folder.leads_outside(file.path):
            raise Broken(
                "outside_link",
                "The file is a link that leads out of the folder.",
                "Put the file itself there.",
            )
        chunks = file.chunks(self._settings.max_bytes)
        if file.format == "xml":
            return xml_pieces(chunks, self._settings)
        return json_pieces(chunks, self._settings, lines=file.format == "lines")


def _cursor(settlement: str) -> str:
    return f"{INBOX} {settlement}".rstrip()

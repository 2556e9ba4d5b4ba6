"""What is set aside, and why; listed and shown.

An RMA has at most one open entry of each kind: what came in and could not be read (`unreadable`), what came in twice
with different content (`conflict`), and what the comparison or Odoo refused (`work`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from odoo_rma.mappings.issues import Issue
from odoo_rma.sync.store.base import NotFound, StoreBase, marks, storable
from odoo_rma.sync.store.content import as_json
from odoo_rma.sync.store.rows import HELD, Entry, stamp

_SELECT = """
SELECT q.*, r.number FROM quarantine q LEFT JOIN rma r ON r.source = q.source AND r.id = q.key
"""

# PostgreSQL wants to be told what kind of value may be missing.
_ANY = "(CAST(?{} AS TEXT) IS NULL"

_UPSERT = """
INSERT INTO quarantine (source, key, kind, code, held, origin, revision, digest, issues, document, opened)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source, key, kind) WHERE state = 'open' DO UPDATE SET
    code = excluded.code, held = excluded.held, origin = excluded.origin, revision = excluded.revision,
    digest = excluded.digest, issues = excluded.issues, document = excluded.document
"""

KINDS = ("unreadable", "conflict", "work")
_PAGE = 200


class Quarantine(StoreBase):
    """The quarantine: one open entry per RMA and kind."""

    def quarantine_list(self, source: str | None = None, state: str | None = "open") -> list[Entry]:
        """Give the entries in the order they were opened; `state` None gives those of every state."""
        sql = f"{_SELECT} WHERE {_ANY.format(1)} OR q.source = ?1) AND {_ANY.format(2)} OR q.state = ?2) ORDER BY q.seq"
        return [Entry.of(row) for row in self._rows(sql, source, state)]

    def in_quarantine(self) -> Iterator[Entry]:
        """Give the open entries page by page, in the order they were opened."""
        seen = 0
        sql = f"{_SELECT} WHERE q.state = 'open' AND q.seq > ? ORDER BY q.seq LIMIT ?"
        while page := self._rows(sql, seen, _PAGE):
            seen = page[-1]["seq"]
            yield from map(Entry.of, page)

    def quarantine_show(self, text: str) -> list[Entry]:
        """Give all entries of one RMA, the open ones first, then the newest.

        Raises:
            NotFound: nothing of that name is or was in quarantine.
            Ambiguous: several sources use the name.

        """
        source, key = self.find_one(text)
        if not (entries := self.entries(source, key)):
            raise NotFound(f"{text} is not in quarantine.")
        return entries

    def entries(self, source: str, key: str, state: str | None = None) -> list[Entry]:
        """Give the quarantine entries of one RMA, the open ones first, then the newest."""
        sql = (
            f"{_SELECT} WHERE q.source = ?1 AND q.key = ?2 AND {_ANY.format(3)} OR q.state = ?3)"
            " ORDER BY q.state != 'open', q.seq DESC"
        )
        return [Entry.of(row) for row in self._rows(sql, source, key, state)]

    def _open_entry(
        self,
        source: str,
        key: str,
        *,
        kind: str,
        issues: Sequence[Issue],
        now: datetime,
        origin: str = "",
        document: dict[str, Any] | None = None,
        digest: str = "",
        revision: int | None = None,
    ) -> None:
        code = issues[0].code if kind == "work" else kind
        held = kind != "work" or any(issue.code in HELD for issue in issues)
        text = as_json([issue.as_dict() for issue in issues])
        known = self._row(
            "SELECT issues FROM quarantine WHERE source = ? AND key = ? AND kind = ? AND state = 'open'",
            *(source, key, kind),
        )
        if known and known["issues"] == text and kind == "work":
            return
        content = None if document is None else as_json(document)
        self._do(
            _UPSERT,
            source,
            key,
            kind,
            code,
            held,
            storable(origin),
            revision,
            digest,
            text,
            content,
            stamp(now),
        )
        self._log(source, key, now, "quarantined", "; ".join(f"{i.code}: {i}" for i in issues))

    def _close(
        self,
        source: str,
        key: str,
        state: str,
        now: datetime,
        *,
        kinds: Sequence[str] = KINDS,
        note: str = "",
    ) -> None:
        self._do(
            "UPDATE quarantine SET state = ?, closed = ?, note = ?"  # noqa: S608 (only placeholders)
            f" WHERE source = ? AND key = ? AND state = 'open' AND kind IN ({marks(kinds)})",
            *(state, stamp(now), note, source, key, *kinds),
        )

    def _was_closed_by_hand(self, source: str, key: str, digest: str) -> bool:
        # The same broken file may be offered every day; a person has said that it does not count.
        row = self._row(
            "SELECT 1 FROM quarantine WHERE source = ? AND key = ? AND digest = ?"
            " AND state IN ('dropped', 'resolved')",
            *(source, key, digest),
        )
        return row is not None

"""What a run works on, and what became of it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.report import Document, Outcome
from odoo_rma.sync.store.base import NotFound, marks
from odoo_rma.sync.store.content import as_json
from odoo_rma.sync.store.database import Row
from odoo_rma.sync.store.hand import ByHand
from odoo_rma.sync.store.rows import LONGEST_REST, Moment, Settled, stamp, when

_PAGE = 200

_NO_TIME = ("9999", "0000")

_NEEDS_A_LOOK = """
state = 'open' AND source IN ({sources}) AND (rest_until IS NULL OR rest_until NOT BETWEEN ? AND ?) AND NOT EXISTS (
    SELECT 1 FROM quarantine q
    WHERE q.source = rma.source AND q.key = rma.id AND q.state = 'open' AND q.held = 1
)
"""
_OPEN = (
    f"SELECT * FROM rma WHERE seq > ? AND seq <= ? AND home % ? = ? AND {_NEEDS_A_LOOK} ORDER BY seq LIMIT ?"  # noqa: S608
)
_COUNT = f"SELECT count(*) AS n FROM rma WHERE {_NEEDS_A_LOOK}"  # noqa: S608
_LANES = f"SELECT DISTINCT home % ? AS lane FROM rma WHERE {_NEEDS_A_LOOK} ORDER BY 1"  # noqa: S608

_LEFT_OUT = """
SELECT 1 FROM rma WHERE source = ? AND id = ? AND (state = 'finished' OR state = 'open' AND rest_until IS NOT NULL)
"""

_AWAITED = """
SELECT DISTINCT m.record FROM remembered m JOIN rma r ON r.source = m.source AND r.id = m.key
WHERE r.state = 'open' AND r.rest_until IS NOT NULL AND m.model = 'stock.picking' AND m.state NOT IN ('done', 'cancel')
AND m.record > ? ORDER BY m.record LIMIT ?
"""

_GOOD = frozenset({Outcome.DONE, Outcome.UNCHANGED})


class Work(ByHand):
    """Gives out the RMAs that need a look, and takes down how they ended."""

    def rma(self, source: str, rma_id: str) -> Rma | None:
        """Give the accepted snapshot of an RMA."""
        row = self._row("SELECT * FROM rma WHERE source = ? AND id = ?", source, rma_id)
        return self._snapshot(row) if row else None

    def open_rmas(
        self,
        sources: Sequence[str],
        ids: Sequence[str] = (),
        *,
        lane: tuple[int, int] = (0, 1),
        now: datetime | None = None,
    ) -> Iterator[Rma]:
        """Give the RMAs that need a look, in the order of their first arrival.

        Those are neither finished, nor dropped or settled by hand, nor held in quarantine; with `now` those that rest at
        that time are left out, too. With `ids` (ids or numbers) it gives these, whatever their state; with `lane` (number,
        of how many) those of one lane. Read page by page, so that results may be written meanwhile.

        Raises:
            NotFound: one of `ids` is not known in these sources.

        """
        return self._named(sources, ids) if ids else self._open(sources, lane, now)

    def _open(self, sources: Sequence[str], lane: tuple[int, int], now: datetime | None) -> Iterator[Rma]:
        row = self._row("SELECT max(seq) AS last FROM rma")
        last, seen = (row and row["last"]) or 0, 0
        sql = _OPEN.format(sources=marks(sources))
        number, of = lane
        while page := self._rows(sql, seen, last, of, number, *sources, *_rests(now), _PAGE):
            seen = page[-1]["seq"]
            yield from map(self._snapshot, page)

    def count_open(
        self, sources: Sequence[str], ids: Sequence[str] = (), *, now: datetime | None = None
    ) -> int:
        """Count the RMAs that `open_rmas` gives.

        Raises:
            NotFound: one of `ids` is not known in these sources.

        """
        if ids:
            return sum(1 for _ in self._named(sources, ids))
        row = self._row(_COUNT.format(sources=marks(sources)), *sources, *_rests(now))
        return int(row["n"]) if row else 0

    def lanes_with_work(self, sources: Sequence[str], of: int, *, now: datetime | None = None) -> list[int]:
        """Give the lanes, of so many, that hold returns which need a look."""
        sql = _LANES.format(sources=marks(sources))
        return [row["lane"] for row in self._rows(sql, of, *sources, *_rests(now))]

    def end_rests(self) -> None:
        """Let the next look take in all RMAs that rest."""
        with self._writing():
            self._do("UPDATE rma SET rest_until = NULL WHERE rest_until IS NOT NULL")

    def move_home(self, where: Mapping[tuple[str, str], int]) -> None:
        """Take down where returns (source, id) belong, now that their orders are known."""
        if where:
            with self._writing():
                for (source, rma_id), home in sorted(where.items()):
                    self._do("UPDATE rma SET home = ? WHERE source = ? AND id = ?", home, source, rma_id)

    def _named(self, sources: Sequence[str], ids: Sequence[str]) -> Iterator[Rma]:
        rows: dict[int, Row] = {}
        for text in ids:
            found = [pair for pair in self.find(text) if pair[0] in sources]
            known = [self._row("SELECT * FROM rma WHERE source = ? AND id = ?", *pair) for pair in found]
            if not any(known):
                raise NotFound(f"No readable RMA is known under {text}. Check the number and the source.")
            rows |= {row["seq"]: row for row in known if row}
        return (self._snapshot(rows[seq]) for seq in sorted(rows))

    def every_rma(self, sources: Sequence[str]) -> Iterator[tuple[Rma, str]]:
        """Give every RMA of these sources with its state, whatever that is, page by page in the order of first arrival."""
        seen = 0
        sql = f"SELECT * FROM rma WHERE seq > ? AND source IN ({marks(sources)}) ORDER BY seq LIMIT ?"  # noqa: S608
        while page := self._rows(sql, seen, *sources, _PAGE):
            seen = page[-1]["seq"]
            yield from ((self._snapshot(row), row["state"]) for row in page)

    def rmas_named(self, names: Iterable[tuple[str, str]]) -> Iterator[tuple[Rma, str]]:
        """Give those of these RMAs (source, id) that are known, with their states."""
        for name in names:
            row = self._row("SELECT * FROM rma WHERE source = ? AND id = ?", *name)
            if row:
                yield self._snapshot(row), row["state"]

    def changed_since(self, at: datetime) -> Iterator[tuple[str, str]]:
        """Give the (source, id) of everything that something happened to here since then."""
        sql = "SELECT DISTINCT source, key FROM event WHERE at >= ? ORDER BY source, key"
        return ((r["source"], r["key"]) for r in self._rows(sql, stamp(at)))

    def known_since(self, source: str, rma_id: str) -> datetime | None:
        """Give when an RMA came in first."""
        row = self._row("SELECT min(at) AS at FROM event WHERE source = ? AND key = ?", source, rma_id)
        return when(row["at"]) if row and row["at"] else None

    def count_rmas(self, sources: Sequence[str]) -> int:
        """Count the RMAs of these sources."""
        row = self._row(f"SELECT count(*) AS n FROM rma WHERE source IN ({marks(sources)})", *sources)  # noqa: S608
        return int(row["n"]) if row else 0

    def settle(
        self,
        source: str,
        rma_id: str,
        *,
        outcome: Outcome,
        now: datetime,
        finished: bool = False,
        documents: Sequence[Document] = (),
        issues: Sequence[Issue] = (),
        steps: Sequence[str] = (),
    ) -> None:
        """Write down what became of one RMA, in a transaction of its own."""
        one = Settled(source, rma_id, outcome, finished, tuple(documents), tuple(issues), tuple(steps))
        self.settle_many([one], now=now)

    def settle_many(self, batch: Sequence[Settled], *, now: datetime) -> None:
        """Write down what became of many RMAs, in one transaction."""
        with self._writing():
            for one in batch:
                self._settle(one, now)

    def _settle(self, one: Settled, now: datetime) -> None:
        row = self._row(
            "SELECT seq, state, revision, asked FROM rma WHERE source = ? AND id = ?", one.source, one.id
        )
        by_hand = row is not None and row["state"] in ("dropped", "resolved")
        current = row is None or (
            one.revision in (None, row["revision"]) and one.asked in (None, row["asked"])
        )
        self._do(
            "UPDATE rma SET outcome = ?, documents = coalesce(?, documents), state = ?, rest_until = ?"
            " WHERE source = ? AND id = ?",
            one.outcome.value,
            as_json([asdict(d) for d in one.documents]) if one.documents else None,
            # What a person has said meanwhile stands.
            row["state"] if row and by_hand else "finished" if one.finished and current else "open",
            stamp(now + one.rest * (1 + row["seq"] % 1000 / 1000)) if row and one.rest and current else None,
            *(one.source, one.id),
        )
        if one.issues and current and not by_hand:
            self._open_entry(one.source, one.id, kind="work", issues=one.issues, now=now)
        elif one.outcome in _GOOD and current:
            self._close(one.source, one.id, "released", now, kinds=("work",))
            self._drop_verdict(one.source, one.id)
        self._remember(one, good=current and one.outcome in _GOOD and not one.issues)
        self.agree(one.source, one.id, one.agreed)
        self._log_outcome(one, now)

    def _log_outcome(self, one: Settled, now: datetime) -> None:
        # A run every five minutes must not fill the history with "nothing to do".
        text = "; ".join(one.steps)
        last = self._row(
            "SELECT what, text FROM event WHERE source = ? AND key = ? ORDER BY seq DESC LIMIT 1",
            *(one.source, one.id),
        )
        if one.outcome is Outcome.QUARANTINED or (one.outcome is Outcome.UNCHANGED and last):
            return
        if not last or (last["what"], last["text"]) != (one.outcome.value, text):
            self._log(one.source, one.id, now, one.outcome.value, text)

    def rmas_of(self, emails: Iterable[str], partners: Iterable[int]) -> list[tuple[str, str]]:
        """Give (source, id) of all RMAs of a customer: by e-mail address, and by contact where Odoo showed one."""
        known, contacts = list(emails), set(partners)
        written = self._database.text_in("snapshot", "customer", "email")
        sql = (
            f"SELECT seq, source, id, documents, {written} AS email FROM rma WHERE {written} IN ({marks(known)})"  # noqa: S608
            " OR EXISTS (SELECT 1 FROM seen s WHERE s.source = rma.source AND s.key = rma.id"
            f" AND s.model = 'res.partner' AND s.record IN ({marks(list(contacts))})) ORDER BY seq"
        )
        return [
            (row["source"], row["id"])
            for row in self._rows(sql, *known, *contacts)
            # It may have had another contact before.
            if row["email"] in known or contacts & _contacts(row["documents"])
        ]

    def wake(self, rmas: Iterable[tuple[str, str]], cursors: Mapping[str, str]) -> int:
        """Let the next look take in RMAs that changed in Odoo, and go on from these cursors; gives how many it had left out."""
        woken = 0
        with self._writing():
            for source, rma_id in sorted(rmas):
                woken += self._row(_LEFT_OUT, source, rma_id) is not None
                self._ask_again(source, rma_id)
            for name, value in cursors.items():
                self.set_cursor(name, value)
        return woken

    def awaited_transfers(self, most: int) -> Iterator[list[int]]:
        """Give the transfers whose goods the resting RMAs wait for, at most so many at once."""
        last = 0
        while page := self._rows(_AWAITED, last, most):
            last = page[-1]["record"]
            yield [row["record"] for row in page]

    def documents(self, source: str, rma_id: str) -> tuple[Document, ...]:
        """Give the Odoo documents of an RMA as last seen."""
        row = self._row("SELECT documents FROM rma WHERE source = ? AND id = ?", source, rma_id)
        return tuple(Document(**d) for d in json.loads(row["documents"])) if row else ()

    def history(self, source: str, rma_id: str) -> list[Moment]:
        """Give all that happened to an RMA here, the oldest first."""
        sql = "SELECT at, what, text, run FROM event WHERE source = ? AND key = ? ORDER BY seq"
        return [
            Moment(when(row["at"]), row["what"], row["text"], row["run"])
            for row in self._rows(sql, source, rma_id)
        ]


def _rests(now: datetime | None) -> tuple[str, str]:
    """Write between which times a rest ends that goes on."""
    return (stamp(now + timedelta(microseconds=1)), stamp(now + LONGEST_REST)) if now else _NO_TIME


def _contacts(documents: str) -> set[int]:
    return {d["id"] for d in json.loads(documents) if d["model"] == "res.partner"}

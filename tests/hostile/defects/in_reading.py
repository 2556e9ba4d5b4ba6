"""Defects of reading."""

from collections.abc import Iterator

from hostile.source import OVERLAP, HostileSource, Raw
from hostile.system import PAGE
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.reading import read_document
from odoo_rma.mappings.issues import Issue


class ReadsTheFirstPageOnly(HostileSource):
    def rows(self, start: int, end: int) -> Iterator[Raw]:
        yield from (raw for raw in self.page(start, PAGE) if raw["updated"] < end)


class PagesByPosition(HostileSource):
    """What is edited moves to the end, and whoever stood behind it moves over the edge of the page."""

    def rows(self, start: int, end: int) -> Iterator[Raw]:
        offset = 0
        while page := self.ask(lambda: self._system.list(start, offset=offset)):  # noqa: B023
            yield from (raw for raw in page if start <= raw["updated"] < end)
            offset += PAGE


class GoesOnAfterTheLastSecond(HostileSource):
    """Loses what shares its second with the last of a page."""

    def rows(self, start: int, end: int) -> Iterator[Raw]:
        while page := self.page(start, PAGE):
            yield from (raw for raw in page if raw["updated"] < end)
            start = page[-1]["updated"] + 1


class LooksForwardOnly(HostileSource):
    """Takes the last time it saw for the last there is: what is seen late is never seen."""

    def rows(self, start: int, end: int) -> Iterator[Raw]:
        yield from super().rows(start + OVERLAP + 1 if start else 0, end)


class ReadsTheRunningSecond(HostileSource):
    """Revision by time: two edits in a second are one to it."""

    def rows(self, start: int, end: int) -> Iterator[Raw]:
        yield from super().rows(start, end + 1_000_000)

    def document(self, raw: Raw) -> Raw:
        return super().document(raw) | {"revision": raw["updated"]}


class TrustsTheOrder(HostileSource):
    """Remembers the time of what came last, not the latest time."""

    def changes(self, since: str | None) -> Iterator[Incoming]:
        end = self.ask(self._system.time)
        start = int(since) if since else 0
        for raw in self.rows(max(start - OVERLAP, 0), end):
            start = raw["updated"]
            yield self.incoming(raw)
        self.cursor = str(start)

    def page(self, start: int, limit: int) -> list[Raw]:
        page = self.ask(lambda: self._system.list(start, limit=limit))
        return [raw for raw in page if raw["updated"] >= start]


class TakesOldVersionsForNew(HostileSource):
    """Counts what it reads for a revision: an old version that comes after the new one beats it."""

    read_so_far = 0

    def page(self, start: int, limit: int) -> list[Raw]:
        return self.ask(lambda: self._system.list(start, limit=limit))

    def document(self, raw: Raw) -> Raw:
        self.read_so_far += 1
        return super().document(raw) | {"revision": 1_000 * self._system.now + self.read_so_far}


class TakesTheEndForTheBeginning(HostileSource):
    """Goes on from when it stopped, and misses what changed while it read."""

    def changes(self, since: str | None) -> Iterator[Incoming]:
        yield from super().changes(since)
        self.cursor = str(self.ask(self._system.time))


class ForgetsItsPlaceWhenNothingIsNew(HostileSource):
    def changes(self, since: str | None) -> Iterator[Incoming]:
        came = False
        for incoming in super().changes(since):
            came = True
            yield incoming
        self.cursor = self.cursor if came and since != self.cursor else "0"


class MovesItsPlaceWhileReading(HostileSource):
    def changes(self, since: str | None) -> Iterator[Incoming]:
        self.cursor = str(self.ask(self._system.time))
        yield from super().changes(since)


class HasNoCursor(HostileSource):
    def changes(self, since: str | None) -> Iterator[Incoming]:
        yield from super().changes(since)
        self.cursor = None


class GivesEverythingAlways(HostileSource):
    def changes(self, since: str | None) -> Iterator[Incoming]:
        yield from super().changes(None)


class NeverGivesItTwice(HostileSource):
    """Marks at the system what it has read, settled or not."""

    def changes(self, since: str | None) -> Iterator[Incoming]:
        read: set[tuple[str, int]] = self._system.__dict__.setdefault("read", set())
        for incoming in super().changes(since):
            name = (str(incoming.id), incoming.rma.revision if incoming.rma else 0)
            if since is None or name not in read:
                read.add(name)
                yield incoming


class WritesWhenItReads(HostileSource):
    def incoming(self, raw: Raw) -> Incoming:
        self.ask(lambda: self._system.add(raw["id"], "seen", "1"))
        return super().incoming(raw)


class HasOneRevision(HostileSource):
    def document(self, raw: Raw) -> Raw:
        return super().document(raw) | {"revision": 1}


class CountsRevisionsAnew(HostileSource):
    """Another content every time, under the same revision."""

    def document(self, raw: Raw) -> Raw:
        return super().document(raw) | {"tags": [f"read at {self._system.now}"]}


class GivesItAnotherName(HostileSource):
    def incoming(self, raw: Raw) -> Incoming:
        return read_document(super().incoming(raw).document, source="other", origin="")


class StopsAtTheUnreadable(HostileSource):
    def rows(self, start: int, end: int) -> Iterator[Raw]:
        for raw in super().rows(start, end):
            if self.incoming(raw).issues:
                return
            yield raw


class LeavesOutTheUnreadable(HostileSource):
    def rows(self, start: int, end: int) -> Iterator[Raw]:
        yield from (raw for raw in super().rows(start, end) if not self.incoming(raw).issues)


class Guesses(HostileSource):
    def doubts(self, raw: Raw) -> tuple[Issue, ...]:
        return ()


class TrustsTheTotal(HostileSource):
    def document(self, raw: Raw) -> Raw:
        found = super().document(raw)
        found["lines"][0]["received"] = raw["received_total"]
        return found


class KeepsWhatCannotBeRead(HostileSource):
    """Keeps the system's own words: `quarantine retry` makes nothing of them."""

    def incoming(self, raw: Raw) -> Incoming:
        found = super().incoming(raw)
        return Incoming(found.origin, raw, found.id, found.rma, found.issues)


class MakesUpUnknownOnes(HostileSource):
    def read(self, rma_id: str) -> Incoming | None:
        first = next(iter(self._system.rows.values()))
        return super().read(rma_id) or self.incoming(first.as_json() | {"id": rma_id})


class ReadsFromMemory(HostileSource):
    def read(self, rma_id: str) -> Incoming | None:
        kept = self._system.__dict__.setdefault("kept", {})
        return kept.setdefault(rma_id, super().read(rma_id))


class LinksToAll(HostileSource):
    def link(self, rma_id: str) -> str:
        return "https://shop.example/returns"


class LinksWithoutEscaping(HostileSource):
    def link(self, rma_id: str) -> str:
        return f"https://shop.example/returns/{rma_id}"


class LinksWithItsKey(HostileSource):
    def link(self, rma_id: str) -> str:
        return f"{super().link(rma_id)}?key={self._key}"

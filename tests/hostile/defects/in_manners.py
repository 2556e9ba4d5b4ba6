"""Defects when things go wrong, and at the end."""

import logging
from collections.abc import Iterator
from typing import Any

from hostile.source import HostileSource, Raw
from hostile.system import Refused
from odoo_rma.connector.checked import Check
from odoo_rma.connector.errors import RmaError, Unknown
from odoo_rma.connector.sources.base import Incoming, News, Reply
from odoo_rma.connector.sources.reading import read_document


class HasAnotherName(HostileSource):
    def __init__(self, name: str, *more: Any) -> None:
        super().__init__(f"{name}!", *more)

    def incoming(self, raw: Raw) -> Incoming:
        return read_document(
            super().document(raw), source=self.name[:-1], origin="here", issues=self.doubts(raw)
        )


class PilesUpItsNotes(HostileSource):
    def changes(self, since: str | None) -> Iterator[Incoming]:
        before = [*self.notes, "read the shop"]
        yield from super().changes(since)
        self.notes = before


class TakesSilenceForNothingNew(HostileSource):
    def page(self, start: int, limit: int) -> list[Raw]:
        try:
            return super().page(start, limit)
        except RmaError:
            return []

    def ask(self, question: Any) -> Any:
        return 10**9 if self._system.down and question == self._system.time else super().ask(question)


class TakesSilenceForTheEnd(HostileSource):
    """Half-way through it gives up, and calls that the end."""

    def rows(self, start: int, end: int) -> Iterator[Raw]:
        try:
            yield from super().rows(start, end)
        except RmaError:
            self.notes.append("The shop stopped answering.")


class TakesSilenceForUnknown(HostileSource):
    def read(self, rma_id: str) -> Incoming | None:
        try:
            return super().read(rma_id)
        except RmaError:
            return None


class TellsTheWind(HostileSource):
    def tell(self, news: News) -> Reply:
        try:
            return super().tell(news)
        except RmaError:
            return Reply(("told the shop",))


class LetsRawErrorsOut(HostileSource):
    def ask(self, question: Any) -> Any:
        if not self._in:
            self._system.log_in(self._key)
            self._in = True
        return question()


class ShowsItsKeyInErrors(HostileSource):
    def ask(self, question: Any) -> Any:
        try:
            return super().ask(question)
        except RmaError as error:
            raise type(error)(f"{error} Tried with {self._key}.") from None


class ChainsErrorsWithTheKey(HostileSource):
    """The words are clean; what stands above them in the traceback is not."""

    def ask(self, question: Any) -> Any:
        try:
            return super().ask(question)
        except RmaError as error:
            raise error from ConnectionError(f"https://{self._key}@shop.example")


class LogsItsKey(HostileSource):
    def ask(self, question: Any) -> Any:
        logging.getLogger("shop").debug("asking with %s", self._key)
        return super().ask(question)


class KeepsItsKeyInDocuments(HostileSource):
    def incoming(self, raw: Raw) -> Incoming:
        found = super().incoming(raw)
        return Incoming(f"{found.origin} ({self._key})", found.document, found.id, found.rma, found.issues)


class CallsAWrongKeyABadDay(HostileSource):
    def refusal(self, refused: Refused) -> RmaError | Refused:
        return Unknown("Something is wrong with the shop.")


class NeverLogsOut(HostileSource):
    def close(self) -> None:
        pass


class LogsOutAfterAWholeReadingAlone(HostileSource):
    def close(self) -> None:
        if self.cursor:
            super().close()


class LogsOutTwice(HostileSource):
    def close(self) -> None:
        self._system.log_out()
        if self._system.open_sessions < 0:
            raise RuntimeError("not logged in")


class LocksTheShop(HostileSource):
    """Whoever stops half-way keeps others out."""

    def rows(self, start: int, end: int) -> Iterator[Raw]:
        if self._system.__dict__.get("locked"):
            return
        self._system.__dict__["locked"] = True
        yield from super().rows(start, end)
        self._system.__dict__["locked"] = False


class ChecksNothing(HostileSource):
    def check(self) -> Iterator[Check]:
        yield Check(self.name, True, "is there")


class NeverContent(HostileSource):
    def check(self) -> Iterator[Check]:
        yield Check(self.name, False, "Something may be wrong.", "Look.")


class RaisesWhenItIsChecked(HostileSource):
    def check(self) -> Iterator[Check]:
        yield Check(self.name, True, f"answers, at {self.ask(self._system.time)}")

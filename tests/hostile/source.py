"""A source that survives the hostile system. It is an example as well: each method says which promise it keeps.

The cursor is the time of the last change that was given. Reading goes back a little before it, for changes that are
seen late, and stops short of the running second, in which more may follow.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote

from hostile.system import KEY, PAGE, HostileSystem, Refused
from odoo_rma.connector.checked import Check
from odoo_rma.connector.errors import LoginRefused, RmaError, Unknown, Unreachable
from odoo_rma.connector.sources.base import Incoming, News, Reply
from odoo_rma.connector.sources.reading import read_document
from odoo_rma.mappings.in_erp import CREDIT_NOTE, DocumentInErp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.vocabulary import Disposition

OVERLAP = 5
"""Seconds by which a change may be seen late."""

T = TypeVar("T")
Raw = dict[str, Any]


class HostileSource:
    """Reads the hostile system, and tells it what Odoo holds."""

    takes = frozenset({Fact.AUTHORIZATION, Fact.RECEIPT, Fact.DISPOSITION, Fact.REFUND, Fact.CREDIT_NOTE})

    def __init__(self, name: str, system: HostileSystem, key: str = KEY) -> None:
        self.name, self.notes = name, list[str]()
        self.cursor: str | None = None
        self._system, self._key = system, key
        self._in = False

    # Reading.

    def changes(self, since: str | None) -> Iterator[Incoming]:
        """Give what changed since a second, whole seconds only; the cursor is set at the very end."""
        self.notes = []
        start = int(since) if since else 0
        end = self.ask(self._system.time)
        last = start
        for raw in self.rows(max(start - OVERLAP, 0), end):
            last = max(last, raw["updated"])
            yield self.incoming(raw)
        self.cursor = str(last)

    def rows(self, start: int, end: int) -> Iterator[Raw]:
        """Give the changes from `start` to before `end`: by time, never by position, since positions shift."""
        seen: set[tuple[str, int]] = set()
        limit = PAGE
        while True:
            page = self.page(start, limit)
            for raw in page:
                if raw["updated"] < end and (raw["id"], raw["edits"]) not in seen:
                    seen.add((raw["id"], raw["edits"]))
                    yield raw
            if len({raw["id"] for raw in page}) < limit:
                return
            newest = max(raw["updated"] for raw in page)
            # A page full of one second says nothing about how many more there are of it: ask for a longer one.
            limit = limit * 2 if newest == start else PAGE
            start = newest

    def page(self, start: int, limit: int) -> list[Raw]:
        """Give a page in order, whatever order it came in; what changed before `start` is an old version."""
        page = self.ask(lambda: self._system.list(start, limit=limit))
        return sorted((raw for raw in page if raw["updated"] >= start), key=lambda raw: raw["updated"])

    def incoming(self, raw: Raw) -> Incoming:
        """Turn what the system shows into an RMA, or into the reasons why not."""
        origin = f"{self.name}, return {raw['id']}"
        return read_document(self.document(raw), source=self.name, origin=origin, issues=self.doubts(raw))

    def document(self, raw: Raw) -> Raw:
        """Write it in our words. Received is the sum of the parcels, for the system's own total is wrong."""
        [item] = raw["items"]
        units = sum((Decimal(r["value"]) for r in raw["records"] if r["kind"] == "receipt"), ZERO)
        decided = {"approved": "authorized", "asked": "requested"}[raw["state"]]
        return {
            "id": raw["id"],
            "revision": raw["edits"],
            "authorization": decided,
            "order": {"name": "S-1001"},
            "customer": {"name": "Alice Moreau"},
            "currency": "USD",
            "promised": raw["promised"],
            "note": raw["title"],
            "lines": [
                {
                    "id": item["id"],
                    "sku": item["sku"],
                    "requested": item["quantity"],
                    "received": plain(units),
                }
            ],
        }

    def doubts(self, raw: Raw) -> tuple[Issue, ...]:
        """Say what does not add up; nothing is corrected here, for nobody knows which number is right."""
        [item] = raw["items"]
        quantity = str(item["quantity"])
        worth = Decimal(quantity) * Decimal(item["price"]) if quantity.isdigit() else None
        if worth is None or worth == Decimal(raw["promised"]):
            return ()
        message = f"The articles are worth {worth} USD, but {raw['promised']} USD are promised."
        return (Issue("inconsistent", message, "Correct the return in the shop.", "promised"),)

    def settle(self) -> None:
        """Nothing to forget here: the system keeps everything."""

    def read(self, rma_id: str) -> Incoming | None:
        """Give a return as it is now."""
        raw = self.ask(lambda: self._system.get(rma_id))
        return self.incoming(raw) if raw else None

    def link(self, rma_id: str) -> str:
        """Give the address of a return."""
        return f"https://shop.example/returns/{quote(rma_id, safe='')}"

    # Telling.

    def tell(self, news: News) -> Reply:
        """Look, send what is missing, look again. One after the other, since the system has no key against twice."""
        raw = self.ask(lambda: self._system.get(news.rma.id))
        if raw is None:
            return Reply(issues=(_gone(news),))
        done: list[str] = []
        issues: list[Issue] = []
        for step in (self.tell_receipt, self.tell_refunds, self.tell_notes, self.tell_decision):
            step(news, raw, done, issues)
        return Reply(tuple(done), tuple(issues))

    def tell_receipt(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        """Bring the sum of the parcels up to what was validated in Odoo."""
        if Fact.RECEIPT not in news.owned:
            return
        want = sum((x.received for x in news.in_erp.lines), ZERO)
        bad = self.not_for_sale(news) if Fact.DISPOSITION in news.owned else ZERO
        have = total(raw, "receipt")
        if have > want:
            return  # they may be on their way into Odoo; what both sides last agreed on, the run knows
        self.bring_up(news, "receipt", want - have, done, f"received {want}")
        self.bring_up(news, "damaged", bad - total(raw, "damaged"), done, f"not for sale {bad}")

    def bring_up(self, news: News, kind: str, missing: Decimal, done: list[str], words: str) -> None:
        """Add what is missing."""
        if missing > 0:
            self.send(news.rma.id, kind, plain(missing))
            done.append(words)

    def not_for_sale(self, news: News) -> Decimal:
        """Count the units that do not go back on sale."""
        places = (p for line in news.in_erp.lines for p in line.placed)
        return sum((p.quantity for p in places if p.disposition not in (None, Disposition.RESTOCK)), ZERO)

    def tell_refunds(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        """Pay each posted credit note under its number, which stands in the refund's note."""
        if Fact.REFUND not in news.owned:
            return
        notes = self.payable(news)
        promised = sum((n.amount or ZERO for n in notes), ZERO)
        if (paid := total(raw, "refund")) > promised:
            issues.append(_ahead(f"{paid} USD were paid there, {promised} USD credited in Odoo"))
            return
        for note in notes:
            if not self.is_paid(note, raw):
                self.send(news.rma.id, "refund", plain(note.amount or ZERO), note.number)
                done.append(f"paid {note.number}")

    def payable(self, news: News) -> list[DocumentInErp]:
        """Give the credit notes that are in the books."""
        return [n for n in news.in_erp.of_kind(CREDIT_NOTE) if n.state == "posted"]

    def is_paid(self, note: DocumentInErp, raw: Raw) -> bool:
        """Look for a refund that names the note; two notes may be of one amount."""
        return any(r["note"] == note.number for r in raw["records"] if r["kind"] == "refund")

    def tell_notes(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        """Write down the number of each posted credit note."""
        known = {r["value"] for r in raw["records"] if r["kind"] == "credit_note"}
        for note in self.payable(news) if Fact.CREDIT_NOTE in news.owned else ():
            if note.number not in known:
                self.send(news.rma.id, "credit_note", note.number)
                done.append(f"told credit note {note.number}")

    def tell_decision(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        """Tell what was decided, where it is not what was told last."""
        told = [r["value"] for r in raw["records"] if r["kind"] == "decision"]
        if news.decision and told[-1:] != [news.decision["decision"]]:
            self.send(news.rma.id, "decision", news.decision["decision"])
            done.append("told what was decided")

    def send(self, row_id: str, kind: str, value: str, note: str = "") -> None:
        """Send one change. Where nobody knows what came of it, whether it is there is what counts.

        Raises:
            Unknown: the reply got lost, and the change is not there (yet).

        """
        before = self.count(row_id)
        try:
            self.ask(lambda: self._system.add(row_id, kind, value, note))
        except (Unknown, Refused) as error:
            if self.count(row_id) == before:
                raise Unknown(f"Nobody knows whether return {row_id} was changed.") from error

    def count(self, row_id: str) -> int:
        """Count what was done with a return so far."""
        raw = self.ask(lambda: self._system.get(row_id))
        return len(raw["records"]) if raw else 0

    # Manners.

    def ask(self, question: Callable[[], T]) -> T:
        """Ask the system; turn its errors into ours, without their words, which may show the key."""
        try:
            if not self._in:
                self._system.log_in(self._key)
                self._in = True
            return question()
        except ConnectionError:
            raise Unreachable("The shop does not answer.") from None
        except TimeoutError:
            raise Unknown("The shop did not answer in time.") from None
        except Refused as refused:
            raise self.refusal(refused) from None

    def refusal(self, refused: Refused) -> RmaError | Refused:
        """Say what a refusal means for the run."""
        if str(refused).startswith("401"):
            return LoginRefused("The shop refuses the key.")
        return Refused(str(refused).replace(self._key, "[secret]"))

    def check(self) -> Iterator[Check]:
        """Say whether the shop answers and takes the key."""
        try:
            at = self.ask(self._system.time)
        except RmaError as error:
            yield Check(self.name, False, str(error), "Look whether the shop runs, and take its key again.")
        else:
            yield Check(self.name, True, f"answers, at {at}")

    def close(self) -> None:
        """Log out."""
        if self._in:
            self._system.log_out()
        self._in = False


def total(raw: Raw, kind: str) -> Decimal:
    """Add up one kind of record."""
    return sum((Decimal(r["value"]) for r in raw["records"] if r["kind"] == kind), ZERO)


def _gone(news: News) -> Issue:
    message = f"{news.rma.label} is no longer in the shop, so nobody could be told."
    return Issue("gone", message, "Tell the customer's contact by hand, or make the return there again.")


def _ahead(what: str) -> Issue:
    return Issue("source_ahead", f"The shop has more than Odoo: {what}.", "Correct the one that is wrong.")

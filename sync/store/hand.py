"""What a person says about an RMA in quarantine: look again, leave it, settled by hand, or who and which order."""

from collections.abc import Sequence
from datetime import datetime

from odoo_rma.connector.errors import Stop
from odoo_rma.connector.sources.reading import read_document
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.sync.store.answers import Answers
from odoo_rma.sync.store.base import LOOK_AGAIN, NotFound
from odoo_rma.sync.store.rows import Entry

_SEND_AGAIN = "Correct it at the source and send it again, or drop it."


class StillUnreadable(Stop):
    """It still cannot be read. Correct it at the source and send it again, or drop it."""


class ByHand(Answers):
    """Carries out what a person decided, and writes it into the RMA's history."""

    def retry(self, text: str, *, now: datetime) -> tuple[str, str]:
        """Release an RMA, so that the next run looks at it again; gives its (source, id).

        What could not be read is read once more (a newer release may understand it). Where that fails, an RMA with
        an accepted snapshot goes on with that one.

        Raises:
            NotFound: nothing is known under this name.
            Ambiguous: several sources use the name.
            StillUnreadable: there is no readable snapshot of it.

        """
        source, key = self.find_one(text)
        unread = [e for e in self.entries(source, key, "open") if e.kind == "unreadable"]
        with self._writing():
            self._log(source, key, now, "retry", "released by hand")
            self._close(source, key, "released", now)
            if (rma_id := self._read_again(unread, now) or self._with_snapshot(source, key)) is None:
                raise _still_unreadable(source, key, unread)
            self._do(f"UPDATE rma SET {LOOK_AGAIN} WHERE source = ? AND id = ?", source, rma_id)  # noqa: S608
        return source, rma_id

    def drop(self, text: str, note: str = "", *, now: datetime) -> tuple[str, str]:
        """Leave an RMA alone until a newer revision comes; gives its (source, id).

        Raises:
            NotFound: nothing is known under this name.
            Ambiguous: several sources use the name.

        """
        return self._end_by_hand(text, "dropped", note, now)

    def resolve(
        self,
        text: str,
        note: str = "",
        *,
        now: datetime,
        partner_id: int | None = None,
        order: str | None = None,
        again: bool = False,
        authorize: bool | None = None,
    ) -> tuple[str, str]:
        """Decide what the rules could not, or, without a decision, call it settled by hand; gives its (source, id).

        `again`: what people canceled, reset or deleted in Odoo so far is to be made again. `authorize` answers a
        request that the return policy leaves to a person; the note says why.

        Raises:
            NotFound: nothing is known under this name, or there is no readable snapshot to decide about.
            Ambiguous: several sources use the name.

        """
        if partner_id is None and order is None and not again and authorize is None:
            return self._end_by_hand(text, "resolved", note, now)
        source, key = self.find_one(text)
        with self._writing():
            done = self._do(
                f"UPDATE rma SET {LOOK_AGAIN}, partner_id = coalesce(?, partner_id),"  # noqa: S608
                " order_ref = coalesce(?, order_ref) WHERE source = ? AND id = ?",
                *(partner_id, order, source, key),
            )
            if not done:
                raise NotFound(
                    f"{text} could not be read, so there is nothing to decide about. {_SEND_AGAIN}"
                )
            words = [f"customer is contact {partner_id}"] * (partner_id is not None)
            words += [f"order is {order}"] * (order is not None)
            if again:
                self._make_again(source, key)
                words.append("to be made again")
            if authorize is not None:
                self._set_verdict(source, key, authorize, note)
                words.append("authorized" if authorize else "declined")
            self._log(source, key, now, "decided", "; ".join([*words, *[note] * bool(note)]))
            self._close(source, key, "resolved", now, note=note)
        return source, key

    def decisions(self, source: str, rma_id: str) -> Decisions:
        """Give what a person decided about an RMA, and which documents it had in Odoo."""
        row = self._row(
            "SELECT partner_id, order_ref, asked FROM rma WHERE source = ? AND id = ?", source, rma_id
        )
        if row is None:
            return Decisions()
        remembered, answers = self.remembered(source, rma_id), self.answers(source, rma_id)
        authorize, why = self.verdict(source, rma_id)
        return Decisions(
            row["partner_id"],
            row["order_ref"],
            remembered,
            answers=answers,
            authorize=authorize,
            why=why,
            agreed=self.agreed(source, rma_id),
            asked=row["asked"],
        )

    def _end_by_hand(self, text: str, state: str, note: str, now: datetime) -> tuple[str, str]:
        source, key = self.find_one(text)
        with self._writing():
            self._close(source, key, state, now, note=note)
            self._do("UPDATE rma SET state = ? WHERE source = ? AND id = ?", state, source, key)
            self._log(source, key, now, state, note)
        return source, key

    def _read_again(self, unread: Sequence[Entry], now: datetime) -> str | None:
        for entry in unread:
            incoming = read_document(entry.document or {}, source=entry.source, origin=entry.origin)
            if incoming.rma is not None:
                self._receive(entry.source, incoming, now)
                return incoming.rma.id
        return None

    def _with_snapshot(self, source: str, key: str) -> str | None:
        row = self._row("SELECT id FROM rma WHERE source = ? AND id = ?", source, key)
        return row["id"] if row else None


def _still_unreadable(source: str, key: str, unread: Sequence[Entry]) -> StillUnreadable:
    why = " ".join(str(issue) for entry in unread for issue in entry.issues)
    return StillUnreadable(f"{source}/{key} still cannot be read: {why} {_SEND_AGAIN}".replace("  ", " "))

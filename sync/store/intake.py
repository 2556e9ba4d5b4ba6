"""What comes in: which snapshot of an RMA counts, and what is set aside for a person.

A higher revision replaces the snapshot, an equal one must say the same, a lower one is history.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from unicodedata import normalize

from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.lane import expected_home
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.store.base import LOOK_AGAIN
from odoo_rma.sync.store.content import differences, digest, document_digest
from odoo_rma.sync.store.database import Row
from odoo_rma.sync.store.quarantine import Quarantine
from odoo_rma.sync.store.rows import Reception

_ACCEPT = f"""
INSERT INTO rma (source, id, number, revision, digest, snapshot, home) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source, id) DO UPDATE SET
    number = excluded.number, revision = excluded.revision, digest = excluded.digest,
    snapshot = excluded.snapshot, outcome = NULL, {LOOK_AGAIN}
"""  # noqa: S608


class Intake(Quarantine):
    """Takes in what a source sent."""

    def receive(self, source: str, incoming: Incoming, *, now: datetime) -> Reception:
        """Take in one RMA, in a transaction of its own."""
        return self.receive_many(source, [incoming], now=now)[0]

    def receive_many(self, source: str, batch: Sequence[Incoming], *, now: datetime) -> list[Reception]:
        """Take in many RMAs in one transaction, in their order; all of them or none."""
        with self._writing():
            return [self._receive(source, incoming, now) for incoming in batch]

    def _receive(self, source: str, incoming: Incoming, now: datetime) -> Reception:
        rma = incoming.rma
        if rma is None:
            return self._set_unreadable_aside(source, incoming, incoming.issues, now)
        if rma.source != source:
            return self._set_unreadable_aside(source, incoming, (_foreign(rma.source, source),), now)
        row = self._row("SELECT * FROM rma WHERE source = ? AND id = ?", source, rma.id)
        if row is None:
            reception = self._accept(rma, now, Reception.NEW)
        elif rma.revision > row["revision"]:
            reception = self._accept(rma, now, Reception.UPDATED)
            self._close(source, rma.id, "released", now, kinds=("conflict", "work"))
            # A person's word was about the request as it was.
            self._do("DELETE FROM verdict WHERE source = ? AND key = ?", source, rma.id)
        elif rma.revision < row["revision"]:
            return Reception.STALE
        else:
            reception = self._compare(row, rma, incoming, now)
        self._release_unreadable(rma, now)
        return reception

    def _accept(self, rma: Rma, now: datetime, reception: Reception) -> Reception:
        values = (rma.source, rma.id, rma.number, rma.revision, digest(rma), rma.model_dump_json())
        # A newer revision stays where it was: what Odoo said of its order counts more than what it says itself.
        self._do(_ACCEPT, *values, expected_home(rma))
        self._log(rma.source, rma.id, now, "received", f"revision {rma.revision}: {_in_short(rma)}")
        return reception

    def _compare(self, row: Row, rma: Rma, incoming: Incoming, now: datetime) -> Reception:
        if (offered := digest(rma)) == row["digest"]:
            return Reception.SAME
        accepted = self._snapshot(row)
        # A digest may also differ because a newer release reads the same document a little differently.
        if not (fields := differences(accepted, rma)) or digest(accepted) == offered:
            return Reception.SAME
        if self._was_closed_by_hand(rma.source, rma.id, offered):
            return Reception.SAME
        issue = _conflict(rma, fields, str(row["digest"]), offered)
        self._open_entry(
            rma.source,
            rma.id,
            kind="conflict",
            issues=(issue,),
            now=now,
            origin=incoming.origin,
            document=incoming.document,
            digest=offered,
        )
        return Reception.CONFLICT

    def _set_unreadable_aside(
        self, source: str, incoming: Incoming, issues: Sequence[Issue], now: datetime
    ) -> Reception:
        content = document_digest(incoming.document)
        key = _readable_id(incoming) or f"u-{content[:10]}"
        if self._was_closed_by_hand(source, key, content):
            return Reception.SAME
        self._open_entry(
            source,
            key,
            kind="unreadable",
            issues=tuple(issues) or (_UNREADABLE,),
            now=now,
            origin=incoming.origin,
            document=incoming.document,
            digest=content,
            revision=_revision(incoming),
        )
        return Reception.UNREADABLE

    def _release_unreadable(self, rma: Rma, now: datetime) -> None:
        # A readable older revision says nothing about the newer one that could not be read.
        row = self._row(
            "SELECT revision FROM quarantine"
            " WHERE source = ? AND key = ? AND kind = 'unreadable' AND state = 'open'",
            *(rma.source, rma.id),
        )
        if row and (row["revision"] is None or row["revision"] <= rma.revision):
            self._close(rma.source, rma.id, "released", now, kinds=("unreadable",))


_UNREADABLE = Issue(
    code="unreadable",
    message="It could not be read as an RMA.",
    way_out="Correct it at the source and send it again.",
)


def _foreign(named: str, found: str) -> Issue:
    return Issue(
        code="unreadable",
        message=f"It says that it comes from the source {named}, but it came in from {found}.",
        way_out="Correct the source named in it, or send it to the right place.",
        where="source",
        numbers={"named": named, "found": found},
    )


def _conflict(rma: Rma, fields: Sequence[str], accepted: str, offered: str) -> Issue:
    named = ", ".join(fields[:8]) + (f" and {len(fields) - 8} more" if len(fields) > 8 else "")
    return Issue(
        code="conflict",
        message=f"Revision {rma.revision} came in again with other content; these differ: {named}. "
        f"The first one stays ({accepted[:12]}, the other is {offered[:12]}).",
        way_out=f"Send it again with a revision above {rma.revision}, "
        f"or stay with the first one: `odoo-rma quarantine retry {rma.id}`.",
        where=fields[0],
        numbers={"revision": str(rma.revision), "accepted": accepted, "offered": offered},
    )


def _in_short(rma: Rma) -> str:
    return f"{rma.authorization}, goods {rma.logistics}, settlement {rma.settlement}"


def _readable_id(incoming: Incoming) -> str:
    """Give the id as far as it can stand in the store; what cannot be written there is no id."""
    text = normalize("NFC", (incoming.id or "").strip())
    return text if len(text) <= 200 and text.isprintable() else ""


def _revision(incoming: Incoming) -> int | None:
    text = json.dumps(incoming.document.get("revision"), default=str).strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

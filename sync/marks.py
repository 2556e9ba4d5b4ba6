"""Find the RMAs whose documents people changed in Odoo since the last look, by Odoo's own change marks.

`write_date` is the beginning of the transaction that wrote, so a long one shows up behind others that began later. So
every look begins some time before the latest mark of the look before, and remembers what it has seen there. Marks are
given in seconds: what is recent is looked at again, for it may have been written once more within that second. It pages
by id, for a bulk of records may carry the very same time. Only Odoo's clock counts; of ours, how long ago the latest mark
was first seen. What the connector's own user wrote last is no news: it needs a user of its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from odoo_rma.connector.errors import AccessRefused, NotOffered
from odoo_rma.connector.odoo.capabilities import NEEDED
from odoo_rma.connector.odoo.client import Domain, OdooClient, Row
from odoo_rma.mappings.erp import CANCELED, DONE
from odoo_rma.mappings.identity import Key
from odoo_rma.sync.clock import Clock
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.remembered import read_existing
from odoo_rma.sync.store import Store

OVERLAP = timedelta(hours=2)
"""Longer than any transaction of an Odoo server lasts: its workers are ended after minutes, its timed jobs after less."""

BEGINNING = datetime.fromisoformat("2000-01-01")
DELETED = "odoo:deleted"
RECENT = timedelta(minutes=10)
"""Longer than a person's change takes to be committed."""

NEWEST = 200
"""As many are read at first. Where nobody changed more than that of late, it is one call."""
PAGE = 2_000
PICKINGS_PAGE = 10_000
DELETED_PAGE = 10_000
DELETED_AT_ONCE = 50_000
"""After so many remembered records a run looks for no more, so that a run takes as long after years as in the first. Where there
are more, the next run goes on where this one stopped."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A kind of record: which of them count, and by which fields they belong to records that we know.

    `links` map a field to the model it points at, `names` a text field to the model whose names stand in it; every
    version has these fields, where it has the model.
    """

    model: str
    domain: tuple[tuple[str, str, object], ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


WATCHED = (
    Watched(
        "stock.picking",
        links={"backorder_id": "stock.picking", "sale_id": "sale.order"},
        names={"origin": "stock.picking"},
    ),
    Watched("stock.move", (("origin_returned_move_id", "!=", False),), {"picking_id": "stock.picking"}),
    Watched("stock.scrap", links={"picking_id": "stock.picking"}, names={"origin": "stock.picking"}),
    Watched("account.move", (("move_type", "=", "out_refund"),), names={"invoice_origin": "sale.order"}),
    Watched("account.payment"),
    Watched("repair.order"),
)


def wake_changed(store: Store, client: OdooClient, clock: Clock) -> list[str]:
    """Let this run look at RMAs that changed in Odoo, finished or at rest; give notes for the person who runs it."""
    changed: set[tuple[str, str]] = set()
    cursors, notes, begun = {}, [], clock()
    for kind in WATCHED:
        name = f"odoo:{kind.model}"
        look = _Look(kind, client, store.cursor(name))
        try:
            changed |= look.owners(store)
        except NotOffered:  # its module is not installed
            continue
        except AccessRefused:
            if kind.model in NEEDED:
                raise
            notes.append(f"No right to read {kind.model}: what people change there is not noticed.")
            continue
        cursors[name] = look.cursor(begun, clock())
    deleted, cursors[DELETED] = _deleted(store, client, store.cursor(DELETED))
    changed |= deleted | _moved(store, client)
    woken = store.wake(changed, cursors)
    if woken:
        notes.append(f"{woken} return{'' if woken == 1 else 's'} changed in Odoo of late: looked at again")
    return notes


def changed_since(store: Store, client: OdooClient, at: datetime) -> set[tuple[str, str]]:
    """Give the RMAs (source, id) whose documents people changed in Odoo since then."""
    begin = json.dumps({"from": _text(at.astimezone(UTC).replace(tzinfo=None)), "seen": {}})
    found: set[tuple[str, str]] = set()
    for kind in WATCHED:
        with suppress(NotOffered, AccessRefused):
            found |= _Look(kind, client, begin).owners(store)
    return found


def _moved(store: Store, client: OdooClient) -> set[tuple[str, str]]:
    """What is waited for is asked for itself: who receives goods under our own login leaves no mark that counts."""
    found: set[tuple[str, str]] = set()
    for page in store.awaited_transfers(PICKINGS_PAGE):
        domain: Domain = [("id", "in", page), ("state", "in", [DONE, CANCELED])]
        found |= store.belonging_to(
            "stock.picking", (r["id"] for r in client.search_read("stock.picking", domain, ["state"]))
        )
    return found


def _deleted(store: Store, client: OdooClient, cursor: str | None) -> tuple[set[tuple[str, str]], str]:
    """What is deleted leaves no mark: it is missed. Gives also where the next look goes on."""
    found: set[tuple[str, str]] = set()
    looked_for = 0
    for model, page in store.remembered_records(DELETED_PAGE, *json.loads(cursor or "[]")):
        found |= store.belonging_to(model, page - read_existing(client, model, page))
        looked_for += len(page)
        if looked_for >= DELETED_AT_ONCE:
            return found, json.dumps([model, max(page)])
    return found, "[]"


class _Look:
    """One look at one kind of record. `cursor` is what the look before left, None at the very first."""

    def __init__(self, kind: Watched, client: OdooClient, cursor: str | None) -> None:
        self._kind, self._client = kind, client
        # What a migration wrote straight into the tables may have no mark at all.
        self._domain = [*kind.domain, ("write_date", "!=", False), ("write_uid", "!=", client.server.uid)]
        state = json.loads(cursor) if cursor else {}
        self._begin = state.get("from")
        self._before: dict[str, str] = state.get("seen", {})
        self._latest: str = state.get("latest", "")
        self._latest_since: str = state.get("since", "")
        self._seen: dict[str, str] = {}

    def owners(self, store: Store) -> set[tuple[str, str]]:
        """Give the RMAs that the changed records belong to."""
        newest = self._read([], order="write_date desc", limit=NEWEST)
        latest = datetime.fromisoformat(newest[0]["write_date"]) if newest else BEGINNING
        # A database that was restored from a backup may stand before what was seen.
        oldest = _text(latest - OVERLAP)
        self._begin = min(self._begin or oldest, oldest)
        since = [r for r in newest if r["write_date"] >= self._begin]
        all_read = len(newest) < NEWEST or len(since) < len(newest)
        found: set[tuple[str, str]] = set()
        for page in [since] if all_read else self._pages():
            self._seen |= {str(r["id"]): r["write_date"] for r in page}
            new = [r for r in page if self._before.get(str(r["id"])) != r["write_date"]]
            found |= self._of_keys(new) | set(self._of_links(new, store))
        return found

    def cursor(self, begun: datetime, read: datetime) -> str:
        """Give where the next look goes on, and what it need not look at again.

        `begun` is when, by our clock, nothing was read yet, and `read` when all was: the time between counts for neither.
        """
        mark = max(self._seen.values(), default=_text(BEGINNING))
        latest = datetime.fromisoformat(mark)
        begin, recent = _text(latest - OVERLAP), _text(latest - RECENT)
        since = self._latest_since if mark == self._latest else read.isoformat()
        settled = begun - datetime.fromisoformat(since) >= RECENT
        kept = {i: at for i, at in self._seen.items() if begin <= at and (at < recent or settled)}
        return json.dumps({"from": begin, "seen": kept, "latest": mark, "since": since})

    def _read(self, domain: Domain, **how: Any) -> list[Row]:
        fields = ["write_date", *self._kind.links, *self._kind.names]
        return self._client.search_read(self._kind.model, [*self._domain, *domain], fields, **how)

    def _pages(self) -> Iterator[list[Row]]:
        last = 0
        page: list[Row] = [{}] * PAGE
        while len(page) == PAGE:
            page = self._read([("write_date", ">=", self._begin), ("id", ">", last)], limit=PAGE)
            if page:
                last = page[-1]["id"]
                yield page

    def _of_keys(self, rows: Iterable[Row]) -> set[tuple[str, str]]:
        keys = read_keys(self._client, self._kind.model, (r["id"] for r in rows))
        return {(k.source, k.owner) for k in keys.values() if isinstance(k, Key)}

    def _of_links(self, rows: list[Row], store: Store) -> Iterator[tuple[str, str]]:
        yield from store.belonging_to(self._kind.model, (r["id"] for r in rows))
        for field_name, model in self._kind.links.items():
            yield from store.belonging_to(model, {r[field_name] for r in rows if r[field_name]})
        for field_name, model in self._kind.names.items():
            words = {w.strip() for r in rows if r[field_name] for w in str(r[field_name]).split(",")}
            yield from store.belonging_to_named(model, words)


def _text(when: datetime) -> str:
    return when.isoformat(sep=" ", timespec="seconds")

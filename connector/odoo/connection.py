"""The client itself: counting, retries, paging and external ids, over either transport."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from odoo_rma.connector.errors import AccessRefused, Refused
from odoo_rma.connector.odoo import loading, methods
from odoo_rma.connector.odoo.capabilities import Capabilities, probe
from odoo_rma.connector.odoo.client import CREATE_ONLY, Domain, Row, Server
from odoo_rma.connector.odoo.transport import Transport
from odoo_rma.connector.retry import with_retries

PAGE = 2000
CHUNK = 2000
OURS = "__rma__"


class Connection:
    """A logged-in connection to one database: the `OdooClient` of this package."""

    def __init__(
        self, transport: Transport, server: Server, *, context: Mapping[str, Any] | None = None
    ) -> None:
        self.server = server
        self.calls = 0
        self.writes = 0
        self._transport = transport
        self._context = dict(context or {})
        self._may_read_names = True
        self._names: dict[str, dict[int, str]] = {}

    @cached_property
    def can(self) -> Capabilities:
        """What this server's models and fields look like; probed on first use.

        Raises:
            MissingFeature: a needed module is not installed.
            AccessRefused: the user may not see a needed model.

        """
        return probe(self)

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        /,
        *,
        context: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> Any:
        """Call a public method with named arguments; `ids` are the records it works on.

        Raises:
            Refused: Odoo said no.
            Unknown: nobody knows whether it ran.
            Unreachable: it did not run.

        """
        methods.check(model, method, ids)
        named = {**arguments, "context": {**self._context, **(context or {})}}

        def once() -> Any:
            self.calls += 1
            self.writes += method not in methods.READS
            return self._transport.send(model, method, ids, named)

        return with_retries(once, repeatable=methods.is_repeatable(method, arguments))

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        order: str = "id",
        limit: int | None = None,
    ) -> list[Row]:
        """Read what matches. Many2one values come as bare ids (or False); dates as Odoo writes them."""
        if limit is not None or order != "id":
            return self._page(model, list(domain), fields, order, limit)
        rows: list[Row] = []
        for part in _split(list(domain)):
            rows += self._all_pages(model, part, fields)
        return _by_id(rows)

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        """Read known records, those that still exist; many2one values as bare ids (or False)."""
        rows: list[Row] = []
        with _named(model):
            for chunk in _chunks(ids):
                rows += self.call(model, "read", chunk, fields=list(fields), load=None)
        return rows

    def external_ids(self, model: str, ids: Sequence[int]) -> dict[int, str]:
        """Give the external id of each record that has one; ours, where it has several and we can see that."""
        found: dict[int, str] = {}
        for chunk in _chunks(ids):
            answer = self.call(model, "get_external_id", chunk)
            found.update({int(key): name for key, name in answer.items() if name})
        # Odoo gives the oldest of several. Ours is older than an export's, but not than one that an import made.
        foreign = [key for key, name in found.items() if not name.startswith(f"{OURS}.")]
        rows = self._own_names([("model", "=", model), ("res_id", "in", foreign)]) if foreign else None
        return {**found, **{row["res_id"]: f"{OURS}.{row['name']}" for row in rows or ()}}

    def find(self, names: Sequence[str]) -> dict[str, int]:
        """Look up external ids of ours (`__rma__.…`): the record of each that exists and may be seen.

        Needs no right but to see the record: one call per name, or one for all where `ir.model.data` may be read.
        """
        bare = {name.partition(".")[2]: name for name in names if name.startswith(f"{OURS}.")}
        rows = self._own_names([("name", "in", list(bare))])
        if rows is not None:
            return {bare[row["name"]]: row["res_id"] for row in rows}
        return {name: record for name in bare.values() if (record := self._reference(name))}

    def load(
        self,
        model: str,
        fields: Sequence[str],
        rows: Sequence[Sequence[Any]],
        context: Mapping[str, Any] | None = None,
    ) -> list[int]:
        """Make records that are not there yet, under their external ids, in one transaction.

        Raises:
            Busy: others write to the same records, and did so after some tries as well.
            Refused: Odoo rolled the whole batch back; the message holds its words, `row` the first bad row.

        """
        expected = loading.top_rows(fields, rows)
        if not rows:
            return []
        merged = {**self._context, **(context or {}), **CREATE_ONLY}
        heads, cells = self._by_name(fields, rows)
        arguments = {"fields": heads, "data": cells, "context": merged}

        def once() -> list[int]:
            self.calls += 1
            self.writes += 1
            return loading.loaded_ids(self._transport.send(model, "load", None, arguments), expected)

        return with_retries(once, repeatable=True)

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()

    def _by_name(
        self, fields: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> tuple[list[str], list[list[Any]]]:
        columns = loading.named_columns(fields, rows)
        for place, model in columns.items():
            known = self._names.setdefault(model, {})
            new = sorted({i for row in rows for i in loading.ids_in(row[place])} - known.keys())
            if new:
                found = self.call(model, "get_external_id", new)
                known |= {record: found.get(str(record), "") for record in new}
        return loading.by_name(fields, rows, {place: self._names[model] for place, model in columns.items()})

    @cached_property
    def _reads_bare(self) -> bool:
        """Whether `search_read` takes `load=None` (15 and up); without it a search and a read do the same."""
        mine: Domain = [("id", "=", self.server.uid)]
        try:
            self.call("res.users", "search_read", domain=mine, fields=["login"], load=None)
        except AccessRefused:
            raise
        except Refused:
            return False
        return True

    def _page(
        self, model: str, domain: list[Any], fields: Sequence[str], order: str, limit: int | None
    ) -> list[Row]:
        what: Row = {"domain": domain, "order": order, "limit": limit}
        bare = self._reads_bare
        with _named(model):
            if bare:
                rows: list[Row] = self.call(model, "search_read", fields=list(fields), load=None, **what)
                return rows
            ids: list[int] = self.call(model, "search", args=domain, order=order, limit=limit)
        place = {record: index for index, record in enumerate(ids)}
        return sorted(self.read(model, ids, fields), key=lambda row: place[row["id"]]) if ids else []

    def _all_pages(self, model: str, domain: list[Any], fields: Sequence[str]) -> Iterator[Row]:
        # By id, not by offset: records that come or go meanwhile shift no page.
        last = 0
        while True:
            page = self._page(model, [*domain, ("id", ">", last)], fields, "id", PAGE)
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]["id"]

    def _own_names(self, domain: list[Any]) -> list[Row] | None:
        """Search our names in `ir.model.data`; None where the user may not (most users since 19)."""
        if not self._may_read_names:
            return None
        try:
            return self.search_read("ir.model.data", [("module", "=", OURS), *domain], ["name", "res_id"])
        except AccessRefused:
            self._may_read_names = False
            return None

    def _reference(self, name: str) -> int | None:
        module, _dot, bare = name.partition(".")
        try:
            answer = self.call("ir.model.data", "check_object_reference", module=module, xml_id=bare)
        except AccessRefused:
            raise
        except Refused:  # "External ID not found in the system"
            return None
        return int(answer[1]) or None


@contextmanager
def _named(model: str) -> Iterator[None]:
    """Say which kind of record may not be read: Odoo names it as people call it, and some versions not at all."""
    try:
        yield
    except AccessRefused as error:
        raise AccessRefused(f"The user may not read {model}. Odoo says: {error}") from None


def _chunks(ids: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])


def _split(domain: list[Any]) -> Iterator[list[Any]]:
    """Split a domain at its first very long `in` list, where it is a plain conjunction."""
    if all(not isinstance(term, str) for term in domain):
        for place, (field, operator, value) in enumerate(domain):
            if operator == "in" and isinstance(value, list | tuple) and len(value) > CHUNK:
                for chunk in _chunks(list(value)):
                    yield from _split([*domain[:place], (field, operator, chunk), *domain[place + 1 :]])
                return
    yield domain


def _by_id(rows: list[Row]) -> list[Row]:
    return [row for _id, row in sorted({row["id"]: row for row in rows}.items())]

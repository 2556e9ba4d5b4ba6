"""The double itself: one database, and what each call does to it, as a whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from threading import RLock
from typing import Any

from memory import accounting, people, reconciling, sale, stock
from memory.aggregates import added_up
from memory.database import Database, shown
from memory.domains import known, known_field, search
from memory.loading import LoadRefused, load
from memory.schema import ABSENT, MODELS, field_of
from memory.validation import button_validate
from odoo_rma.connector.errors import AccessRefused, NotOffered, Refused

ADMINISTRATORS = (1, 2)
Ids = Sequence[int]
Arguments = Mapping[str, Any]
Write = Callable[[Database, Ids, Arguments], Any]

WRITES: dict[tuple[str, str], Write] = {
    ("res.partner", "write"): lambda db, ids, a: people.write_partner(db, ids, a["vals"]),
    ("stock.move", "write"): lambda db, ids, a: stock.write_move(db, ids, a["vals"]),
    ("stock.picking", "action_confirm"): lambda db, ids, _: stock.action_confirm(db, ids),
    ("stock.picking", "action_cancel"): lambda db, ids, _: stock.action_cancel(db, ids),
    ("stock.picking", "button_validate"): lambda db, ids, a: button_validate(db, ids, a.get("context", {})),
    ("account.move", "action_post"): lambda db, ids, _: accounting.action_post(db, ids),
    ("account.move", "button_draft"): lambda db, ids, _: accounting.button_draft(db, ids),
    ("account.move", "button_cancel"): lambda db, ids, _: accounting.button_cancel(db, ids),
    ("account.move", "unlink"): lambda db, ids, _: accounting.unlink_entry(db, ids),
    ("account.move.line", "reconcile"): lambda db, ids, _: reconciling.reconcile(db, ids),
}
NOT_THERE = {("res.partner", "button_validate")}
"""Methods that Odoo does not have, and that are asked for."""
CREATE_ONLY = {"mode": "update", "noupdate": True}


class MemoryOdoo:
    """An Odoo 19 in memory. What it does not know it does not make up: it raises NotImplementedError."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.db.computed["sale.order.line", "qty_invoiced"] = sale.qty_invoiced
        self.db.computed["account.move.line", "balance"] = accounting.balance
        self._lock = RLock()

    def fork(self) -> "MemoryOdoo":
        """Give another one in the same state, with a future of its own."""
        return MemoryOdoo(self.db.fork())

    def send(self, uid: int, model: str, method: str, ids: Ids | None, arguments: Arguments) -> Any:
        """Carry out one call of a user.

        Raises:
            Refused: Odoo says no, in its words where ours are read.
            NotImplementedError: the double does not know that.

        """
        with self._lock:
            known(model)
            if method in READS:
                return READS[method](self, uid, model, ids or [], arguments)
            with self.db.transaction(uid):
                return self._write(model, method, ids or [], arguments)

    def _write(self, model: str, method: str, ids: Ids, arguments: Arguments) -> Any:
        if method == "load":
            return self._load(model, arguments)
        if model in ("res.users", "ir.model.data") and self.db.uid not in ADMINISTRATORS:
            raise AccessRefused(f"You are not allowed to {method} ({model}) records.")
        if (model, method) in NOT_THERE:
            raise NotOffered(f"The method '{model}.{method}' does not exist")
        if (model, method) not in WRITES:
            raise NotImplementedError(f"the double does not know {model}.{method}")
        return WRITES[model, method](self.db, ids, arguments)

    def _load(self, model: str, arguments: Arguments) -> Any:
        context = arguments.get("context", {})
        if {k: context.get(k) for k in CREATE_ONLY} != CREATE_ONLY:
            raise NotImplementedError("the double loads only what is not there yet")
        try:
            with self.db.transaction(self.db.uid):
                return load(self.db, model, arguments["fields"], arguments["data"])
        except LoadRefused as refused:
            return refused.answer

    # ── reading ──

    def _read(self, _uid: int, model: str, ids: Ids, arguments: Arguments) -> Any:
        return self._rows(model, self.db.ids(model, ids), arguments["fields"])

    def _rows(self, model: str, ids: Ids, fields: Sequence[str]) -> list[dict[str, Any]]:
        for name in fields:
            known_field(model, name)
        return [{"id": i, **{n: shown(self.db.value(model, i, n)) for n in fields}} for i in ids]

    def _search(self, uid: int, model: str, arguments: Arguments) -> list[int]:
        if model == "ir.model.data" and uid not in ADMINISTRATORS:
            raise AccessRefused("You are not allowed to access 'Model Data' (ir.model.data) records.")
        everyone = arguments.get("context", {}).get("active_test") is False
        order = arguments.get("order") or "id"
        found = search(self.db, model, arguments.get("domain", []), order=order, everyone=everyone)
        limit = arguments.get("limit")
        return found[:limit] if limit else found

    def _search_read(self, uid: int, model: str, _ids: Ids, arguments: Arguments) -> Any:
        for name in arguments["fields"]:
            known_field(model, name)
        return self._rows(model, self._search(uid, model, arguments), arguments["fields"])

    def _search_count(self, uid: int, model: str, _ids: Ids, arguments: Arguments) -> int:
        return len(self._search(uid, model, arguments))

    def _get_external_id(self, _uid: int, model: str, ids: Ids, _arguments: Arguments) -> dict[str, str]:
        return {str(i): self.db.name_of(model, i) for i in ids}

    def _check_object_reference(self, _uid: int, _model: str, _ids: Ids, arguments: Arguments) -> list[Any]:
        name = f"{arguments['module']}.{arguments['xml_id']}"
        found = self.db.named(name)
        if not found:
            raise Refused(f"ValueError: External ID not found in the system: {name}")
        return list(found)

    def _fields_get(self, _uid: int, model: str, _ids: Ids, arguments: Arguments) -> dict[str, Any]:
        names = [n for n in arguments["allfields"] if n not in ABSENT.get(model, ())]
        wanted = arguments["attributes"]
        found = {}
        for name in names:
            about = field_of(model, name)
            known_ones = {"type": about.kind, "required": about.required, "digits": [16, 2]}
            found[name] = {a: known_ones[a] for a in wanted}
        return found

    def _formatted_read_group(self, uid: int, model: str, _ids: Ids, arguments: Arguments) -> Any:
        found = self._search(uid, model, arguments)
        if arguments["aggregates"] == ["__count"] and not arguments.get("groupby"):
            return [{"__extra_domain": [[1, "=", 1]], "__count": len(found)}]
        return added_up(self.db, model, found, arguments["groupby"], arguments["aggregates"])


READS: dict[str, Callable[[MemoryOdoo, int, str, Ids, Arguments], Any]] = {
    "read": MemoryOdoo._read,
    "search_read": MemoryOdoo._search_read,
    "search_count": MemoryOdoo._search_count,
    "get_external_id": MemoryOdoo._get_external_id,
    "check_object_reference": MemoryOdoo._check_object_reference,
    "fields_get": MemoryOdoo._fields_get,
    "formatted_read_group": MemoryOdoo._formatted_read_group,
}

__all__ = ["MODELS", "MemoryOdoo"]

"""What a user may do, as Odoo itself says it, and what its groups are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from live.books import Tables
from live.test_client_contract import log_in

from odoo_rma.connector.errors import AccessRefused, Refused
from odoo_rma.sandbox import Env

OPERATIONS = ("read", "write", "create", "unlink")
NEWEST = 19
PINNED = Path(__file__).with_name("permitted")
ASK = """
who = env["res.users"].browse({user})
found = {{}}
for name in env["ir.model"].search([]).mapped("model"):
    if name in env:
        records = env[name].with_user(who)
        found[name] = "".join([op[0] if {may} else "-" for op in {operations}])
action = found
"""
MAY = {True: "records.has_access(op)", False: "records.check_access_rights(op, raise_exception=False)"}

Rights = dict[str, str]
"""By model: r, w, c and u (unlink) where it may, and a dash where not."""


class User:
    """The user with the least rights, as its administrator sees it; what it does itself goes by `own`."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.version = int(float(env.version))
        self.admin = Tables(env)
        self.own = log_in(env, "odoorpc")
        self.new = self.version == NEWEST
        self.groups_field = "group_ids" if self.new else "groups_id"
        ((self.id, _),) = self.admin.rows("res.users", [("login", "=", env.rma_login)], "login").items()

    def rights(self) -> Rights:
        """Ask Odoo of every model it has, in one call."""
        code = ASK.format(user=self.id, may=MAY[self.new], operations=OPERATIONS)
        (model,) = self.admin.rows("ir.model", [("model", "=", "res.users")], "model")
        values = {"name": "What may it do?", "model_id": model, "state": "code", "code": code}
        action = self.admin.call("ir.actions.server", "create", values)
        found: Rights = self.admin.call("ir.actions.server", "run", [action])
        self.admin.call("ir.actions.server", "unlink", [action])
        return {name: may for name, may in found.items() if may != "----"}

    def refused(self, model: str, method: str, ids: list[int] | None, **named: Any) -> bool:
        """Try something as the user itself; tell whether Odoo refused it, and would not let it for lack of rights."""
        try:
            self.own.call(model, method, ids, **named)
        except AccessRefused:
            return True
        except Refused:  # some models look at the values before they look at the rights
            return not self.may(model, method)
        return False

    def may(self, model: str, operation: str) -> bool:
        """Ask Odoo of one model, as the user itself."""
        if self.new:
            return bool(self.own.call(model, "has_access", [], operation=operation))
        return bool(self.own.call(model, "check_access_rights", operation=operation, raise_exception=False))

    def groups(self) -> set[str]:
        """Name all its groups, by external id; those without one by their name."""
        field = "all_group_ids" if self.new else "groups_id"
        (row,) = self.admin.rows("res.users", [("id", "=", self.id)], field).values()
        return set(self._names(row[field]).values())

    def implied(self, names: set[str]) -> set[str]:
        """Name these groups and all that come with them."""
        field = "all_implied_ids" if self.new else "trans_implied_ids"
        ids = self.ids(names)
        rows = self.admin.rows("res.groups", [("id", "in", ids)], field)
        return set(self._names([*ids, *(x for r in rows.values() for x in r[field])]).values())

    def ids(self, names: set[str]) -> list[int]:
        """Give the groups with these external ids, or names where they have none."""
        bare = [n for n in names if "." not in n]
        given = [n.split(".") for n in names if "." in n]
        found = [self.admin.call("ir.model.data", "check_object_reference", *n)[1] for n in given]
        return found + (list(self.admin.rows("res.groups", [("name", "in", bare)], "name")) if bare else [])

    def _names(self, ids: list[int]) -> dict[int, str]:
        given = self.admin.call("res.groups", "get_external_id", ids)
        called = self.admin.rows("res.groups", [("id", "in", ids)], "name")
        return {i: given[str(i)] or called[i]["name"] for i in called}

    @contextmanager
    def with_group(self, group: int) -> Iterator[None]:
        """Give it one group more for a while."""
        yield from self._changed(4, group, 3)

    @contextmanager
    def without_group(self, group: int) -> Iterator[None]:
        """Take a group from it for a while."""
        yield from self._changed(3, group, 4)

    def _changed(self, first: int, group: int, then: int) -> Iterator[None]:
        self.admin.call("res.users", "write", [self.id], {self.groups_field: [(first, group)]})
        try:
            yield
        finally:
            self.admin.call("res.users", "write", [self.id], {self.groups_field: [(then, group)]})


def pinned(version: int) -> Rights:
    """Read what the user may do, as it was looked at and found right."""
    lines = (PINNED / f"{version}.txt").read_text("utf-8").splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))  # type: ignore[misc]


def write_down(rights: Rights, version: int) -> None:
    """Keep what the user may do, to be looked at."""
    head = "# What the documented groups permit on the sandbox's Odoo: read, write, create, unlink. What is not here, they do not."
    lines = [f"{name} {may}" for name, may in sorted(rights.items())]
    (PINNED / f"{version}.txt").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")

"""Somebody who works in the sandbox's Odoo; not the connector, which has a client of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import SandboxError

SECONDS = 600
Row = dict[str, Any]


@dataclass(frozen=True)
class OdooUser:
    """One user of one database; calling it calls a model's method.

    Attributes:
        env: the database.
        login: who.
        password: the password.
    """

    env: Env
    login: str
    password: str

    @classmethod
    def administrator(cls, env: Env) -> OdooUser:
        """The one who may everything."""
        return cls(env, env.login, env.password)

    @classmethod
    def of_the_shop(cls, env: Env, login: str) -> OdooUser:
        """One of the seeded shop's people: warehouse, accountant, …"""
        return cls(env, login, login)

    def __call__(self, model: str, method: str, *arguments: object, **named: object) -> Any:
        """Call a method.

        Raises:
            SandboxError: Odoo refuses; the message has its words.
        """
        who = [self.env.database, self._uid, self.password]
        return self._ask("object", "execute_kw", [*who, model, method, list(arguments), named])

    def ids(self, model: str, field: str, values: Sequence[str]) -> dict[str, int]:
        """The first record for each of these values of a field.

        Raises:
            SandboxError: there is none for some of them.
        """
        found = self(model, "search_read", [[field, "in", list(values)]], [field], order="id desc")
        by_value = {str(row[field]): int(row["id"]) for row in found}
        missing = sorted(set(values) - by_value.keys())
        if missing:
            raise SandboxError(f"Odoo has no {model} with {field} {', '.join(missing)}.")
        return by_value

    @cached_property
    def _uid(self) -> int:
        uid = self._ask("common", "login", [self.env.database, self.login, self.password])
        if not uid:
            raise SandboxError(f"Odoo does not let {self.login} into {self.env.database}.")
        return int(uid)

    def _ask(self, service: str, method: str, arguments: Sequence[object]) -> Any:
        params = {"service": service, "method": method, "args": arguments}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = httpx.post(f"{self.env.url}/jsonrpc", json=body, timeout=SECONDS).json()
        if "result" not in answer:
            what = ".".join(str(part) for part in arguments[3:5]) or method
            raise SandboxError(f"Odoo refuses {what}: {answer['error']['data']['message']}")
        return answer["result"]

"""A real Odoo with as many delivered and invoiced orders as a benchmark wants, and the returns that their source sends."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from odoo_rma.connector.settings import Settings
from odoo_rma.sandbox import Env, Sandbox
from odoo_rma.sandbox.many import Copier, refunded, returned, sell, template_of
from odoo_rma.sandbox.packaged import PackagedOdoo


class Admin:
    """The administrator of the shop, over plain JSON-RPC."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._uid = self._post("common", "login", env.database, env.login, env.password)

    def _post(self, service: str, method: str, *arguments: Any) -> Any:
        params = {"service": service, "method": method, "args": arguments}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        headers = {"X-Odoo-Database": self._env.database}
        answer = httpx.post(f"{self._env.url}/jsonrpc", json=body, headers=headers, timeout=600).json()
        if "error" in answer:
            raise SystemExit(answer["error"]["data"]["message"])
        return answer.get("result")

    def __call__(self, model: str, method: str, *arguments: Any, **named: Any) -> Any:
        """Call a method of a model."""
        who = (self._env.database, self._uid, self._env.password)
        return self._post("object", "execute_kw", *who, model, method, list(arguments), named)


@dataclass(frozen=True)
class Shape:
    """Orders of one kind: what was sold at which price, and what is paid back when all of it returns."""

    name: str
    articles: Mapping[str, float]
    refund: str


SHAPES = (
    Shape("ONE", {"TENT-2P": 249.0}, "286.35"),
    Shape("TWO", {"BOOT-42": 129.9, "MUG": 9.95}, "160.83"),
)
"""One or two lines per return, in turn."""


@dataclass
class Company:
    """A shop that has sold what comes back; `taken` orders are used up."""

    sandbox: Sandbox
    way: PackagedOdoo
    env: Env
    taken: int = 0

    def take(self, count: int) -> list[int]:
        """Take orders that nothing has happened to yet."""
        first = self.taken
        self.taken += count
        return list(range(first, self.taken))

    def come_back(self, count: int) -> list[dict[str, Any]]:
        """Write the returns of so many orders that nothing has happened to yet."""
        return [self.rma(number) for number in self.take(count)]

    @staticmethod
    def ref(number: int) -> str:
        """How the shop calls an order."""
        shape = SHAPES[number % len(SHAPES)]
        return f"{shape.name}-{number // len(SHAPES) + 1}"

    def rma(self, number: int) -> dict[str, Any]:
        """Write the return of one order: all of it came, and is paid back."""
        shape, ref = SHAPES[number % len(SHAPES)], self.ref(number)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        one = returned(ref, f"R-{ref}", shape.articles)
        return one | {"requested_at": at} | refunded(shape.refund, at)

    def announced(self, number: int) -> dict[str, Any]:
        """Write the return of one order whose goods are on their way."""
        shape, ref = SHAPES[number % len(SHAPES)], self.ref(number)
        return returned(ref, f"R-{ref}", shape.articles, received="0")

    def settings(self, folder: Path, transport: str = "json2", **run: Any) -> Settings:
        """Give the settings of one web shop, as the user with the least rights."""
        odoo = {
            "url": self.env.url,
            "database": self.env.database,
            "login": self.env.rma_login,
            "timeout": 600,
        }
        kind = "api_key" if transport == "json2" else "password"
        key = self.env.rma_api_key if transport == "json2" else self.env.rma_password
        return Settings.model_validate(
            {
                "odoo": odoo | {"transport": transport},
                "sources": {"shop": {"path": folder / "shop", "quiet_seconds": 0}},
                "run": {"store": folder / "store.sqlite", **run},
                "secrets": {kind: key},
            }
        )

    def send(self, folder: Path, rmas: list[dict[str, Any]]) -> None:
        """Let the source send returns, in one file."""
        inbox = folder / "shop" / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.json"
        (inbox / name).write_text(json.dumps(rmas))


@contextmanager
def company(
    orders: int, *, database: str = "bench", workers: int = 0, without: Sequence[str] = ()
) -> Iterator[Company]:
    """Give a real Odoo 19 with so many delivered and invoiced orders, copied straight into its tables.

    `without` are modules of the sandbox's shop that are taken out first, with what builds on them.
    """
    sandbox = Sandbox(19, workers=workers)
    sandbox.up()
    env, way = sandbox.reset(database), sandbox.way
    if not isinstance(way, PackagedOdoo):
        raise SystemExit("Needs a sandbox from Debian's packages: its database is written to directly.")
    if without:
        found = f"env['ir.module.module'].search([('name', 'in', {list(without)!r})])"
        way.shell(database, f"{found}.button_immediate_uninstall()", lambda _line: None)
    made = [sell(Admin(env), f"{shape.name}-0", shape.articles) for shape in SHAPES]
    with way.postgres.session(database) as cursor:
        for shape, order in zip(SHAPES, made, strict=True):
            copier = Copier(cursor, template_of(cursor, order), f"{shape.name}-0", f"R-{shape.name}-0")
            copier.begin()
            copier.copy(1, orders // len(SHAPES) + 1)
        cursor.execute("ANALYZE")
    yield Company(sandbox, way, env)
    sandbox.drop(database)

"""odoorpc, Odoo 14 to 19: JSON-RPC's `execute_kw` with a password or an API key.

Only the library's JSON-RPC proxy is used: its `env[MODEL]` asks for all fields of every new model. It gets an opener
of our own, so that deadline, TLS, redirects and the check of the reply are the same as for JSON-2.
"""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from odoorpc.rpc.jsonrpclib import ProxyJSON

from odoo_rma.connector.errors import LoginRefused, Refused, Unknown
from odoo_rma.connector.odoo import replies
from odoo_rma.connector.odoo.transport import Arguments
from odoo_rma.connector.odoo.wire import Wire


class OdoorpcTransport:
    """One user of one database, over JSON-RPC."""

    name = "odoorpc"

    def __init__(self, wire: Wire, *, database: str, login: str, secret: str, agent: str) -> None:
        where = urlsplit(wire.url)
        tls = where.scheme == "https"
        host = f"[{where.hostname}]" if ":" in (where.hostname or "") else where.hostname
        self._url = wire.url
        self._wire = wire
        self._proxy = ProxyJSON(
            host,
            where.port or (443 if tls else 80),
            ssl=tls,
            opener=_Opener(wire, {"X-Odoo-Database": database, "User-Agent": agent}),
            deserialize=False,
        )
        self._login = (database, login, secret)
        self._uid = 0

    def login(self) -> int:
        """Log in and give the user's id.

        Raises:
            LoginRefused: the login, the secret or the database is not taken.

        """
        database, login, secret = self._login
        try:
            uid = self._rpc("common", "login", [database, login, secret])
        except Refused as error:
            raise LoginRefused(f"Odoo refuses the login to {database!r}: {error}") from None
        if not uid:
            raise LoginRefused(f"Wrong password or API key for {login!r} in {database!r}.")
        self._uid = int(uid)
        return self._uid

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Arguments) -> Any:
        """Carry out one call, once."""
        named = dict(arguments)
        positional: list[Any] = [] if ids is None else [list(ids)]
        if method == "create":
            # Odoo's `call_kw` looks at the first positional argument of `create`.
            positional = [named.pop("vals_list")]
        database, _login, secret = self._login
        return self._rpc(
            "object", "execute_kw", [database, self._uid, secret, model, method, positional, named], model
        )

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _rpc(self, service: str, method: str, args: list[Any], model: str = "") -> Any:
        reply = self._proxy("/jsonrpc", {"service": service, "method": method, "args": args})
        if "error" in reply:
            data = reply["error"].get("data") or {}
            raise replies.from_odoo(str(data.get("name", "")), str(data.get("message", "")), model)
        return reply.get("result")


class _Opener:
    """Stands in for urllib's opener inside odoorpc, and hands back the checked JSON-RPC envelope."""

    def __init__(self, wire: Wire, headers: dict[str, str]) -> None:
        self._wire = wire
        self._headers = headers

    def open(self, request: Request, timeout: float | None = None) -> dict[str, Any]:
        body = request.data if isinstance(request.data, bytes) else b""
        headers = {"Content-Type": "application/json", **self._headers}
        reply = self._wire.send("POST", request.selector, body, headers)
        content = replies.parse(reply)
        if not isinstance(content, dict) or "jsonrpc" not in content:
            raise replies.from_others(reply, self._wire.url)
        if content.get("id") != json.loads(body)["id"]:
            raise Unknown(
                f"{self._wire.url} answered another call than ours; ours may or may not have been carried out."
            )
        return content

"""odoorpc, Odoo 14 to 19: JSON-RPC's `execute_kw` with a password or an API key.

Only the library's JSON-RPC proxy is used: its `env[MODEL]` asks for all fields of every new model. It gets an opener
of our own, so that deadline, TLS, redirects and the check of the reply are the same as for JSON-2.
"""

import json
from collections.abc import Sequence
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import Request

from odoorpc.rpc.jsonrpclib import ProxyJSON

from odoo_rma.connector import redact
from odoo_rma.connector.errors import LoginRefused, Unknown
from odoo_rma.connector.odoo import replies
from odoo_rma.connector.odoo.transport import Arguments
from odoo_rma.connector.wire import Wire


class OdoorpcTransport:
    """One user of one database, over JSON-RPC."""

    name = "odoorpc"

    def __init__(
        self, wire: Wire, *, database: str, login: str, secret: str, agent: str, needs_session: bool = False
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            wire: where to.
            database: the database's name.
            login: the user's login.
            secret: password or API key.
            agent: what we call ourselves.
            needs_session: the server is Odoo 14 or 15, which answers every error with a bare HTTP 500 when it has
                several databases and the session names none.

        """
        where = urlsplit(wire.url)
        tls = where.scheme == "https"
        host = f"[{where.hostname}]" if ":" in (where.hostname or "") else where.hostname
        self._wire = wire
        self._headers = {"X-Odoo-Database": database, "User-Agent": agent}
        self._proxy = ProxyJSON(
            host,
            where.port or (443 if tls else 80),
            ssl=tls,
            opener=_Opener(wire, self._headers),
            deserialize=False,
        )
        self._login = (database, login, secret)
        self._uid = 0
        self._needs_session = needs_session

    def login(self) -> int:
        """Log in and give the user's id.

        Raises:
            LoginRefused: the login, the secret or the database is not taken.

        """
        database, login, secret = self._login
        if self._needs_session:
            self._open_session(database)
        try:
            reply = self._ask("common", "login", [database, login, secret])
        except Unknown as error:
            if (
                self._needs_session and error.status == 500
            ):  # all that 14 and 15 say about a database they lack
                raise LoginRefused(
                    f"The login to {database!r} fails on {self._wire.url}. Is there such a database?"
                ) from None
            raise
        if "error" in reply:
            raise LoginRefused(_why_no_login(replies.words(reply["error"]), database, self._wire.url))
        if not reply.get("result"):
            raise LoginRefused(f"Wrong password or API key for {login!r} in {database!r}.")
        self._uid = int(reply["result"])
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
        reply = self._ask(service, method, args)
        if "error" in reply:
            raise replies.from_odoo(*replies.words(reply["error"]), model)
        return reply.get("result")

    def _ask(self, service: str, method: str, args: list[Any]) -> dict[str, Any]:
        reply: dict[str, Any] = self._proxy("/jsonrpc", {"service": service, "method": method, "args": args})
        return reply

    def _open_session(self, database: str) -> None:
        """Take a session, not logged in, that names the database."""
        reply = self._wire.send("GET", f"/web/login?db={quote(database, safe='')}", headers=self._headers)
        session = SimpleCookie(reply.headers.get("set-cookie", "")).get("session_id")
        if session is not None:
            redact.register(session.value)
            self._headers["Cookie"] = f"session_id={session.value}"


def _why_no_login(words: tuple[str, str], database: str, url: str) -> str:
    if f'database "{database}" does not exist' in words[1]:
        return f"There is no database {database!r} on {url}."
    return f"Odoo refuses the login to {database!r}: {words[1] or words[0]}"


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

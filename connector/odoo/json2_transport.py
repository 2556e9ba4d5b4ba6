"""JSON-2, Odoo 19 and up: `POST /json/2/MODEL/METHOD` with an API key and named arguments."""

import json
from collections.abc import Sequence
from typing import Any

from odoo_rma.connector.errors import LoginRefused, Refused
from odoo_rma.connector.odoo import replies
from odoo_rma.connector.odoo.transport import Arguments
from odoo_rma.connector.wire import Reply, Wire


class Json2Transport:
    """One user of one database, over JSON-2."""

    name = "json2"

    def __init__(self, wire: Wire, *, database: str, api_key: str, agent: str) -> None:
        self._wire = wire
        self._database = database
        self._headers = {
            "Authorization": f"bearer {api_key}",
            "Content-Type": "application/json",
            "User-Agent": agent,
            "X-Odoo-Database": database,
        }

    def login(self) -> int:
        """Find out who the key belongs to.

        Raises:
            LoginRefused: the key or the database is not taken.

        """
        reply = self._post("res.users", "context_get", {})
        if reply.status == 404:
            raise LoginRefused(f"There is no database {self._database!r} on {self._wire.url}.")
        try:
            context = self._result(reply, "res.users")
        except (LoginRefused, Refused) as error:
            raise LoginRefused(
                f"Odoo refuses the API key: {str(error).rstrip('.')}. Make a new one in Odoo (Preferences / Security) "
                "and set it as ODOO_RMA_API_KEY."
            ) from None
        return int(context["uid"])

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Arguments) -> Any:
        """Carry out one call, once."""
        named = dict(arguments) if ids is None else {"ids": list(ids), **arguments}
        return self._result(self._post(model, method, named), model)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _post(self, model: str, method: str, named: Arguments) -> Reply:
        return self._wire.send("POST", f"/json/2/{model}/{method}", json.dumps(named).encode(), self._headers)

    def _result(self, reply: Reply, model: str) -> Any:
        content = replies.parse(reply)
        if reply.status == 200 and (content is not None or reply.body.strip() == b"null"):
            return content
        if reply.status >= 400 and isinstance(content, dict) and {"name", "message"} <= content.keys():
            raise replies.from_odoo(str(content["name"]), str(content["message"]), model)
        raise replies.from_others(reply, self._wire.url)

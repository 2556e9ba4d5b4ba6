"""Medusa's Admin API: one call, its answer as plain data with decimals, its refusals as errors in its own words."""

import json
import logging
from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib.metadata import version as installed_version
from typing import Any
from urllib.parse import urlencode

from odoo_rma.connector import redact
from odoo_rma.connector.address import checked_address
from odoo_rma.connector.errors import (
    AccessRefused,
    LoginRefused,
    NoServer,
    Refused,
    RmaError,
    Unknown,
    Unreachable,
)
from odoo_rma.connector.retry import with_retries
from odoo_rma.connector.sources.medusa.options import MedusaOptions
from odoo_rma.connector.sources.options import secret_of
from odoo_rma.connector.wire import Reply, Wire
from odoo_rma.mappings.money import Decimal

__all__ = ["Api", "NotThere", "Row"]

Row = dict[str, Any]
Query = Mapping[str, str | int | Sequence[str]]

logger = logging.getLogger(__name__)


class NotThere(Refused):
    """Medusa knows no such record."""


class Api:
    """One Medusa, with one secret key.

    Raises:
        BadSettings: the address cannot be used, or there is no key.

    """

    def __init__(self, name: str, options: MedusaOptions) -> None:
        key = secret_of(name, "api_key", options.api_key)
        credentials = b64encode(f"{key}:".encode()).decode()
        redact.register(key, credentials)
        self.url = checked_address(
            options.url,
            setting=f"sources.{name}.options.url",
            allow_http=options.allow_http,
            gives_away="API key",
            path=True,
        )
        self._wire = Wire(self.url, timeout=options.timeout, verify_tls=options.verify_tls)
        self._headers = {
            "Authorization": f"Basic {credentials}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": f"odoo-rma/{installed_version('odoo-rma')}",
        }

    def get(self, path: str, **query: str | int | Sequence[str]) -> Row:
        """Read; again where no answer came.

        Query names are written as in Python: `order_id=[…]` becomes `order_id[]=…`, `updated_at__gte` the operator.
        """
        where = f"/admin/{path}?{_written(query)}" if query else f"/admin/{path}"
        return with_retries(lambda: self._exchange("GET", where, b""), repeatable=True)

    def find(self, path: str, what: str, **query: str | int | Sequence[str]) -> Row | None:
        """Read one record by its id; None where Medusa does not know it."""
        try:
            return dict(self.get(path, **query)[what])
        except NotThere:
            return None

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Row:
        """Write, once: Medusa has no keys by which it would know a repetition.

        Raises:
            Refused: Medusa said no; some of it may have happened all the same.
            Unknown: nobody knows whether it ran.

        """
        return self._write("POST", path, json.dumps(body or {}, default=_number).encode())

    def delete(self, path: str) -> Row:
        """Delete, or take back."""
        return self._write("DELETE", path, b"")

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _write(self, method: str, path: str, body: bytes) -> Row:
        logger.info("%s /admin/%s", method, path)
        return with_retries(lambda: self._exchange(method, f"/admin/{path}", body), repeatable=False)

    def _exchange(self, method: str, where: str, body: bytes) -> Row:
        reply = self._wire.send(method, where, body, self._headers)
        content = _parsed(reply)
        if 200 <= reply.status < 300 and isinstance(content, dict):
            return content
        raise _error(reply, content, self.url)


def _written(query: Query) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        field, _, operator = name.partition("__")
        key = f"{field}[${operator}]" if operator else field
        if isinstance(value, (str, int)):
            pairs.append((key, str(value)))
        else:
            pairs += [(f"{key}[]", one) for one in value]
    return urlencode(pairs)


def _number(value: Any) -> float:
    # Medusa takes amounts as JSON numbers only; a decimal of a currency's minor units survives the way through.
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _parsed(reply: Reply) -> Any:
    try:
        return json.loads(reply.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _error(reply: Reply, content: Any, url: str) -> RmaError:
    """Give the error for what is no success: Medusa's own words, where it has any."""
    said = str(content.get("message") or "").strip() if isinstance(content, dict) else ""
    if reply.status == 401:
        return LoginRefused(
            f"Medusa at {url} refuses the API key. Make a secret one in Medusa (Settings / Secret API Keys)."
        )
    if 300 <= reply.status < 400:
        to = reply.headers.get("location", "?")
        return NoServer(
            f"{url} redirects to {to}, and redirects are not followed; put that address into url."
        )
    if said and 400 <= reply.status < 500 and reply.status not in (408, 429, 499):
        kind = {403: AccessRefused, 404: NotThere}.get(reply.status, Refused)
        return kind(f"Medusa: {said}")
    if reply.status in (404, 405):
        return NoServer(f"{url} answers HTTP {reply.status}, and not as Medusa does. Check url.")
    return _of_others(reply, said, url)


def _of_others(reply: Reply, said: str, url: str) -> Unknown | Unreachable:
    error: Unknown | Unreachable
    if 400 <= reply.status < 500 and reply.status not in (408, 499):  # a proxy, or too many requests
        error = Unreachable(f"{url} answers HTTP {reply.status}, and not as Medusa does.")
    else:
        what = f"HTTP {reply.status}" + (f" ({said})" if said else "")
        what = what if reply.status >= 300 else "something unreadable"
        error = Unknown(f"{url} answers {what}; the call may or may not have been carried out.")
    seconds = reply.headers.get("retry-after", "")
    error.retry_after = float(seconds) if seconds.isascii() and seconds.isdigit() else None
    error.status = reply.status
    return error

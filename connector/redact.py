"""No secret in any log: known secrets are struck out of every record, and chatty libraries are fenced."""

import json
import logging
import re
import threading
from urllib.parse import quote

from odoo_rma.connector.errors import Refused

STRUCK = "[secret]"
SHORT = 8
"""A secret below this length is struck out only where it stands alone: struck out of the middle of other words
(`odoo-rma` with the password `rma`) it would spoil them, and tell what it is."""

# odoorpc 0.10.1 writes the arguments of every call, the password among them, and whole replies at DEBUG;
# httpcore writes headers (keys, cookies). They log on these names only, and nothing there helps anyone.
FENCED = (
    "odoorpc",
    "odoorpc.rpc.jsonrpclib",
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)

_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[\w.-]+\.\w+")
_secrets: set[str] = set()
_lock = threading.Lock()


def register(*secrets: str | None) -> None:
    """Remember secrets that must never be seen, in every shape in which they may turn up."""
    with _lock:
        for secret in secrets:
            if secret:
                _secrets.update(
                    {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")}
                )


def redact(text: str) -> str:
    """Strike every registered secret out of a text; the longest first, as one may hold another."""
    with _lock:
        known = sorted(_secrets, key=len, reverse=True)
    for secret in known:
        if len(secret) < SHORT:
            text = re.sub(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", STRUCK, text)
        else:
            text = text.replace(secret, STRUCK)
    return text


def without_addresses(text: str) -> str:
    """Leave e-mail addresses out of a text."""
    return _ADDRESS.sub("[address]", text)


def in_public(error: BaseException) -> str:
    """Say what ends a run or a job, without secrets; nor with a customer's address, which Odoo's own words may hold."""
    text = redact(str(error)) or type(error).__name__
    return without_addresses(text) if isinstance(error, Refused) else text


class RedactingFormatter(logging.Formatter):
    """Wraps a handler's formatter and strikes secrets out of what it writes: message, arguments, traceback."""

    def __init__(self, inner: logging.Formatter | None = None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter(logging.BASIC_FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        """Format as the inner formatter does, then strike out."""
        return redact(self._inner.format(record))


class _Nothing(logging.Filter):
    """Lets no record below a warning through, whatever level somebody sets on the logger later."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_NOTHING = _Nothing()


def fence() -> None:
    """Silence what the HTTP libraries log below a warning. Safe to call often."""
    for name in FENCED:
        logging.getLogger(name).addFilter(_NOTHING)


def install(logger: logging.Logger | None = None) -> None:
    """Make every handler of a logger (the root logger by default) strike secrets out. Safe to call often."""
    fence()
    for handler in (logger or logging.getLogger()).handlers:
        if not isinstance(handler.formatter, RedactingFormatter):
            handler.setFormatter(RedactingFormatter(handler.formatter))

"""Turning what comes back into one of the three outcomes; the same for both transports."""

import json
from typing import Any

from odoo_rma.connector.errors import (
    AccessRefused,
    Busy,
    LoginRefused,
    NotOffered,
    Refused,
    RmaError,
    Unknown,
    Unreachable,
)
from odoo_rma.connector.redact import redact
from odoo_rma.connector.wire import Reply

# Odoo re-runs a method 5 times on these before it gives up; nothing was changed.
BUSY_NAMES = (
    "SerializationFailure",
    "DeadlockDetected",
    "LockNotAvailable",
    "TransactionRollbackError",
    "ConcurrencyError",
    "LockError",
    "PoolError",  # all database connections of the server are taken
)
BUSY_WORDS = (
    "could not serialize access",
    "deadlock detected",
    "could not obtain lock",
    "canceling statement due to lock timeout",
    # A competing writer of the very same external id has just committed: the next look finds its record.
    "ir_model_data_module_name_uniq_index",
)
# The server itself is in trouble, perhaps while committing: no fault of the records, so no reason to quarantine them.
TROUBLE_NAMES = (
    "OperationalError",
    "InterfaceError",
    "InternalError",
    "AdminShutdown",
    "CrashShutdown",
    "CannotConnectNow",
    "TooManyConnections",
    "DiskFull",
    "OutOfMemory",
    "QueryCanceled",
    "MemoryError",
    "OSError",
)


def is_busy(text: str) -> bool:
    """Whether Odoo's words mean that others write to the same records."""
    return any(words in text for words in BUSY_WORDS)


def from_odoo(name: str, message: str, model: str = "") -> RmaError:
    """Give the error for what Odoo itself reports: its exception's name and message. Tracebacks stay out.

    These words are kept in the store and shown to people, so they are rid of our secrets here.
    """
    text, short = redact(message.strip() or name or "Odoo gives no reason."), name.rpartition(".")[2]
    if short in BUSY_NAMES or is_busy(text):
        return Busy(text)
    if short in TROUBLE_NAMES:
        return Unknown(f"The Odoo server is in trouble ({short}): {text}")
    if short in ("AccessDenied", "Unauthorized", "SessionExpiredException"):
        return LoginRefused(text)
    if short == "AccessError":
        return AccessRefused(text)
    if short in ("NotFound", "AttributeError") or _names_model(short, text, model):
        return NotOffered(text)
    return Refused(text if name.startswith(("odoo.", "werkzeug.")) else f"{short}: {text}")


def words(error: Any) -> tuple[str, str]:
    """Take the name and the message out of a JSON-RPC error; the traceback beside them stays behind."""
    data = error.get("data") if isinstance(error, dict) else None
    if not isinstance(data, dict):
        return "", str(error.get("message", "")) if isinstance(error, dict) else ""
    return str(data.get("name", "")), str(data.get("message", ""))


def from_others(reply: Reply, url: str) -> RmaError:
    """Give the error for an answer that is not Odoo's: a proxy's page, a redirect, something cut."""
    if reply.status == 413:
        return Refused(f"{url}: the request is too large for a server in front of Odoo (HTTP 413).")
    error: Unknown | Unreachable
    if 300 <= reply.status < 400:
        to = reply.headers.get("location", "?")
        error = Unknown(f"{url} redirects to {to}; redirects are not followed.")
    elif 400 <= reply.status < 500 and reply.status not in (408, 499):
        # No Odoo method answers like this: somebody in front of Odoo, or an Odoo that does not know the database.
        error = Unreachable(f"{url} answers HTTP {reply.status}, and not as Odoo does.")
    else:
        what = "something unreadable" if reply.status == 200 else f"HTTP {reply.status}"
        error = Unknown(f"{url} answers {what}; the call may or may not have been carried out.")
    seconds = reply.headers.get("retry-after", "")
    error.retry_after = float(seconds) if seconds.isascii() and seconds.isdigit() else None
    error.status = reply.status
    return error


def parse(reply: Reply) -> Any:
    """Read a body as JSON; `None` where it is none (Odoo's own answers are never empty)."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def _names_model(short: str, text: str, model: str) -> bool:
    # `execute_kw` says "Object stock.lot doesn't exist" as a UserError, in the language of the user.
    return short == "UserError" and "." in model and model in text and len(text) < len(model) + 60

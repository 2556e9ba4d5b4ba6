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
from odoo_rma.connector.odoo.wire import Reply

# Odoo re-runs a method 5 times on these before it gives up; nothing was changed.
BUSY_NAMES = (
    "SerializationFailure",
    "DeadlockDetected",
    "LockNotAvailable",
    "TransactionRollbackError",
    "ConcurrencyError",
    "LockError",
)
BUSY_WORDS = (
    "could not serialize access",
    "deadlock detected",
    "could not obtain lock",
    "canceling statement due to lock timeout",
    # A competing writer of the very same external id has just committed: the next look finds its record.
    "ir_model_data_module_name_uniq_index",
)
# The database went away in the middle, perhaps while committing.
BROKEN_NAMES = ("psycopg2.OperationalError", "psycopg2.InterfaceError", "psycopg2.errors.AdminShutdown")


def is_busy(text: str) -> bool:
    """Whether Odoo's words mean that others write to the same records."""
    return any(words in text for words in BUSY_WORDS)


def from_odoo(name: str, message: str, model: str = "") -> RmaError:
    """Give the error for what Odoo itself reports: its exception's name and message. Tracebacks stay out."""
    words, short = message.strip() or name, name.rpartition(".")[2]
    if short in BUSY_NAMES or is_busy(message):
        return Busy(words)
    if name in BROKEN_NAMES:
        return Unknown(f"Odoo lost its database connection: {words}")
    if short in ("AccessDenied", "Unauthorized", "SessionExpiredException"):
        return LoginRefused(words)
    if short == "AccessError":
        return AccessRefused(words)
    if short in ("NotFound", "AttributeError") or _names_model(short, words, model):
        return NotOffered(words)
    return Refused(words if name.startswith("odoo.") else f"{short}: {words}")


def from_others(reply: Reply, url: str) -> RmaError:
    """Give the error for an answer that is not Odoo's: a proxy's page, a redirect, something cut."""
    if 300 <= reply.status < 400:
        return Unknown(
            f"{url} redirects to {reply.headers.get('location', '?')}; redirects are not followed."
        )
    if reply.status == 413:
        return Refused(f"{url}: the request is too large for a server in front of Odoo (HTTP 413).")
    if 400 <= reply.status < 500 and reply.status not in (408, 499):
        # No Odoo method answers like this: somebody in front of Odoo, or an Odoo that does not know the database.
        return _wait(Unreachable(f"{url} answers HTTP {reply.status}, and not as Odoo does."), reply)
    what = f"HTTP {reply.status}" if reply.status != 200 else "something unreadable"
    return _wait(Unknown(f"{url} answers {what}; the call may or may not have been carried out."), reply)


def parse(reply: Reply) -> Any:
    """Read a body as JSON; `None` where it is none (Odoo's own answers are never empty)."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def _names_model(short: str, words: str, model: str) -> bool:
    # `execute_kw` says "Object stock.lot doesn't exist" as a UserError, in the language of the user.
    return short == "UserError" and "." in model and model in words and len(words) < len(model) + 60


def _wait(error: Unknown | Unreachable, reply: Reply) -> RmaError:
    seconds = reply.headers.get("retry-after", "")
    error.retry_after = float(seconds) if seconds.isascii() and seconds.isdigit() else None
    return error

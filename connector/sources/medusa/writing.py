"""Writing to an order of Medusa: one writer at a time, and never a guess about what a failed call has done.

Medusa knows no keys for repetitions, answers 400 to what it has recorded all the same, and takes two changes at once that
exclude each other. So every write looks before, and after any error looks again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import platformdirs
from filelock import FileLock, Timeout

from odoo_rma.connector.errors import Refused, RmaError, StoreFailed, Unknown, Unreachable
from odoo_rma.connector.sources.medusa.api import Api
from odoo_rma.connector.sources.medusa.dossier import Dossier
from odoo_rma.connector.sources.medusa.options import MedusaOptions
from odoo_rma.mappings.issues import Issue

__all__ = ["Desk", "Held", "busy", "in_its_words", "one_writer", "sure"]

STRIPES = 64
"""Lock files are shared by many orders, so that there are never more than these."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every writer needs: the API, the options, the clock, and a word of its own by which it knows its own writes."""

    api: Api
    options: MedusaOptions
    token: str
    now: Callable[[], datetime]
    pause: Callable[[float], None]

    @property
    def patience(self) -> float:
        """Seconds after which whoever began something will not go on with it: longer than any call may take."""
        return 2 * self.options.timeout + 60

    def is_young(self, begun: datetime | None) -> bool:
        """Tell whether whoever began something then may still be at it."""
        return begun is not None and (self.now() - begun).total_seconds() < self.patience


def new_token() -> str:
    """Give a word that no other writer has."""
    return uuid4().hex[:12]


class Held(Exception):
    """Somebody else is at this order; nothing was done. Carries the issue that says so."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        super().__init__(issue.message)


@contextmanager
def one_writer(desk: Desk, order_id: str) -> Iterator[None]:
    """Let one thread of one process on this machine write to an order; others wait for it.

    Writers on other machines are noticed by what they leave at the order.

    Raises:
        Held: another one did not come to an end in time.

    """
    number = int(sha256(f"{desk.api.url} {order_id}".encode()).hexdigest(), 16) % STRIPES
    lock = FileLock(_folder() / f"medusa-{number:02}.lock", timeout=desk.options.timeout)
    try:
        with lock:
            yield
    except Timeout:
        raise Held(
            Issue(
                "source_busy",
                f"Another run of odoo-rma is writing to order {order_id} in Medusa.",
                "Nothing needs to be done: the next run tells it.",
            )
        ) from None


def sure(write: Callable[[], object], happened: Callable[[], bool]) -> str:
    """Write; after any error look whether it happened all the same. Give Medusa's words where it denied what it did.

    Raises:
        RmaError: the error, and it has not happened as far as can be seen.

    """
    try:
        write()
    except (Refused, Unknown, Unreachable) as error:
        try:
            done = happened()
        except RmaError:  # then nobody knows; what went wrong first says more
            raise error from None
        if not done:
            raise
        return str(error)
    return ""


def busy(dossier: Dossier, what: str) -> Issue:
    """Give the issue for an order that somebody else is changing."""
    return Issue(
        "source_busy",
        f"Order {dossier.number} is being changed in Medusa ({what}); until that is confirmed or taken back Medusa "
        "takes nothing else for it.",
        "Confirm or cancel the change in Medusa; the next run tells it.",
    )


def in_its_words(dossier: Dossier, what: str, error: Refused) -> Issue:
    """Give the issue for what Medusa refuses."""
    said = str(error).removeprefix("Medusa: ").strip()
    return Issue(
        "source_refused",
        f"Medusa refuses to {what} (order {dossier.number}). It says: {said[:500]}",
        "Correct it in Medusa or in Odoo; the next run tries again.",
    )


def _folder() -> Path:
    folder = platformdirs.user_cache_path("odoo-rma") / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFailed(
            f"No lock can be made in {folder}: {error.strerror}. Correct its rights."
        ) from error
    return folder

"""One run at a time per store, on this host, or, where the store is on a server, on all hosts.

The operating system, or the server, releases the lock when the holder dies, however it dies.
"""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from odoo_rma.connector.errors import Stop, StoreFailed
from odoo_rma.connector.settings_store import StorePlace, StoreServer
from odoo_rma.sync.store.database import with_driver

if TYPE_CHECKING:
    from odoo_rma.sync.lock_server import Held


WORKERS = ("worker", "pull", "push")
"""What workers call themselves while they do a job."""


class Locked(Stop):
    """Another run is at work on this store. Wait until it has ended, or look for it among the processes."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock, as it wrote beside it."""

    pid: int
    host: str
    since: str
    command: str = ""

    @classmethod
    def here(cls, now: datetime, command: str) -> "Holder":
        """Name this process."""
        return cls(os.getpid(), socket.gethostname(), now.isoformat(timespec="seconds"), command)

    def __str__(self) -> str:
        what = f" ({self.command})" if self.command else ""
        return f"process {self.pid} on {self.host}{what}, since {self.since}"


@contextmanager
def run_lock(
    store: StorePlace, *, now: datetime, command: str = "", patience: float = 0.3
) -> Iterator[Callable[[], None]]:
    """Hold the lock of a store while the block runs; gives a check that it is still held.

    With `patience` (seconds; on a server alone) it waits in line for those who hold it.

    Raises:
        Locked: another run holds it; told within a second.
        StoreFailed: the folder of the store cannot be written, or its server is out of reach. The check raises it
            when the server let go of the lock, because the connection was lost.

    """
    me = Holder.here(now, command)
    with (
        _server_lock(store, me, patience)
        if isinstance(store, StoreServer)
        else _file_lock(store, me) as check
    ):
        yield check


@contextmanager
def shared_lock(store: StoreServer, what: str, *, now: datetime, command: str) -> "Iterator[Held]":
    """Hold a part of a store, such as `lane 3`, beside those who hold other parts; nobody has all of it meanwhile.

    Raises:
        Locked: somebody holds this part, or all; told within a second.
        StoreFailed: the server is out of reach.

    """
    from odoo_rma.sync import lock_server  # noqa: PLC0415 (needs what only servers need)

    me = Holder.here(now, command)
    with lock_server.session(store, me) as held:
        for name, shared in ((lock_server.RUN, True), (what, False)):
            if not held.take(name, shared=shared):
                raise Locked(_words(store, lock_server.holders(store, name)))
        yield held


@contextmanager
def _server_lock(store: StoreServer, me: Holder, patience: float) -> Iterator[Callable[[], None]]:
    with_driver()
    from odoo_rma.sync import lock_server  # noqa: PLC0415 (needs what only servers need)

    with lock_server.session(store, me) as held:
        if not held.take(lock_server.RUN, patience=patience):
            raise Locked(_words(store, lock_server.holders(store, lock_server.RUN)))
        yield held.check


@contextmanager
def _file_lock(store: Path, me: Holder) -> Iterator[Callable[[], None]]:
    # Not at once, because `is_locked` holds it for a moment to look.
    lock = FileLock(_beside(store, "lock"), timeout=0.3, mode=0o600)
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise Locked(_words(store, [who] if (who := holder(store)) else [])) from error
    except OSError as error:
        raise StoreFailed(f"The lock beside {store} cannot be made: {error.strerror or error}.") from error
    try:
        _sign(store, me)
        yield lambda: None
    finally:
        with suppress(OSError):
            _beside(store, "holder").unlink(missing_ok=True)
        lock.release()


def at_work(store: StorePlace) -> list[Holder]:
    """Tell who is at work on the store now: one, or several workers."""
    if not isinstance(store, StoreServer):
        return [who] if is_locked(store) and (who := holder(store)) else []
    with_driver()
    from odoo_rma.sync import lock_server  # noqa: PLC0415

    return lock_server.holders(store, lock_server.RUN)


def holder(store: StorePlace) -> Holder | None:
    """Tell who holds the lock; who wrote its name beside a file last may have died since."""
    if isinstance(store, StoreServer):
        return next(iter(at_work(store)), None)
    try:
        found: dict[str, Any] = json.loads(_beside(store, "holder").read_text("utf-8"))
        return Holder(**found)
    except (OSError, ValueError, TypeError):
        return None


def is_locked(store: StorePlace) -> bool:
    """Tell whether a run is at work on the store now."""
    if isinstance(store, StoreServer):
        return holder(store) is not None
    if not _beside(store, "lock").exists():
        return False
    lock = FileLock(_beside(store, "lock"), timeout=0, mode=0o600)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def _words(store: StorePlace, who: list[Holder]) -> str:
    names = "; ".join(map(str, who)) or "a process that did not leave its name"
    if any(w.command in WORKERS for w in who):
        return (
            f"Workers are at work on {store}: {names}. They do all of it by themselves (`odoo-rma jobs`); for a run by hand "
            "try again between two of their jobs, or stop them first: nothing is lost by it."
        )
    return (
        f"Another run is at work on {store}: {names}. Wait until it has ended; if it hangs, end that process, "
        "nothing is lost by it."
    )


def _sign(store: Path, who: Holder) -> None:
    # Only to be read by people: a run goes on without it.
    with suppress(OSError):
        path = _beside(store, "holder")
        path.write_text(json.dumps(asdict(who)), "utf-8")
        path.chmod(0o600)


def _beside(store: Path, what: str) -> Path:
    return store.with_name(f"{store.name}.{what}")

"""Locks in the store's server: held by a session, so that they end with it, wherever and however its process dies.

A connection of their own holds them: it sits still while the store's works, so its loss is looked for (`check`).
Who holds them is seen in `pg_stat_activity`, in the name that the session gave itself.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from psycopg.errors import LockNotAvailable

from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.lock import Holder, Locked
from odoo_rma.sync.store.server import Connection, connect
from odoo_rma.sync.store.server_words import plain_words

RUN = 2
"""The lock of a run over the whole store; 0 and 1 are the store's own."""

PATIENCE = 0.3
"""Seconds; long enough for the server to notice that the holder before has gone."""

_HOLDERS = """
SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
AND l.classid::bigint = (hashtext($1)::bigint & 4294967295) AND l.objid::bigint = $2 ORDER BY a.backend_start
"""


class Held:
    """The locks of one session."""

    def __init__(self, place: StoreServer, connection: Connection) -> None:
        self._place, self._connection = place, connection

    def take(self, name: str | int, *, shared: bool = False, patience: float = PATIENCE) -> bool:
        """Take a lock, alone or with others who take it as shared; gives False where it is held all the time.

        Who waits stands in line: those who come later, shared or not, get it later.
        """
        query = f"SELECT pg_advisory_lock{'_shared' if shared else ''}(hashtext($1), $2)"
        with plain_words(self._place):
            # Not as a parameter: SET takes none.
            self._connection.execute(f"SET lock_timeout = '{int(patience * 1000)}ms'".encode())
            try:
                self._connection.execute(query.encode(), (self._place.schema, number(name)))
            except LockNotAvailable:
                return False
        return True

    def release(self, name: str | int) -> None:
        """Let go of a lock before the session ends."""
        with plain_words(self._place):
            self._connection.execute(
                "SELECT pg_advisory_unlock(hashtext($1), $2)", (self._place.schema, number(name))
            )

    @contextmanager
    def waiting(self, names: Sequence[str], patience: float = 120.0) -> Iterator[None]:
        """Hold further locks while the block runs, however long others hold them first.

        Raises:
            Locked: somebody holds one all the time.

        """
        taken = []
        try:
            for name in names:
                if not self.take(name, patience=patience):
                    raise Locked(f"Another worker keeps “{name}” to itself; it is tried again.")
                taken.append(name)
            yield
        finally:
            for name in taken:
                self.release(name)

    def check(self) -> None:
        """Make sure that the session, and with it the locks, still stands.

        Raises:
            StoreFailed: it does not.

        """
        with plain_words(self._place):
            self._connection.execute("SELECT 1")


def number(name: str | int) -> int:
    """Number a lock; named ones come after those with a number of their own."""
    return name if isinstance(name, int) else zlib.crc32(name.encode()) % 2**30 + 2**30


@contextmanager
def session(place: StoreServer, who: Holder) -> Iterator[Held]:
    """Begin a session that may hold locks under a name; all are let go at its end."""
    since = datetime.fromisoformat(who.since).astimezone(UTC)
    # 63 bytes is all the server keeps.
    connection = connect(
        place, f"odoo-rma {who.command or '-'} {who.pid} {since:%Y%m%dT%H%M%SZ} {who.host}"[:63]
    )
    try:
        yield Held(place, connection)
    finally:
        connection.close()


def holders(place: StoreServer, name: str | int) -> list[Holder]:
    """Tell who holds a lock, on whatever host, the longest first."""
    connection = connect(place)
    try:
        with plain_words(place):
            rows = connection.execute(_HOLDERS, (place.schema, number(name))).fetchall()
    finally:
        connection.close()
    return [who for row in rows if (who := _read(row["name"]))]


def _read(name: str) -> Holder | None:
    parts = name.split(" ", 4)
    if len(parts) != 5 or parts[0] != "odoo-rma" or not parts[2].isdigit():
        return None
    since = datetime.strptime(parts[3], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).isoformat()
    return Holder(int(parts[2]), parts[4], since, "" if parts[1] == "-" else parts[1])

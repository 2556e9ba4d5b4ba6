"""The store in a PostgreSQL database, in a schema of its own: nothing outside that is touched.

Sessions are made so that the server notices within a minute when a host has gone, and lets go of what it held.
"""

import os
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.store.server_schema import bring_up_to_date
from odoo_rma.sync.store.server_words import plain_words

Connection = psycopg.Connection[DictRow]

OLDEST = 130_000
"""PostgreSQL 13: older ones are out of care."""

WRITING = 1
"""The advisory lock (class: the schema) under which writers queue."""

_ALIVE = {"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
_NOTICED = "tcp_keepalives_idle = 20", "tcp_keepalives_interval = 10", "tcp_keepalives_count = 3"
_PLACE = re.compile(r"\?(\d*)")


class ServerDatabase:
    """An open session with the server, at work in our schema."""

    def __init__(self, place: StoreServer) -> None:
        self.place = place
        self.connection = connect(place)
        try:
            with plain_words(place):
                bring_up_to_date(self.connection, place)
        except BaseException:
            self.connection.close()
            raise

    def rows(self, text: str, values: Sequence[Any]) -> list[DictRow]:
        """Give the rows of a query."""
        return self._execute(text, values).fetchall()

    def do(self, text: str, values: Sequence[Any]) -> int:
        """Carry out a statement; gives how many rows it concerned."""
        return self._execute(text, values).rowcount

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing; writers of all hosts queue, as they do before a file."""
        with plain_words(self.place), self.connection.transaction():
            self.connection.execute(
                "SELECT pg_advisory_xact_lock(hashtext($1), $2)", (self.place.schema, WRITING)
            )
            yield

    def text_in(self, column: str, *path: str) -> str:
        """Write the SQL for a text within a column of JSON."""
        return f"(CAST({column} AS jsonb) #>> '{{{','.join(path)}}}')"

    def close(self) -> None:
        """End the session."""
        self.connection.close()

    def _execute(self, text: str, values: Sequence[Any]) -> psycopg.Cursor[DictRow]:
        with plain_words(self.place):
            return self.connection.execute(_numbered(text), [_plain(v) for v in values])


def connect(place: StoreServer, name: str = "") -> Connection:
    """Begin a session in our schema, without a look at what is in it; its name is seen in `pg_stat_activity`.

    Raises:
        StoreFailed: out of reach, refused, or too old.

    """
    with plain_words(place):
        connection = psycopg.connect(
            conninfo(place, name), autocommit=True, cursor_factory=psycopg.RawCursor, row_factory=dict_row
        )
    try:
        if connection.info.server_version < OLDEST:
            raise StoreFailed(
                f"The store {place}: PostgreSQL {connection.info.server_version // 10_000} is too old; 13 or newer is "
                "needed."
            )
        with plain_words(place):
            for setting in (*_NOTICED, "lock_timeout = '30s'", "client_min_messages = warning"):
                connection.execute(f"SET {setting}")
            connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(place.schema)))
    except BaseException:
        connection.close()
        raise
    return connection


def conninfo(place: StoreServer, name: str = "") -> str:
    """Write what libpq needs to connect; what the address itself says counts more. Holds the password."""
    name = name or f"odoo-rma {os.getpid()}@{socket.gethostname()}"
    # A database may have no encoding at all, as where PostgreSQL was set up without a language.
    ours: dict[str, Any] = {"connect_timeout": 10, "client_encoding": "UTF8", **_ALIVE}
    if place.password:
        ours["password"] = place.password
    said = conninfo_to_dict(place.url)
    missing = {key: value for key, value in ours.items() if key not in said}
    return make_conninfo(place.url, **missing, application_name=name)


@lru_cache(maxsize=500)
def _numbered(text: str) -> LiteralString:
    """Write `?` and `?1` as PostgreSQL numbers them."""
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"${found[1] or count}"

    return _PLACE.sub(number, text)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    # PostgreSQL has no NUL in texts; nobody can have meant it.
    return value.replace("\0", "") if isinstance(value, str) else value

"""The store's file: made, opened, brought up to date, or refused with the file untouched.

Plain rollback journal, not WAL: the store is then one file that may be copied, restored or deleted at any time
without leftovers of the old one beside it; commits are few, because work is written down in batches.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.sync.store.schema import APPLICATION_ID, MIGRATIONS, VERSION

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_OLDEST_SQLITE = (3, 37)

_AWAY = "Nothing was changed in it. Move it away and run again: everything is found anew from Odoo and the sources."

_PLAIN_WORDS = {
    "SQLITE_FULL": "the disk is full. Free some space and run again",
    "SQLITE_READONLY": "it is read-only. Give this user the right to write to the file and its folder",
    "SQLITE_IOERR": "the disk failed to read or write. Check the disk and run again",
    "SQLITE_BUSY": "another program keeps it locked. Close that program and run again",
    "SQLITE_CANTOPEN": "it cannot be opened. Check that its folder exists and is writable",
    "SQLITE_CORRUPT": f"the file is damaged. {_AWAY}",
    "SQLITE_NOTADB": f"the file is not a store of odoo-rma. {_AWAY}",
}


class FileDatabase:
    """An open file of SQLite."""

    def __init__(self, path: Path) -> None:
        self.place: Path = path
        self.connection = connect(path)
        self.connection.row_factory = sqlite3.Row

    def rows(self, sql: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """Give the rows of a query."""
        with plain_words(self.place):
            return self.connection.execute(sql, values).fetchall()

    def do(self, sql: str, values: Sequence[Any]) -> int:
        """Carry out a statement; gives how many rows it concerned."""
        with plain_words(self.place):
            return self.connection.execute(sql, values).rowcount

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing."""
        with plain_words(self.place), transaction(self.connection):
            yield

    def text_in(self, column: str, *path: str) -> str:
        """Write the SQL for a text within a column of JSON."""
        return f"json_extract({column}, '$.{'.'.join(path)}')"

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


@contextmanager
def plain_words(path: Path) -> Iterator[None]:
    """Turn whatever SQLite or the file system says into `StoreFailed`, in words a person can act on."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreFailed(f"The store {path}: {_reason(error)}.") from error


def _reason(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    # SQLITE_IOERR_WRITE and its like: the family is the first two words.
    family = "_".join((getattr(error, "sqlite_errorname", None) or "").split("_")[:2])
    return _PLAIN_WORDS.get(family, str(error)).rstrip(".")


def connect(path: Path) -> sqlite3.Connection:
    """Open the store, made or brought up to date where needed.

    Raises:
        StoreFailed: damaged, not ours, made by a newer release, or out of reach; the file is untouched.

    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreFailed(f"SQLite {sqlite3.sqlite_version} is too old; 3.37 or newer is needed.")
    with plain_words(path):
        _refuse_foreign(path)
        if not path.exists():
            _make(path)
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        try:
            _bring_up_to_date(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: taken for writing at once, so that two writers queue instead of clashing half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk rolls back by itself; the first error is the one to tell.
        with suppress(sqlite3.Error):
            connection.rollback()
        raise


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Customers' names and addresses are in it: for the owner only, from the first moment.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _refuse_foreign(path: Path) -> None:
    # Read by hand, because opening with SQLite may already change the file (it undoes an interrupted write).
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC) or _number(header, 68) != APPLICATION_ID:
        raise StoreFailed(f"The store {path}: the file is not a store of odoo-rma, or it is damaged. {_AWAY}")
    if (version := _number(header, 60)) > VERSION:
        raise StoreFailed(
            f"The store {path} was written by a newer release (format {version}, this release knows {VERSION}). "
            "Nothing was changed in it. Upgrade odoo-rma, or name another file under [run] store."
        )
    if _is_cut(header, path):
        raise StoreFailed(f"The store {path}: the file is damaged, its end is missing. {_AWAY}")


def _number(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4], "big")


def _is_cut(header: bytes, path: Path) -> bool:
    # With a journal beside it, an interrupted write will be undone first; the sizes mean nothing before that.
    if Path(f"{path}-journal").exists():
        return False
    page = int.from_bytes(header[16:18], "big")
    return path.stat().st_size < _number(header, 28) * (65_536 if page == 1 else page)


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == VERSION:
        return
    with transaction(connection):
        # Another process may have been quicker.
        for number in range(_version(connection), VERSION):
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version

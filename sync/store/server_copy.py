"""Copies what stands in the store's server into a file, as it is at one moment; the server is only read."""

from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.store.file import FileDatabase
from odoo_rma.sync.store.schema import VERSION
from odoo_rma.sync.store.server import Connection, connect
from odoo_rma.sync.store.server_schema import format_of
from odoo_rma.sync.store.server_words import plain_words

_PAGE = 1_000


def copy_into(place: StoreServer, path: Path) -> None:
    """Make a file with all that the server's store holds; an empty one where there is none yet.

    Raises:
        StoreFailed: out of reach, not ours, of another format, or there is no right to make one.

    """
    with closing(connect(place)) as connection, closing(FileDatabase(path)) as file, plain_words(place):
        found = format_of(connection, place)
        if found is None:
            _may_make(connection, place)
            return
        if found != VERSION:
            raise StoreFailed(
                f"The store {place} has format {found}, which the next run brings up to {VERSION}: nothing can be "
                "rehearsed before that."
            )
        connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with file.writing():
            for table in _tables(file):
                _copy(connection, file, table)


def _tables(file: FileDatabase) -> list[str]:
    rows = file.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", ())
    return [row["name"] for row in rows]


def _copy(connection: Connection, file: FileDatabase, table: str) -> None:
    columns = [row["name"] for row in file.rows(f"PRAGMA table_info({table})", ())]
    into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )
    with psycopg.ServerCursor(connection, f"copy_{table}") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(query)
        while rows := cursor.fetchmany(_PAGE):
            file.connection.executemany(into, [tuple(row[c] for c in columns) for row in rows])


def _may_make(connection: Connection, place: StoreServer) -> None:
    row = connection.execute(
        "SELECT coalesce(has_schema_privilege(to_regnamespace($1), 'CREATE'),"
        " has_database_privilege(current_database(), 'CREATE')) AS may",
        (place.schema,),
    ).fetchone()
    if not row or not row["may"]:
        raise StoreFailed(
            f"The store {place}: this user may not make the schema {place.schema}. Let the database's owner do it: "
            f"CREATE SCHEMA {place.schema} AUTHORIZATION …; nothing else is needed."
        )

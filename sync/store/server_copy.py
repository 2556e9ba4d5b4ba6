"""Copies a store: from the server into a file for a rehearsal, and once from a file into an empty one on a server."""

from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.store.file import FileDatabase
from odoo_rma.sync.store.schema import VERSION
from odoo_rma.sync.store.server import Connection, ServerDatabase, connect
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


def copy_from(path: Path, place: StoreServer) -> dict[str, int]:
    """Put all that a file holds into the server's store, which must be empty; gives the rows by table.

    What jobs failed is left out: they belong to a queue.

    Raises:
        StoreFailed: one of them cannot be opened, or the server's store is not empty; nothing was written.

    """
    with closing(FileDatabase(path)) as file, closing(ServerDatabase(place)) as server, server.writing():
        tables = [name for name in _tables(file) if name != "job_failure"]
        for table in tables:
            if server.rows(f"SELECT 1 FROM {table} LIMIT 1", ()):  # noqa: S608
                raise StoreFailed(
                    f"The store {place} is not empty. Name another schema under [run] store, such as …?schema=returns."
                )
        return {table: _put(file, server, table) for table in tables}


def _put(file: FileDatabase, server: ServerDatabase, table: str) -> int:
    columns = [row["name"] for row in file.rows(f"PRAGMA table_info({table})", ())]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    count = 0
    with server.connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in file.connection.execute(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608
            copy.write_row(tuple(row))
            count += 1
    numbered = server.rows("SELECT pg_get_serial_sequence(?, ?) AS name", (table, columns[0]))[0]["name"]
    if numbered and count:
        server.rows(f"SELECT setval(?, (SELECT max({columns[0]}) FROM {table}))", (numbered,))  # noqa: S608
    return count


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

"""Where a store can be: a file, or a schema of its own on a real PostgreSQL that runs for the tests alone."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import psycopg

from odoo_rma.connector.settings_store import StorePlace, StoreServer
from odoo_rma.sandbox import postgres as sandbox
from odoo_rma.sandbox.postgres import ROLE, Postgres
from odoo_rma.sync.store import Store
from odoo_rma.sync.store.file import FileDatabase
from odoo_rma.sync.store.server import ServerDatabase

OTHERS = "10.213.0.0/16"
"""The networks that tests make for hosts of their own."""

_numbers = count(1)


class Server:
    """A running PostgreSQL, and new places on it."""

    def __init__(self, postgres: Postgres, address: str = "") -> None:
        self.postgres = postgres
        self.url = f"postgresql://{ROLE}@/postgres?host={postgres.socket}"
        self.url_for_others = f"postgresql://{ROLE}@{address}:5432/postgres"

    def place(self) -> StoreServer:
        """Give a place where there is no store yet."""
        return StoreServer(self.url, f"store_{next(_numbers)}")

    def say(self, sql: str, place: StoreServer | None = None) -> list[tuple[Any, ...]]:
        """Carry out SQL as the owner of the database, in a store's schema where one is named; gives the rows there are."""
        with closing(psycopg.connect(self.url, autocommit=True)) as connection:
            if place:
                connection.execute(f"SET search_path TO {place.schema}".encode())
            done = connection.execute(sql.encode())
            return done.fetchall() if done.description else []


@contextmanager
def running_server(listening: str = "") -> Iterator[Server]:
    """Run a PostgreSQL as long as the block does; at an address of this machine as well, where one is given."""
    # Sockets lie below it, and their names have a limit.
    with TemporaryDirectory(prefix="rma-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        postgres = Postgres(folder / "data", folder / "s", folder / "log")
        postgres.create()
        if listening:
            with (postgres.data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
                rules.write(f"host all all {OTHERS} trust\n")
        with patch.object(sandbox, "CARELESS", (*sandbox.CARELESS, f"listen_addresses={listening}")):
            postgres.start()
        try:
            yield Server(postgres, listening)
        finally:
            postgres.stop()


def spoil(place: StorePlace) -> None:
    """Put there what is no store of ours."""
    if isinstance(place, StoreServer):
        with closing(psycopg.connect(place.url, autocommit=True)) as connection:
            connection.execute(f"CREATE SCHEMA {place.schema}".encode())
            connection.execute(f"CREATE TABLE {place.schema}.bookmarks (url TEXT)".encode())
    else:
        place.write_text("this is no store" * 20)


def say(store: Store, sql: str) -> None:
    """Do to an open store what its code never would."""
    database = store._database
    assert isinstance(database, (FileDatabase, ServerDatabase))
    database.do(sql, ())

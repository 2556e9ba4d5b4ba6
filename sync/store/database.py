"""What the store needs of a database, whichever it is: one SQL text serves all, what differs stands behind this.

The text is SQL that SQLite and PostgreSQL understand alike, with `?` for the values, or `?1` where one is used twice.
Whole numbers, yes and no among them (1 and 0), are integers; times and structured values are text.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings_store import StorePlace, StoreServer
from odoo_rma.sync.store.file import FileDatabase

WITHOUT_DRIVER = (
    "run.store names a PostgreSQL database, and what is needed for that is not installed: "
    "pip install 'odoo-rma[postgres]'."
)


class Row(Protocol):
    """One row; its values are taken by the name of their column."""

    def __getitem__(self, column: str, /) -> Any: ...


class Database(Protocol):
    """An open database. Every method may raise `StoreFailed`, in words a person can act on."""

    @property
    def place(self) -> StorePlace:
        """Where it is."""
        ...

    def rows(self, sql: str, values: Sequence[Any]) -> Sequence[Row]:
        """Give the rows of a query."""
        ...

    def do(self, sql: str, values: Sequence[Any]) -> int:
        """Carry out a statement; gives how many rows it concerned."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """All or nothing; two writers queue instead of clashing half-way."""
        ...

    def text_in(self, column: str, *path: str) -> str:
        """Write the SQL for a text within a column of JSON; NULL where there is none."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_database(place: StorePlace) -> Database:
    """Open the store's database, made or brought up to date where needed.

    Raises:
        StoreFailed: damaged, not ours, made by a newer release, or out of reach; it is untouched.
        BadSettings: what PostgreSQL needs is not installed.

    """
    if not isinstance(place, StoreServer):
        return FileDatabase(place)
    with_driver()
    from odoo_rma.sync.store.server import ServerDatabase  # noqa: PLC0415 (needs what only servers need)

    return ServerDatabase(place)


def with_driver() -> None:
    """Make sure that PostgreSQL can be spoken to.

    Raises:
        BadSettings: what is needed is not installed.

    """
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError as error:
        raise BadSettings(WITHOUT_DRIVER) from error

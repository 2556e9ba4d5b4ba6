"""Procrastinate's own tables, in the store's schema: made once, and brought up to date with a newer Procrastinate."""

from importlib import resources

from procrastinate.schema import SchemaManager

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.settings_store import StoreServer
from odoo_rma.sync.store.server import Connection, connect
from odoo_rma.sync.store.server_schema import MAKING, tables_in
from odoo_rma.sync.store.server_words import plain_words


def make_queue(place: StoreServer) -> None:
    """Make the queue's tables, or carry out the steps of a newer Procrastinate; the store must be there.

    Raises:
        StoreFailed: out of reach, no right, or made by a newer Procrastinate.

    """
    with connect(place) as connection, plain_words(place):
        if _last(connection, place) == _steps()[-1]:
            return
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext($1), $2)", (place.schema, MAKING))
            _bring_up_to_date(connection, place)


def has_queue(place: StoreServer) -> bool:
    """Tell whether there was ever a worker."""
    with connect(place) as connection, plain_words(place):
        return _last(connection, place) is not None


def _bring_up_to_date(connection: Connection, place: StoreServer) -> None:
    steps, last = _steps(), _last(connection, place)
    if last is None:
        connection.execute(SchemaManager.get_schema())
        connection.execute("CREATE TABLE queue_format (last_step TEXT NOT NULL)")
        connection.execute("INSERT INTO queue_format VALUES ($1)", (steps[-1],))
        return
    if last > steps[-1]:
        raise StoreFailed(
            f"The store {place}: its queue was made by a newer Procrastinate. Nothing was changed in it. Upgrade odoo-rma on "
            "this machine."
        )
    for step in steps:
        if step > last:
            text = (resources.files("procrastinate.sql") / "migrations" / step).read_text(encoding="utf-8")
            connection.execute(text.encode())
    connection.execute("UPDATE queue_format SET last_step = $1", (steps[-1],))


def _last(connection: Connection, place: StoreServer) -> str | None:
    if "queue_format" not in tables_in(connection, place):
        return None
    row = connection.execute("SELECT last_step FROM queue_format").fetchone()
    return str(row["last_step"]) if row else None


def _steps() -> list[str]:
    """Name the steps of the Procrastinate that is installed, the oldest first: their names begin with the version."""
    folder = resources.files("procrastinate.sql") / "migrations"
    return sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))

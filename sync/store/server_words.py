"""What PostgreSQL says, in words a person can act on, and without a password."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.redact import redact
from odoo_rma.connector.settings_store import StoreServer

_WORDS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.DiskFull, "the server's disk is full. Free some space there and run again"),
    (errors.LockNotAvailable, "another program keeps it locked. Wait until it has ended, and run again"),
    (
        errors.ReadOnlySqlTransaction,
        "the server is read-only, such as a standby. Name the one that is written to",
    ),
    (
        errors.TooManyConnections,
        "the server has no connection left. Raise max_connections there, or run fewer workers",
    ),
    (errors.AdminShutdown, "the server was shut down. Run again when it is back: nothing is lost"),
    (errors.CannotConnectNow, "the server is starting or stopping. Run again in a moment"),
)


@contextmanager
def plain_words(place: StoreServer) -> Iterator[None]:
    """Turn whatever the server, the driver or the network says into `StoreFailed`."""
    try:
        yield
    except psycopg.Error as error:
        raise StoreFailed(redact(f"The store {place}: {_reason(error, place)}.")) from None


def _reason(error: psycopg.Error, place: StoreServer) -> str:
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    said = " ".join((error.diag.message_primary or str(error)).split()).rstrip(".")
    if isinstance(error, errors.InsufficientPrivilege):
        return (
            f"the server refuses: {said}. Give the user the right to make and use the schema {place.schema}"
        )
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return f"the server is out of reach, or refuses the connection ({said}). Check address, user, password and network"
    return f"the server refuses: {said}"

"""Carry a store in a file over to a server, once, with all that persons said and that was deleted in Odoo by hand."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from odoo_rma.connector.errors import BadSettings, StoreFailed
from odoo_rma.connector.settings_store import StorePlace, StoreServer
from odoo_rma.sync.lock import run_lock
from odoo_rma.sync.store.database import with_driver


def carry_over(path: Path, place: StorePlace, *, now: datetime) -> dict[str, int]:
    """Copy all that a file holds into the server's store, which must be empty; gives the rows by table. The file stays.

    Raises:
        BadSettings: the settings name no server.
        StoreFailed: there is no such file, or one of the two cannot be opened, or the server's is not empty.
        Locked: a run is at work on one of them.

    """
    if not isinstance(place, StoreServer):
        raise BadSettings(
            "[run] store names a file. Name a PostgreSQL database there first: docs/workers.md."
        )
    if not path.is_file():
        raise StoreFailed(f"There is no store {path}.")
    with_driver()
    from odoo_rma.sync.store.server_copy import copy_from  # noqa: PLC0415 (needs what only servers need)

    with ExitStack() as stack:
        for one in (path, place):
            stack.enter_context(run_lock(one, now=now, command="store copy"))
        return copy_from(path, place)

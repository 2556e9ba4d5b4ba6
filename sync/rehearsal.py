"""A copy of the store for a dry run, so that looking leaves no trace."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo_rma.connector.settings_store import StorePlace, StoreServer
from odoo_rma.sync.store import Store
from odoo_rma.sync.store.database import with_driver


@contextmanager
def rehearsal(place: StorePlace) -> Iterator[Store]:
    """Open a throw-away copy of a store (an empty one where there is none), wherever it is."""
    with TemporaryDirectory(prefix="odoo-rma-") as folder:
        copy = Path(folder, "rehearsal.sqlite")
        if isinstance(place, StoreServer):
            _copy_server(place, copy)
        elif place.exists():
            # Opened first, so that a damaged store is refused in the same words as in a real run.
            Store.open(place).close()
            with closing(sqlite3.connect(place)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        with Store.open(copy) as store:
            yield store


def _copy_server(place: StoreServer, copy: Path) -> None:
    with_driver()
    from odoo_rma.sync.store.server_copy import copy_into  # noqa: PLC0415 (needs what only servers need)

    copy_into(place, copy)

"""A copy of the store for a dry run, so that looking leaves no trace."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo_rma.sync.store import Store


@contextmanager
def rehearsal(path: Path) -> Iterator[Store]:
    """Open a throw-away copy of a store (an empty one where there is none)."""
    with TemporaryDirectory(prefix="odoo-rma-") as folder:
        copy = Path(folder, "rehearsal.sqlite")
        if path.exists():
            # Opened first, so that a damaged store is refused in the same words as in a real run.
            Store.open(path).close()
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        with Store.open(copy) as store:
            yield store

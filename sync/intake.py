"""Take in what the sources have: into the store first, then the source is told that it may forget."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.registry import open_source
from odoo_rma.sync.store import Reception, Store

CHUNK = 500


def take_in(
    store: Store,
    settings: Settings,
    names: Sequence[str],
    *,
    keep: bool,
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Read the sources into the store; give notes for the person who runs it.

    A store that knows no cursor of a source reads everything it still has. With `keep=False` the sources are left as
    they are. Once `stop` says so, the rest is left to the next run: a cursor is there only when all was read.

    Raises:
        BadSettings: a source is not configured.

    """
    notes: list[str] = []
    for name in names:
        if name not in settings.sources:
            raise BadSettings(
                f"No source is called {name}; configured: {', '.join(settings.sources) or 'none'}."
            )
        with closing(open_source(name, settings.sources[name])) as source:
            counts = dict.fromkeys(Reception, 0)
            for chunk in _chunks(source.changes(store.cursor(f"source:{name}"))):
                for reception in store.receive_many(name, chunk, now=now):
                    counts[reception] += 1
                if stop():
                    break
            if keep:
                if source.cursor:
                    store.set_cursor(f"source:{name}", source.cursor)
                source.settle()
            notes += [f"{name}: {n}" for n in source.notes]
        came = ", ".join(f"{n} {r.value}" for r, n in counts.items() if n)
        notes.append(f"{name}: {came or 'nothing new'}")
    return notes


def _chunks(incoming: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    while chunk := list(islice(incoming, CHUNK)):
        yield chunk

"""Take in what the sources have: into the store first, then the source is told that it may forget."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice

from odoo_rma.connector.errors import BadSettings, RmaError
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.registry import open_source
from odoo_rma.sync.store import Reception, Store

CHUNK = 500


def go_on() -> bool:
    """Never stop before the end."""
    return False


def take_in(
    store: Store, settings: Settings, names: Sequence[str], *, keep: bool, now: datetime
) -> list[str]:
    """Read the sources into the store; give notes for the person who runs it.

    A store that knows no cursor of a source reads everything it still has. With `keep=False` the sources are left as
    they are.

    Raises:
        BadSettings: a source is not configured.
        RmaError: a source cannot be read.

    """
    _all_known(settings, names)
    return [note for name in names for note in _take_in(store, settings, name, keep, now, go_on)]


def take_in_what_answers(
    store: Store,
    settings: Settings,
    names: Sequence[str],
    *,
    keep: bool,
    now: datetime,
    stop: Callable[[], bool] = go_on,
) -> tuple[list[str], dict[str, RmaError]]:
    """Do the same as `take_in`, whatever becomes of a single source; give the notes, and the sources that were not read.

    Once `stop` says so, the rest is left to the next run.

    Raises:
        BadSettings: a source is not configured.
        RmaError: no source can be read; the first one's error.

    """
    _all_known(settings, names)
    notes: list[str] = []
    away: dict[str, RmaError] = {}
    for name in names:
        try:
            notes += _take_in(store, settings, name, keep, now, stop)
        except RmaError as error:
            away[name] = error
    if away and len(away) == len(names):
        raise away[names[0]]
    return notes, away


def _all_known(settings: Settings, names: Sequence[str]) -> None:
    if unknown := [n for n in names if n not in settings.sources]:
        raise BadSettings(
            f"No source is called {unknown[0]}; configured: {', '.join(settings.sources) or 'none'}."
        )


def _take_in(
    store: Store, settings: Settings, name: str, keep: bool, now: datetime, stop: Callable[[], bool]
) -> list[str]:
    with closing(open_source(name, settings.sources[name])) as source:
        counts = dict.fromkeys(Reception, 0)
        for chunk in _chunks(source.changes(store.cursor(f"source:{name}"))):
            for reception in store.receive_many(name, chunk, now=now):
                counts[reception] += 1
            if stop():  # no harm: a source has a new cursor only when all was read
                break
        if keep:
            if source.cursor:
                store.set_cursor(f"source:{name}", source.cursor)
            source.settle()
        came = ", ".join(f"{n} {r.value}" for r, n in counts.items() if n)
        return [*(f"{name}: {n}" for n in source.notes), f"{name}: {came or 'nothing new'}"]


def _chunks(incoming: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    while chunk := list(islice(incoming, CHUNK)):
        yield chunk

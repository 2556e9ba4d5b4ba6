"""A company on the double: a folder with its sources' files and the local store, and runs of the real `sync`."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from live.books import Books
from office.odoo_state import State, read_state
from pydantic import SecretStr

from memory.books import MemoryTables
from memory.client import MemoryTransport, connect_to
from memory.odoo import MemoryOdoo
from memory.taken import read_back, set_up
from odoo_rma.connector.settings import Settings, StorePlace
from odoo_rma.mappings.drift import Area
from odoo_rma.sync.reconcile import reconcile
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import sync

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LONG_AGO = 1_700_000_000


SOURCES: Mapping[str, Mapping[str, Any]] = {
    "shop": {"credit_note_on": "refund"},
    "desk": {"credit_note_on": "receipt", "owners": {"receipt": "erp"}},
}
"""A shop that receives by itself and says what it refunds; a desk whose goods the warehouse receives in Odoo."""


class Company:
    """Two sources, one store, one Odoo in memory."""

    def __init__(self, folder: Path, odoo: MemoryOdoo, place: StorePlace | None = None) -> None:
        self.folder = folder
        self.odoo = odoo
        for name in SOURCES:
            (folder / name / "inbox").mkdir(parents=True)
        sources = {name: {**own, "path": str(folder / name)} for name, own in SOURCES.items()}
        self.settings = Settings.model_validate(
            {
                "odoo": {"url": "https://odoo.example", "database": "memory", "login": "rma"},
                "sources": sources,
                "run": {"store": place or folder / "store.sqlite"},
                "secrets": {"password": SecretStr("none")},
            }
        )

    @classmethod
    def of_the_shop(cls, folder: Path) -> "Company":
        """Begin with the shop that was taken over from a real Odoo."""
        return cls(folder, fresh_odoo())

    @property
    def store(self) -> Path:
        """The local store."""
        return self.folder / "store.sqlite"

    def drop(self, name: str, rmas: Iterable[Mapping[str, Any]], source: str = "shop") -> None:
        """Let a source send a file."""
        path = self.folder / source / "inbox" / name
        path.write_text(json.dumps(list(rmas)), encoding="utf-8")
        os.utime(path, (LONG_AGO, LONG_AGO))

    def run(self, transport: MemoryTransport | None = None, now: datetime = NOW) -> RunReport:
        """One run in both directions; `now` is what the clock of our host says."""
        client = connect_to(self.odoo, transport)
        with patch("odoo_rma.sync.run.connect", lambda *_: client):
            return sync(self.settings, clock=lambda: now)

    def reconcile(self) -> list[str]:
        """Compare everything, and give what was found."""
        client = connect_to(self.odoo)
        with (
            patch("odoo_rma.sync.reconcile.connect", lambda *_: client),
            reconcile(self.settings, list(Area), clock=lambda: NOW) as found,
        ):
            return [f"{d.source}/{d.rma}: {d.kind} {d.message}" for d in found.rows.drifts()]

    def state(self) -> State:
        """What stands in Odoo, free of database ids and running numbers."""
        return read_state(Books(MemoryTables(self.odoo)))

    def keep(self, place: Path) -> None:
        """Copy all that is on the disk."""
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder, place)

    def restore(self, place: Path) -> None:
        """Put back what was on the disk."""
        shutil.rmtree(self.folder)
        shutil.copytree(place, self.folder)


_BASE: list[MemoryOdoo] = []


def fresh_odoo() -> MemoryOdoo:
    """Give the shop anew; reading it once is enough, for records are never changed in place."""
    if not _BASE:
        _BASE.append(set_up(read_back(), NOW.replace(tzinfo=None)))
    return _BASE[0].fork()

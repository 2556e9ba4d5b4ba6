"""A company on the double: a folder with a source's files and the local store, and runs of the real `sync`."""

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
from odoo_rma.connector.settings import Settings
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import sync

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LONG_AGO = 1_700_000_000


class Company:
    """One source, one store, one Odoo in memory."""

    def __init__(self, folder: Path, odoo: MemoryOdoo, **source: Any) -> None:
        self.folder = folder
        self.odoo = odoo
        self.inbox.mkdir(parents=True)
        own = {"credit_note_on": "refund", **source, "path": str(folder / "shop")}
        self.settings = Settings.model_validate(
            {
                "odoo": {"url": "https://odoo.example", "database": "memory", "login": "rma"},
                "sources": {"shop": own},
                "run": {"store": folder / "store.sqlite"},
                "secrets": {"password": SecretStr("none")},
            }
        )

    @classmethod
    def of_the_shop(cls, folder: Path, **source: Any) -> "Company":
        """Begin with the shop that was taken over from a real Odoo."""
        return cls(folder, fresh_odoo(), **source)

    @property
    def inbox(self) -> Path:
        """Where the source's files are dropped."""
        return self.folder / "shop" / "inbox"

    @property
    def store(self) -> Path:
        """The local store."""
        return self.folder / "store.sqlite"

    def drop(self, name: str, rmas: Iterable[Mapping[str, Any]]) -> None:
        """Let the source send a file."""
        path = self.inbox / name
        path.write_text(json.dumps(list(rmas)), encoding="utf-8")
        os.utime(path, (LONG_AGO, LONG_AGO))

    def run(self, transport: MemoryTransport | None = None) -> RunReport:
        """One run in both directions."""
        client = connect_to(self.odoo, transport)
        with patch("odoo_rma.sync.run.connect", lambda *_: client):
            return sync(self.settings, clock=lambda: NOW)

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

"""What a sandbox is doing now, as data."""

from __future__ import annotations

import dataclasses
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a sandbox is doing.

    Attributes:
        way: how this Odoo came here: "packages", "docker" or "named".
        name: the instance's name.
        version: Odoo's major version.
        running: Odoo runs.
        url: its address, when it runs.
        databases: the databases people work with, when they can be listed.
        pid: Odoo's process, when it runs here.
        since: when it was started, ISO 8601 with offset.
        log: Odoo's log file.
        folder: everything of this instance.
        disk_bytes: what that folder takes.
    """

    way: str
    name: str
    version: int
    running: bool
    url: str | None = None
    databases: tuple[str, ...] = ()
    pid: int | None = None
    since: str | None = None
    log: Path | None = None
    folder: Path | None = None
    disk_bytes: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, ready for JSON."""
        plain = dataclasses.asdict(self)
        return {name: str(value) if isinstance(value, Path) else value for name, value in plain.items()}


def size_of(folder: Path) -> int:
    """The bytes of all files below a folder."""
    total = 0
    for place, _folders, files in os.walk(folder):  # passes over folders that go away meanwhile
        for name in files:
            with suppress(FileNotFoundError):
                total += Path(place, name).lstat().st_size
    return total

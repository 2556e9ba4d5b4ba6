"""The folder of a file source: `inbox`, `done`, `refused`, `outbox`, and a hidden claim.

One run at a time holds the inbox, by a lock of the operating system that ends with the process, however it dies. Files
stay in the inbox until they are settled, so a claim that ends early loses nothing.
"""

import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from odoo_rma.connector.errors import BadSettings, StoreFailed
from odoo_rma.connector.sources.reading import Broken
from odoo_rma.mappings.identity import encode

__all__ = ["ENDINGS", "REASONS", "Drop", "Folder", "file_name", "shown"]

ENDINGS = {".json": "json", ".jsonl": "lines", ".ndjson": "lines", ".xml": "xml"}
REASONS = ".reasons.json"

_HALF_WRITTEN = (".tmp", ".part", ".filepart", ".crdownload")
_CHUNK = 262_144
_SETTLED = "settled-"


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that can be read now. `mark` changes when somebody writes to it or replaces it."""

    path: Path
    format: str
    size: int
    mark: tuple[int, ...]

    @property
    def changed(self) -> bool:
        """Tell whether it is no longer the file that was found."""
        try:
            return _mark(self.path.stat()) != self.mark
        except OSError:
            return True

    def chunks(self, limit: int) -> Iterator[bytes]:
        """Read it bit by bit.

        Raises:
            Broken: it cannot be opened or read, or is larger than `limit` bytes.

        """
        if self.size > limit:
            raise Broken(
                "too_large",
                f"The file has {self.size:,} bytes; the most accepted is {limit:,}. It was not read.",
                "Send it in parts, or raise max_bytes of the source.",
            )
        try:
            with os.fdopen(os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
                left = self.size
                while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                    left -= len(chunk)
                    yield chunk
        except OSError as error:
            raise Broken(
                "unreadable_file",
                f"The file cannot be read: {error.strerror}.",
                "Correct its rights or the disk.",
            ) from error


class Folder:
    """What lies where, and who holds it.

    Raises:
        BadSettings: the folder cannot be used.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.inbox, self.done, self.refused, self.outbox = (
            path / name for name in ("inbox", "done", "refused", "outbox")
        )
        if not path.parent.is_dir():
            raise BadSettings(
                f"There is no folder {path.parent} to hold {path.name}. Create it, or correct `path`."
            )
        hidden = path / ".claims"
        try:
            for folder in (path, self.inbox, self.done, self.refused, self.outbox, hidden):
                folder.mkdir(exist_ok=True)
        except OSError as error:
            raise BadSettings(f"The folder {error.filename} cannot be made: {error.strerror}.") from error
        for folder in (self.inbox, self.done, self.refused, hidden):
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise BadSettings(
                    f"No right to read and write in {folder}. Give it to the user who runs odoo-rma."
                )
        self._told: dict[str, str] = {}  # so that a file left lying is noted once, not at every look
        self._lock = FileLock(hidden / "inbox.lock", timeout=0, thread_local=False)
        self._hidden = hidden

    def check(self) -> None:
        """Make sure that it is still there.

        Raises:
            StoreFailed: it is gone, so that nobody knows what lay in it.

        """
        if not self.inbox.is_dir():
            raise StoreFailed(f"The folder {self.inbox} is gone. Put it back, or connect its disk again.")

    def claim(self) -> bool:
        """Take the inbox, unless another run holds it."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire()
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:  # no room, no right, or a disk without locks
            raise StoreFailed(f"The inbox {self.inbox} cannot be claimed: {error}.") from error
        return True

    def release(self) -> None:
        """Let go of the inbox."""
        self._lock.release(force=True)

    def settlement(self) -> str:
        """Give the mark of the last settlement; empty where there was none."""
        found = self._settlement_file()
        return found.name.removeprefix(_SETTLED) if found else ""

    def mark_settlement(self, mark: str) -> None:
        """Remember that files are being settled.

        Raises:
            StoreFailed: it could not be written; nothing was settled.

        """
        goal, before = self._hidden / f"{_SETTLED}{mark}", self._settlement_file()
        try:
            # The mark is the name of an empty file: that takes no room on a full disk.
            if before:
                before.replace(goal)
            else:
                goal.touch()
        except OSError as error:
            raise StoreFailed(
                f"{goal} cannot be made: {error.strerror}. The files are still in the inbox and will be read again; "
                f"nothing is lost. Make room or correct the rights of {goal.parent}."
            ) from error

    def _settlement_file(self) -> Path | None:
        try:
            return next(self._hidden.glob(f"{_SETTLED}*"), None)
        except OSError as error:
            raise StoreFailed(f"The folder {self._hidden} cannot be read: {error.strerror}.") from error

    def settled(self) -> list[Drop]:
        """Give the files of `done` and `refused`, oldest first."""
        files = [path for folder in (self.done, self.refused) for path in _listed(folder)]
        found = (_find(path, path.suffix.lower()) for path in files if not path.name.endswith(REASONS))
        return _by_age(file for file in found if isinstance(file, Drop))

    def waiting(self, now: float, quiet: float, note: Callable[[str], None]) -> list[Drop]:
        """Give the files of the inbox that are whole, oldest first; say why others are left alone."""
        ready = []
        for path in _listed(self.inbox):
            found = _find(path, path.suffix.lower())
            if isinstance(found, str):
                if found not in self._told.get(path.name, ""):
                    note(f"{shown(path)}: {found}")
                self._told[path.name] = found
            elif abs(now - found.mark[0] / 1e9) < quiet:
                note(f"{shown(path)}: changed a moment ago, left for the next run.")
            else:
                ready.append(found)
        return _by_age(ready)

    def leads_outside(self, path: Path) -> bool:
        """Tell whether a link points out of this folder."""
        return path.is_symlink() and not path.resolve().is_relative_to(self.path.resolve())

    def put_away(self, file: Path, reasons: dict[str, Any] | None) -> Path:
        """Move a file of the inbox to `done`, or with its reasons to `refused`; nothing is overwritten.

        Raises:
            StoreFailed: it could not be moved; it is still in the inbox.

        """
        goal = _free(self.refused if reasons else self.done, file.name)
        beside = goal.with_name(goal.name + REASONS)
        try:
            if reasons:
                _write(beside, reasons)
            file.replace(goal)
        except OSError as error:
            with suppress(OSError):  # a disk that has become read-only refuses this as well
                if reasons:
                    beside.unlink(missing_ok=True)
            raise StoreFailed(
                f"{shown(file)} could not be moved to {goal.parent.name}: {error.strerror}. It is still in the inbox "
                f"and will be read again; nothing is lost. Make room or correct the rights of {goal.parent}."
            ) from error
        return goal

    def was_sent(self, name: str) -> bool:
        """Tell whether a file lies in the outbox."""
        return (self.outbox / name).is_file()

    def send(self, name: str, content: dict[str, Any]) -> bool:
        """Write a file into the outbox, whole or not at all; tell whether it did not say so already.

        Raises:
            StoreFailed: it could not be written.

        """
        goal = self.outbox / name
        try:
            if goal.is_file() and goal.read_bytes() == _as_bytes(content):
                return False
            _write(goal, content)
        except OSError as error:
            raise StoreFailed(
                f"{goal} cannot be written: {error.strerror}. Make room or correct the rights."
            ) from error
        return True


def file_name(rma_id: str) -> str:
    """Give the part of a file's name that stands for an RMA: its id, where that can stand in any file system."""
    name = encode(rma_id)
    # Most file systems take 255 bytes.
    return name if len(name) <= 150 else f"{name[:100]}-{sha256(rma_id.encode()).hexdigest()[:16]}"


def shown(path: Path) -> str:
    """Give a file's name so that it can be printed anywhere."""
    name = os.fsencode(path.name).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise StoreFailed(f"The folder {folder} cannot be read: {error.strerror}.") from error


def _find(path: Path, ending: str) -> Drop | str:
    if path.name.lower().endswith(_HALF_WRITTEN):
        return "still being written, by its name; left for the next run."
    if ending not in ENDINGS:
        return f"not read, for its name ends in none of {', '.join(ENDINGS)}."
    try:
        info = path.stat()
    except OSError as error:
        return f"left alone: {error.strerror}."
    if not stat.S_ISREG(info.st_mode):
        return "not a file; left alone."
    return Drop(path, ENDINGS[ending], info.st_size, _mark(info))


def _mark(info: os.stat_result) -> tuple[int, ...]:
    return info.st_mtime_ns, info.st_size, info.st_ino, info.st_dev


def _by_age(files: Any) -> list[Drop]:
    return sorted(files, key=lambda file: (file.mark[0], file.path.name))


def _free(folder: Path, name: str) -> Path:
    stem, dot, ending = name.rpartition(".")
    names = (name if number == 1 else f"{stem}-{number}{dot}{ending}" for number in count(1))
    return next(
        folder / free
        for free in names
        if not (os.path.lexists(folder / free) or os.path.lexists(folder / (free + REASONS)))
    )


def _as_bytes(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()


def _write(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_name(f".{path.name}.tmp")
    try:
        with fresh.open("wb") as file:
            file.write(_as_bytes(content))
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the name without the content
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise

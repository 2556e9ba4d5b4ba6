"""Disks with little room or none: a small mount of its own where we may mount, else a limit on what a process writes."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FILLER = "filler"
BLOCK = 4096


@dataclass
class Disk:
    """A folder whose room is in our hands; start commands with `limits`."""

    folder: Path
    mounted: bool
    _most: list[int] = field(default_factory=list)

    def leave(self, room: int, beyond: Path | None = None) -> None:
        """Leave so many bytes for others to write; `beyond` is the file that will grow, if it is there already."""
        if not self.mounted:
            self._most[:] = [room + (beyond.stat().st_size if beyond else 0)]
            return
        free = shutil.disk_usage(self.folder).free - room
        with (self.folder / FILLER).open("ab") as filler:
            filler.write(b"." * max(free, 0))

    def make_room(self) -> None:
        """Free all that was filled."""
        self._most.clear()
        (self.folder / FILLER).unlink(missing_ok=True)

    @property
    def limits(self) -> Callable[[], None] | None:
        """What a process must call first."""
        most = self._most[0] if self._most else None
        return None if most is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let nobody write, for the length of a block."""
        self._writable(False)
        try:
            yield
        finally:
            self._writable(True)

    def _writable(self, yes: bool) -> None:
        if self.mounted:
            _mount("-o", f"remount,{'rw' if yes else 'ro'}", str(self.folder))
            return
        for path in (self.folder, *(p for p in self.folder.rglob("*") if p.is_dir())):
            path.chmod(0o755 if yes else 0o555)


@contextmanager
def small_disk(folder: Path, size: int = 2_000_000) -> Iterator[Disk]:
    """A disk of so many bytes."""
    folder.mkdir()
    mounted = os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def _mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0

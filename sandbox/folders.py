"""Where everything lies: one cache folder, shared by all checkouts of this user.

<cache>/
  packages/     Debian packages, unpacked, by Odoo version       shared
  pythons/      virtual environments, by Odoo version            shared
  snapshots/    PostgreSQL data and files, ready to copy         shared
  instances/    one folder for each running or stopped sandbox
  sockets/      PostgreSQL's sockets (a socket's path must be short)
  locks/        one file for each thing being built
  logs/         what the shared steps printed
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from odoo_rma.sandbox.errors import SandboxError
from odoo_rma.sandbox.steps import Report, silent

CACHE_VARIABLE = "ODOO_RMA_CACHE"
LONGEST_SOCKET = 100  # bytes; the kernel's limit is 107 with the file name's end


def default_name() -> str:
    """The instance name of this checkout: two checkouts never share one."""
    checkout = Path(__file__).resolve().parent.parent
    return hashlib.sha256(str(checkout).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Cache:
    """The one folder the sandbox writes to."""

    root: Path

    @classmethod
    def usual(cls) -> Cache:
        """The folder named by ODOO_RMA_CACHE, else the user's cache folder."""
        named = os.environ.get(CACHE_VARIABLE)
        return cls(Path(named).expanduser().resolve() if named else platformdirs.user_cache_path("odoo-rma"))

    def instance(self, name: str, version: int) -> Path:
        """The folder of one instance."""
        return self.root / "instances" / f"{name}-{version}"

    def log(self, name: str) -> Path:
        """The log of a shared step."""
        return self.root / "logs" / f"{name}.log"

    def socket_folder(self, instance: Path) -> Path:
        """A short folder for this instance's PostgreSQL socket."""
        folder = self.root / "sockets" / hashlib.sha256(str(instance).encode()).hexdigest()[:8]
        if len(os.fsencode(folder)) + len("/.s.PGSQL.5432.lock") > LONGEST_SOCKET:
            raise SandboxError(
                f"The cache folder's path is too long for a socket: {self.root}\n"
                f"Name a shorter one in the environment variable {CACHE_VARIABLE}."
            )
        return folder

    @contextmanager
    def lock(self, name: str, report: Report = silent) -> Iterator[None]:
        """Hold the named lock; says so when another process has it and we must wait."""
        folder = self.root / "locks"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise SandboxError(
                f"The cache folder {self.root} cannot be written: {problem.strerror}. Name another one in the "
                f"environment variable {CACHE_VARIABLE}."
            ) from problem
        lock = FileLock(folder / f"{name}.lock")
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            report(f"Waiting for another process that works on {name}", None)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def built_whole(self, target: Path) -> Iterator[Path]:
        """A temporary folder that becomes `target` only when the block ends well."""
        target.parent.mkdir(parents=True, exist_ok=True)
        for left_over in target.parent.glob(f".{target.name}.*"):
            shutil.rmtree(left_over, ignore_errors=True)
        building = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        building.chmod(0o755)
        try:
            yield building
            building.rename(target)
        finally:
            shutil.rmtree(building, ignore_errors=True)

"""Odoo from Debian's packages: downloaded and unpacked into the cache, never installed on the machine.

apt runs with lists, sources and cache of its own, so the machine's package state stays untouched and no
rights are needed. It still checks every signature against the Debian keyring that is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odoo_rma.sandbox.errors import HostUnfit, SandboxError, StepFailed
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.recipes import NEWEST_KNOWN, SUITE_OF_NEWEST, Recipe
from odoo_rma.sandbox.steps import Report, run_step

MIRROR_VARIABLE = "ODOO_RMA_DEBIAN_MIRROR"
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
FRESH_SECONDS = 600
PRINTED_URI = re.compile(r"^'\S+' (\S+) (\d+) ")


def configured_mirror() -> str:
    """The address of a Debian mirror: the one named in the environment, else the one apt itself uses.

    Raises:
        HostUnfit: this machine's apt knows no Debian mirror.
    """
    named = os.environ.get(MIRROR_VARIABLE)
    if named:
        return named
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise HostUnfit(
            "Odoo's packages are fetched with apt-get and dpkg-deb, which are not on this machine. Use Docker, "
            "or name a running Odoo with --url."
        )
    listed = subprocess.run(
        ["apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    for uri in listed:
        if uri.rstrip("/").endswith("/debian"):
            return uri
    raise HostUnfit(
        "apt is not set up for a Debian archive here (Ubuntu's archive has no Odoo). Put the address of a "
        f"Debian mirror into the environment variable {MIRROR_VARIABLE}, use Docker, or name a running Odoo "
        "with --url."
    )


def keyring() -> Path:
    """The installed keyring that Debian's archive is signed with."""
    for path in KEYRINGS:
        if path.exists():
            return path
    raise HostUnfit(
        "Debian's archive keys are not on this machine, so its packages cannot be checked. Install the package "
        "debian-archive-keyring."
    )


@dataclass(frozen=True)
class Apt:
    """apt with everything of its own, for one suite."""

    cache: Cache
    suite: str

    @property
    def root(self) -> Path:
        """The folder of its lists and settings."""
        return self.cache.root / "apt" / self.suite

    def options(self) -> list[str]:
        """What keeps apt away from the machine's own state."""
        own = {
            "Dir::Etc::sourcelist": self.root / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::Lists": self.root / "lists",
            "Dir::Cache": self.root / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "APT::Sandbox::User": "root",  # no change of user: the cache may lie below a private home
        }
        return [part for name, value in own.items() for part in ("-o", f"{name}={value}")]

    def update(self, report: Report) -> None:
        """Fetch the suite's lists, unless that was done a moment ago."""
        if self._fetched.exists() and time.time() - self._fetched.stat().st_mtime < FRESH_SECONDS:
            return
        source = f"deb [signed-by={keyring()}] {configured_mirror()} {self.suite} main\n"
        for folder in ("lists/partial", "cache/archives/partial"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "sources.list").write_text(source, encoding="utf-8")
        report(f"Reading the package lists of Debian {self.suite}", None)
        command = ["apt-get", *self.options(), "-o", "APT::Update::Error-Mode=any", "update"]
        run_step(f"read the package lists of Debian {self.suite}", command, self.log)
        self._fetched.touch()

    @property
    def _fetched(self) -> Path:
        """Its time is when the lists were fetched."""
        return self.root / "fetched"

    @property
    def log(self) -> Path:
        """Where apt's own words go."""
        return self.cache.log(f"apt-{self.suite}")

    def odoo_versions(self) -> list[int]:
        """The Odoo versions the suite carries, by its lists as last fetched."""
        command = ["apt-cache", *self.options(), "search", "--names-only", "^odoo-[0-9]+$"]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return sorted(int(version) for version in re.findall(r"^odoo-(\d+) ", found, flags=re.MULTILINE))

    def download(self, packages: tuple[str, ...], folder: Path, report: Report) -> None:
        """Fetch packages into `folder`, checked against the signed lists."""
        step = f"download {packages[0]} from Debian {self.suite}"
        printed = run_step(
            step, ["apt-get", *self.options(), "--print-uris", "download", *packages], self.log
        )
        sizes = [int(seen[2]) for line in printed.splitlines() if (seen := PRINTED_URI.match(line))]
        try:
            with watched(folder, sum(sizes), f"Downloading {packages[0]}", report):
                run_step(step, ["apt-get", *self.options(), "download", *packages], self.log, folder=folder)
        except StepFailed:
            self._fetched.unlink(missing_ok=True)  # the archive may have moved on since
            raise


def newest_version(cache: Cache, report: Report) -> int:
    """The Odoo to take when nobody asked for one: 19, or a newer one once the suite has moved on."""
    remembered = remembered_newest(cache)
    if remembered:
        return remembered
    apt = Apt(cache, SUITE_OF_NEWEST)
    with cache.lock(f"apt-{apt.suite}", report):
        apt.update(report)
        offered = [version for version in apt.odoo_versions() if version >= NEWEST_KNOWN]
    if not offered:
        raise SandboxError(
            f"Debian {apt.suite} carries no Odoo {NEWEST_KNOWN} or newer at present. Use Docker."
        )
    newest = offered[-1]
    if newest > NEWEST_KNOWN:
        report(f"Debian {apt.suite} has moved on to Odoo {newest}: taking that one", None)
    _newest_file(cache).parent.mkdir(parents=True, exist_ok=True)
    _newest_file(cache).write_text(str(newest), encoding="utf-8")
    return newest


def remembered_newest(cache: Cache) -> int | None:
    """The version `newest_version` settled on before, so that a later start needs no network."""
    try:
        return int(_newest_file(cache).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _newest_file(cache: Cache) -> Path:
    return cache.root / "packages" / "newest"


def unpacked(cache: Cache, wanted: Recipe, report: Report) -> Path:
    """The folder with Odoo's unpacked packages; fetched when it is not there yet."""
    target = cache.root / "packages" / f"odoo-{wanted.version}"
    with cache.lock(f"packages-{wanted.version}", report):
        if not target.exists():
            _fetch(cache, wanted, target, report)
    return target


def _fetch(cache: Cache, wanted: Recipe, target: Path, report: Report) -> None:
    apt = Apt(cache, wanted.suite)
    with cache.built_whole(target) as building:
        debs = building / "debs"
        debs.mkdir()
        with cache.lock(f"apt-{apt.suite}", report):
            apt.update(report)
            apt.download(wanted.packages, debs, report)
        for number, deb in enumerate(sorted(debs.glob("*.deb"))):
            report(f"Unpacking {deb.name.partition('_')[0]}", number / len(wanted.packages))
            run_step(f"unpack {deb.name}", ["dpkg-deb", "-x", deb, building], apt.log)
        (building / "release").write_text(_release(debs, wanted.packages[0]), encoding="utf-8")
        shutil.rmtree(debs)


def _release(debs: Path, package: str) -> str:
    """The package's own version, as its file name gives it."""
    return next(debs.glob(f"{package}_*.deb")).name.split("_")[1]


@contextmanager
def watched(folder: Path, total: int, message: str, report: Report) -> Iterator[None]:
    """Report how much of `total` bytes has arrived in `folder` while the block runs."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.3):
            arrived = sum(path.stat().st_size for path in list(folder.glob("*.deb")) if path.exists())
            report(message, min(arrived / total, 1.0) if total else None)

    watcher = threading.Thread(target=watch, daemon=True)
    report(message, 0.0)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()

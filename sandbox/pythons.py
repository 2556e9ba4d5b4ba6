"""The Python that runs Odoo: a virtual environment of its own, apart from ours."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from odoo_rma.sandbox.errors import HostUnfit
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.recipes import Recipe
from odoo_rma.sandbox.steps import Report, run_step


def interpreter(wanted: Recipe) -> Path:
    """The Python to build the environment with.

    Raises:
        HostUnfit: the version asks for a Python that is not on this machine.
    """
    if wanted.python is None:
        return Path(sys.executable)
    for candidate in _candidates(wanted.python):
        if _answers_as(candidate, wanted.python):
            return candidate
    raise HostUnfit(
        f"Odoo {wanted.version} runs on Python {wanted.python}, which is not on this machine. Install it, for example "
        f"with `pyenv install {wanted.python}`, `uv python install {wanted.python}` or your system's package "
        f"python{wanted.python}-venv; it is then found on the PATH, under pyenv's or uv's folder."
    )


def environment(cache: Cache, wanted: Recipe, report: Report) -> Path:
    """The Python of the environment Odoo runs in; built when it is not there yet."""
    base = interpreter(wanted)
    wishes = repr((wanted.pypi, _identity(base))).encode()
    key = hashlib.sha256(wishes).hexdigest()[:8]
    target = cache.root / "pythons" / f"odoo-{wanted.version}-{key}"
    with cache.lock(f"pythons-{wanted.version}", report):
        if not target.exists():
            _build(cache, wanted, base, target, report)
    return target / "bin" / "python"


def _candidates(version: str) -> Iterator[Path]:
    found = shutil.which(f"python{version}")
    if found:
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    uv = Path.home() / ".local" / "share" / "uv" / "python"
    for folder, pattern in ((pyenv, f"{version}*"), (uv, f"cpython-{version}*")):
        yield from (home / "bin" / f"python{version}" for home in sorted(folder.glob(pattern), reverse=True))


def _answers_as(candidate: Path, version: str) -> bool:
    """A file by that name may be a shim that answers nothing: ask it."""
    try:
        code = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
        asked = subprocess.run(
            [candidate, "-c", code], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and asked.stdout.strip() == version


def _identity(base: Path) -> str:
    """What makes two interpreters the same for an environment: version and home."""
    code = "import sys; print(sys.version_info[:2], sys.base_prefix)"
    return subprocess.run([base, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _build(cache: Cache, wanted: Recipe, base: Path, target: Path, report: Report) -> None:
    log = cache.log(f"python-{wanted.version}")
    with cache.built_whole(target) as building:
        report(f"Making a Python environment for Odoo {wanted.version}", None)
        made = f"make a Python environment for Odoo {wanted.version} (Debian keeps this in python3-venv)"
        run_step(made, [base, "-m", "venv", building], log)
        python = building / "bin" / "python"
        pip: list[str | Path] = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        for group in (("pip", "wheel"), *wanted.pypi):
            seen = _Counter(report, len(group))
            step = f"install Odoo {wanted.version}'s Python packages"
            command = [*pip, "--upgrade", "--prefer-binary", *group]
            run_step(
                step, command, log, environment={"PIP_CACHE_DIR": str(cache.root / "pip")}, line_seen=seen
            )


class _Counter:
    """Turns pip's lines into progress: it names each package when it collects it."""

    def __init__(self, report: Report, expected: int) -> None:
        self.report, self.expected, self.seen = report, expected * 1.8, 0

    def __call__(self, line: str) -> None:
        if line.startswith("Collecting "):
            self.seen += 1
            self.report(
                f"Installing Python packages: {line.split()[1]}", min(self.seen / self.expected, 0.95)
            )
        elif line.startswith("Installing collected"):
            self.report("Installing Python packages", 0.95)

"""Medusa's code: fetched by npm into the cache once, shared by all instances."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.medusa.node import Node
from odoo_rma.sandbox.steps import Report, run_step

APP = Path(__file__).parent / "app"
PACKAGES = 1080
"""About how many packages npm fetches; for the progress bar."""

NPM_OPTIONS = (
    "--legacy-peer-deps",  # peers of the admin pages, which are not used here
    "--ignore-scripts",  # nothing is compiled, and nothing of what was fetched runs while it is fetched
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--no-progress",
    "--loglevel=http",  # a line for each thing fetched
)
QUIET = {
    "CI": "true",
    "DO_NOT_TRACK": "1",
    "MEDUSA_DISABLE_TELEMETRY": "true",
    "NODE_ENV": "production",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
}
"""Keeps Medusa and npm from telling anybody anything."""


def medusa_version() -> str:
    """The version of Medusa, "2.21.2"."""
    asked = json.loads((APP / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return str(asked["@medusajs/medusa"])


@dataclass(frozen=True)
class Program:
    """Medusa's code and the Node.js that runs it.

    Attributes:
        node: the program `node`.
        packages: the folder with `node_modules`.
    """

    node: Path
    packages: Path

    def put_into(self, folder: Path) -> None:
        """Make `folder` a Medusa project: its settings and scripts, and the shared packages by a link."""
        for path in APP.iterdir():
            if path.is_file():
                shutil.copyfile(path, folder / path.name)
        link = folder / "node_modules"
        link.unlink(missing_ok=True)
        link.symlink_to(self.packages / "node_modules")

    def command(self, folder: Path, *arguments: str | Path) -> list[str | Path]:
        """`medusa` with these arguments, in a project; the path tells whose process it is."""
        return [self.node, command_path(folder), *arguments]


def command_path(folder: Path) -> Path:
    """The command line program as seen from a project."""
    return folder / "node_modules/@medusajs/cli/cli.js"


def fetched(cache: Cache, node: Node, report: Report) -> Program:
    """Medusa's packages; fetched when they are not there yet.

    Raises:
        StepFailed: npm could not; its log is named.
    """
    wishes = (APP / "package.json").read_bytes()
    key = hashlib.sha256(wishes).hexdigest()[:8]
    target = cache.root / "packages" / f"medusa-{medusa_version()}-{key}"
    with cache.lock("packages-medusa", report):
        if not target.exists():
            _fetch(cache, node, target, report)
    return Program(node.node, target)


def _fetch(cache: Cache, node: Node, target: Path, report: Report) -> None:
    step = f"install the packages of Medusa {medusa_version()} with npm"
    with cache.built_whole(target) as building:
        shutil.copyfile(APP / "package.json", building / "package.json")
        run_step(
            step,
            [node.npm, "install", *NPM_OPTIONS],
            cache.log("npm-medusa"),
            environment=_npm_environment(cache),
            folder=building,
            line_seen=_Counter(report),
        )


def _npm_environment(cache: Cache) -> Mapping[str, str]:
    return {**QUIET, "NPM_CONFIG_CACHE": str(cache.root / "npm")}


class _Counter:
    """Turns npm's lines into progress: it names each thing it fetches."""

    def __init__(self, report: Report) -> None:
        self.report, self.seen = report, 0
        report("Installing Medusa's packages", 0.0)

    def __call__(self, line: str) -> None:
        if "http fetch" in line:
            self.seen += 1
            self.report(f"Installing Medusa's packages: {self.seen}", min(self.seen / (2 * PACKAGES), 0.95))

"""Node.js on this machine: Medusa runs on it, and npm fetches Medusa's packages."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from odoo_rma.sandbox.errors import HostUnfit

HOW_TO_GET = "Install Node.js 22 LTS with npm, for example from nodejs.org, by nvm, or your system's package."


@dataclass(frozen=True)
class Node:
    """The two programs."""

    node: Path
    npm: Path

    @classmethod
    def found(cls) -> Node:
        """The ones on the PATH.

        Raises:
            HostUnfit: one of them is missing, or Node.js is too old for Medusa.
        """
        node, npm = shutil.which("node"), shutil.which("npm")
        missing = [name for name, path in (("node", node), ("npm", npm)) if path is None]
        if node is None or npm is None:
            raise HostUnfit(
                f"Medusa needs Node.js and npm; on this machine {' and '.join(missing)} cannot be found on the PATH. "
                f"{HOW_TO_GET}"
            )
        _check_version(node)
        return cls(Path(node), Path(npm))


def _check_version(node: str) -> None:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if not is_new_enough(said):
        raise HostUnfit(
            f"Medusa needs Node.js 20.19 or newer within 20, or 22.12 or newer; {node} is {said or 'no Node.js'}. "
            f"{HOW_TO_GET}"
        )


def is_new_enough(version: str) -> bool:
    """Whether Medusa runs on this Node.js; its packages ask for `^20.19.0 || >=22.12.0`.

    >>> is_new_enough("v20.19.0"), is_new_enough("v21.7.0"), is_new_enough("v22.12.0")
    (True, False, True)
    """
    seen = re.match(r"v(\d+)\.(\d+)", version)
    if not seen:
        return False
    number = (int(seen[1]), int(seen[2]))
    return (20, 19) <= number < (21, 0) or number >= (22, 12)

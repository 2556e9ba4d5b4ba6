"""Build hook: in editable installs, show the top-level folders as one `odoo_rma` package.

`pip install -e .` puts `build/dev` on `sys.path`; this hook fills it with links, so new files are
live at once and mypy, pyright and IDEs resolve imports without running an import hook.
Wheels never see these links: pyproject.toml maps the folders for them.
"""

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("mappings", "connector", "sync", "sandbox", "cli")


class LinkFolders(BuildHookInterface):  # type: ignore[type-arg]
    """Link each folder into `build/dev/odoo_rma`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            return
        package = Path(self.root, "build", "dev", "odoo_rma")
        package.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            link, target = package / name, Path(self.root, name)
            if link.exists():
                continue
            if os.name == "nt":
                import _winapi

                _winapi.CreateJunction(str(target), str(link))
            else:
                link.unlink(missing_ok=True)
                link.symlink_to(target, target_is_directory=True)

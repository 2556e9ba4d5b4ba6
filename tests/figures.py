"""What the tests of `make faults` measured: each notes its figure, and the table at the end holds them all.

`ODOO_RMA_FIGURES` names the file in which they are noted; without it they are only printed.
"""

import json
import os
import sys
from pathlib import Path

WIDTH = 34


def note(what: str, **figures: object) -> None:
    """Note what was shown, when it was: called at the end of a test, so that what failed is not among it."""
    said = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in figures.items())
    print(f"{what}: {said}")  # noqa: T201
    if path := os.environ.get("ODOO_RMA_FIGURES"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps([what, figures]) + "\n")


def table(path: Path) -> str:
    """Add up the figures of each thing that was shown, over all tests and processes that showed it."""
    found: dict[str, dict[str, object]] = {}
    for line in path.read_text("utf-8").splitlines():
        what, figures = json.loads(line)
        own = found.setdefault(what, {})
        for name, value in figures.items():
            before = own.get(name, 0)
            own[name] = before + value if isinstance(value, int) and isinstance(before, int) else value
    lines = [
        f"{what:<{WIDTH}}{', '.join(f'{value} {name}' for name, value in own.items()).replace('_', ' ')}"
        for what, own in found.items()
    ]
    return "\n".join(["", "All of this passed, with 0 doubled and 0 lost:", "", *lines])


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1])) + "\n")

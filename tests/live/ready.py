"""Fetch, install and seed what the live tests start from, all at once: `make test` does it beside the checks.

Nothing is left running. What cannot be here, a Python 3.9 or a Node.js, is said; the tests that need it are skipped.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from odoo_rma.sandbox import HostUnfit, Medusa, Sandbox
from odoo_rma.sandbox.folders import default_name

NAME = f"{default_name()}-ready"
PARTS: dict[str, Sandbox | Medusa] = {
    "Odoo 19": Sandbox(19, NAME),
    "Odoo 14": Sandbox(14, NAME),
    "Medusa": Medusa(NAME),
}


def make(part: str) -> str:
    """Make one of them; says how long it took."""
    began = time.monotonic()
    made = PARTS[part]
    try:
        made.up()
    except HostUnfit as missing:
        return f"{part} cannot be here: {missing}"
    finally:
        made.down(purge=True)
    return f"{part} is ready for the live tests after {time.monotonic() - began:.0f} s"


if __name__ == "__main__":
    with ThreadPoolExecutor() as together:
        for said in together.map(make, PARTS):
            sys.stdout.write(f"{said}\n")
            sys.stdout.flush()

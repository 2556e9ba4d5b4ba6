"""A run of many returns holds no more memory than one of a few: real processes of the installed command."""

import subprocess
import sys
from pathlib import Path

import pytest
from memory.company import fresh_odoo
from memory.server import MemoryServer, served
from office import Office

FEW, MANY = 600, 2_400
MEGABYTES = 6
"""It differs by three, for the caches of SQLite and the names of what was seen; by 16 where the returns are held."""

RUN = """
import sys
from contextlib import suppress
from odoo_rma.cli.main import main
with suppress(SystemExit):
    main(sys.argv[1:], standalone_mode=False)
status = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


def peak(server: MemoryServer, folder: Path, returns: int) -> tuple[float, str]:
    """Bring so many returns in, all of which end up in quarantine; gives the most memory held (MB), and what was printed."""
    office = Office(folder, server.env(), batch=200, sources={"shop": {}})
    line = {"id": "1", "sku": "TENT-2P", "requested": 1}
    rma = {
        "authorization": "authorized",
        "customer": {"name": "Ann", "email": "ann@mail.example"},
        "currency": "USD",
        "lines": [line],
    }
    office.drop("all.json", [{**rma, "id": f"R-{n}", "order": {"name": f"NO-{n}"}} for n in range(returns)])
    call = [sys.executable, "-c", RUN, "--config", str(office.settings), "sync"]
    done = subprocess.run(
        call, env=office._environment({}), cwd=folder, capture_output=True, text=True, check=True
    )
    return int(done.stderr.splitlines()[-1]) / 1024, done.stdout


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the memory of a process is read from Linux"
)
def test_many_returns_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    with served(fresh_odoo()) as odoo:
        few, _ = peak(odoo, tmp_path / "few", FEW)
        many, printed = peak(odoo, tmp_path / "many", MANY)
    assert printed.count("unknown_order") >= MANY
    assert many - few < MEGABYTES, f"{few:.1f} and {many:.1f} MB"

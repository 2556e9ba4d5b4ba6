"""One run of the command for bench/growth.py, which says what it took: the folder of its settings is the argument."""

import json
import os
import sqlite3
import sys
import time
from contextlib import closing, redirect_stdout, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from odoo_rma.cli.main import main


def peak_mb() -> float:
    """Give the most memory that this process ever held; `getrusage` would count that of its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)


def figures(store: Path) -> dict[str, Any]:
    """Read from the diary what the last run did; `batches` are seconds since it began and how many were done."""
    with closing(sqlite3.connect(store)) as diary:
        run, began, text = diary.execute(
            "SELECT id, started, report FROM run ORDER BY id DESC LIMIT 1"
        ).fetchone()
        ends = diary.execute(
            "SELECT at, count(*) FROM event WHERE run = ? AND what = 'done' GROUP BY at ORDER BY at", (run,)
        ).fetchall()
    report = json.loads(text)
    since = datetime.fromisoformat(began)
    return {
        "asked": report["calls"],
        "writes": report["writes"],
        "counts": report["counts"],
        "batches": [[round((datetime.fromisoformat(at) - since).total_seconds(), 2), n] for at, n in ends],
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), suppress(SystemExit):
        main(["--config", str(folder / "odoo-rma.toml"), "sync"], standalone_mode=False)
    spent = {"client_mb": peak_mb(), "client_cpu": round(time.process_time(), 2)}
    print(json.dumps(spent | figures(folder / "store.sqlite")))

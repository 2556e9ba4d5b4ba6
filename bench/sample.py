"""Time the sample returns on a real Odoo 19, over both transports in turn, first run and second run.

    .venv/bin/python bench/sample.py [ROUNDS]

Prints one line of JSON per run: milliseconds and calls per return. Read the ratios, not single figures: they are taken
side by side in one go.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr

from odoo_rma.connector.settings import OdooSettings, RunSettings, Secrets, Settings, SourceSettings
from odoo_rma.sandbox import Env, Sandbox
from odoo_rma.sandbox.sample import RULES, fill
from odoo_rma.sync.run import sync

DATABASE = "bench"


def settings_for(env: Env, folder: Path, transport: str) -> Settings:
    """Point the sample's three sources at a clean database."""
    sources = {
        name: SourceSettings.model_validate({"path": folder / name, **own}) for name, own in RULES.items()
    }
    odoo = {"url": env.url, "database": env.database, "login": env.rma_login, "transport": transport}
    key = env.rma_api_key if transport == "json2" else env.rma_password
    kind = "api_key" if transport == "json2" else "password"
    return Settings(
        odoo=OdooSettings.model_validate(odoo),
        sources=sources,
        run=RunSettings(store=folder / "store.sqlite"),
        secrets=Secrets(**{kind: SecretStr(key or "")}),
    )


def measure(sandbox: Sandbox, transport: str) -> None:
    """Bring the sample in twice and print both runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "sample")
        fill(folder)
        settings = settings_for(sandbox.reset(DATABASE), folder, transport)
        for run in ("first", "second"):
            began = time.perf_counter()
            report = sync(settings)
            spent = time.perf_counter() - began
            count = len(report.results)
            figures = {
                "transport": transport,
                "run": run,
                "returns": count,
                "ms_per_return": round(1000 * spent / count, 1),
                "calls_per_return": round(report.calls / count, 2),
                "writes": report.writes,
            }
            print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    odoo = Sandbox(19)
    odoo.up()
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        for way in ("json2", "odoorpc"):
            measure(odoo, way)
    odoo.drop(DATABASE)

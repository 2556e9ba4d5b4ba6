"""The retailer of the sample: returns that go on for days, with dates that fit the shop's own deliveries."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

RETAIL = Path(__file__).parent

_DAY = re.compile(r"\{(delivered|today)([+-]\d+)?\}")


def tables(folder: Path) -> dict[str, Any]:
    """Give the retailer's own tables of `odoo-rma.toml`; its inbox and its store are below `folder`."""
    told = tomllib.loads((RETAIL / "odoo-rma.toml").read_text(encoding="utf-8"))
    told["sources"]["retail"] |= {"path": folder, "quiet_seconds": 0}
    run = told.setdefault("run", {})
    run["store"] = folder / "odoo-rma.sqlite"
    if "policy" in run:
        run["policy"] = RETAIL / run["policy"]
    return told


def expected(version: str) -> dict[str, dict[str, Any]]:
    """Tell how each return ends on an Odoo ("19.0"): what it waits for, and its documents with their states.

    `expected.json` was written by hand from the stories; what is different on 14, where modules are missing, stands
    below "14".
    """
    told: dict[str, dict[str, Any]] = json.loads((RETAIL / "expected.json").read_text(encoding="utf-8"))
    major = version.partition(".")[0]
    return {rma: story.get(major, story) for rma, story in told.items()}


def days() -> list[int]:
    """Number the days of the stories."""
    return sorted(int(folder.name) for folder in RETAIL.iterdir() if folder.name.isdigit())


def areas(day: int) -> list[str]:
    """Name the files of one day: what their stories are about."""
    return sorted(file.stem for file in (RETAIL / str(day)).glob("*.json"))


def stories(day: int, area: str, manifest: Path) -> list[dict[str, Any]]:
    """Read the returns as they stand on one day, or nothing where they have not changed.

    `{delivered+31}` and `{today-2}` in them become dates: so many days after the first delivery of the return's order,
    as the shop's manifest tells, or before now.
    """
    file = RETAIL / str(day) / f"{area}.json"
    if not file.exists():
        return []
    orders = json.loads(manifest.read_text(encoding="utf-8"))["orders"]
    delivered = {o["ref"]: next((t["date"] for t in o["transfers"] if t["date"]), o["date"]) for o in orders}
    return [_dated(rma, delivered) for rma in json.loads(file.read_text(encoding="utf-8"))]


def _dated(rma: dict[str, Any], delivered: dict[str, str]) -> dict[str, Any]:
    first = {"today": datetime.now(UTC).date()}
    if found := delivered.get(str(rma.get("order", {}).get("name"))):
        first["delivered"] = date.fromisoformat(found)

    def day(told: re.Match[str]) -> str:
        return str(first[told[1]] + timedelta(days=int(told[2] or 0)))

    dated: dict[str, Any] = json.loads(_DAY.sub(day, json.dumps(rma)))
    return dated

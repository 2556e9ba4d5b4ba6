"""The demo's second half: the sample's retailer, whose returns go on day by day, each to its end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odoo_rma.cli.output import print_table
from odoo_rma.cli.progress import ProgressBar
from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.settings import Secrets, Settings
from odoo_rma.sandbox.sample import retail
from odoo_rma.sync.report import Document
from odoo_rma.sync.store import Store

if TYPE_CHECKING:
    from odoo_rma.sandbox import Env

SOURCE = "retail"
_GIVEN = ("customer", "order")


@dataclass(frozen=True, slots=True)
class Told:
    """One return of the retailer: its story, what it waits for (empty: nothing), and what it has in Odoo."""

    id: str
    note: str
    issue: str
    documents: tuple[Document, ...]

    @property
    def made(self) -> list[str]:
        """What it has in Odoo, as `expected.json` writes it: what, and its state."""
        return sorted(f"{d.what} {d.state}".strip() for d in self.documents if d.what not in _GIVEN)

    def row(self) -> tuple[str, str, str]:
        """Give it as a row to print."""
        made = [f"{d.name} ({d.what} {d.state})" for d in self.documents if d.what not in _GIVEN]
        return (
            self.id,
            self.note,
            "; ".join([*made, *[f"waits: {self.issue}"] * bool(self.issue)]) or "nothing",
        )


@dataclass(frozen=True, slots=True)
class RetailDemo:
    """What the retailer's days led to; `differences` where that is not what the sample tells."""

    config: Path
    told: list[Told]
    writes: int
    differences: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


def prepare(folder: Path, manifest: Path) -> None:
    """Lay every day's files ready below a folder."""
    for day in retail.days():
        waiting = folder / "days" / str(day)
        waiting.mkdir(parents=True)
        for area in retail.areas(day):
            told = json.dumps(retail.stories(day, area, manifest), ensure_ascii=False, indent=1)
            (waiting / f"{area}-{day}.json").write_text(told, encoding="utf-8")
    (folder / "inbox").mkdir()


def play(env: Env, secrets: Secrets, folder: Path, transport: str) -> RetailDemo:
    """Let all days pass that have not passed yet, and look once more, as nothing is left to do then."""
    settings = _settings(env, secrets, folder, transport)
    config = folder / settings_file.FILE_NAME
    settings_file.save(settings, config, overwrite=True)

    from odoo_rma.sync import run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)

    def look() -> int:
        with ProgressBar() as progress:
            return run.sync(settings, progress=progress).writes

    writes = sum(look() for _ in _days(folder)) + look()
    expected = retail.expected(env.version)
    told = _told(settings, expected)
    return RetailDemo(config, told, writes, [d for one in told for d in _differences(one, expected[one.id])])


def _days(folder: Path) -> Iterator[Path]:
    """Let each day come: its files go into the inbox, and the day is over when the run after it has ended."""
    for day in sorted((folder / "days").iterdir(), key=lambda d: int(d.name)):
        for file in day.iterdir():
            shutil.move(file, folder / "inbox" / file.name)
        yield day
        day.rmdir()


def _settings(env: Env, secrets: Secrets, folder: Path, transport: str) -> Settings:
    odoo = {"url": env.url, "database": env.database, "login": env.rma_login, "transport": transport}
    return Settings.model_validate(retail.tables(folder) | {"odoo": odoo, "secrets": secrets})


def _told(settings: Settings, ids: Iterable[str]) -> list[Told]:
    with Store.open(settings.run.store) as store:
        waiting = {entry.key: entry.code for entry in store.quarantine_list(SOURCE)}
        found = [(i, store.rma(SOURCE, i)) for i in ids]
        return [
            Told(i, (rma and rma.note) or "", waiting.get(i, ""), store.documents(SOURCE, i) if rma else ())
            for i, rma in found
        ]


def _differences(one: Told, expected: dict[str, Any]) -> Iterator[str]:
    compared = ((expected.get("issue", ""), one.issue), (sorted(expected.get("made", ())), one.made))
    for wanted, seen in compared:
        if wanted != seen:
            yield f"{SOURCE}/{one.id}: expected {wanted or 'nothing'}, found {seen or 'nothing'}"


def print_retail(shown: RetailDemo) -> None:
    """Print every story and what it came to."""
    click.echo("\nThe retailer's returns, each to its end:\n")
    print_table(("RMA", "story", "in Odoo"), [one.row() for one in shown.told])

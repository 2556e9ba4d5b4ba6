"""`odoo-rma demo`: a real Odoo, the sample returns brought into it, and where to look."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import SecretStr

from odoo_rma.cli import demo_medusa, demo_retail
from odoo_rma.cli.demo_retail import RetailDemo
from odoo_rma.cli.demo_tables import print_demo
from odoo_rma.cli.output import print_json
from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.sandbox import set_up_progress
from odoo_rma.cli.session import json_option, transport_option
from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.settings import OdooSettings, RunSettings, Secrets, Settings, SourceSettings
from odoo_rma.sandbox import Sandbox
from odoo_rma.sandbox.sample import RULES, Story, fill, stories
from odoo_rma.sync.report import Document, Exit, Outcome, RunReport
from odoo_rma.sync.store import Store

if TYPE_CHECKING:
    from odoo_rma.sandbox import Env

DATABASE = "demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo has to show. `documents` are those of every sample RMA, settled earlier or now."""

    env: Env
    config: Path
    report: RunReport
    documents: dict[str, tuple[Document, ...]]
    differences: list[str]
    retail: RetailDemo

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "odoo": self.env.as_dict(),
            "config": self.config,
            "report": self.report.as_dict(),
            "differences": self.differences,
            "retail": self.retail.as_dict(),
        }


@click.command()
@click.option(
    "--reset", is_flag=True, help="Start from a clean shop; what is in the demo's database is lost."
)
@click.option("--odoo", "version", type=int, metavar="VERSION", help="Odoo's version: 19 (default) or 14.")
@click.option(
    "--source",
    type=click.Choice(["files", "medusa"]),
    default="files",
    show_default=True,
    help="Where the returns come from: the sample's files, or a real Medusa 2 beside Odoo (needs Node.js and npm).",
)
@transport_option
@json_option
def demo(reset: bool, version: int | None, source: str, transport: str | None, as_json: bool) -> None:
    """See it work: a real Odoo with a shop, some hundred returns brought into it, and where to look.

    The first time everything is fetched and set up, which takes some minutes. Run it again, and nothing changes:
    neither the files nor Odoo has anything new. It ends with 0 when every return ended as the sample says.

    \b
    Examples:
      odoo-rma demo
      odoo-rma demo --reset
      odoo-rma demo --odoo 14
      odoo-rma demo --transport odoorpc --json
      odoo-rma demo --source medusa
    """
    if source == "medusa":
        _demo_with_medusa(Sandbox(version), reset=reset, transport=transport, as_json=as_json)
        return
    shown = run_demo(Sandbox(version), reset=reset, transport=transport)
    if as_json:
        print_json(shown.as_dict())
    else:
        print_demo(shown)
    if shown.differences or shown.retail.differences:
        raise click.exceptions.Exit(Exit.FAILED)


def _demo_with_medusa(sandbox: Sandbox, *, reset: bool, transport: str | None, as_json: bool) -> None:
    shown = demo_medusa.run_medusa_demo(sandbox, reset=reset, transport=transport)
    if as_json:
        print_json(shown.as_dict())
    else:
        demo_medusa.print_medusa_demo(shown)
    if shown.differences:
        raise click.exceptions.Exit(Exit.FAILED)


def run_demo(sandbox: Sandbox, *, reset: bool, transport: str | None) -> Demo:
    """Set up what is missing, and bring in what is new."""
    with set_up_progress() as report:
        sandbox.up(report)
        shop = _shop(sandbox, reset=reset)
    settings = _settings(shop.env, shop.folder, transport)
    config = shop.folder / settings_file.FILE_NAME
    settings_file.save(settings, config, overwrite=True)

    from odoo_rma.sync import run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)

    with ProgressBar() as progress:
        result = run.sync(settings, progress=progress)
    told = stories()
    documents = documents_of(settings, told)
    found = differences(result, told, documents if shop.fresh else None)
    retailer = demo_retail.play(
        shop.env, settings.secrets, shop.folder / demo_retail.SOURCE, transport or "auto"
    )
    return Demo(shop.env, config, result, documents, found, retailer)


def documents_of(settings: Settings, names: Iterable[str]) -> dict[str, tuple[Document, ...]]:
    """Give what each return has in Odoo, as the last run that looked at it wrote it down."""
    with Store.open(settings.run.store) as store:
        return {name: store.documents(*name.split("/", 1)) for name in names}


@dataclass(frozen=True, slots=True)
class _Shop:
    """The demo's database and its folder; `fresh` before anybody could have worked in it."""

    env: Env
    folder: Path
    fresh: bool


def _shop(sandbox: Sandbox, *, reset: bool) -> _Shop:
    """Give the demo's database; a new one comes with full inboxes and an empty store."""
    status = sandbox.status()
    if status.folder is None:
        raise click.ClickException("The demo needs a sandbox of its own, not a server that somebody named.")
    folder = status.folder / "demo"
    if folder.exists() and DATABASE in status.databases and not reset:
        return _Shop(sandbox.env(DATABASE), folder, fresh=False)
    shutil.rmtree(folder, ignore_errors=True)
    env = sandbox.reset(DATABASE)
    making = folder.with_name("demo.new")
    shutil.rmtree(making, ignore_errors=True)
    fill(making)
    if env.manifest:
        demo_retail.prepare(making / demo_retail.SOURCE, env.manifest)
    making.rename(folder)
    return _Shop(env, folder, fresh=True)


def _settings(env: Env, folder: Path, transport: str | None) -> Settings:
    sources = {name: SourceSettings.model_validate({"path": folder / name, **r}) for name, r in RULES.items()}
    odoo = {
        "url": env.url,
        "database": env.database,
        "login": env.rma_login,
        "transport": transport or "auto",
    }
    return Settings(
        odoo=OdooSettings.model_validate(odoo),
        sources=sources,
        run=RunSettings(store=folder / "odoo-rma.sqlite"),
        secrets=Secrets(
            password=SecretStr(env.rma_password) if env.rma_password else None,
            api_key=SecretStr(env.rma_api_key) if env.rma_api_key else None,
        ),
    )


def differences(
    report: RunReport, told: dict[str, Story], documents: dict[str, tuple[Document, ...]] | None = None
) -> list[str]:
    """Say where a run did not end as the sample tells: what waits and why, and, if given, what was made in Odoo."""
    found = {
        f"{r.source}/{r.id}": ", ".join(i.code for i in r.issues) or r.outcome.value
        for r in report.results
        if r.outcome in (Outcome.QUARANTINED, Outcome.UNDECIDED)
    }
    expected = {name: story["issue"] for name, story in told.items() if "issue" in story}
    compared = [(expected.get(name, "nothing"), found.get(name, "nothing"), name) for name in told]
    if documents is not None:
        compared += [(_told(story), _made(documents[name]), name) for name, story in told.items()]
    return [f"{name}: expected {wanted}, found {seen}" for wanted, seen, name in compared if wanted != seen]


def _told(story: Story) -> str:
    return _counted([t["state"] for t in story.get("transfers", ())], len(story.get("credit_notes", ())))


def _made(documents: tuple[Document, ...]) -> str:
    states = [d.state for d in documents if d.what == "return transfer"]
    return _counted(states, sum(d.what == "credit note" for d in documents))


def _counted(transfers: list[str], credit_notes: int) -> str:
    states = ", ".join(sorted(transfers)) or "none"
    return f"{len(transfers)} transfers ({states}) and {credit_notes} credit notes"

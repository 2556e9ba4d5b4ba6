"""`odoo-rma demo --source medusa`: returns asked for in a real Medusa appear in Odoo, what Odoo receives in Medusa."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odoo_rma.cli.output import print_table
from odoo_rma.cli.progress import ProgressBar
from odoo_rma.cli.sandbox import set_up_progress
from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.settings import Settings
from odoo_rma.sandbox import Medusa
from odoo_rma.sandbox.medusa.admin import Admin
from odoo_rma.sandbox.medusa.play import Plays
from odoo_rma.sandbox.medusa.stories import STORIES, Story
from odoo_rma.sandbox.odoo_user import OdooUser
from odoo_rma.sandbox.warehouse import Warehouse
from odoo_rma.sync.report import Document, RunReport
from odoo_rma.sync.store import Store

if TYPE_CHECKING:
    from odoo_rma.sandbox import Env, MedusaEnv, Sandbox

DATABASE = "demo-medusa"
SOURCE = "webshop"
ASKED = "asked.json"
OLDEST = 17
HALF_A_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Sides:
    """One return as both systems hold it, read from each by itself."""

    order: str
    id: str
    told: str
    state: str
    good: Decimal
    damaged: Decimal
    refunded: Decimal
    received: Decimal
    credited: Decimal
    exchanged: bool
    transfers: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def agree(self) -> bool:
        """Units to the piece, money to the cent; for new goods the credit waits for their invoice, and nothing is paid."""
        due = Decimal(0) if self.exchanged else self.credited
        return self.good + self.damaged == self.received and abs(self.refunded - due) <= HALF_A_CENT


@dataclass(frozen=True, slots=True)
class MedusaDemo:
    """What the demo has to show; `differences` where it did not end as the stories tell."""

    odoo: Env
    medusa: MedusaEnv
    config: Path
    runs: list[RunReport]
    sides: list[Sides]
    differences: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "odoo": self.odoo.as_dict(),
            "medusa": self.medusa.as_dict(),
            "config": self.config,
            "runs": [run.as_dict() for run in self.runs],
            "returns": [asdict(side) | {"agree": side.agree} for side in self.sides],
            "differences": self.differences,
        }


def run_medusa_demo(
    sandbox: Sandbox,
    *,
    reset: bool,
    transport: str | None,
    medusa: Medusa | None = None,
    database: str = DATABASE,
) -> MedusaDemo:
    """Set up what is missing, play the stories once, and look once more."""
    medusa = medusa or Medusa.beside(sandbox)
    with set_up_progress() as report:
        sandbox.up(report)
        can_receive(sandbox)
        found = medusa.up(report)
        folder, fresh = _folder(sandbox, medusa, database, reset=reset)
        env = sandbox.reset(database) if fresh else sandbox.env(database)
        if fresh:
            found = medusa.reset(report)
    settings = _settings(env, found, folder, transport)
    config = folder / settings_file.FILE_NAME
    settings_file.save(settings, config, overwrite=True)
    admin, runs = Admin(found), []
    if fresh:
        asked = {story.order: story.begin(Plays.of(admin, story.order)) for story in STORIES}
        runs.append(_sync(settings))
        _play(env, admin, settings, asked)
        (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")
        runs.append(_sync(settings))
    runs.append(_sync(settings))
    asked = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    sides = [_sides(story, asked[story.order], env, admin, settings) for story in STORIES]
    return MedusaDemo(env, found, config, runs, sides, list(differences(sides, runs)))


def can_receive(sandbox: Sandbox) -> None:
    """Refuse an Odoo whose warehouse cannot be played."""
    if sandbox.status().version < OLDEST:
        raise click.ClickException(
            f"The demo with Medusa plays the warehouse on Odoo {OLDEST} and later only."
        )


def _folder(sandbox: Sandbox, medusa: Medusa, database: str, *, reset: bool) -> tuple[Path, bool]:
    """The demo's folder, and whether the stories have to be played; they are in one go, or from the start."""
    status = sandbox.status()
    if status.folder is None:
        raise click.ClickException("The demo needs a sandbox of its own, not a server that somebody named.")
    folder = status.folder / database
    played = (folder / ASKED).exists() and database in status.databases
    if played and not reset and _same_medusa(folder, medusa):
        return folder, False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "medusa").write_text(_made(medusa), encoding="utf-8")
    return folder, True


def _same_medusa(folder: Path, medusa: Medusa) -> bool:
    """Whether Medusa's shop is still the one in which the stories were played."""
    return (folder / "medusa").read_text(encoding="utf-8") == _made(medusa)


def _made(medusa: Medusa) -> str:
    return str((medusa.folder / "pg").stat().st_ctime_ns)


def _settings(env: Env, medusa: MedusaEnv, folder: Path, transport: str | None) -> Settings:
    """The company's own warehouse receives, and a posted credit note makes Medusa pay."""
    odoo = {
        "url": env.url,
        "database": env.database,
        "login": env.rma_login,
        "transport": transport or "auto",
    }
    source = {
        "type": "medusa",
        "owners": {"receipt": "erp", "disposition": "erp", "refund": "erp"},
        "credit_note_on": "receipt",
        "options": {"url": medusa.url, "api_key": medusa.api_key, "refund_reason": "return"},
    }
    return Settings.model_validate(
        {
            "odoo": odoo,
            "sources": {SOURCE: source},
            "inspection": {"locations": {"quarantine": "Quarantine"}},
            "run": {"store": folder / "odoo-rma.sqlite"},
            "secrets": {"password": env.rma_password, "api_key": env.rma_api_key},
        }
    )


def _sync(settings: Settings) -> RunReport:
    from odoo_rma.sync import run  # noqa: PLC0415 (the Odoo client is loaded only where it is used)

    with ProgressBar() as progress:
        return run.sync(settings, progress=progress)


def _play(env: Env, admin: Admin, settings: Settings, asked: dict[str, str]) -> None:
    """The days after: parcels come to the warehouse, and somebody keeps his goods."""
    warehouse = Warehouse.of(env)
    for story in STORIES:
        rma = asked[story.order]
        if story.kept:
            Plays.of(admin, story.order).cancel(rma)
        for transfer in _documents(settings, rma, "return transfer") if story.comes else ():
            if transfer.state == "assigned" and transfer.id is not None:
                warehouse.receive(transfer.id, story.comes)
                if story.damaged:
                    warehouse.set_aside(transfer.id, story.damaged, "Quarantine")


def _documents(settings: Settings, rma: str, what: str) -> list[Document]:
    with Store.open(settings.run.store) as store:
        return [d for d in store.documents(SOURCE, rma) if d.what == what]


def _sides(story: Story, rma: str, env: Env, admin: Admin, settings: Settings) -> Sides:
    odoo, plays = OdooUser.administrator(env), Plays.of(admin, story.order)
    transfers = _documents(settings, rma, "return transfer")
    done = [d.id for d in transfers if d.state == "done"]
    moves = odoo(
        "stock.move", "search_read", [["picking_id", "in", done], ["state", "=", "done"]], ["quantity"]
    )
    notes = _documents(settings, rma, "credit note")
    amounts = odoo("account.move", "read", [d.id for d in notes], ["amount_total", "state"]) if notes else []
    details = [item["detail"] for item in plays.order()["items"]]
    back = plays.back_of(rma)
    return Sides(
        order=story.order,
        id=rma,
        told=story.told,
        state=back["status"],
        good=sum((Decimal(d["return_received_quantity"]) for d in details), Decimal(0)),
        damaged=sum((Decimal(d["return_dismissed_quantity"]) for d in details), Decimal(0)),
        refunded=sum((Decimal(r["amount"]) for r in plays.refunds()), Decimal(0)),
        received=sum((Decimal(str(m["quantity"])) for m in moves), Decimal(0)),
        credited=sum(
            (Decimal(str(a["amount_total"])) for a in amounts if a["state"] == "posted"), Decimal(0)
        ),
        exchanged=story.exchanged,
        transfers=tuple(f"{d.name} {d.state}" for d in transfers),
        notes=tuple(d.name for d in notes),
    )


def differences(sides: list[Sides], runs: list[RunReport]) -> Iterator[str]:
    """Say where it did not end as the stories tell."""
    waiting = [issue for result in runs[-1].results for issue in result.issues]
    yield from (f"waits: {issue.message}" for issue in waiting)
    if runs[-1].writes:
        yield f"the last look wrote {runs[-1].writes} times to Odoo"
    for story, side in zip(STORIES, sides, strict=True):
        damaged = Decimal(sum(story.damaged.values()))
        if (side.good, side.damaged) != (sum(story.comes.values()) - damaged, damaged):
            yield f"{side.order}: Medusa has received {side.good} good and {side.damaged} damaged"
        if story.kept and side.state != "canceled":
            yield f"{side.order}: {side.state} in Medusa"
        if not side.agree:
            yield f"{side.order}: Medusa {side.refunded} refunded, Odoo {side.credited} credited"


def print_medusa_demo(shown: MedusaDemo) -> None:
    """Print every return with both its sides, and where to look."""
    print_table(("order", "story", "in Medusa", "in Odoo", "agree"), [_row(side) for side in shown.sides])
    last = shown.runs[-1]
    click.echo(f"\nThe last look: {last.calls} calls to Odoo, {last.writes} of them writing.")
    if shown.differences:
        click.secho("\nThis did not end as the stories tell:", fg="red")
        for difference in shown.differences:
            click.echo(f"  {difference}")
    click.echo(
        f"""
Odoo {shown.odoo.version} runs at {shown.odoo.url}/web?db={shown.odoo.database} (warehouse / warehouse, accountant / accountant)
Medusa {shown.medusa.version} at {shown.medusa.url}; its keys: odoo-rma sandbox env --json

  Validate the transfer of S-1094 that is still waiting in Odoo, then run this again: Medusa has it, and has paid for it.

Run the demo again, and nothing changes. `odoo-rma demo --source medusa --reset` starts from clean shops on both sides."""
    )


def _row(side: Sides) -> tuple[str, ...]:
    units = f"{side.good} good" + (f", {side.damaged} damaged" if side.damaged else "")
    medusa = f"{side.state}; {units}; {side.refunded} refunded"
    odoo = "; ".join([*side.transfers, *side.notes, *[f"{side.credited} credited"] * bool(side.notes)])
    return side.order, side.told, medusa, odoo or "nothing", "yes" if side.agree else "NO"

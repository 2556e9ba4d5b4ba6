"""`odoo-rma sandbox …`: a real Odoo on this machine, for trying things out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from odoo_rma.sandbox import Env, Medusa, MedusaEnv, Report, Sandbox, Status


def _which(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which sandbox is meant."""
    options = [
        click.option(
            "--odoo", "version", type=int, metavar="VERSION", help="Odoo's version: 19 (default) or 14."
        ),
        click.option("--name", help="Name of the instance. By default each checkout has its own."),
        click.option("--url", help="Use this running Odoo instead; it is only checked and described."),
        click.option("--database", help="The database. By default: shop."),
        click.option("--login", help="With --url: who to log in as; password in ODOO_RMA_PASSWORD."),
        click.option(
            "--with",
            "beside",
            type=click.Choice(["medusa"]),
            help="The returns system beside it: a real Medusa 2 with the same shop (needs Node.js and npm).",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def sandbox() -> None:
    """A real Odoo on this machine, with a seeded shop.

    It is taken from Docker where an engine runs, else from Debian's packages, without root and without
    installing anything. Everything lies in one cache folder (ODOO_RMA_CACHE).

    \b
    Examples:
      odoo-rma sandbox up               Odoo 19, ready in about two minutes, later in seconds
      odoo-rma sandbox up --odoo 14     Odoo 14 beside it (needs Python 3.9)
      odoo-rma sandbox up --with medusa Odoo, and a Medusa with the same shop
      odoo-rma sandbox env --json       address, database, login, password, API key
      odoo-rma sandbox reset            the clean seeded shop again
      odoo-rma sandbox down --purge     stop it and delete it
    """


@sandbox.command()
@_which
@click.option("--workers", type=click.IntRange(0, 16), default=0, show_default=True, help="Odoo's processes.")
@_as_json
def up(workers: int, as_json: bool, database: str | None, beside: str | None, **which: Any) -> None:
    """Start it; fetch, install and seed what is missing.

    \b
    Examples:
      odoo-rma sandbox up
      odoo-rma sandbox up --odoo 14
      odoo-rma sandbox up --with medusa
      odoo-rma sandbox up --workers 2
      ODOO_RMA_PASSWORD=… odoo-rma sandbox up --url https://erp.example.com --database test --login me
    """
    with _failures_in_words():
        chosen = _sandbox(workers=workers, database=database, **which)
        medusa = _medusa(chosen) if beside else None
        with set_up_progress() as report:
            env = chosen.up(report)
            found = medusa.up(report) if medusa else None
            if database and env.database != database:
                env = (
                    chosen.reset(database)
                    if database not in chosen.status().databases
                    else chosen.env(database)
                )
    _print_env(env, found, as_json)


@sandbox.command()
@_which
@click.option("--purge", is_flag=True, help="Delete the instance as well: its databases, files and logs.")
def down(purge: bool, beside: str | None, **which: Any) -> None:
    """Stop Odoo and PostgreSQL, and the Medusa beside it; with `--with medusa` that one alone.

    \b
    Examples:
      odoo-rma sandbox down
      odoo-rma sandbox down --odoo 14 --purge
      odoo-rma sandbox down --with medusa
    """
    with _failures_in_words():
        chosen = _sandbox(**which)
        medusa = _medusa(chosen) if beside else _medusa_if_there(chosen)
        ran = medusa.down(purge=purge) if medusa else False
        if not beside:
            ran = chosen.down(purge=purge) or ran
    click.echo("Stopped." if ran else "It did not run.")
    if purge:
        click.echo("Deleted.")


@sandbox.command()
@_which
@_as_json
def reset(as_json: bool, database: str | None, beside: str | None, **which: Any) -> None:
    """Make a database the clean seeded shop again, in seconds; with `--with medusa` Medusa's as well.

    \b
    Examples:
      odoo-rma sandbox reset
      odoo-rma sandbox reset --with medusa
      odoo-rma sandbox reset --database mine
    """
    with _failures_in_words():
        chosen = _sandbox(database=database, **which)
        medusa = _medusa(chosen) if beside else None
        env = chosen.reset(database)
        found = medusa.reset() if medusa else None
    _print_env(env, found, as_json)


@sandbox.command()
@_which
@_as_json
def env(as_json: bool, database: str | None, beside: str | None, **which: Any) -> None:
    """Print how to reach it: address, database, login, password, API key; the same of Medusa when it runs.

    \b
    Examples:
      odoo-rma sandbox env
      odoo-rma sandbox env --json
    """
    with _failures_in_words():
        chosen = _sandbox(database=database, **which)
        env = chosen.env(database)
        medusa = _medusa(chosen) if beside else _medusa_if_there(chosen)
        found = medusa.env() if medusa and (beside or medusa.runs()) else None
    _print_env(env, found, as_json)


@sandbox.command()
@_which
@_as_json
def status(as_json: bool, beside: str | None, **which: Any) -> None:
    """Say whether it runs, where, since when, and how much room it takes; the same of the Medusa beside it.

    \b
    Examples:
      odoo-rma sandbox status
      odoo-rma sandbox status --odoo 14 --json
    """
    with _failures_in_words():
        chosen = _sandbox(**which)
        found = chosen.status()
        medusa = _medusa(chosen) if beside else _medusa_if_there(chosen)
        other = medusa.status() if medusa else None
    if as_json:
        click.echo(json.dumps(_both(found, other), indent=2))
        return
    _print_table(_status_rows(found))
    if other:
        click.echo("\nMedusa")
        _print_table(_status_rows(other))


def _sandbox(
    *,
    version: int | None,
    name: str | None,
    url: str | None,
    login: str | None,
    database: str | None = None,
    workers: int = 0,
) -> Sandbox:
    try:
        from odoo_rma.sandbox import NamedServer, Sandbox  # noqa: PLC0415  (an extra: only when it is used)
    except ImportError as missing:
        raise click.ClickException(
            f"The sandbox needs {missing.name}, which is not installed: pip install 'odoo-rma[sandbox]'"
        ) from missing
    server = NamedServer.given(url, database, login)
    return Sandbox(version, name, workers=workers, server=server)


def _medusa(chosen: Sandbox) -> Medusa:
    from odoo_rma.sandbox import Medusa  # noqa: PLC0415  (an extra: only when it is used)

    return Medusa.beside(chosen)


def _medusa_if_there(chosen: Sandbox) -> Medusa | None:
    """The Medusa beside it, when somebody has set one up."""
    from odoo_rma.sandbox import NotOurServer  # noqa: PLC0415  (an extra: only when it is used)

    try:
        found = _medusa(chosen)
    except NotOurServer:
        return None
    return found if found.exists() else None


@contextmanager
def _failures_in_words() -> Iterator[None]:
    """An error of the sandbox ends the command with its message and code 1, without a traceback."""
    try:
        yield
    except ImportError:
        raise
    except Exception as problem:
        if _is_ours(problem):
            raise click.ClickException(str(problem)) from problem
        raise


def _is_ours(problem: Exception) -> bool:
    from odoo_rma.sandbox.errors import SandboxError  # noqa: PLC0415  (an extra: only when it is used)

    return isinstance(problem, SandboxError | OSError)


@contextmanager
def set_up_progress() -> Iterator[Report]:
    """Bars on a terminal, else one line for each new thing; always on the error stream."""
    from rich.console import Console  # noqa: PLC0415  (slow to import)

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(message: str, fraction: float | None) -> None:
            topic = message.partition(": ")[0]
            if topic not in tasks:
                tasks[topic] = bars.add_task(message, total=1.0 if fraction is not None else None)
            bars.update(tasks[topic], description=message, completed=fraction or 0.0)

        yield report


def _plain_lines() -> Report:
    seen: set[str] = set()

    def report(message: str, _fraction: float | None) -> None:
        topic = message.partition(": ")[0]
        if topic not in seen:
            seen.add(topic)
            click.echo(f"{topic} …", err=True)

    return report


def _print_env(found: Env, medusa: MedusaEnv | None, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_both(found, medusa), indent=2))
        return
    _print_table(_env_rows(found))
    if medusa:
        click.echo("\nMedusa")
        _print_table(_env_rows(medusa))


def _env_rows(found: Env | MedusaEnv) -> dict[str, object]:
    return {name.replace("_", " "): value for name, value in found.as_dict().items() if value is not None}


def _both(odoo: Env | Status, medusa: MedusaEnv | Status | None) -> dict[str, Any]:
    """Odoo's own facts as ever, and Medusa's under its name."""
    return {**odoo.as_dict(), **({"medusa": medusa.as_dict()} if medusa else {})}


def _status_rows(found: Status) -> dict[str, object]:
    rows: dict[str, object] = {
        "version": found.version or None,
        "runs": "yes" if found.running else "no",
        "way": found.way,
        "name": found.name,
        "url": found.url,
        "databases": ", ".join(found.databases) or None,
        "process": found.pid,
        "since": found.since,
        "log": found.log,
        "folder": found.folder,
        "disk use": f"{found.disk_bytes / 1e6:.0f} MB" if found.disk_bytes else None,
    }
    return {name: value for name, value in rows.items() if value is not None}


def _print_table(rows: dict[str, object]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        click.echo(f"{name:<{width}}  {value}")

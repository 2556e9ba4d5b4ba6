"""`odoo-rma runs`: the diary."""

import click

from odoo_rma.cli.output import clean, local, print_json, print_table
from odoo_rma.cli.session import Session, json_option, pass_session
from odoo_rma.connector.settings import StorePlace, StoreServer
from odoo_rma.sync.lock import at_work, is_locked
from odoo_rma.sync.store import Run


@click.command()
@click.argument("run_id", metavar="[ID]", type=int, required=False)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="How many of the latest runs."
)
@json_option
@pass_session
def runs(session: Session, run_id: int | None, limit: int, as_json: bool) -> None:
    """List the latest runs, or show one in full.

    \b
    Examples:
      odoo-rma runs
      odoo-rma runs 17
      odoo-rma runs --limit 100 --json
    """
    settings = session.settings()
    with session.store() as store:
        found = store.runs(limit) if run_id is None else [store.run(run_id)]
        if as_json:
            found = [store.run(run.id) for run in found]
        newest = store.runs(50)
    busy = _at_work(newest, settings.run.store)
    if as_json:
        data = [_as_dict(run, busy) for run in found]
        print_json(data if run_id is None else data[0])
    elif run_id is not None:
        _print(found[0], busy)
    elif found:
        columns = ("run", "command", "started", "ended", "state", "exit code", "result")
        print_table(columns, [_row(run, busy) for run in found])
    else:
        click.echo("No run yet.")


def _at_work(runs: list[Run], place: StorePlace) -> set[int]:
    """Give the runs that go on at this moment: on a file one at most, on a server those of several workers."""
    if not isinstance(place, StoreServer):
        return {r.id for r in runs[:1]} if is_locked(place) else set()
    since = {who.since for who in at_work(place)}
    return {r.id for r in runs if r.started.isoformat(timespec="seconds") in since}


def _state(run: Run, busy: set[int]) -> str:
    return "at work" if run.ended is None and run.id in busy else run.state


def _as_dict(run: Run, busy: set[int]) -> dict[str, object]:
    return run.as_dict() | {"state": _state(run, busy)}


def _result(run: Run) -> str:
    return run.error or ", ".join(f"{n} {outcome}" for outcome, n in run.counts.items() if n)


def _row(run: Run, busy: set[int]) -> tuple[object, ...]:
    code = "" if run.exit_code is None else run.exit_code
    times = (local(run.started), local(run.ended))
    return (run.id, run.command, *times, _state(run, busy), code, _result(run))


def _print(run: Run, busy: set[int]) -> None:
    click.secho(clean(f"Run {run.id}: {run.command}, {_state(run, busy)}"), bold=True)
    click.echo(f"{local(run.started)} to {local(run.ended) or '?'}")
    click.echo(clean(_result(run) or "nothing to do"))
    rows = [_result_row(r) for r in (run.report or {}).get("results", [])]
    if rows:
        click.echo()
        print_table(("RMA", "source", "outcome", "what"), rows)


def _result_row(result: dict[str, object]) -> tuple[object, ...]:
    issues, steps = result.get("issues"), result.get("steps")
    what = [f"{i['code']}: {i['message']}" for i in issues] if isinstance(issues, list) and issues else steps
    lines = "; ".join(map(str, what)) if isinstance(what, list) else ""
    return (result["label"], result["source"], result["outcome"], lines)

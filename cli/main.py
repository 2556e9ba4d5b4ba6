"""The `odoo-rma` command. Commands are loaded when they are used, so that one broken extra does not stop the rest."""

import os
from importlib import import_module
from pathlib import Path

import click

from odoo_rma.cli.failures import exit_code_of, terminated_by_signal
from odoo_rma.cli.logs import LogFormat, log_to_stderr
from odoo_rma.cli.session import Session

_COMMANDS = {
    "init": "init",
    "check": "check",
    "sync": "sync",
    "show": "show",
    "reconcile": "reconcile",
    "audit": "audit",
    "quarantine": "quarantine",
    "customer": "customer",
    "policy": "policy",
    "messages": "messages",
    "feedback": "feedback",
    "runs": "runs",
    "worker": "worker",
    "schedule": "schedule",
    "jobs": "jobs",
    "store": "store",
    "schema": "schema",
    "demo": "demo",
    "sandbox": "sandbox",
    "completion": "completion",
}
_EXTRA = {"demo", "sandbox"}


class Program(click.Group):
    """Loads commands on demand, and turns every failure into one plain message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order in which people meet them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in _COMMANDS:
            return None
        try:
            module = import_module(f"odoo_rma.cli.{_COMMANDS[cmd_name]}")
        except ImportError as error:
            if cmd_name not in _EXTRA:
                raise
            return _missing(cmd_name, error.name or str(error))
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        with terminated_by_signal():
            try:
                return super().invoke(ctx)
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (the one place that catches all)
                ctx.exit(exit_code_of(error, verbose=ctx.params["verbose"]))


def _missing(name: str, module: str) -> click.Command:
    def tell(**_: object) -> None:
        raise click.ClickException(
            f"`{name}` needs what is not installed here ({module}): pip install 'odoo-rma[sandbox]'."
        )

    return click.Command(
        name,
        callback=tell,
        short_help="Not installed: needs the extra odoo-rma[sandbox].",
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        params=[click.Argument(["anything"], nargs=-1, type=click.UNPROCESSED)],
    )


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "-c",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="ODOO_RMA_CONFIG",
    help="Settings file; odoo-rma.toml in this folder when left out.",
)
@click.option("--verbose", "-v", count=True, help="Say more: -v what is done, -vv every request.")
@click.option(
    "--log-format",
    type=click.Choice([f.value for f in LogFormat]),
    default=LogFormat.TEXT.value,
    show_default=True,
    envvar="ODOO_RMA_LOG_FORMAT",
    help="How stderr is written: lines for people, or JSON, an object per line.",
)
@click.version_option(package_name="odoo-rma", prog_name="odoo-rma")
@click.pass_context
def main(ctx: click.Context, config: Path | None, verbose: int, log_format: str) -> None:
    """Returns, inside the Odoo a company already has: receipts, credit notes and customers, exactly once.

    \b
    Examples:
      odoo-rma init               connect to your Odoo, write odoo-rma.toml
      odoo-rma check              is everything there that is needed?
      odoo-rma sync --dry-run     what would be done
      odoo-rma sync               do it
      odoo-rma show R-1001        one return, with its documents in Odoo
      odoo-rma quarantine list    what waits for a person, and why

    \b
    Exit codes:
      0 all done   1 failed   2 usage   3 done, some in quarantine   4 another run is at work
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    log_to_stderr(verbose, LogFormat(log_format))
    ctx.obj = Session(config)


if __name__ == "__main__":
    main()

"""`odoo-rma completion`."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script for shell completion.

    \b
    Examples:
      odoo-rma completion bash >> ~/.bashrc
      odoo-rma completion zsh >> ~/.zshrc
      odoo-rma completion fish > ~/.config/fish/completions/odoo-rma.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"No completion for {shell}.")
    click.echo(kind(ctx.find_root().command, {}, "odoo-rma", "_ODOO_RMA_COMPLETE").source())

"""The documentation cannot rot: every command and option has its help, its examples and its place in the docs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from odoo_rma.cli.main import main
from odoo_rma.sync.store import HELD

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "commands.md").read_text("utf-8")
MAKERS = ("Issue", "Broken")


def commands(group: click.Group, name: str = "odoo-rma") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for child in group.list_commands(context):
        command = group.get_command(context, child)
        assert command is not None
        if command.short_help and command.short_help.startswith("Not installed"):
            continue
        yield f"{name} {child}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {child}")


ALL = dict(commands(main))


def section(name: str) -> str:
    """What the docs say under a command's heading, down to the next heading."""
    _, heading, rest = DOCS.partition(f"## `{name}`\n")
    assert heading, f"docs/commands.md has no section `{name}`"
    return rest.partition("\n## ")[0].partition("\n### ")[0]


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_help_and_examples(name: str) -> None:
    text = ALL[name].help or ""
    assert "Examples:" in text
    assert f"{name}" in text


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_its_place_in_the_docs(name: str) -> None:
    assert section(name).strip()


OPTIONS = [
    (name, option)
    for name, command in {"odoo-rma": main, **ALL}.items()
    for option in command.params
    if isinstance(option, click.Option)
]


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=[f"{n} {o.name}" for n, o in OPTIONS])
def test_every_option_has_help_and_is_in_the_docs(name: str, option: click.Option) -> None:
    assert option.help
    for spelling in (*option.opts, *option.secondary_opts):
        assert f"`{spelling}`" in section(name), f"docs/commands.md: {spelling} of {name}"


def issue_codes() -> Iterator[str]:
    """Every code that the source gives to an issue in plain sight: `Issue("code", …)`, `Broken(code="code", …)`."""
    for path in (
        path for folder in ("mappings", "connector", "sync") for path in (ROOT / folder).rglob("*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                given = [k.value for k in node.keywords if k.arg == "code"] + node.args[:1]
                yield from (
                    c.value for c in given[:1] if isinstance(c, ast.Constant) and isinstance(c.value, str)
                )


@pytest.mark.parametrize("code", sorted({*issue_codes(), *HELD}))
def test_every_reason_for_quarantine_is_explained(code: str) -> None:
    assert f"| `{code}` |" in (ROOT / "docs" / "quarantine.md").read_text("utf-8")

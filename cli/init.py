"""`odoo-rma init`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr, ValidationError

from odoo_rma.cli.session import Session, pass_session, transport_option
from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import OdooSettings, Secrets, Settings

ENVIRONMENT: dict[settings_file.SecretKind, str] = {
    "api_key": "ODOO_RMA_API_KEY",
    "password": "ODOO_RMA_PASSWORD",
}


@click.command()
@click.option("--url", help="Address of Odoo, such as https://erp.example.com")
@click.option("--database", help="Name of the database.")
@click.option("--login", help="Login of the Odoo user for this connector.")
@click.option("--company", help="Company name, where the user may see several.")
@transport_option
@click.option("--allow-http", is_flag=True, help="Permit plain http to another machine than this one.")
@click.option("--source", metavar="NAME", help="Name of the first source; `returns` when left out.")
@click.option(
    "--path", type=click.Path(file_okay=False), help="Folder of the first source; `rma` when left out."
)
@click.option("--keyring/--no-keyring", default=True, help="Keep a typed secret in this computer's keyring.")
@click.option("--test/--no-test", default=True, help="Log in before anything is written.")
@click.option("--force", is_flag=True, help="Replace an existing settings file.")
@click.option("--non-interactive", is_flag=True, help="Ask nothing; take options and the environment.")
@pass_session
def init(
    session: Session, /, keyring: bool, test: bool, force: bool, non_interactive: bool, **given: Any
) -> None:
    """Connect to your Odoo and write odoo-rma.toml.

    Asks for what is missing. The password or API key goes into the keyring or stays in the environment
    (ODOO_RMA_API_KEY, ODOO_RMA_PASSWORD); it is never written into the file.

    \b
    Examples:
      odoo-rma init
      odoo-rma init --non-interactive --url https://erp.example.com --database erp --login rma
    """
    asker = _Asker(given, interactive=not non_interactive)
    _may_write(session.path, force, asker)
    settings = _settings(asker)
    if test:
        _try(settings)
    settings_file.save(settings, session.path, overwrite=True)  # it was asked before
    click.echo(f"Wrote {session.path}.")
    _keep_secrets(settings, use_keyring=keyring and asker.typed)
    click.echo("Next: odoo-rma check, then odoo-rma sync --dry-run")


class _Asker:
    """Takes what was given, asks for the rest, or refuses where nobody is there to answer."""

    def __init__(self, given: Mapping[str, Any], *, interactive: bool) -> None:
        self.given = given
        self.interactive = interactive
        self.typed = False

    def text(self, option: str, question: str, default: str | None = None) -> str:
        if self.given[option]:
            return str(self.given[option])
        if self.interactive:
            return str(click.prompt(question, default=default, err=True))
        if default is None:
            raise click.UsageError(f"--{option} is needed with --non-interactive.")
        return default

    def yes(self, question: str) -> bool:
        return self.interactive and click.confirm(question, err=True)

    def secrets(self) -> Secrets:
        found = {kind: os.environ.get(name) for kind, name in ENVIRONMENT.items()}
        if not any(found.values()):
            if not self.interactive:
                raise click.UsageError(f"Set {' or '.join(ENVIRONMENT.values())} in the environment.")
            self.typed = True
            found["api_key"] = _hidden("API key (leave empty to use a password)")
            found["password"] = None if found["api_key"] else _hidden("Password")
        return Secrets(**{kind: SecretStr(value) if value else None for kind, value in found.items()})


def _hidden(question: str) -> str:
    return str(click.prompt(question, hide_input=True, default="", show_default=False, err=True))


def _may_write(path: Path, force: bool, asker: _Asker) -> None:
    if path.exists() and not force and not asker.yes(f"{path} exists. Replace it?"):
        raise BadSettings(f"{path} exists and was left as it is. Use --force to replace it.")


def _settings(asker: _Asker) -> Settings:
    odoo = {
        "url": asker.text("url", "Address of Odoo"),
        "database": asker.text("database", "Database"),
        "login": asker.text("login", "Login"),
        "company": asker.given["company"],
        "transport": asker.given["transport"] or "auto",
        "allow_http": asker.given["allow_http"],
    }
    name = asker.text("source", "Name of the returns system", "returns")
    folder = asker.text("path", "Folder for its files", "rma")
    secrets = asker.secrets()
    try:
        return Settings.model_validate(
            {"odoo": odoo, "sources": {name: {"path": folder}}, "secrets": secrets}
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise BadSettings(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


def _try(settings: Settings) -> None:
    from odoo_rma.connector.odoo.connect import connect  # noqa: PLC0415 (the Odoo client is loaded only here)

    client = connect(settings.odoo, settings.secrets)
    server = client.server
    client.close()
    version = ".".join(map(str, server.version))
    click.secho(f"Odoo {version} answers over {server.transport}; logged in as {server.login}.", fg="green")


def _keep_secrets(settings: Settings, *, use_keyring: bool) -> None:
    for kind, name in ENVIRONMENT.items():
        secret: SecretStr | None = getattr(settings.secrets, kind)
        if secret is None:
            continue
        if use_keyring and _keep(settings.odoo, kind, secret.get_secret_value()):
            click.echo("The secret is in the keyring of this computer.")
        else:
            click.echo(f"The secret is not stored: set {name} in the environment of each run.")


def _keep(odoo: OdooSettings, kind: settings_file.SecretKind, secret: str) -> bool:
    try:
        settings_file.store_secret(odoo, kind, secret)
    except BadSettings:
        return False
    return True

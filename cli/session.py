"""What all commands share: the settings, the store, the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.settings import Settings, Transport
from odoo_rma.sync.store import Store

CONFIG = Path("odoo-rma.toml")


@dataclass(frozen=True, slots=True)
class Session:
    """One call of the command line."""

    config: Path | None = None

    @property
    def path(self) -> Path:
        """Where the settings file is, or would be written."""
        return self.config or CONFIG

    def settings(self, *, transport: str | None = None, batch: int | None = None) -> Settings:
        """Read the settings; what the command line says counts more.

        Raises:
            BadSettings: missing or wrong.

        """
        settings = settings_file.load(self.config)
        odoo, run = settings.odoo, settings.run
        if transport:
            odoo = odoo.model_copy(update={"transport": Transport(transport)})
        if batch:
            run = run.model_copy(update={"batch": batch})
        return settings.model_copy(update={"odoo": odoo, "run": run})

    def store(self) -> Store:
        """Open the store of the settings."""
        return Store.open(self.settings().run.store)


def now() -> datetime:
    """Read the clock; everything below gets the time as an argument."""
    return datetime.now(UTC)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
transport_option = click.option(
    "--transport",
    type=click.Choice([t.value for t in Transport]),
    help="How to talk to Odoo; the settings decide when left out.",
)
pass_session = click.pass_obj

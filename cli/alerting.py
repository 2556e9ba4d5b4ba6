"""`--alert`: tells people by mail or webhook how a run ended, when there is something new to tell."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from odoo_rma.cli.logs import say
from odoo_rma.cli.session import now
from odoo_rma.connector.settings import Settings
from odoo_rma.sync.alert import tell
from odoo_rma.sync.alert.state import State, after_failure
from odoo_rma.sync.lock import Locked

alert_option = click.option(
    "--alert",
    "alerting",
    is_flag=True,
    help="Tell by mail or webhook (settings: alerts) when there is something new to tell.",
)

NOBODY = "--alert tells nobody: set mail_to or webhook_url under [alerts] in the settings."


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tells people, if that is wanted; whatever goes wrong with it is a note on stderr."""

    settings: Settings
    what: str
    wanted: bool

    def __post_init__(self) -> None:
        if self.wanted and not self.settings.alerts.any:
            raise click.UsageError(NOBODY)

    def tell(self, state: State) -> None:
        """Tell how a run ended."""
        for note in tell(self.settings, self.what, state, now()) if self.wanted else ():
            say(f"Note: {note}", logging.WARNING)

    @contextmanager
    def on_failure(self) -> Iterator[None]:
        """Tell when the block fails. Another run being at work is no failure, nor is somebody who stops it."""
        try:
            yield
        except (Locked, click.exceptions.Exit, click.ClickException):
            raise
        except Exception as error:
            self.tell(after_failure(error))
            raise

"""Log lines go to stderr, without secrets."""

import logging

import click

from odoo_rma.cli.output import clean
from odoo_rma.connector import redact

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class _ToStderr(logging.Handler):
    """Writes to the stderr of the moment, which tests and progress bars may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        click.secho(clean(self.format(record)), dim=True, err=True)


def log_to_stderr(verbose: int) -> None:
    """Show warnings, with -v what is done, with -vv everything."""
    handler = _ToStderr()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if not isinstance(h, _ToStderr)] + [handler]
    root.setLevel(_LEVELS[min(verbose, 2)])
    redact.install()

"""What is said on stderr, without secrets: lines for people, or, where programs read it, one JSON object per line."""

import json
import logging
from datetime import UTC, datetime
from enum import StrEnum

import click

from odoo_rma.cli.output import clean
from odoo_rma.connector import redact

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; whatever else it carries stands in the line as well."""

ours = logging.getLogger("odoo_rma")


class LogFormat(StrEnum):
    """How stderr is written."""

    TEXT = "text"
    JSON = "json"


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: `at` (UTC), `level`, `logger`, `message`, what else it carries, `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            line["traceback"] = redact.without_addresses(self.formatException(record.exc_info))
        return json.dumps(line, default=str)


class _ToStderr(logging.Handler):
    """Writes to the stderr of the moment, which tests and progress bars may have replaced."""

    def emit(self, record: logging.LogRecord) -> None:
        if in_json():
            click.echo(self.format(record), err=True)
        else:
            click.secho(clean(self.format(record)), dim=True, err=True)


def log_to_stderr(verbose: int, how: LogFormat = LogFormat.TEXT) -> None:
    """Show warnings, with -v what is done, with -vv everything; as JSON also what is said to people."""
    handler = _ToStderr()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if how is LogFormat.JSON else text)
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if not isinstance(h, _ToStderr)] + [handler]
    root.setLevel(_LEVELS[min(verbose, 2)])
    ours.setLevel(logging.INFO if how is LogFormat.JSON and not verbose else logging.NOTSET)
    _Said.json = how is LogFormat.JSON
    redact.install()


class _Said:
    json = False


def in_json() -> bool:
    """Tell whether a program reads what is said."""
    return _Said.json


def say(message: str, level: int = logging.INFO, *, color: str | None = None, **more: object) -> None:
    """Say something on stderr; as JSON it is a line of the log, with `more` beside the message."""
    if in_json():
        ours.log(level, "%s", message, extra=more)
    else:
        click.secho(clean(redact.redact(message)), fg=color, err=True)

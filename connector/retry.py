"""The one retry policy: again where nothing ran, or where repeating is harmless; else never."""

import logging
from collections.abc import Callable
from typing import TypeVar

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from odoo_rma.connector.errors import Busy, Unknown, Unreachable

ATTEMPTS = 5
TOTAL_SECONDS = 45.0
LONGEST_WAIT = 15.0

T = TypeVar("T")

logger = logging.getLogger(__name__)


def with_retries(work: Callable[[], T], *, repeatable: bool) -> T:
    """Do the work; try a few times more where that is safe, with growing, jittered waits.

    Args:
        work: one request.
        repeatable: doing it twice is the same as doing it once, so an unknown outcome may be repeated.

    Raises:
        RmaError: the error of the last try.

    """

    def again(error: Exception) -> bool | float:
        if not isinstance(error, Unreachable | Busy | (Unknown if repeatable else Busy)):
            return False
        wait = getattr(error, "retry_after", None)
        return True if wait is None else min(float(wait), LONGEST_WAIT)

    for attempt in stamina.retry_context(
        on=again, attempts=ATTEMPTS, timeout=TOTAL_SECONDS, wait_initial=0.5, wait_max=8.0, wait_jitter=0.5
    ):
        with attempt:
            return work()
    raise AssertionError("stamina ends with a result or an error")


def _tell(details: RetryDetails) -> None:
    logger.warning("Trying again in %.1f s: %s", details.wait_for, details.caused_by)


# Instead of stamina's own hook, which logs a bare "stamina.retry_scheduled".
set_on_retry_hooks([_tell])

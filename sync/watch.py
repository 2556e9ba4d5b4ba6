"""Run again and again until asked to stop, and leave word of how it goes in a health file.

One failed run is no reason to end: the network or Odoo may come back. What will not mend by itself (settings, login,
missing modules) ends the watch, so that a supervisor shows it.
"""

import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

from odoo_rma.connector.errors import BadSettings, LoginRefused, MissingFeature, RmaError
from odoo_rma.connector.redact import in_public
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Exit, RunReport

LASTING = (BadSettings, LoginRefused, MissingFeature)
LONGEST_PAUSE = timedelta(minutes=15)
BEAT = timedelta(seconds=5)

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Health:
    """How the watch goes. `failures` counts failed runs in a row; a healthy one is `waiting` or `running` with none."""

    path: Path | None
    pid: int = field(default_factory=os.getpid)
    state: str = "starting"
    failures: int = 0
    error: str = ""
    last: dict[str, Any] = field(default_factory=dict)
    next: datetime | None = None
    _written: bool = False
    _at: datetime | None = None

    @property
    def healthy(self) -> bool:
        """Whether nobody has to look."""
        return self.state in ("running", "waiting") and not self.failures

    def as_dict(self) -> dict[str, Any]:
        """Say how it goes as plain data."""
        return {
            "state": self.state,
            "healthy": self.healthy,
            "at": self._at.isoformat(timespec="seconds") if self._at else None,
            "pid": self.pid,
            "failures": self.failures,
            "error": self.error,
            "last_run": self.last,
            "next_run": self.next.isoformat(timespec="seconds") if self.next else None,
        }

    def write(self, state: str, now: datetime) -> None:
        """Leave word, whole or not at all."""
        self.state, self._at = state, now
        if self.path is None:
            return
        # A name of its own: two watches that were given the same file do not take it from each other.
        fresh = self.path.with_name(f".{self.path.name}.{self.pid}.tmp")
        try:
            fresh.write_text(json.dumps(self.as_dict(), indent=2) + "\n", encoding="utf-8")
            fresh.replace(self.path)
        except OSError as error:
            self._not_written(f"The health file {self.path} cannot be written: {error.strerror}.", error)
        else:
            self._written = True

    def beat(self, now: datetime) -> None:
        """Show that a long run is still alive, every few seconds at most."""
        if self._at is None or now - self._at >= BEAT:
            self.write(self.state, now)

    def end(self, state: str, now: datetime) -> None:
        """Leave the last word, where that is possible."""
        self.next = None
        with suppress(BadSettings):
            self.write(state, now)

    def _not_written(self, words: str, error: OSError) -> None:
        # Refused at the start; later the disk may be full for a while, which must not end the work itself.
        if not self._written:
            raise BadSettings(words) from error
        logger.warning("%s", words)


@contextmanager
def asked_to_stop() -> Iterator[Event]:
    """Give an event that SIGTERM and Ctrl-C set; a second one ends the program at once, as always."""
    stop = Event()
    kinds = (signal.SIGTERM, signal.SIGINT)
    before = {kind: signal.getsignal(kind) for kind in kinds}

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        for kind, handler in before.items():
            signal.signal(kind, handler)

    for kind in kinds:
        signal.signal(kind, ask)
    try:
        yield stop
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def watch(
    run: Callable[[], RunReport],
    *,
    every: timedelta,
    health: Health,
    stop: Event,
    told: Callable[[RunReport | RmaError], None],
    clock: Clock = utc_now,
) -> Exit:
    """Run until `stop` is set; after a failed run the pause grows, up to a quarter of an hour.

    `told` hears how each run ended.
    """
    try:
        return _watch(run, every, health, stop, told, clock)
    except KeyboardInterrupt:  # in the midst of a run; nothing is lost
        health.end("stopped", clock())
        raise
    except BaseException as error:  # whatever ends it: nobody is to read "healthy" of what has gone
        health.failures, health.error = health.failures + 1, in_public(error)
        health.end("failed", clock())
        raise


def _watch(
    run: Callable[[], RunReport],
    every: timedelta,
    health: Health,
    stop: Event,
    told: Callable[[RunReport | RmaError], None],
    clock: Clock,
) -> Exit:
    while not stop.is_set():
        health.next, steady = None, False
        health.write("running", clock())
        try:
            report = run()
        except RmaError as error:
            health.failures, health.error = health.failures + 1, in_public(error)
            told(error)
            steady = isinstance(error, Locked)  # that ends with the other run, however short the pauses
            if isinstance(error, LASTING):
                health.write("failed", clock())
                return Exit.FAILED
        else:
            health.failures = health.failures + 1 if report.away else 0
            health.error, health.last = _away(report), _in_short(report)
            steady = bool(report.away)  # the others do not wait longer for it
            told(report)
        if stop.is_set():
            break
        pause = every if steady else min(every * 2**health.failures, max(every, LONGEST_PAUSE))
        health.next = clock() + pause
        health.write("waiting", clock())
        stop.wait(pause.total_seconds())
    health.end("stopped", clock())
    return Exit.DONE


def _away(report: RunReport) -> str:
    return " ".join(f"{name} could not be read: {why}" for name, why in report.away.items())


def _in_short(report: RunReport) -> dict[str, Any]:
    full = report.in_short()
    return {
        "started": report.started.isoformat(timespec="seconds"),
        "finished": (report.finished or report.started).isoformat(timespec="seconds"),
        "exit_code": full["exit_code"],
        "counts": full["counts"],
    }

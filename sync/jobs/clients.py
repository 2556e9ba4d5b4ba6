"""Connections to Odoo that one job leaves to the next: what a run asks of Odoo before it begins is most of a short job."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Lock

from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import Settings
from odoo_rma.sync.clock import Clock
from odoo_rma.sync.run import Setup

FRESH = 60.0
"""Seconds: what a person changes in Odoo's own settings is heeded as soon as by a watch."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection, and what was asked over it before the first return."""

    client: OdooClient
    setup: Setup
    since: float
    calls: int = 0
    """How many calls earlier jobs sent over it."""
    writes: int = 0


@dataclass(slots=True)
class Clients:
    """The connections that no job uses at the moment; each job has one for itself."""

    _idle: list[Connected] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def one(self, settings: Settings, clock: Clock) -> Iterator[Connected]:
        """Lend a connection, a fresh one where none is idle; one over which anything failed is not used again."""
        lent = self._take() or _begin(settings, clock)
        try:
            yield lent
        except BaseException:
            _end(lent.client)
            raise
        with self._lock:
            self._idle.append(replace(lent, calls=lent.client.calls, writes=lent.client.writes))

    def close(self) -> None:
        """End them all."""
        with self._lock:
            idle, self._idle = self._idle, []
        for one in idle:
            _end(one.client)

    def _take(self) -> Connected | None:
        with self._lock:
            while self._idle:
                one = self._idle.pop()
                if time.monotonic() - one.since < FRESH:
                    return one
                _end(one.client)
        return None


def _begin(settings: Settings, clock: Clock) -> Connected:
    client = connect(settings.odoo, settings.secrets)
    try:
        return Connected(client, Setup.of(settings, client, clock), time.monotonic())
    except BaseException:
        _end(client)
        raise


def _end(client: OdooClient) -> None:
    with suppress(RmaError, OSError):
        client.close()

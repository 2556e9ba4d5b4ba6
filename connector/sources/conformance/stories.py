"""What the tests have in common: reading and telling as a run does, and listening for secrets."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from odoo_rma.connector.sources.base import Incoming, News, Reply
from odoo_rma.connector.sources.conformance.lab import Lab, Truth
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.ownership import Fact


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading brought, and the cursor for the next one."""

    given: tuple[Incoming, ...]
    cursor: str | None

    @property
    def ids(self) -> set[str]:
        """Name all that was given."""
        return {i.id for i in self.given if i.id}

    def of(self, rma_id: str) -> Incoming:
        """Give one of them; the last, where it came several times."""
        return next(i for i in reversed(self.given) if i.id == rma_id)


def read(lab: Lab, since: str | None = None) -> Read:
    """Read to the end and settle, as a run does."""
    with closing(lab.open()) as source:
        given = tuple(source.changes(since))
        cursor = source.cursor or since
        source.settle()
    return Read(given, cursor)


def newest(*readings: Read) -> dict[str, Rma]:
    """Take the readings in as the store does: the highest revision counts, and an equal one must say the same."""
    kept: dict[str, Rma] = {}
    for rma in (i.rma for r in readings for i in r.given if i.rma):
        old = kept.get(rma.id)
        if old and old.revision == rma.revision:
            assert old == rma, f"{rma.id}: revision {rma.revision} came with two contents"
        if old is None or rma.revision > old.revision:
            kept[rma.id] = rma
    return kept


def read_one(lab: Lab, rma_id: str) -> Rma:
    """Read one RMA."""
    with closing(lab.open()) as source:
        incoming = source.read(rma_id)
    assert incoming is not None and incoming.rma is not None, f"{rma_id} was not read: {incoming}"
    return incoming.rma


def truth(lab: Lab, rma_id: str) -> Truth:
    """Read what the system holds of an RMA that is there."""
    found = lab.truth(rma_id)
    assert found is not None, f"{rma_id} is gone at the system"
    return found


def tell(lab: Lab, news: News) -> Reply:
    """Tell one thing by a source of its own, as a run does."""
    with closing(lab.open()) as source:
        return source.tell(news)


def takes(lab: Lab) -> frozenset[Fact]:
    """Name what the source takes."""
    with closing(lab.open()) as source:
        return source.takes


def need(lab: Lab, *facts: Fact) -> frozenset[Fact]:
    """Skip the test where the source does not take these facts."""
    missing = sorted(set(facts) - takes(lab))
    if missing:
        lab.cannot(f"be told of: {', '.join(missing)}")
    return frozenset(facts)


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Give everything that is logged within the block, down to DEBUG."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(self.format(record))

    root, ear = logging.getLogger(), Ear(logging.DEBUG)
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.setLevel(before)
        root.removeHandler(ear)


def shown_in(secrets: Iterable[str], *texts: Any) -> list[str]:
    """Name the secrets that stand in texts."""
    whole = "\n".join(map(str, texts))
    return [secret for secret in secrets if secret in whole]

"""What every source offers. Sources are found by entry point `odoo_rma.sources`, so others can add theirs.

`odoo_rma.connector.sources.conformance` tests any source against what is said here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from odoo_rma.connector.checked import Check
from odoo_rma.mappings.in_erp import InErp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.ownership import Fact


@dataclass(frozen=True, slots=True)
class Incoming:
    """One RMA as it came in: readable (`rma`) or not (`issues`), never both.

    `origin` says where it was found (`returns.json, item 3`), `document` is what the source sent, as plain data,
    kept so that a quarantined RMA can be shown and retried. `id` is the RMA's id where it could be read.
    """

    origin: str
    document: dict[str, Any]
    id: str | None = None
    rma: Rma | None = None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What Odoo holds of an RMA now, for its source: always the whole, so that telling it again changes nothing.

    `rma` is what the source showed last; `owned` are the facts that Odoo owns and the source is to take over;
    `decision` is the answer to a request (docs/policy.md), where we decide about it.
    """

    rma: Rma
    in_erp: InErp
    owned: frozenset[Fact] = frozenset()
    decision: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of telling: what was `done` at the source, in words; `issues` are what a person has to decide."""

    done: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


class Source(Protocol):
    """A returns system, or a folder of files that stands for one.

    Wherever it talks to another machine, a method may raise `Unreachable` (nothing ran there), `Unknown` (nobody knows
    whether it ran) or a `Stop` (wrong secret, wrong address).
    """

    name: str
    notes: list[str]
    """What the last `changes` left alone, and why, in words for the person who runs it."""

    takes: frozenset[Fact]
    """The facts that it can be told; others are not sent to it. Decisions are `Fact.AUTHORIZATION`."""

    def changes(self, since: str | None) -> Iterator[Incoming]:
        """Give every RMA that may have changed since a cursor; all there are, where it is None.

        Read lazily; nothing is lost when the reader stops half-way. An RMA may come several times.
        """

    @property
    def cursor(self) -> str | None:
        """Where the next reading begins, once `changes` was read to its end; None before. Only this source reads it."""

    def settle(self) -> None:
        """Tell the source that all that `changes` gave so far is safely in the store, and the cursor, too."""

    def read(self, rma_id: str) -> Incoming | None:
        """Give one RMA as it is now; None where the source does not know it (any more)."""

    def link(self, rma_id: str) -> str:
        """Give the address of an RMA in the source's own screens; empty where it has none."""

    def tell(self, news: News) -> Reply:
        """Bring one RMA at the source in line with what Odoo owns of it. Telling it again changes nothing.

        What differs on both sides is not overwritten but given back as an issue.

        Raises:
            StoreFailed: it could not be written down.

        """

    def close(self) -> None:
        """Let go of what was claimed but not settled."""


@runtime_checkable
class Checkable(Protocol):
    """A source that can be looked at before a run: whether it is there, lets us in, and is what it should be."""

    def check(self) -> Iterator[Check]:
        """Give one line for each thing; nothing is changed, and what is wrong is given, not raised."""

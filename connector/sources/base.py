"""What every source offers. Sources are found by entry point `odoo_rma.sources`, so others can add theirs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma


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


class Source(Protocol):
    """A returns system, or a folder of files that stands for one."""

    name: str
    notes: list[str]
    """What the last `changes` left alone, and why, in words for the person who runs it."""

    def changes(self, everything: bool = False) -> Iterator[Incoming]:
        """Give every RMA that may have changed. Read lazily; nothing is lost when the reader stops half-way.

        With `everything`, also what was given and settled before: a cold start, after the store was deleted.
        """

    def settle(self) -> None:
        """Tell the source that all that `changes` gave so far is safely in the store."""

    def report(self, rma_id: str, what: str, content: Mapping[str, Any]) -> None:
        """Tell the source what was decided (`what` is `decision`) about an RMA; telling it again changes nothing.

        Raises:
            StoreFailed: it could not be told.

        """

    def close(self) -> None:
        """Let go of what was claimed but not settled."""

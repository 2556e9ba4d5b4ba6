"""What every source offers. Sources are found by entry point `odoo_rma.sources`, so others can add theirs."""

from collections.abc import Iterator
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

    def changes(self) -> Iterator[Incoming]:
        """Give every RMA that may have changed. Read lazily; nothing is lost when the reader stops half-way."""

    def settle(self) -> None:
        """Tell the source that all that `changes` gave is safely in the store."""

    def close(self) -> None:
        """Let go of what was claimed but not settled."""

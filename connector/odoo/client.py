"""What the rest of the code sees of Odoo: one small protocol.

Every call has three outcomes: **done** (it returns), **refused** (`Refused` and its kind) or **unknown** (`Unknown`).
`Unreachable` means that certainly nothing ran. A client retries by itself only where nothing ran, or where repeating
is harmless: reads, create-only `load`, and writing absolute values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from odoo_rma.connector.odoo.capabilities import Capabilities

Domain = Sequence[Any]
Row = dict[str, Any]

CREATE_ONLY = {"mode": "update", "noupdate": True}
"""Context under which `load` makes missing records and leaves existing ones alone."""


@dataclass(frozen=True, slots=True)
class LoadMessage:
    """Why `load` refused: Odoo's words and, where known, the row (counted from 0)."""

    message: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """Who answers: `version` such as (19, 0), `transport` odoorpc or json2, the user and the company we work in."""

    url: str
    database: str
    version: tuple[int, int]
    transport: str
    uid: int
    login: str
    company: int


class OdooClient(Protocol):
    """A logged-in connection to one database."""

    @property
    def server(self) -> Server:
        """Who answers."""

    @property
    def can(self) -> Capabilities:
        """What this server's models and fields look like; probed once."""

    @property
    def calls(self) -> int:
        """How many requests were sent so far, repeated ones counted again."""

    @property
    def writes(self) -> int:
        """How many of them could change something."""

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        /,
        *,
        context: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> Any:
        """Call a public method with named arguments; `ids` are the records it works on."""

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        order: str = "id",
        limit: int | None = None,
    ) -> list[Row]:
        """Read what matches. Many2one values come as bare ids (or False); dates as Odoo writes them."""

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        """Read known records, those that still exist; many2one values as bare ids (or False)."""

    def external_ids(self, model: str, ids: Sequence[int]) -> dict[int, str]:
        """Give the external id of each record that has one; ours, where it has several and we can see that."""

    def find(self, names: Sequence[str]) -> dict[str, int]:
        """Look up external ids of ours (`__rma__.…`): the record of each that exists and may be seen."""

    def load(
        self,
        model: str,
        fields: Sequence[str],
        rows: Sequence[Sequence[Any]],
        context: Mapping[str, Any] | None = None,
    ) -> list[int]:
        """Make records that are not there yet, under their external ids (column `id`), in one transaction.

        Existing ones are left alone; the ids of all come back, in row order (rows of sub-records give none).

        Raises:
            Refused: Odoo rolled the whole batch back; the message holds its words.

        """

    def close(self) -> None:
        """Let go of the connection."""

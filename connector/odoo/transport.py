"""The small protocol under the client: log in, send one call. Retries, counting and paging are above it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Arguments = Mapping[str, Any]


class Transport(Protocol):
    """One way to talk to Odoo, for one user of one database."""

    name: str

    def login(self) -> int:
        """Log in and give the user's id.

        Raises:
            LoginRefused: Odoo does not take the login, the secret or the database.

        """

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Arguments) -> Any:
        """Carry out one call, once. `arguments` are named and may hold `context`.

        Raises:
            Refused: Odoo said no.
            Unknown: nobody knows whether it ran.
            Unreachable: it did not run.

        """

    def close(self) -> None:
        """Close the connections."""

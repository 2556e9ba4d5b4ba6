"""How to reach a sandbox's Odoo: what the tests, the demo and a person need to log in."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Env:
    """One database of a running Odoo.

    Attributes:
        url: its address, "http://127.0.0.1:40123".
        database: the database's name.
        login: the administrator's login.
        password: the administrator's password.
        api_key: the administrator's key for JSON-2; None where the version has none (14).
        version: the server's version, "19.0".
        rma_login: a user with the least rights the connector needs.
        rma_password: that user's password.
        rma_api_key: that user's key for JSON-2; None where the version has none.
        log: the server's log file; None for a server that is not ours.
        manifest: what the seeded shop holds; None for a server that is not ours.
    """

    url: str
    database: str
    login: str
    password: str
    api_key: str | None
    version: str
    rma_login: str | None = None
    rma_password: str | None = None
    rma_api_key: str | None = None
    log: Path | None = None
    manifest: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, ready for JSON."""
        plain = dataclasses.asdict(self)
        return {name: str(value) if isinstance(value, Path) else value for name, value in plain.items()}

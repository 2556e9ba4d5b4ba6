"""How to reach a sandbox's Medusa: what the tests, the demo and a person need to log in."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class MedusaEnv:
    """A running Medusa.

    Attributes:
        url: its address, "http://127.0.0.1:40123".
        login: the administrator's e-mail address.
        password: the administrator's password.
        api_key: a secret key for the Admin API, `Authorization: Basic base64(key + ":")`.
        publishable_key: the key for the Store API, header `x-publishable-api-key`.
        version: Medusa's version, "2.21.2".
        log: the server's log file.
        manifest: what the seeded shop holds: orders by reference with ids.
    """

    url: str
    login: str
    password: str
    api_key: str
    publishable_key: str
    version: str
    log: Path
    manifest: Path

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, ready for JSON."""
        plain = dataclasses.asdict(self)
        return {name: str(value) if isinstance(value, Path) else value for name, value in plain.items()}

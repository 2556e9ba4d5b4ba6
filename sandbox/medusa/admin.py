"""The sandbox's own client of Medusa's Admin API.

The connector has another one, on purpose: what it did is judged by somebody who does not share its code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import httpx

from odoo_rma.sandbox.errors import SandboxError
from odoo_rma.sandbox.medusa.env import MedusaEnv

SECONDS = 120
Row = dict[str, Any]


class MedusaRefused(SandboxError):
    """Medusa said no; the message has its words.

    Attributes:
        status: the HTTP status, 400 or 404 and so on.
        words: what Medusa said.
    """

    def __init__(self, call: str, status: int, words: str) -> None:
        self.status, self.words = status, words
        super().__init__(f"Medusa refuses {call} with {status}: {words}")


@dataclass(frozen=True)
class Admin:
    """A running Medusa, as its administrator sees it. Numbers come back as `Decimal`."""

    env: MedusaEnv

    @cached_property
    def manifest(self) -> Row:
        """The ids of the seeded shop."""
        return dict(json.loads(self.env.manifest.read_text(encoding="utf-8")))

    @cached_property
    def _client(self) -> httpx.Client:
        each_its_own = httpx.Limits(
            max_keepalive_connections=0
        )  # nothing is left open that somebody has to close
        login = (self.env.api_key, "")
        return httpx.Client(base_url=self.env.url, auth=login, timeout=SECONDS, limits=each_its_own)

    def get(self, path: str, **params: str | int) -> Row:
        """Read something.

        Raises:
            MedusaRefused: it does not answer with 200.
        """
        return self._answer(self._client.get(f"/admin/{path}", params=params))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Row:
        """Change something.

        Raises:
            MedusaRefused: it does not answer with 200.
        """
        return self._answer(self._client.post(f"/admin/{path}", json=body or {}))

    def delete(self, path: str) -> Row:
        """Take something back.

        Raises:
            MedusaRefused: it does not answer with 200.
        """
        return self._answer(self._client.delete(f"/admin/{path}"))

    def _answer(self, answer: httpx.Response) -> Row:
        if answer.status_code != 200:
            request = answer.request
            raise MedusaRefused(f"{request.method} {request.url.path}", answer.status_code, _words(answer))
        return dict(json.loads(answer.content, parse_float=Decimal))


def _words(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:500]

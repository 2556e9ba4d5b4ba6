"""Where returns come in and are carried out on a real Odoo: what the live tests of single areas share."""

import json
from pathlib import Path
from typing import Any

import pytest
from live.books import Tables

from odoo_rma.connector.settings import Settings
from odoo_rma.sandbox import Env
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import sync

SHOPS = [
    pytest.param("odoo19", marks=pytest.mark.live, id="19"),
    pytest.param("odoo14", marks=pytest.mark.live14, id="14"),
]
"""Both Odoos, each under the name of its fixture."""


class Returns:
    """One source's inbox, and the Odoo that its returns end up in; `tables` are that Odoo as its administrator sees it."""

    def __init__(self, env: Env, settings: Settings, source: str, inbox: Path) -> None:
        self.env, self.settings, self.source, self.tables = env, settings, source, Tables(env)
        self._inbox = inbox
        self._inbox.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, content: Any) -> RunReport:
        """Put a file into the inbox, and run."""
        (self._inbox / f"{name}.json").write_text(json.dumps(content))
        return self.sync()

    def sync(self) -> RunReport:
        """Run once more."""
        return sync(self.settings)

    def forget(self) -> None:
        """Lose our own store."""
        self.settings.run.store.unlink()

    def own(self, model: str, rma: str, kind: str = "") -> list[int]:
        """Give our records for an RMA, by their external ids; of one kind of key, if one is named."""
        domain = [
            ("module", "=", "__rma__"),
            ("model", "=", model),
            ("name", "=like", f"{self.source}.{rma}.{kind}%"),
        ]
        return sorted(r["res_id"] for r in self.tables.rows("ir.model.data", domain, "res_id").values())


class WebShop(Returns):
    """A web shop whose returns are of one `line`, as the user with the least rights; `more` are further settings."""

    def __init__(self, env: Env, folder: Path, transport: str, line: dict[str, Any], **more: Any) -> None:
        key = {"api_key": env.rma_api_key} if transport != "odoorpc" and env.rma_api_key else {}
        told = {
            "odoo": {
                "url": env.url,
                "database": env.database,
                "login": env.rma_login,
                "transport": transport,
            },
            "sources": {"shop": {"path": folder / "shop", "quiet_seconds": 0}},
            "run": {"store": folder / "store.sqlite"},
            "secrets": {"password": env.rma_password, **key},
        }
        super().__init__(env, Settings.model_validate(told | more), "shop", folder / "shop" / "inbox")
        self._line = line

    def bring(self, number: str, order: str, revision: int = 1, **more: Any) -> RunReport:
        """Bring in a return as it stands at a revision; `more` are fields that differ from the usual."""
        rma = {
            "id": number,
            "revision": revision,
            "order": {"name": order},
            "customer": {"name": "Alice Moreau", "email": "alice@example.com"},
            "gift": True,
            "currency": "USD",
            "authorization": "authorized",
            "lines": [self._line],
        }
        return self.put(f"{number}-{revision}", rma | more)

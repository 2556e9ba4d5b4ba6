"""The sample's retailer, as a live test plays it: day by day, as the user with the least rights."""

import json
from pathlib import Path
from typing import Any

from live.books import Tables

from odoo_rma.connector.settings import Settings
from odoo_rma.sandbox import Env
from odoo_rma.sandbox.sample.retail import stories, tables
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.run import sync


class Retail:
    """The stories of one area, and the Odoo they end up in.

    `settings` are the retailer's own, of the sample; `more` are tables that stand in their place for this test.
    """

    def __init__(self, env: Env, folder: Path, area: str, **more: Any) -> None:
        self.env, self.area, self.tables = env, area, Tables(env)
        told = tables(folder) | more
        told["odoo"] = {
            "url": env.url,
            "database": env.database,
            "login": env.rma_login,
            "transport": "odoorpc",
        }
        told["secrets"] = {"password": env.rma_password}
        self.settings = Settings.model_validate(told)
        self._inbox = folder / "inbox"
        self._inbox.mkdir(parents=True, exist_ok=True)

    def day(self, day: int) -> RunReport:
        """Bring in what the retailer's system says on a day, and give the report."""
        assert self.env.manifest
        found = stories(day, self.area, self.env.manifest)
        assert found, f"nothing happens on day {day}"
        (self._inbox / f"{self.area}-{day}.json").write_text(json.dumps(found))
        return self.sync()

    def bring(self, *rmas: dict[str, Any]) -> RunReport:
        """Bring in further returns that no file of the sample tells of."""
        (self._inbox / f"{rmas[0]['id']}-{rmas[0].get('revision', 1)}.json").write_text(json.dumps(rmas))
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
            ("name", "=like", f"retail.{rma}.{kind}%"),
        ]
        return sorted(r["res_id"] for r in self.tables.rows("ir.model.data", domain, "res_id").values())

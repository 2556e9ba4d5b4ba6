"""The sample's retailer, as a live test plays it: day by day, as the user with the least rights."""

from pathlib import Path
from typing import Any

from live.returns import Returns

from odoo_rma.connector.settings import Settings
from odoo_rma.sandbox import Env
from odoo_rma.sandbox.sample.retail import stories, tables
from odoo_rma.sync.report import RunReport


class Retail(Returns):
    """The stories of one area, and the Odoo they end up in.

    `settings` are the retailer's own, of the sample; `more` are tables that stand in their place for this test.
    """

    def __init__(self, env: Env, folder: Path, area: str, **more: Any) -> None:
        self.area = area
        told = tables(folder) | more
        told["odoo"] = {
            "url": env.url,
            "database": env.database,
            "login": env.rma_login,
            "transport": "odoorpc",
        }
        told["secrets"] = {"password": env.rma_password}
        super().__init__(env, Settings.model_validate(told), "retail", folder / "inbox")

    def day(self, day: int) -> RunReport:
        """Bring in what the retailer's system says on a day, and give the report."""
        assert self.env.manifest
        found = stories(day, self.area, self.env.manifest)
        assert found, f"nothing happens on day {day}"
        return self.put(f"{self.area}-{day}", found)

    def bring(self, *rmas: dict[str, Any]) -> RunReport:
        """Bring in further returns that no file of the sample tells of."""
        return self.put(f"{rmas[0]['id']}-{rmas[0].get('revision', 1)}", rmas)

"""The settings of the sample's company, as a live test uses them: the user with the least rights."""

from pathlib import Path

from pydantic import SecretStr

from odoo_rma.connector.settings import OdooSettings, RunSettings, Secrets, Settings, SourceSettings
from odoo_rma.sandbox import Env
from odoo_rma.sandbox.sample import RULES, fill


def settings_for(env: Env, transport: str, folder: Path) -> Settings:
    """Fill the inboxes below a folder, and give the settings that read them."""
    fill(folder)
    sources = {n: SourceSettings.model_validate({"path": folder / n, **rules}) for n, rules in RULES.items()}
    odoo = OdooSettings.model_validate(
        {"url": env.url, "database": env.database, "login": env.rma_login, "transport": transport}
    )
    key = env.rma_api_key if transport == "json2" else None
    return Settings(
        odoo=odoo,
        sources=sources,
        run=RunSettings(store=folder / "store.sqlite"),
        secrets=Secrets(password=SecretStr(env.rma_password or ""), api_key=SecretStr(key) if key else None),
    )

"""Where a secret may be kept: the keyring of this computer. Never the settings file."""

import keyring
from keyring.errors import KeyringError

from odoo_rma.connector.settings import OdooSettings

ENVIRONMENT = {"api_key": "ODOO_RMA_API_KEY", "password": "ODOO_RMA_PASSWORD"}

SERVICE = "odoo-rma"


def keep(odoo: OdooSettings, kind: str, secret: str) -> bool:
    """Put a secret into the keyring; False where this computer has none."""
    try:
        keyring.set_password(SERVICE, keyring_name(odoo, kind), secret)
    except (KeyringError, RuntimeError):
        return False
    return True


def keyring_name(odoo: OdooSettings, kind: str) -> str:
    """Name a secret in the keyring: one per kind, user, database and server."""
    return f"{kind} {odoo.login} {odoo.database} {odoo.url}"

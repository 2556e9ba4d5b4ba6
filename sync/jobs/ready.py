"""May workers begin? They need a store on a server, and what speaks to it and keeps the queue."""

from importlib.util import find_spec

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.settings_store import StoreServer


def server_of(settings: Settings) -> StoreServer:
    """Give where the store and the queue are.

    Raises:
        BadSettings: the store is a file, or something is not installed.

    """
    place = settings.run.store
    if not isinstance(place, StoreServer):
        raise BadSettings(
            f"Workers share a store on a PostgreSQL server, but run.store is the file {place}. Name a server "
            '(store = "postgresql://…", docs/workers.md), or let one host do it: odoo-rma sync --watch.'
        )
    if missing := [name for name in ("psycopg", "procrastinate") if not find_spec(name)]:
        raise BadSettings(
            f"Workers need what is not installed ({', '.join(missing)}): pip install 'odoo-rma[postgres]'."
        )
    return place

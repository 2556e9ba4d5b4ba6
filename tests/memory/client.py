"""The product's own client on the double: its retries, pages and external ids are those of the real one."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from memory.odoo import READS, MemoryOdoo
from odoo_rma.connector.odoo.client import Server
from odoo_rma.connector.odoo.connection import Connection

CONNECTOR = 5
"""The user whom the sandbox recommends."""


class MemoryTransport:
    """Carries a call to the double, as a transport does over a wire: nothing is shared between the two ends."""

    name = "memory"

    def __init__(self, odoo: MemoryOdoo, uid: int = CONNECTOR) -> None:
        self.odoo = odoo
        self.uid = uid

    def login(self) -> int:
        """Nobody is turned away."""
        return self.uid

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        """Carry out one call, once."""
        own = arguments if method in READS else copy.deepcopy(dict(arguments))
        return self.odoo.send(self.uid, model, method, ids, own)

    def close(self) -> None:
        """Nothing to close."""


def connect_to(odoo: MemoryOdoo, transport: MemoryTransport | None = None) -> Connection:
    """Log in to the double."""
    used = transport or MemoryTransport(odoo)
    user = odoo.db.row("res.users", used.uid)
    server = Server(
        "memory://odoo", "memory", (19, 0), used.name, used.uid, user["login"], user["company_id"]
    )
    zone = {"tz": user["tz"]} if user["tz"] else {}
    return Connection(used, server, context={"allowed_company_ids": [user["company_id"]], **zone})

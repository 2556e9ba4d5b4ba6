"""Read new goods that go out for old ones."""

from collections.abc import Sequence

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.reference import Reference


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in new goods that go out for old ones."""
    return erp

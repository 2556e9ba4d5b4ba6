"""Read what decisions on requested returns depend on."""

from collections.abc import Sequence

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.reference import Reference


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in what decisions on requested returns depend on."""
    return erp

"""Carry out what concerns how refunds leave the books."""

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.payment_rules import PaymentRules
from odoo_rma.sync.batch import Batch
from odoo_rma.sync.reference import Reference


def rules(settings: Settings, client: OdooClient, reference: Reference) -> PaymentRules:
    """Look up in Odoo what the settings name.

    Raises:
        BadSettings: it is not there.

    """
    return PaymentRules()


def carry_out(batch: Batch) -> None:
    """Do what the plans say about how refunds leave the books."""

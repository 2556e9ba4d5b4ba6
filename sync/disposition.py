"""Carry out what concerns what becomes of goods that came back."""

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.sync.batch import Batch
from odoo_rma.sync.reference import Reference


def rules(settings: Settings, client: OdooClient, reference: Reference) -> InspectionRules:
    """Look up in Odoo what the settings name.

    Raises:
        BadSettings: it is not there.

    """
    return InspectionRules()


def carry_out(batch: Batch) -> None:
    """Do what the plans say about what becomes of goods that came back."""

"""Carry out what concerns what customers are told."""

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.message_rules import MessageRules
from odoo_rma.sync.batch import Batch
from odoo_rma.sync.reference import Reference


def rules(settings: Settings, client: OdooClient, reference: Reference) -> MessageRules:
    """Look up in Odoo what the settings name.

    Raises:
        BadSettings: it is not there.

    """
    return MessageRules()


def carry_out(batch: Batch) -> None:
    """Do what the plans say about what customers are told."""

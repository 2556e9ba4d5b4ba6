"""Carry out what concerns new goods for old ones."""

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.exchange_rules import ExchangeRules
from odoo_rma.sync.batch import Batch
from odoo_rma.sync.reference import Reference


def rules(settings: Settings, client: OdooClient, reference: Reference) -> ExchangeRules:
    """Look up in Odoo what the settings name.

    Raises:
        BadSettings: it is not there.

    """
    return ExchangeRules()


def carry_out(batch: Batch) -> None:
    """Do what the plans say about new goods for old ones."""

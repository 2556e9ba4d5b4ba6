"""What the settings say, in the comparison's terms; names are looked up in Odoo."""

from datetime import date

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Receipts, Settings
from odoo_rma.mappings.rules import Rules, SourceRules
from odoo_rma.sync import payment
from odoo_rma.sync.reference import Reference


def source_rules(settings: Settings) -> dict[str, SourceRules]:
    """Give the rules of every configured source."""
    return {
        name: SourceRules(
            source_receives=own.receipts is Receipts.RMA,
            credit_on=own.credit_note_on,
        )
        for name, own in settings.sources.items()
    }


def company_rules(settings: Settings, client: OdooClient, reference: Reference, today: date) -> Rules:
    """Give the rules of the company.

    Raises:
        BadSettings: the settings name what is not in Odoo.

    """
    return Rules(
        credit=reference.credit_rules(settings.accounting, today),
        payments=payment.rules(settings, client, reference),
    )

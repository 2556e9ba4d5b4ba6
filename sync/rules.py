"""What the settings say, in the comparison's terms; names are looked up in Odoo."""

from datetime import date

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import ChargesBy, Settings
from odoo_rma.mappings.ownership import Fact, Side
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.rules import Rules, SourceRules
from odoo_rma.sync import crm, disposition, exchange, message, payment
from odoo_rma.sync.policy_file import load as load_policy
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.seen.request import check_currency


def return_policy(settings: Settings, reference: Reference) -> Policy | None:
    """Give the return policy that the settings name, if they name one.

    Raises:
        BadSettings: it cannot be read, or counts in another currency than the company.

    """
    if settings.run.policy is None:
        return None
    policy = load_policy(settings.run.policy)
    check_currency(policy, reference)
    return policy


def source_rules(settings: Settings) -> dict[str, SourceRules]:
    """Give the rules of every configured source."""
    decides = settings.run.policy is not None
    return {
        name: SourceRules(
            source_receives=own.owner(Fact.RECEIPT) is Side.RMA,
            credit_on=own.credit_note_on,
            decides=decides and own.decide,
            policy_charges=decides and own.charges is ChargesBy.POLICY,
            source_disposes=own.owner(Fact.DISPOSITION) is Side.RMA,
            source_refunds=own.owner(Fact.REFUND) is Side.RMA,
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
        inspection=disposition.rules(settings, client, reference),
        payments=payment.rules(settings, client, reference),
        exchange=exchange.rules(settings, client, reference),
        messages=message.rules(settings, client, reference),
        crm=crm.rules(settings, client, reference),
        policy=return_policy(settings, reference),
    )

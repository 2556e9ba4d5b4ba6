"""What is agreed on: per source, and for the company as a whole; ids are already looked up in Odoo."""

from dataclasses import dataclass, field

from odoo_rma.mappings.credit_lines import CreditRules
from odoo_rma.mappings.crm_rules import CrmRules
from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.exchange_rules import ExchangeRules
from odoo_rma.mappings.message_rules import MessageRules
from odoo_rma.mappings.ownership import FREE, OWNERS, Fact, Side
from odoo_rma.mappings.payment_rules import PaymentRules
from odoo_rma.mappings.policy import Policy


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What is agreed on for a source: which facts it owns, what makes a credit note due, who decides and charges."""

    source_receives: bool
    credit_on: CreditOn
    decides: bool = False
    policy_charges: bool = False
    source_disposes: bool = True
    source_refunds: bool = True

    @property
    def owned_by_erp(self) -> frozenset[Fact]:
        """Name the facts that Odoo owns and the source takes over."""
        mine = {
            Fact.RECEIPT: not self.source_receives,
            Fact.DISPOSITION: not self.source_disposes,
            Fact.REFUND: not self.source_refunds,
        }
        fixed = {f for f, side in OWNERS.items() if f not in FREE and side is Side.ERP}
        return frozenset(fixed | {f for f, is_mine in mine.items() if is_mine})


@dataclass(frozen=True, slots=True)
class Rules:
    """What is agreed on for the company."""

    credit: CreditRules
    inspection: InspectionRules = field(default_factory=InspectionRules)
    payments: PaymentRules = field(default_factory=PaymentRules)
    exchange: ExchangeRules = field(default_factory=ExchangeRules)
    messages: MessageRules = field(default_factory=MessageRules)
    crm: CrmRules = field(default_factory=CrmRules)
    policy: Policy | None = None

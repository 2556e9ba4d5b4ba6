"""What is agreed on: per source, and for the company as a whole; ids are already looked up in Odoo."""

from dataclasses import dataclass, field

from odoo_rma.mappings.credit_lines import CreditRules
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.payment_rules import PaymentRules


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What is agreed on for a source: who owns the receipt, and what makes a credit note due."""

    source_receives: bool
    credit_on: CreditOn


@dataclass(frozen=True, slots=True)
class Rules:
    """What is agreed on for the company."""

    credit: CreditRules
    payments: PaymentRules = field(default_factory=PaymentRules)

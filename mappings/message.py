"""What customers are told."""

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.plan import Step


def plan_messages(case: Case) -> list[Step]:
    """Plan what customers are told."""
    return []

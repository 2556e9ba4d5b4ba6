"""How refunds leave the books."""

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.plan import Step


def plan_payments(case: Case) -> list[Step]:
    """Plan how refunds leave the books."""
    return []

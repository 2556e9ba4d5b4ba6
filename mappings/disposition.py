"""What becomes of goods that came back."""

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.plan import Step


def plan_dispositions(case: Case) -> list[Step]:
    """Plan what becomes of goods that came back."""
    return []

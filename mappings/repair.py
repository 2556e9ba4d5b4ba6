"""Goods that are scrapped or repaired."""

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.plan import Step


def plan_repairs(case: Case) -> list[Step]:
    """Plan goods that are scrapped or repaired."""
    return []

"""Requested returns: decided by the return policy, where the source leaves that to us."""

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Step
from odoo_rma.mappings.rules import Rules, SourceRules


def as_decided(rma: Rma, erp: Erp, source: SourceRules, rules: Rules, decisions: Decisions) -> Rma:
    """Give the RMA as it stands once the policy (or a person) has decided about it."""
    return rma


def plan_decision(case: Case) -> list[Step]:
    """Plan to write the decision down in Odoo."""
    return []

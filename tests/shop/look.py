"""Compare, carry out, and look again."""

from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.rules import SourceRules
from shop.build import Shop
from shop.obey import obey

ROUNDS = 4
"""One fewer than a run takes, so that there is always one to spare."""

BY_SOURCE = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.REFUND)}
BY_ODOO = {"shop": SourceRules(source_receives=False, credit_on=CreditOn.REFUND)}


def look(shop: Shop, *rmas: Rma, sources: dict[str, SourceRules] = BY_SOURCE) -> list[Plan]:
    return compare(rmas, shop.erp, sources, shop.all_rules(), shop.decisions)


def carry_out(shop: Shop, *rmas: Rma, sources: dict[str, SourceRules] = BY_SOURCE) -> list[Plan]:
    """Carry out look after look, as a run does, until nothing is left to do; give the first plans."""
    first = plans = look(shop, *rmas, sources=sources)
    for _ in range(ROUNDS):
        if not any(p.steps for p in plans):
            return first
        for plan in plans:
            obey(shop, plan)
        plans = look(shop, *rmas, sources=sources)
    raise AssertionError(f"still to do after {ROUNDS} rounds: {[p.steps for p in plans]}")


def codes(plan: Plan) -> list[str]:
    """Name the rules that stand in the way."""
    return [i.code for i in plan.issues]

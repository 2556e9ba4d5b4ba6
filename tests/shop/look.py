"""Compare, carry out, and look again."""

from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.rules import Rules, SourceRules
from shop.build import Shop
from shop.obey import obey

BY_SOURCE = {"shop": SourceRules(source_receives=True, credit_on=CreditOn.REFUND)}
BY_ODOO = {"shop": SourceRules(source_receives=False, credit_on=CreditOn.REFUND)}


def look(shop: Shop, *rmas: Rma, sources: dict[str, SourceRules] = BY_SOURCE) -> list[Plan]:
    return compare(rmas, shop.erp, sources, Rules(shop.rules), {})


def carry_out(shop: Shop, *rmas: Rma, sources: dict[str, SourceRules] = BY_SOURCE) -> list[Plan]:
    plans = look(shop, *rmas, sources=sources)
    for plan in plans:
        obey(shop, plan)
    again = look(shop, *rmas, sources=sources)
    assert [p.steps for p in again] == [[] for _ in rmas], "a second look must find nothing to do"
    return plans


def codes(plan: Plan) -> list[str]:
    """Name the rules that stand in the way."""
    return [i.code for i in plan.issues]

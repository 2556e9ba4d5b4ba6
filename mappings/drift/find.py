"""Find in what the two sides of one RMA differ: everything comes from the one comparison, nothing is compared anew."""

from odoo_rma.mappings.drift import Area
from odoo_rma.mappings.drift.inventory import find_goods
from odoo_rma.mappings.drift.kinds import UNSEEN, area_of, kind_of
from odoo_rma.mappings.drift.ledger import find_money
from odoo_rma.mappings.drift.look import Findings, Look
from odoo_rma.mappings.drift.payments import find_payments
from odoo_rma.mappings.ownership import Side


def find(look: Look) -> Findings:
    """Give the rows and the differences of one RMA. What the comparison refuses is among them, to the last reason."""
    found = Findings(look)
    find_goods(found)
    find_payments(found, find_money(found))
    rma = look.plan.rma
    for issue in found.uncited():
        if issue.code in UNSEEN:
            continue
        area = area_of(issue)
        found.add(
            area,
            kind_of(issue),
            Side.RMA,
            issue.where or "RMA",
            issue.message,
            way_out=issue.way_out,
            measure=rma.currency if area is Area.LEDGER else "units",
            since=look.begun,
            period=look.month(look.begun),
        )
    return found

"""Where goods stand that are to be repaired or sent back, once they are where they are to be."""

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.fate import Fate


def place_of(case: Case, fate: Fate) -> int:
    """Give the location of units that came back; 0 while they are on their way to it, and when they left again."""
    if fate.gone:
        return 0
    rules = case.rules.inspection
    house = rules.warehouse_of(case.erp.dispositions.path(fate.location_id))
    waits = not fate.settled and rules.place(fate.disposition, house)
    return 0 if waits else fate.location_id

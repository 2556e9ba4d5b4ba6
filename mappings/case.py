"""One RMA, matched with what Odoo holds: what every planner of a further step looks at."""

from collections.abc import Mapping
from dataclasses import dataclass

from odoo_rma.mappings.delivered import Slice
from odoo_rma.mappings.erp import Erp, Order, OrderLine
from odoo_rma.mappings.model import Feedback, Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.rules import Rules, SourceRules


@dataclass(frozen=True, slots=True)
class Case:
    """An RMA whose order, customer and lines were found.

    `partner_id` is 0 while the customer is still to be made. `lines` are the order lines of each RMA line, `slices`
    the delivered moves it goes back against, `received` the units that are here, in the order line's unit of measure,
    `answers` what the customer told us about it by a signed link.
    Planners add what they found to `plan.found`, and what Odoo still has to do to `plan.awaits`.
    """

    plan: Plan
    erp: Erp
    source: SourceRules
    rules: Rules
    order: Order
    partner_id: int
    lines: Mapping[str, list[OrderLine]]
    slices: Mapping[str, list[Slice]]
    received: Mapping[str, Decimal]
    answers: tuple[Feedback, ...] = ()

    @property
    def rma(self) -> Rma:
        """The RMA itself."""
        return self.plan.rma

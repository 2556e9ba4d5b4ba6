"""What Odoo holds of one line, in the only words that Medusa has for it: good, or damaged."""

from dataclasses import dataclass

from odoo_rma.connector.sources.base import News
from odoo_rma.mappings.in_erp import LineInErp
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.vocabulary import Disposition


@dataclass(frozen=True, slots=True)
class Here:
    """Units of a line that were validated in Odoo: back on sale, not back on sale, and all of them.

    What is in neither is not decided about yet. It is not told, for Medusa cannot take back a word about it.
    """

    good: Decimal
    bad: Decimal
    total: Decimal

    @property
    def undecided(self) -> Decimal:
        """Units of which nobody knows yet what becomes of them."""
        return max(self.total - self.good - self.bad, ZERO)


def here(news: News, line_id: str) -> Here:
    """Give what Odoo holds of a line; where Medusa decides about goods itself, all of it counts as good."""
    line = next((x for x in news.in_erp.lines if x.line == line_id), LineInErp(line=line_id))
    if Fact.DISPOSITION not in news.owned or not line.placed:
        return Here(line.received, ZERO, line.received)
    units = dict.fromkeys((None, *Disposition), ZERO)
    for part in line.placed:
        units[part.disposition] += part.quantity
    good = units.pop(Disposition.RESTOCK)
    open_ones = units.pop(None) + units.pop(Disposition.NOT_RECEIVED)
    bad = sum(units.values(), ZERO)
    return Here(good, bad, max(line.received, good + bad + open_ones))

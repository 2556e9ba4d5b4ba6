"""What is agreed on about goods that came back; ids are already looked up in Odoo."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.vocabulary import Condition, Disposition, ReasonCode

DEFAULTS: Mapping[Condition, Disposition] = {
    Condition.NEW_SEALED: Disposition.RESTOCK,
    Condition.NEW_OPENED: Disposition.RESTOCK,
    Condition.MISSING: Disposition.NOT_RECEIVED,
    Condition.JUNK: Disposition.SCRAP,
}
"""What becomes of goods where neither the source nor the settings say; all other conditions: quarantine."""


@dataclass(frozen=True, slots=True)
class DispositionRule:
    """What becomes of goods in these conditions, returned for these reasons; any where nothing is named."""

    disposition: Disposition
    conditions: tuple[Condition, ...] = ()
    reasons: tuple[ReasonCode, ...] = ()
    skus: tuple[str, ...] = ()

    def fits(self, condition: Condition, reason: ReasonCode, sku: str) -> bool:
        """Tell whether it speaks about such goods."""
        asked = ((self.conditions, condition), (self.reasons, reason), (self.skus, sku))
        return all(not named or value in named for named, value in asked)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """`stock.warehouse`: everything in it stands below `view_id`, what is sold below `stock_id`.

    `inside_type_id` is its operation type for moves inside, `in_type_id` the one for receipts.
    """

    id: int
    code: str
    view_id: int
    stock_id: int
    inside_type_id: int
    in_type_id: int


@dataclass(frozen=True, slots=True)
class InspectionRules:
    """Rules in their order, the warehouses by id, and where each disposition has its place.

    `names` are the locations as the settings call them; `locations` has their ids per warehouse, under 0 what serves
    all of them. Without any name nothing is put away: goods stay where they were received.
    """

    rules: tuple[DispositionRule, ...] = ()
    names: Mapping[Disposition, str] = field(default_factory=dict)
    locations: Mapping[Disposition, Mapping[int, int]] = field(default_factory=dict)
    warehouses: Mapping[int, Warehouse] = field(default_factory=dict)

    def disposition(
        self, condition: Condition, reason: ReasonCode, sku: str, wish: Disposition | None = None
    ) -> Disposition:
        """Say what becomes of goods: the first rule that fits, else what the customer wishes, else the default."""
        found = (r.disposition for r in self.rules if r.fits(condition, reason, sku))
        return next(found, wish or DEFAULTS.get(condition, Disposition.QUARANTINE))

    def place(self, disposition: Disposition, warehouse_id: int) -> int:
        """Give the location of a disposition in a warehouse; 0 where there is none."""
        own = self.locations.get(disposition, {})
        stock = self.warehouses[warehouse_id].stock_id if warehouse_id in self.warehouses else 0
        fallback = stock if disposition is Disposition.RESTOCK else 0
        return own.get(warehouse_id) or own.get(0) or fallback

    def warehouse_of(self, path: tuple[int, ...]) -> int:
        """Give the warehouse in which a location stands, by the ids from the top down to it; 0 where in none."""
        return next((w.id for w in self.warehouses.values() if w.view_id in path), 0)

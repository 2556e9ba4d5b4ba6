"""Where goods went after they were received, as Odoo holds it: transfers inside, scraps, and the places themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Place:
    """`stock.location`; `path` are the ids from the top down to it."""

    id: int
    name: str
    path: tuple[int, ...]
    usage: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Units of one lot (0: none) that a return move put into a location; in the move's unit of measure."""

    lot_id: int
    location_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Onward:
    """`stock.picking` that may hold goods of ours after they were received; `key` is set when we made it."""

    id: int
    name: str
    state: str
    origin: str
    key: Key | None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Units of one lot (0: none) that were moved on; `origins` are the moves that brought them, where Odoo knows."""

    id: int
    picking_id: int
    product_id: int
    lot_id: int
    uom_id: int
    quantity: Decimal
    source_id: int
    destination_id: int
    origins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A move that waits: of a transfer of ours that is not validated, or the next step of what was received."""

    id: int
    picking_id: int
    product_id: int
    uom_id: int
    demand: Decimal
    source_id: int
    destination_id: int
    origins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scrap:
    """`stock.scrap`, draft or done."""

    id: int
    name: str
    state: str
    origin: str
    picking_id: int
    product_id: int
    lot_id: int
    uom_id: int
    quantity: Decimal
    source_id: int
    destination_id: int
    key: Key | None


@dataclass(frozen=True, slots=True)
class Article:
    """`product.product` that came instead of what was expected."""

    id: int
    sku: str
    tracking: str
    uom_id: int


@dataclass(frozen=True, slots=True)
class Disposed(Seen):
    """All of it by id; `arrivals` by return move, `noted` are notes about inspections by message."""

    places: Mapping[int, Place] = field(default_factory=dict)
    arrivals: Mapping[int, tuple[Arrived, ...]] = field(default_factory=dict)
    onward: Mapping[int, Onward] = field(default_factory=dict)
    flows: Mapping[int, Flow] = field(default_factory=dict)
    pending: Mapping[int, Pending] = field(default_factory=dict)
    scraps: Mapping[int, Scrap] = field(default_factory=dict)
    articles: Mapping[int, Article] = field(default_factory=dict)
    noted: Mapping[int, Key] = field(default_factory=dict)

    def path(self, location_id: int) -> tuple[int, ...]:
        """Give the ids from the top down to a location; one that was not read stands alone."""
        place = self.places.get(location_id)
        return place.path if place else (location_id,)

    def name(self, location_id: int) -> str:
        """Give a location's full name."""
        place = self.places.get(location_id)
        return place.name if place else f"location {location_id}"

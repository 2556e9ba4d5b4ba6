"""What a decision on a requested return depends on, and what was decided before, as Odoo holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import ONE, Decimal
from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Placed:
    """How an order was placed: when, units of its currency for one of the company's, by which sales team."""

    on: date
    rate: Decimal = ONE
    team: str = ""


@dataclass(frozen=True, slots=True)
class Bought:
    """An order in a customer's history; `value` is in the company's currency, taxes included."""

    customer_id: int
    on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class CameBack:
    """A return transfer or a credit note in a customer's history; `value` is what was credited, 0 for a transfer.

    `order_id` pairs the two; a credit note of no order stands alone. `key` is ours where we made it.
    """

    customer_id: int
    order_id: int
    on: date
    value: Decimal
    key: Key | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision that stands as a note on an order; what was decided is in its key. `at` is None while it is imagined."""

    key: Key
    order_id: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Requests(Seen):
    """Facts about requested returns.

    `placed` is by order, `paid` (with taxes) by order line, `arrived` by delivery, `categories` (the widest first) by
    product, `tags` by partner; `zone` is where days are counted.
    """

    zone: tzinfo = UTC
    placed: Mapping[int, Placed] = field(default_factory=dict)
    paid: Mapping[int, Decimal] = field(default_factory=dict)
    arrived: Mapping[int, date] = field(default_factory=dict)
    categories: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    bought: Mapping[int, Bought] = field(default_factory=dict)
    transfers: Mapping[int, CameBack] = field(default_factory=dict)
    credits: Mapping[int, CameBack] = field(default_factory=dict)
    recorded: Mapping[int, Recorded] = field(default_factory=dict)

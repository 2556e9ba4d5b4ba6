"""What salespeople see on customers, as Odoo holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.seen.base import Seen


@dataclass(frozen=True, slots=True)
class Crm(Seen):
    """Our notes on customers by message id, and (source, RMA) of all returns of each customer, where they are counted."""

    notes: Mapping[int, Key] = field(default_factory=dict)
    returns: Mapping[int, frozenset[tuple[str, str]]] = field(default_factory=dict)

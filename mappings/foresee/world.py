"""An Odoo in memory that plans are carried out in."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.plan import Ref

V = TypeVar("V")


@dataclass(slots=True)
class World:
    """What is there (`erp`, whose tables are changed), how new ids come about, and what was made on the way."""

    erp: Erp
    new: Callable[[], int]
    made: dict[Key, int] = field(default_factory=dict)

    def id_of(self, ref: Ref) -> int:
        """Give the id of a reference."""
        return self.made[ref] if isinstance(ref, Key) else ref


def table(rows: Mapping[int, V]) -> MutableMapping[int, V]:
    """Take a table of the snapshot as one that may be changed; only `World` holds such ones."""
    return cast("MutableMapping[int, V]", rows)

"""What was agreed on with the customer: each return, claim and exchange of an order is one RMA.

The return that a claim or an exchange brings back belongs to it and is no RMA of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.dossier import Dossier, when

RETURN, CLAIM, EXCHANGE = "return", "claim", "exchange"
_LETTER = {RETURN: "R", CLAIM: "C", EXCHANGE: "E"}


@dataclass(frozen=True, slots=True)
class Agreed:
    """One RMA as Medusa holds it: the record that names it, and the return by which goods come back, if any do."""

    what: str
    row: Row
    back: Row | None

    @property
    def id(self) -> str:
        """Medusa's id of it."""
        return str(self.row["id"])

    @property
    def number(self) -> str:
        """A short name for people: `R-4`, `C-1`, `E-2`."""
        return f"{_LETTER[self.what]}-{self.row['display_id']}"

    @property
    def canceled(self) -> bool:
        """Tell whether it was called off."""
        return bool(self.row.get("canceled_at")) or (
            self.what == RETURN and self.row.get("status") == "canceled"
        )

    @property
    def from_to(self) -> tuple[datetime | None, datetime | None]:
        """When it was begun, and when it was called off."""
        return when(self.row.get("created_at")), when(self.row.get("canceled_at"))

    @property
    def goods(self) -> list[Row]:
        """What comes back, by return."""
        return list(self.back.get("items") or ()) if self.back else []

    @property
    def claimed(self) -> list[Row]:
        """What a claim is about, whether it comes back or not."""
        return [x for x in self.row.get("claim_items") or () if not x.get("is_additional_item")]

    @property
    def new_goods(self) -> list[Row]:
        """What goes out instead."""
        return list(self.row.get("additional_items") or ())

    @property
    def is_empty(self) -> bool:
        """Tell whether it is still being written: Medusa gives it its lines when it is confirmed."""
        return not (self.goods or self.claimed or self.new_goods)


def agreed(dossier: Dossier) -> Iterator[Agreed]:
    """Give every RMA of an order, the oldest first."""
    own = {r["id"]: r for r in dossier.returns}
    found = [
        *(Agreed(RETURN, r, r) for r in dossier.returns if not (r.get("claim_id") or r.get("exchange_id"))),
        *(Agreed(CLAIM, c, own.get(c.get("return_id") or "")) for c in dossier.claims),
        *(Agreed(EXCHANGE, x, own.get(x.get("return_id") or "")) for x in dossier.exchanges),
    ]
    yield from sorted(found, key=lambda a: (str(a.row.get("created_at")), a.id))

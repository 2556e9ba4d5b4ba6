"""The plan for one RMA: steps as data. `sync --dry-run` prints it, `sync` carries it out phase by phase.

A reference to a record is its database id, or the key under which an earlier step of the same plan makes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain

Ref = int | Key


@dataclass(frozen=True, slots=True)
class MakePartner:
    """Make the customer under their key."""

    key: Key
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return f"new customer {self.values['name']}"


@dataclass(frozen=True, slots=True)
class FillPartner:
    """Fill what is empty on the customer; nothing a person wrote is touched."""

    partner_id: int
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return f"customer's {', '.join(sorted(self.values))} filled in"


@dataclass(frozen=True, slots=True)
class NewMove:
    """A line of a return transfer, against the delivered move it returns."""

    key: Key
    origin_move_id: int
    product_id: int
    uom_id: int
    order_line_id: int
    group_ids: tuple[int, ...]
    quantity: Decimal
    kit_line_id: int = 0


@dataclass(frozen=True, slots=True)
class MakeTransfer:
    """Make one return transfer for one delivery."""

    key: Key
    delivery_id: int
    delivery: str
    partner_id: int
    type_id: int
    location_id: int
    destination_id: int
    origin: str
    moves: tuple[NewMove, ...]

    def __str__(self) -> str:
        return f"return transfer for {_units(m.quantity for m in self.moves)} of {self.delivery}"


@dataclass(frozen=True, slots=True)
class Note:
    """Write a note in a document's chatter, once."""

    key: Key
    model: str
    ref: Ref
    body: str

    def __str__(self) -> str:
        return "note in the chatter"


@dataclass(frozen=True, slots=True)
class ConfirmTransfer:
    """Make a draft transfer ready for the warehouse."""

    ref: Ref

    def __str__(self) -> str:
        return "transfer made ready"


@dataclass(frozen=True, slots=True)
class ChangeDemand:
    """Expect another quantity on a pending move."""

    move_id: int
    quantity: Decimal

    def __str__(self) -> str:
        return f"{_units([self.quantity])} expected on the pending transfer"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units that have arrived against one delivered move; `lots` by lot id."""

    origin_move_id: int
    product_id: int
    quantity: Decimal
    whole: bool
    lots: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Receive:
    """Validate what has arrived. `whole`: the transfer is received completely; `backorder`: the rest still comes."""

    ref: Ref
    arrivals: tuple[Arrival, ...]
    whole: bool
    backorder: bool

    def __str__(self) -> str:
        rest = "" if self.whole else (", the rest stays open" if self.backorder else ", the rest is closed")
        return f"{_units(a.quantity for a in self.arrivals)} received{rest}"


@dataclass(frozen=True, slots=True)
class CancelTransfer:
    """Cancel a pending transfer: nothing more will come."""

    picking_id: int
    name: str

    def __str__(self) -> str:
        return f"transfer {self.name} canceled"


@dataclass(frozen=True, slots=True)
class NewCreditLine:
    """A line of a credit note. Amounts in its currency; `discount` in percent."""

    key: Key
    name: str
    quantity: Decimal
    price_unit: Decimal
    discount: Decimal
    product_id: int
    uom_id: int
    account_id: int
    tax_ids: tuple[int, ...]
    order_line_ids: tuple[int, ...]
    analytic: Any


@dataclass(frozen=True, slots=True)
class MakeCreditNote:
    """Make one draft credit note for one invoice.

    `expected` is its total as predicted; when `promised`, Odoo has to arrive at it before the note is posted.
    """

    key: Key
    invoice_id: int
    invoice: str
    partner_id: int
    journal_id: int
    currency: str
    day: date
    ref: str
    origin: str
    lines: tuple[NewCreditLine, ...]
    expected: Decimal | None
    promised: bool
    calculation: tuple[str, ...]

    def __str__(self) -> str:
        total = f" of {self.expected} {self.currency}" if self.expected is not None else ""
        return f"credit note{total} for {self.invoice}"


@dataclass(frozen=True, slots=True)
class PostCreditNote:
    """Post a credit note; one that reverses an open invoice is reconciled with it."""

    ref: Ref
    invoice_id: int

    def __str__(self) -> str:
        return "credit note posted"


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Take a posted credit note off its open invoice."""

    ref: Ref
    invoice_id: int

    def __str__(self) -> str:
        return "credit note reconciled with its invoice"


Step = (
    MakePartner
    | FillPartner
    | MakeTransfer
    | Note
    | ConfirmTransfer
    | ChangeDemand
    | Receive
    | CancelTransfer
    | MakeCreditNote
    | PostCreditNote
    | Reconcile
)


def in_words(steps: Iterable[Step]) -> list[str]:
    """Say what the steps come to, without what goes without saying: notes, and making ready what was just made."""
    return [
        str(s)
        for s in steps
        if not (isinstance(s, Note) or (isinstance(s, ConfirmTransfer) and isinstance(s.ref, Key)))
    ]


def _units(quantities: Iterable[Decimal]) -> str:
    total = sum(quantities, ZERO)
    return f"{plain(total)} unit{'' if total == 1 else 's'}"


@dataclass(slots=True)
class Plan:
    """What is to be done for one RMA, what stands in the way, and which records already belong to it."""

    rma: Rma
    steps: list[Step] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    partner_id: int = 0
    order_id: int = 0
    transfers: list[int] = field(default_factory=list)
    credit_notes: list[int] = field(default_factory=list)
    finished: bool = False

"""The plan for one RMA: steps as data. `sync --dry-run` prints it, `sync` carries it out phase by phase.

A reference to a record is its database id, or the key under which an earlier step of the same plan makes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from odoo_rma.mappings.answer import Answer
from odoo_rma.mappings.delivered import Slice
from odoo_rma.mappings.due import Credited, Due
from odoo_rma.mappings.in_erp import InErp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.plan.goods import (
    Arrival,
    CancelTransfer,
    ChangeDemand,
    ConfirmTransfer,
    MakeTransfer,
    Receive,
)
from odoo_rma.mappings.plan.ledger import (
    MakeCreditNote,
    NewCreditLine,
    PostCreditNote,
    Reconcile,
    ReopenCreditNote,
)
from odoo_rma.mappings.plan.people import FillPartner, MakePartner, Note
from odoo_rma.mappings.plan.step import Ref, Step
from odoo_rma.mappings.plan.transfer import NewMove

__all__ = [
    "Arrival",
    "CancelTransfer",
    "ChangeDemand",
    "ConfirmTransfer",
    "FillPartner",
    "Found",
    "MakeCreditNote",
    "MakePartner",
    "MakeTransfer",
    "NewCreditLine",
    "NewMove",
    "Note",
    "Owed",
    "Plan",
    "PostCreditNote",
    "Receive",
    "Reconcile",
    "Ref",
    "ReopenCreditNote",
    "Stand",
    "Step",
    "in_words",
]


class Stand(Enum):
    """How a return stands: what came is credited, or there is something to do."""

    AT_WORK = "something is to be done or decided"
    ON_THE_WAY = "more goods are to come"
    ALL_DONE = "all came and is credited; its source may close it"


def in_words(steps: Iterable[Step]) -> list[str]:
    """Say what the steps come to, without what goes without saying."""
    return [str(s) for s in steps if not s.goes_without_saying]


@dataclass(frozen=True, slots=True)
class Found:
    """A record in Odoo that belongs to an RMA, in words: `scrap`, `SP/00012`, `done`."""

    what: str
    model: str
    id: int
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Owed:
    """What is to be credited in all, as far as that is told: `dues`, what is `credited` before, what was `accepted` by line."""

    dues: tuple[Due, ...]
    credited: Credited
    accepted: Mapping[str, Decimal]


@dataclass(slots=True)
class Plan:
    """What is to be done for one RMA, what stands in the way, and which records already belong to it.

    `answer` is what is said to a request, where we decide about it; `held` is why no money is credited, `in_erp` what Odoo holds already; `given` is the RMA
    as its source gave it. `awaits` says what somebody has yet to do in Odoo;
    until then the RMA is not finished, even when it is closed.

    For whoever explains the difference between the two sides: `slices` are the deliveries that each line goes back
    against, `owed` is what it takes to settle it (None: it did not come to that), `by_hand` what people did otherwise
    and is left so, `kept_back` the steps that would make again what a person deleted.
    """

    rma: Rma
    steps: list[Step] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    partner_id: int = 0
    order_id: int = 0
    transfers: list[int] = field(default_factory=list)
    credit_notes: list[int] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    awaits: list[str] = field(default_factory=list)
    answer: Answer | None = None
    held: list[Issue] = field(default_factory=list)
    in_erp: InErp = field(default_factory=InErp)
    given: Rma | None = None
    finished: bool = False
    slices: Mapping[str, Sequence[Slice]] = field(default_factory=dict)
    owed: Owed | None = None
    by_hand: list[str] = field(default_factory=list)
    kept_back: list[Step] = field(default_factory=list)

    @property
    def stands(self) -> Stand:
        """Say whether something is to be done or decided, or what the return waits for while nothing is."""
        open_ends = (self.steps, self.issues, self.awaits, self.held, self.by_hand, self.kept_back)
        lines = self.in_erp.lines
        if any(open_ends) or not lines or any(x.credited < x.received for x in lines):
            return Stand.AT_WORK
        if any(x.expected for x in lines):
            return Stand.ON_THE_WAY
        return Stand.ALL_DONE if all(x.credited for x in lines) else Stand.AT_WORK

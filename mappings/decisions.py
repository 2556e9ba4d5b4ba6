"""What a person decided about one RMA, where the rules refuse to guess."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.model import Feedback


@dataclass(frozen=True, slots=True)
class Remembered:
    """A document of an RMA as it was last seen: `return transfer`, `stock.picking`, 17, `WH/IN/00017`.

    `again` means that a person wants it made again, though somebody canceled, reset or deleted it.
    """

    what: str
    model: str
    id: int
    name: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Decisions:
    """Answers given with `odoo-rma quarantine resolve`; None means that nobody decided.

    `partner_id` is the Odoo contact the RMA belongs to, `order` the name of the sale order its goods come from,
    `remembered` the documents it had when it was last looked at, `answers` the feedback that came with a signed token.
    `authorize` answers a request that the return policy leaves to a person, `why` says why. `agreed` is what both sides
    last said the same about, by fact. `asked` counts how often another look was asked for: by what came in, by a person, by
    a change in Odoo.
    """

    partner_id: int | None = None
    order: str | None = None
    remembered: tuple[Remembered, ...] = ()
    answers: tuple[Feedback, ...] = ()
    authorize: bool | None = None
    why: str = ""
    agreed: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0

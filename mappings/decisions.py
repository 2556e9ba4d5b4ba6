"""What a person decided about one RMA, where the rules refuse to guess."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decisions:
    """Answers given with `odoo-rma quarantine resolve`; None means that nobody decided.

    `partner_id` is the Odoo contact the RMA belongs to, `order` the name of the sale order its goods come from.
    """

    partner_id: int | None = None
    order: str | None = None

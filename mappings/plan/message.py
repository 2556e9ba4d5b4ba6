"""Steps that concern what customers are told."""

from dataclasses import dataclass, replace

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.plan.step import Step
from odoo_rma.mappings.seen.message import Mark


@dataclass(frozen=True, slots=True)
class TellCustomer(Step):
    """Send one message, once; it stands in the order's chatter, a copy (under `key`) in the customer's.

    `body` is HTML, `subject` plain text, `to` the address that the channel needs; `mark` is its Message-Id, and
    `mark.attempt` the number of this attempt to send it.
    """

    key: Key
    mark: Mark
    partner_id: int
    order_id: int
    to: str
    language: str
    subject: str
    body: str

    @property
    def sent(self) -> Mark:
        """The mark of the message itself, once it is there."""
        return replace(self.mark, attempt=0)

    def __str__(self) -> str:
        return f"tell the customer: {self.mark.step.value.replace('_', ' ')} ({self.language})"

"""What a channel is: it takes one message to one customer.

Other packages add channels by an entry point of the group `odoo_rma.channels` that names a class; it is called with the
`[messages]` settings, whose `options` are free for it. docs/messages.md shows a whole one.
"""

from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from odoo_rma.connector.odoo.client import OdooClient


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is to go out.

    Attributes:
        key: names this message for ever; the same one never goes out twice.
        to: the customer's address, as the channel asked for it.
        partner_id: the customer in Odoo.
        order_id: the sale order whose chatter it belongs to.
        language: the language it is written in, such as `en`.
        subject: plain text.
        body: HTML.

    """

    key: str
    to: str
    partner_id: int
    order_id: int
    language: str
    subject: str
    body: str

    @property
    def text(self) -> str:
        """The body as plain text."""
        return Markup(self.body).striptags()  # noqa: S704 (its tags are taken out)


class Channel(Protocol):
    """Sends messages.

    **Exactly once** is shared work. Each message is announced in Odoo under an external id before it is sent, so no two
    runs send it at once, and what went out stands in the order's chatter under the message's key, so no later run sends
    it again. What is left is a run that dies between sending and writing that down: a quarter of an hour later `send`
    is called once more **with the same key**. A channel hands the key on to its provider (idempotency key, client
    reference), so that the provider drops the second one.
    """

    address: str
    """The field of `res.partner` that holds whom to write to: `email`, `phone`, …; who has none is not told."""

    in_chatter: bool
    """True: sending also writes the message into the order's chatter, in one transaction, as e-mail by Odoo does."""

    def send(self, message: Outgoing, client: OdooClient) -> None:
        """Send it.

        Raises:
            Refused: it was not sent, for sure; the reason in words.
            Unknown: it may or may not have been sent.

        """

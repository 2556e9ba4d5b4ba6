"""What is agreed on about what customers are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from odoo_rma.mappings.message_text import Texts
from odoo_rma.mappings.vocabulary import MessageStep


@dataclass(frozen=True, slots=True)
class MessageRules:
    """When, how and in whose name customers are told; nobody is told anything without `since`.

    `address` is the field of the customer that the channel needs (`email`, `phone`); `send_to` the lines of the
    address that goods go back to, by operation type. `preview` asks for the message of one step, whatever was told, in
    `language` or, where that is empty, the customer's.
    """

    since: date | None = None
    steps: frozenset[MessageStep] = frozenset(MessageStep)
    address: str = "email"
    shop: str = ""
    send_to: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    feedback_url: str = ""
    secret: str = field(default="", repr=False)
    texts: Texts = field(default_factory=Texts)
    preview: MessageStep | None = None
    language: str = ""

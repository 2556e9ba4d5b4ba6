"""E-mail, sent by Odoo itself: one call writes the message into the order's chatter and hands the mail over."""

from typing import Any

from odoo_rma.connector.channels.base import Outgoing
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import MessageSettings

LAYOUT = "mail.mail_notification_light"
"""Odoo's layout that tells customers nothing about internal notes."""


class Email:
    """Posts on the sale order, to the customer alone: other followers of the order get no mail."""

    address = "email"
    in_chatter = True

    def __init__(self, settings: MessageSettings) -> None:
        self._sender = settings.sender

    def send(self, message: Outgoing, client: OdooClient) -> None:
        """Post it; Odoo sends the mail once the message stands in the chatter."""
        sender: dict[str, Any] = {"email_from": self._sender} if self._sender else {}
        client.call(
            "sale.order",
            "message_post",
            [message.order_id],
            **client.can.message(message.body),
            subject=message.subject,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=[message.partner_id],
            message_id=message.key,
            email_layout_xmlid=LAYOUT,
            **sender,
        )

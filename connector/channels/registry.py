"""Finds a channel by its name, among the entry points `odoo_rma.channels`."""

from odoo_rma.connector.channels.base import Channel
from odoo_rma.connector.offered import load_offered
from odoo_rma.connector.settings import MessageSettings

GROUP = "odoo_rma.channels"


def open_channel(settings: MessageSettings) -> Channel:
    """Open the channel that the settings name.

    Raises:
        BadSettings: nobody offers it, its package is broken, or its options are wrong.

    """
    kind = load_offered(
        GROUP, settings.channel, setting="messages.channel", what="channel", several="channels"
    )
    channel: Channel = kind(settings)
    return channel

"""Finds a channel by its name, among the entry points `odoo_rma.channels`."""

from importlib.metadata import entry_points

from odoo_rma.connector.channels.base import Channel
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import MessageSettings
from odoo_rma.connector.sources.fields import nearest

GROUP = "odoo_rma.channels"


def open_channel(settings: MessageSettings) -> Channel:
    """Open the channel that the settings name.

    Raises:
        BadSettings: nobody offers it, its package is broken, or its options are wrong.

    """
    offered = {point.name: point for point in entry_points(group=GROUP)}
    point = offered.get(settings.channel)
    if point is None:
        meant = nearest(settings.channel, sorted(offered))
        hint = f"Did you mean {meant}? " if meant else ""
        raise BadSettings(
            f"messages.channel is {settings.channel!r}, which no installed package offers. {hint}"
            f"Known channels: {', '.join(sorted(offered)) or 'none; install odoo-rma again'}."
        )
    try:
        kind = point.load()
    except ImportError as error:
        raise BadSettings(
            f"The channel {settings.channel!r} cannot be loaded: {error}. Install it again."
        ) from error
    channel: Channel = kind(settings)
    return channel

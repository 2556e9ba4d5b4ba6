"""Finds the class of a source by its type, among the entry points `odoo_rma.sources`."""

from importlib.metadata import entry_points

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Source
from odoo_rma.connector.sources.fields import nearest

__all__ = ["GROUP", "open_source"]

GROUP = "odoo_rma.sources"


def open_source(name: str, settings: SourceSettings) -> Source:
    """Open a configured source.

    Raises:
        BadSettings: nobody offers this type, its package is broken, or its folder cannot be used.

    """
    offered = {point.name: point for point in entry_points(group=GROUP)}
    point = offered.get(settings.type)
    if point is None:
        meant = nearest(settings.type, sorted(offered))
        hint = f"Did you mean {meant}? " if meant else ""
        raise BadSettings(
            f"sources.{name}.type is {settings.type!r}, which no installed package offers. {hint}"
            f"Known types: {', '.join(sorted(offered)) or 'none; install odoo-rma again'}."
        )
    try:
        kind = point.load()
    except ImportError as error:
        raise BadSettings(
            f"The source type {settings.type!r} cannot be loaded: {error}. Install it again."
        ) from error
    source: Source = kind(name, settings)
    return source

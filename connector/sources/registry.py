"""Finds the class of a source by its type, among the entry points `odoo_rma.sources`."""

from odoo_rma.connector.offered import load_offered
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Source

__all__ = ["GROUP", "open_source"]

GROUP = "odoo_rma.sources"


def open_source(name: str, settings: SourceSettings) -> Source:
    """Open a configured source.

    Raises:
        BadSettings: nobody offers this type, its package is broken, or its folder cannot be used.

    """
    kind = load_offered(
        GROUP, settings.type, setting=f"sources.{name}.type", what="source type", several="types"
    )
    source: Source = kind(name, settings)
    return source

"""Finds the class of a source by its type, among the entry points `odoo_rma.sources`."""

from typing import Any

from odoo_rma.connector.offered import load_offered
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Source

__all__ = ["GROUP", "can_be_checked", "open_source"]

GROUP = "odoo_rma.sources"


def open_source(name: str, settings: SourceSettings) -> Source:
    """Open a configured source.

    Raises:
        BadSettings: nobody offers this type, its package is broken, or its folder cannot be used.

    """
    source: Source = _kind(name, settings)(name, settings)
    return source


def can_be_checked(name: str, settings: SourceSettings) -> bool:
    """Tell whether this type of source can be looked at before a run, without opening it.

    Raises:
        BadSettings: nobody offers this type, or its package is broken.

    """
    return hasattr(_kind(name, settings), "check")


def _kind(name: str, settings: SourceSettings) -> Any:
    return load_offered(
        GROUP, settings.type, setting=f"sources.{name}.type", what="source type", several="types"
    )

"""Finds what installed packages offer, by the name that a setting gives."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.sources.fields import nearest


def load_offered(group: str, name: str, *, setting: str, what: str, several: str) -> Any:
    """Load what is offered under `name` among the entry points of a group.

    `setting` is where the name was given; `what` and `several` say what it names, of one and of many.

    Raises:
        BadSettings: nobody offers it, or its package is broken.

    """
    offered = _offered(group)
    point = offered.get(name)
    if point is None:
        meant = nearest(name, sorted(offered))
        hint = f"Did you mean {meant}? " if meant else ""
        raise BadSettings(
            f"{setting} is {name!r}, which no installed package offers. {hint}"
            f"Known {several}: {', '.join(sorted(offered)) or 'none; install odoo-rma again'}."
        )
    try:
        return point.load()
    except ImportError as error:
        raise BadSettings(f"The {what} {name!r} cannot be loaded: {error}. Install it again.") from error


@cache  # to look through all that is installed takes longer than a small run, and is the same until the next start
def _offered(group: str) -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}

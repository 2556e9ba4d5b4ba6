"""What `odoo-rma check` says about one thing that a run needs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what was looked at.
        ok: whether it will do.
        detail: what was found.
        what_to_do: how to put it right; empty when it is.

    """

    name: str
    ok: bool
    detail: str
    what_to_do: str = ""

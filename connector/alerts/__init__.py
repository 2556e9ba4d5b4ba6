"""An alert as it goes out: by mail, or as a POST to a webhook. In: what happened, in short. Out: sent, or `NotSent`.

It holds numbers of RMAs and no other data of customers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from odoo_rma.connector.errors import RmaError


class NotSent(RmaError):
    """The alert could not be sent. The run itself is not touched by that; the next one tries again."""


class Status(StrEnum):
    """How things stand."""

    OK = "ok"
    FINDINGS = "findings"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told. `id` is the same for the same state of the same run, so that receivers can drop repetitions."""

    id: str
    at: datetime
    what: str
    status: Status
    headline: str
    server: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    worst: tuple[str, ...] = ()
    to_do: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Write it for a person."""
        parts = [[self.headline], list(self.worst)]
        if self.to_do:
            parts.append(["What to do:", *(f"  {step}" for step in self.to_do)])
        parts.append(
            [
                f"odoo-rma {self.what}, {self.at:%Y-%m-%d %H:%M} UTC"
                + (f", {self.server}" if self.server else "")
            ]
        )
        return "\n\n".join("\n".join(part) for part in parts if part) + "\n"

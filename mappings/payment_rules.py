"""What is agreed on about how refunds leave the books; ids are already looked up in Odoo."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo_rma.mappings.model import Refund


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """The journal of each gateway or refund method, by its name in small letters."""

    journals: Mapping[str, int] = field(default_factory=dict)

    def journal_of(self, refund: Refund) -> int:
        """Give the journal that a refund leaves through; 0 where none is named: then no payment is booked."""
        names = (refund.gateway or "", refund.method.value)
        return next((self.journals[n.lower()] for n in names if n.lower() in self.journals), 0)

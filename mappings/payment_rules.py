"""What is agreed on about how refunds leave the books; ids are already looked up in Odoo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """Rules about how refunds leave the books."""

"""The tables of the settings that say how a return goes on after receipt and credit note."""

from pydantic import Field

from odoo_rma.connector.settings_part import Part


class PaymentSettings(Part):
    """`[payments]`: how refunds leave the books."""

    journals: dict[str, str] = Field(
        default_factory=dict,
        description="Journal code per gateway (`stripe`) or refund method (`bank_transfer`); without one no payment is booked.",
    )

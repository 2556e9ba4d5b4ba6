"""What is agreed on about new goods for old ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """Where the source names no price: that of the old goods, or the price list's; and whether all is sent at once."""

    by_price_list: bool = False
    before_receipt: bool = False

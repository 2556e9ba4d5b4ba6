"""What is agreed on about new goods for old ones; ids are already looked up in Odoo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """Rules about new goods for old ones."""

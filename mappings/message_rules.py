"""What is agreed on about what customers are told; ids are already looked up in Odoo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageRules:
    """Rules about what customers are told."""

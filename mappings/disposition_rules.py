"""What is agreed on about what becomes of goods that came back; ids are already looked up in Odoo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InspectionRules:
    """Rules about what becomes of goods that came back."""

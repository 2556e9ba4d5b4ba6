"""Carry out what concerns goods that are scrapped or repaired."""

from odoo_rma.sync.batch import Batch


def carry_out(batch: Batch) -> None:
    """Do what the plans say about goods that are scrapped or repaired."""

"""Debit notes of ours: what was credited too much in a posted credit note is charged again, the note stays as it is.

They name the credit note that they take back from as the entry they reverse.
"""

from odoo_rma.mappings.erp import CANCELED, Erp, Invoice
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal

DEBIT = "debit"
CORRECTION = "correction"
"""Marks the key of a credit or debit note that corrects others: `…credit.refund.R1.correction.1`."""


def own_debits(rma: Rma, erp: Erp, name: tuple[str, ...] = ()) -> list[Invoice]:
    """Give the debit notes of an RMA that stand, or those for one thing that was credited (`refund`, `R1`)."""
    own = (i for i in erp.notes_of.get((rma.source, rma.id, DEBIT), ()) if not i.is_credit)
    return [i for i in own if i.state != CANCELED and i.key and i.key.parts[: len(name)] == name]


def debited(rma: Rma, erp: Erp, name: tuple[str, ...] = ()) -> Decimal:
    """Add them up."""
    return sum((i.total for i in own_debits(rma, erp, name)), ZERO)


def is_correction(note: Invoice) -> bool:
    """Tell whether a note corrects others."""
    return note.key is not None and CORRECTION in note.key.parts[2:3]

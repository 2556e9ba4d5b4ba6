"""What can stand in the way of a credit note, in words."""

from odoo_rma.mappings.erp import Invoice
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Charge, Rma
from odoo_rma.mappings.money import Decimal, plain


def canceled_by_hand(rma: Rma, note: Invoice) -> Issue:
    """Say that a person canceled a note."""
    return Issue(
        "canceled_by_hand",
        f"Credit note {note.name} was canceled in Odoo; it is not made again.",
        f"To have it posted after all: odoo-rma quarantine resolve {rma.id} --again. Else make the credit by hand and "
        "resolve this.",
        "refunds",
    )


def reset_by_hand(rma: Rma, note: Invoice) -> Issue:
    """Say that a person reset a posted note to draft."""
    return Issue(
        "reset_by_hand",
        f"Credit note {note.name or '(draft)'} over {note.total} {note.currency} was reset to draft in Odoo; it is not "
        "posted again.",
        f"Post or cancel it in Odoo, or have it posted: odoo-rma quarantine resolve {rma.id} --again.",
        "refunds",
    )


def unplaced_charge(charge: Charge) -> Issue:
    """Say that a charge came too late for every refund."""
    return Issue(
        "charge_unplaced",
        f"Charge {charge.id} ({charge.kind.value.replace('_', ' ')} {charge.amount}) came up after its refund was credited.",
        "Waive it at the source, report the refund that it belongs to, or invoice it in Odoo.",
        "charges",
    )


def refund_withdrawn(rma: Rma, note: Invoice, number: str) -> Issue:
    """Say that a note stands for money that did not go out."""
    return Issue(
        "refund_withdrawn",
        f"Credit note {note.name or '(draft)'} over {note.total} {note.currency} stands for refund {number} of "
        f"{rma.label}, which the source does not report as paid any more.",
        "Cancel or delete the credit note in Odoo, or correct the refund at the source.",
        "refunds",
    )


def over_refund(rma: Rma, line_id: str, units: Decimal, invoiced: Decimal, room: Decimal) -> Issue:
    """Say that more is to be credited than is left, or that nothing was invoiced."""
    line = rma.line(line_id)
    numbers = {"wanted": plain(units), "invoiced": plain(invoiced), "left": plain(room)}
    what = line.sku or line.barcode
    if not invoiced:
        return Issue(
            "not_invoiced",
            f"{plain(units)} × {what} to credit, but none of it was invoiced.",
            "Post the invoice in Odoo; the credit note follows with the next run.",
            f"lines.{line_id}",
            numbers,
        )
    return Issue(
        "over_refund",
        f"{plain(units)} × {what} to credit, but of {plain(invoiced)} invoiced only {plain(room)} are not credited yet.",
        "Check the credit notes of the order, or correct the refund at the source.",
        f"lines.{line_id}",
        numbers,
    )


def total_differs(
    rma: Rma, promised: Decimal, total: Decimal, currency: str, calculation: list[str]
) -> Issue:
    """Show the calculation that does not come to what was promised."""
    return Issue(
        "total_differs",
        f"{rma.label} promises {promised} {currency}, but the lines add up to {total} {currency} "
        f"({'; '.join(calculation)}).",
        "Correct the refund or its lines and charges at the source, or make the credit note by hand and resolve this.",
        "refunds",
        {"promised": str(promised), "calculated": str(total), "difference": str(promised - total)},
    )

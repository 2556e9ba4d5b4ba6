"""What steps that concern credit notes do."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.credit_lines import sums_of
from odoo_rma.mappings.erp import DRAFT, Invoice, InvoiceLine
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.plan import MakeCreditNote, NewCreditLine, PostCreditNote, Reconcile, ReopenCreditNote
from odoo_rma.mappings.plan.ledger import MakeDebitNote


def _make(world: World, step: MakeCreditNote) -> None:
    record = world.new()
    world.made[step.key] = record
    sums = sums_of(step.lines, world.erp, step.currency)
    total = sums[0] + sums[1] if sums else step.expected or ZERO
    table(world.erp.invoices)[record] = Invoice(
        id=record,
        name="",
        is_credit=not isinstance(step, MakeDebitNote),
        state=DRAFT,
        payment_state="not_paid",
        partner_id=step.partner_id,
        journal_id=step.journal_id,
        currency=step.currency,
        total=total,
        residual=total,
        reversed_id=step.invoice_id,
        date=step.day,
        key=step.key,
        tax=sums[1] if sums else ZERO,
    )
    for line in step.lines:
        _add_line(world, record, line)


def _add_line(world: World, note: int, line: NewCreditLine) -> None:
    record = world.new()
    sums = sums_of([line], world.erp, world.erp.invoices[note].currency)
    net, whole = (sums[0], sums[0] + sums[1]) if sums else (line.price_unit, line.price_unit)
    table(world.erp.invoice_lines)[record] = InvoiceLine(
        id=record,
        invoice_id=note,
        name=line.name,
        product_id=line.product_id,
        order_line_ids=line.order_line_ids,
        quantity=line.quantity,
        price_unit=line.price_unit,
        discount=line.discount,
        tax_ids=line.tax_ids,
        account_id=line.account_id,
        analytic=line.analytic,
        uom_id=line.uom_id,
        subtotal=net,
        total=whole,
        key=line.key,
    )


def _post(world: World, step: PostCreditNote) -> None:
    note = world.erp.invoices[world.id_of(step.ref)]
    table(world.erp.invoices)[note.id] = replace(
        note, state="posted", name=f"RINV{note.id}", posted_before=True
    )
    _take_off(world, note.id, step.invoice_id)


def _reopen(world: World, step: ReopenCreditNote) -> None:
    table(world.erp.invoices)[step.note_id] = replace(world.erp.invoices[step.note_id], state=DRAFT)


def _reconcile(world: World, step: Reconcile) -> None:
    _take_off(world, world.id_of(step.ref), step.invoice_id)


def _take_off(world: World, note_id: int, invoice_id: int) -> None:
    """Take a posted credit note off the invoice it reverses, as far as that is open."""
    invoice = world.erp.invoices.get(invoice_id)
    if invoice:
        left = settle(world, [note_id], invoice.residual)
        table(world.erp.invoices)[invoice_id] = replace(invoice, residual=left)


def settle(world: World, note_ids: Iterable[int], residual: Decimal) -> Decimal:
    """Let open credit notes settle a residual amount, one after the other; give what is left of it."""
    for note_id in note_ids:
        note = world.erp.invoices[note_id]
        part = min(note.residual, residual)
        residual -= part
        table(world.erp.invoices)[note_id] = replace(note, residual=note.residual - part)
    return residual


DEEDS: Mapping[type, Any] = {
    MakeCreditNote: _make,
    MakeDebitNote: _make,
    ReopenCreditNote: _reopen,
    PostCreditNote: _post,
    Reconcile: _reconcile,
}

"""What steps that concern payments do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.erp import CANCELED, DRAFT
from odoo_rma.mappings.foresee import gift_card
from odoo_rma.mappings.foresee.ledger import settle
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan.payment import CancelPayment, MakePayment, PostPayment, ReconcilePayment
from odoo_rma.mappings.seen.payment import POSTED, Payment


def _put(world: World, payment: Payment) -> None:
    table(world.erp.payments.payments)[payment.id] = payment


def _make(world: World, step: MakePayment) -> None:
    record = world.new()
    world.made[step.key] = record
    booked = step.amount if step.currency == world.erp.company.currency else None
    made = Payment(record, "", DRAFT, step.amount, step.currency, step.amount, True, False, step.key, booked)
    _put(world, made)


def _post(world: World, step: PostPayment) -> None:
    one = world.erp.payments.payments[world.id_of(step.ref)]
    _put(world, replace(one, state=POSTED, name=f"PAY{one.id}"))


def _reconcile(world: World, step: ReconcilePayment) -> None:
    payment = world.erp.payments.payments[step.payment_id]
    _put(world, replace(payment, residual=settle(world, step.note_ids, payment.residual)))


def _cancel(world: World, step: CancelPayment) -> None:
    payment = world.erp.payments.payments[step.payment_id]
    back = payment.amount - payment.residual
    for note in list(world.erp.invoices.values()):
        # What it had settled is owed again.
        own = payment.key and note.key and note.key.owner == payment.key.owner and note.is_credit
        if own and back > 0:
            part = min(back, note.total - note.residual)
            table(world.erp.invoices)[note.id] = replace(note, residual=note.residual + part)
            back -= part
    _put(world, replace(payment, state=CANCELED, residual=payment.amount))


DEEDS: Mapping[type, Any] = {
    MakePayment: _make,
    PostPayment: _post,
    ReconcilePayment: _reconcile,
    CancelPayment: _cancel,
    **gift_card.DEEDS,
}

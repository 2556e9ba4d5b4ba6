"""Carry out the plans of a batch, phase by phase, with as few calls as the data allows."""

from collections.abc import Sequence

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.sync import books, crm, disposition, exchange, goods, message, payment, people, repair
from odoo_rma.sync.batch import Batch, Work
from odoo_rma.sync.reference import Reference


def apply(plans: Sequence[Plan], client: OdooClient, reference: Reference) -> list[Work]:
    """Do what the plans say. An RMA whose step fails takes no further step; the others go on.

    Raises:
        Stop: nothing more can be done in this run.

    """
    works = [Work(plan) for plan in plans]
    batch = Batch(client, reference, works)
    people.make_partners(batch)
    people.fill_partners(batch)
    goods.make_transfers(batch)
    people.write_notes(batch, goods.PICKING)
    goods.confirm_transfers(batch)
    goods.change_demand(batch)
    goods.receive(batch)
    goods.cancel_transfers(batch)
    books.make_credit_notes(batch)
    people.write_notes(batch, books.ENTRY)
    books.reopen_credit_notes(batch)
    books.post_credit_notes(batch)
    books.reconcile(batch)
    disposition.carry_out(batch)
    repair.carry_out(batch)
    exchange.carry_out(batch)
    payment.carry_out(batch)
    people.write_notes(batch, *people.OTHER)
    crm.carry_out(batch)
    message.carry_out(batch)
    for work in works:
        if work.going:
            work.done = in_words(work.plan.steps)
    return works

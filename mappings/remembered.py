"""What a person undid in Odoo is noticed, and made again only when a person says so.

A credit note that was reset and a transfer that was canceled say so themselves; what was deleted is missed by the
memory of our store: (model, id) of every document an RMA had when it was last looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from odoo_rma.mappings.decisions import Decisions, Remembered
from odoo_rma.mappings.erp import CANCELED, Erp, Invoice
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan, Step

AGAIN = "again"
"""Stands for the state of a canceled credit note that a person wants after all."""


def as_accepted(erp: Erp, decisions: Iterable[Decisions]) -> Erp:
    """Give what Odoo holds as it counts once people have said what is to be made again."""
    wanted = {(r.model, r.id) for one in decisions for r in one.remembered if r.again}
    if not wanted:
        return erp
    pickings = {
        p.id: replace(p, withdrawn=True) for p in erp.pickings.values() if ("stock.picking", p.id) in wanted
    }
    repairs = {
        r.id: replace(r, withdrawn=True)
        for r in erp.repairs.repairs.values()
        if ("repair.order", r.id) in wanted
    }
    notes = {n.id: _wanted_note(n) for n in erp.invoices.values() if ("account.move", n.id) in wanted}
    return replace(
        erp,
        pickings={**erp.pickings, **pickings},
        invoices={**erp.invoices, **notes},
        repairs=replace(erp.repairs, repairs={**erp.repairs.repairs, **repairs}),
    )


def _wanted_note(note: Invoice) -> Invoice:
    return replace(note, posted_before=False, state=AGAIN if note.state == CANCELED else note.state)


def hold_back(plan: Plan, remembered: Sequence[Remembered], erp: Erp) -> None:
    """Take the steps out of a plan that would make again what a person deleted; the others go on."""
    deleted = [r for r in remembered if (r.model, r.id) in erp.gone and not r.again]
    models = {r.model for r in deleted}
    made = {key for s in plan.steps if s.makes in models for key in _keys(s)}
    if not made:
        return
    models = {s.makes for s in plan.steps if _keys(s) & made} & models
    plan.kept_back = [s for s in plan.steps if _keys(s) & made]
    plan.steps = [s for s in plan.steps if not _keys(s) & made]
    plan.issues += [_deleted(plan.rma, r) for r in deleted if r.model in models]
    plan.finished = False


def _keys(step: Step) -> set[Key]:
    values = (getattr(step, f.name) for f in fields(step))  # type: ignore[arg-type]
    return {v for v in values if isinstance(v, Key)}


def _deleted(rma: Rma, one: Remembered) -> Issue:
    return Issue(
        "deleted_by_hand",
        f"The {one.what} {one.name} of {rma.label} was deleted in Odoo; it is not made again.",
        f"To have it made again: odoo-rma quarantine resolve {rma.id} --again. Else cancel or close the RMA at its "
        "source, or resolve this as settled by hand.",
        one.model,
    )

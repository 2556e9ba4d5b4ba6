"""What salespeople see on a customer: a note when a return comes, how it ended, what the customer thought of it; tags.

They stand on the company where the customer is a contact of one. A note is written once everything else of the return
is done, so that it tells facts. It is also the memory of the tags that came with it: what a person takes away is not
put back for the same return.
"""

from collections.abc import Iterator

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.crm_words import answered, closed, feedback_part, opened, over
from odoo_rma.mappings.erp import CANCELED, DONE, Erp
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Step
from odoo_rma.mappings.plan.crm import AddTag, CustomerNote, MakeTag
from odoo_rma.mappings.plan.message import TellCustomer
from odoo_rma.mappings.transfer import own_moves

CRM = "crm"
OPENED, CLOSED, FEEDBACK = "opened", "closed", "feedback"


def note_key(rma: Rma, *parts: str) -> Key:
    """Name a note on the customer of an RMA."""
    return Key(rma.source, rma.id, CRM, parts)


def subject(rma: Rma) -> str:
    """Give the subject of all notes of an RMA on its customer, by which they are found again; it never changes."""
    return f"Return {rma.id} ({rma.source})"


def plan_crm(case: Case) -> list[Step]:
    """Plan notes and tags on the customer."""
    busy = any(not isinstance(step, TellCustomer) for step in case.plan.steps)
    if busy or not (case.rules.crm.notes and case.partner_id):
        return []
    who = _customer(case.partner_id, case.erp)
    notes = [n for n in _notes(case, who) if n.key not in case.erp.crm.notes.values()]
    began = any(n.key.parts == (OPENED,) for n in notes)
    return [*(_tags(case, who) if began else ()), *notes]


def _customer(partner_id: int, erp: Erp) -> int:
    partner = erp.partners.get(partner_id)
    return partner.commercial_id if partner else partner_id


def _notes(case: Case, who: int) -> Iterator[CustomerNote]:
    rma, mark = case.rma, subject(case.rma)
    noted = _is_return(case) or note_key(rma, OPENED) in case.erp.crm.notes.values()
    if noted:
        yield CustomerNote(note_key(rma, OPENED), who, mark, opened(case), "the return")
    if noted and over(rma) and not (case.plan.issues or case.plan.awaits):
        yield CustomerNote(note_key(rma, CLOSED), who, mark, closed(case), "how it ended")
    for answer in dict.fromkeys([*([rma.feedback] if rma.feedback else []), *case.answers]):
        key = note_key(rma, FEEDBACK, str(answer.score), feedback_part(answer))
        yield CustomerNote(key, who, mark, answered(rma, answer), f"feedback {answer.score} of 5")


def _is_return(case: Case) -> bool:
    """Tell whether anything comes, came or was credited; one that was called off before is nothing to tell of."""
    arrived = any(m.state == DONE for m in own_moves(case.rma, case.erp))
    return case.rma.is_authorized or arrived or bool(case.plan.credit_notes)


def _tags(case: Case, who: int) -> Iterator[Step]:
    for tag in case.rules.crm.tags(len(_returns(case, who))):
        if not tag.id:
            yield MakeTag(tag.key, tag.name)
        yield AddTag(who, tag.id or tag.key, tag.name)


def _returns(case: Case, who: int) -> set[tuple[str, str]]:
    """Give all returns of a customer: those that Odoo has told of, those of this batch, and this one."""
    erp = case.erp
    found = set(erp.crm.returns.get(who, ())) | {(case.rma.source, case.rma.id)}
    pickings = [(p.key, p.partner_id) for p in erp.pickings.values() if p.state != CANCELED]
    notes = [(n.key, n.partner_id) for n in erp.invoices.values() if n.state != CANCELED]
    ours = {(k.source, k.owner) for k, partner in (*pickings, *notes) if k and _customer(partner, erp) == who}
    return found | ours

"""What customers are told, and when: one message for each step that is news to them, never twice, never five at once.

Of several things that are news at the same time, only the furthest is told: who reads "your parcel has arrived" need
not read "your return is approved". A refund and new goods on their way are always told, each by itself, and the
request for feedback then stands in that message. Each message carries in its Message-Id all that the customer knows
with it, so that nothing older is told afterwards, whatever our own store remembers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.customer import find_customer
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.message_events import Event, events_of, news_of
from odoo_rma.mappings.message_text import BadTemplate
from odoo_rma.mappings.message_write import facts_of
from odoo_rma.mappings.order import find_order
from odoo_rma.mappings.plan import Plan, Step
from odoo_rma.mappings.plan.message import TellCustomer
from odoo_rma.mappings.rules import Rules, SourceRules
from odoo_rma.mappings.seen.message import Mark, owner_of
from odoo_rma.mappings.vocabulary import Authorization, MessageStep

MESSAGE = "message"
TRIES = 5
"""After so many attempts that nobody knows the end of, a person has to look."""

ALWAYS = frozenset({MessageStep.REFUNDED, MessageStep.EXCHANGE_SENT})
ANSWERS = {MessageStep.REQUESTED: 1, MessageStep.AUTHORIZED: 2, MessageStep.DECLINED: 3}


def plan_messages(case: Case) -> list[Step]:
    """Plan what the customer is to be told now: only of what Odoo holds already, so never beside other steps.

    Raises:
        Refusal: a template cannot be used; a message could not be sent, whatever was tried.

    """
    rules = case.rules.messages
    if rules.preview:
        shown = [e for e in events_of(case) if e.step is rules.preview]
        return [_tell(case, event, 1) for event in shown[-1:]]
    held = case.plan.issues and case.rma.authorization is not Authorization.REQUESTED
    busy = case.plan.steps or held
    if not rules.since or busy or not case.partner_id:
        return []
    due = _due(case, [e for e in events_of(case) if e.step in rules.steps])
    if due and not _address(case):
        case.plan.notes.append(f"the customer has no {_address_name(case)}, so nobody is told: {_named(due)}")
        return []
    return [step for event in due for step in _send(case, event)]


def plan_answer(plan: Plan, erp: Erp, source: SourceRules, rules: Rules, decisions: Decisions) -> list[Step]:
    """Plan what the customer is told of a request, or of its being declined, where nothing else is done in Odoo.

    A customer who is not in Odoo yet is not made for that, and not told.

    Raises:
        Refusal: as `plan_messages`.

    """
    asked = plan.rma.authorization in (Authorization.REQUESTED, Authorization.DECLINED)
    if not asked or not (rules.messages.since or rules.messages.preview):
        return []
    try:
        order = find_order(plan.rma, erp, decisions)
        customer = find_customer(plan.rma, order, erp, decisions)
    except Refusal as refusal:
        plan.notes.append(f"the customer is not told: {refusal.issues[0].message}")
        return []
    return plan_messages(Case(plan, erp, source, rules, order, customer.partner_id, {}, {}, {}))


def _due(case: Case, events: Sequence[Event]) -> list[Event]:
    told = [m for _, m in sorted(case.erp.messages.sent.items()) if m.owner == _owner(case)]
    since = case.rules.messages.since
    late = [e for e in events if e.at and since and e.at.astimezone(UTC).date() >= since]
    if not (late or told) and any(e.at is None for e in events):
        case.plan.notes.append("the source says no time at all, so nobody is told of what may be long past")
    fresh = [e for e in late if _is_news(case, e, told)]
    if always := [e for e in fresh if e.step in ALWAYS]:
        return always
    approved = [e for e in fresh if e.step is MessageStep.AUTHORIZED]
    with_label = approved and fresh[-1].step is MessageStep.LABEL  # the approval has the label in it
    return approved if with_label else fresh[-1:]


def _is_news(case: Case, event: Event, told: Sequence[Mark]) -> bool:
    now, step = news_of(case), event.step
    if step in ALWAYS:
        return _mark(case, event).about not in {m.about for m in told}
    if step is MessageStep.REQUESTED or not told:
        return not told
    if step in ANSWERS:
        # The last word counts: who was declined and is then authorized has to know.
        return told[-1].news.answer != ANSWERS[step]
    field = {
        MessageStep.LABEL: "labels",
        MessageStep.RECEIVED: "receipts",
        MessageStep.INSPECTED: "inspections",
        MessageStep.CLOSED: "closed",
    }[step]
    known = max((getattr(m.news, field) for m in told), default=0)
    return bool(getattr(now, field) > known)


def _send(case: Case, event: Event) -> list[Step]:
    """Announce and send; what another run may be sending at this moment is left to it."""
    about = _mark(case, event).about
    before = [a for a in case.erp.messages.attempts.values() if a.mark.about == about]
    if any(a.open for a in before):
        case.plan.awaits.append(f"whether the message “{_named([event])}” went out is not known yet")
        return []
    number = max((a.mark.attempt for a in before), default=0) + 1
    if number > TRIES:
        raise Refusal(_not_sent(case, event))
    return [_tell(case, event, number)]


def _tell(case: Case, event: Event, attempt: int) -> TellCustomer:
    rules = case.rules.messages
    partner = case.erp.partners.get(case.partner_id)
    language = rules.language or (partner.lang if partner else "") or case.rma.customer.language or ""
    try:
        facts = facts_of(case, event, language)
        text = rules.texts.write(event.step, language, facts)
    except BadTemplate as error:
        raise Refusal(_bad_template(error)) from None
    mark = _mark(case, event)
    return TellCustomer(
        key=Key(case.rma.source, case.rma.id, MESSAGE, (event.step.value, mark.subject, str(attempt))),
        mark=replace(mark, attempt=attempt),
        partner_id=case.partner_id,
        order_id=case.order.id,
        to=_address(case),
        language=text.language,
        subject=text.subject,
        body=text.body,
    )


def _mark(case: Case, event: Event) -> Mark:
    return Mark.of(case.rma.source, case.rma.id, event.step, event.subject, news_of(case))


def _owner(case: Case) -> str:
    return owner_of(case.rma.source, case.rma.id)


def _address_name(case: Case) -> str:
    return {"email": "e-mail address", "phone": "phone number"}.get(
        case.rules.messages.address, case.rules.messages.address
    )


def _address(case: Case) -> str:
    partner = case.erp.partners.get(case.partner_id)
    return str((partner.values.get(case.rules.messages.address) if partner else "") or "")


def _named(events: Sequence[Event]) -> str:
    return ", ".join(e.step.value.replace("_", " ") for e in events)


def _bad_template(error: BadTemplate) -> Issue:
    return Issue(
        "message_template",
        f"The message to the customer cannot be written. {error}",
        "Correct the template, see what it makes with `odoo-rma messages check`, then run: quarantine retry.",
        "messages",
    )


def _not_sent(case: Case, event: Event) -> Issue:
    return Issue(
        "message_not_sent",
        f"The message “{_named([event])}” of {case.rma.label} was begun {TRIES} times and never arrived in Odoo.",
        "Look into Odoo's log, write to the customer by hand, and resolve this.",
        "messages",
    )

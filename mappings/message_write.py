"""What a message says about a return: the facts that templates may name, taken from the RMA and from Odoo."""

from collections import defaultdict
from collections.abc import Iterable

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.erp import DONE, Invoice
from odoo_rma.mappings.exchange import sent
from odoo_rma.mappings.feedback_token import sign
from odoo_rma.mappings.gift_card import card_of
from odoo_rma.mappings.message_events import Event, labelled, parcels_out, refund_notes, refund_of
from odoo_rma.mappings.message_facts import AmountFacts, Facts, ItemFacts, LabelFacts, RefundFacts
from odoo_rma.mappings.message_lines import CHINESE, line_text, title_of
from odoo_rma.mappings.model import Refund, Shipment
from odoo_rma.mappings.money import ZERO, Decimal, Money
from odoo_rma.mappings.policy.case import Verdict
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.transfer import own_moves, own_pickings
from odoo_rma.mappings.vocabulary import MessageStep, RefundMethod, RefundState


def facts_of(case: Case, event: Event, language: str) -> Facts:
    """Collect what there is to say."""
    rma, erp, rules = case.rma, case.erp, case.rules.messages
    partner = erp.partners.get(case.partner_id)
    asked = rma.requested_at or rma.authorized_at
    allowed = [x for x in rma.lines if x.allowed > 0 or not rma.is_authorized]
    return Facts(
        shop=rules.shop or erp.company.name,
        name=(partner.name if partner else "") or rma.customer.name,
        rma=rma.label,
        order=rma.order.name or rma.order.id or case.order.name,
        items=tuple(_item(x) for x in allowed if x.physical),
        kept=tuple(_item(x) for x in allowed if not x.physical),
        refused=tuple(_item(x) for x in rma.lines if x not in allowed),
        asked_on=asked.date() if asked else None,
        send_to=_send_to(case),
        labels=tuple(_parcel(s) for s in labelled(rma)),
        reasons=reasons_of(case, language),
        received=_received(case),
        inspected=tuple(
            ItemFacts(title_of(x), i.quantity, None, i.condition) for x in rma.lines for i in x.inspections
        ),
        refund=_refund(case, event.subject, language) if event.step is MessageStep.REFUNDED else None,
        sent=_sent(case) if event.step is MessageStep.EXCHANGE_SENT else (),
        parcels=_parcels(case),
        feedback_url=_feedback_url(case),
    )


def reasons_of(case: Case, language: str) -> tuple[str, ...]:
    """Say why a return, or part of it, was declined: by our own decision, or as far as the source tells."""
    if case.plan.answer:
        own = [r for x in case.plan.answer.lines if x.verdict is Verdict.DECLINE for r in x.reasons]
        return tuple(dict.fromkeys(r.zh if language.startswith(CHINESE) else r.en for r in own))
    told = [e.text for e in case.rma.events if e.type.lower() in ("declined", "rejected") and e.text]
    return tuple(dict.fromkeys(told))


def _item(line: RmaLine) -> ItemFacts:
    units = line.allowed if line.allowed > 0 else line.requested
    return ItemFacts(title_of(line), units, line.reason.code)


def _received(case: Case) -> tuple[ItemFacts, ...]:
    units: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for move in own_moves(case.rma, case.erp):
        if move.state == DONE:
            units[move.product_id] += move.done
    titles = {x.sku or "": title_of(x) for x in case.rma.lines}
    skus = {i: case.erp.products[i].sku for i in units if i in case.erp.products}
    return tuple(
        ItemFacts(titles.get(skus.get(i, ""), skus.get(i, "")), q) for i, q in units.items() if q > 0
    )


def _send_to(case: Case) -> tuple[str, ...]:
    """Give the address of the warehouse whose transfer waits for the goods."""
    waiting = [p.type_id for p in own_pickings(case.rma, case.erp) if p.pending]
    addresses = case.rules.messages.send_to
    return next((addresses[t] for t in waiting if addresses.get(t)), ())


def _parcel(parcel: Shipment) -> LabelFacts:
    return LabelFacts(parcel.carrier or "", parcel.tracking or "", _link(parcel.url), _link(parcel.label))


def _parcels(case: Case) -> tuple[LabelFacts, ...]:
    """Give the parcels with new goods: as the source knows them, else those that Odoo has a number of."""
    told = tuple(_parcel(s) for s in parcels_out(case.rma))
    return told or tuple(LabelFacts("", d.tracking, "", "") for d in sent(case) if d.tracking)


def _sent(case: Case) -> tuple[ItemFacts, ...]:
    titles = {x.sku: title_of(x) for x in case.rma.lines if x.sku}
    return tuple(ItemFacts(titles.get(x.sku, x.sku), x.quantity) for x in case.rma.exchange_lines)


def _link(address: str | None) -> str:
    # Nothing else than a page may stand behind a link that our customers click.
    return address if address and address.lower().startswith(("https://", "http://")) else ""


def _refund(case: Case, name: str, language: str) -> RefundFacts | None:
    kind, _, number = name.partition(".")
    notes = refund_notes(case).get((kind, number), [])
    if not notes:
        return None
    return _calculated(case, notes, refund_of(case.rma, (kind, number)), language)


def _calculated(case: Case, notes: Iterable[Invoice], refund: Refund | None, language: str) -> RefundFacts:
    own = {n.id: n for n in notes}
    currency = case.rma.currency
    lines = sorted((x for x in case.erp.invoice_lines.values() if x.invoice_id in own), key=lambda x: x.id)
    total = sum((n.total for n in own.values()), ZERO)
    net = sum((x.subtotal for x in lines), ZERO)
    method = refund.method if refund else RefundMethod.NONE
    gift = method in (RefundMethod.GIFT_CARD, RefundMethod.VOUCHER)
    return RefundFacts(
        lines=tuple(
            AmountFacts(line_text(case.rma, x, language), str(Money(x.subtotal, currency))) for x in lines
        ),
        tax=str(Money(total - net, currency)),
        total=str(Money(total, currency)),
        method=method.value,
        paid=refund is not None and refund.state is RefundState.SUCCEEDED,
        code=_code(case, refund) if refund and gift else "",
    )


def _code(case: Case, refund: Refund) -> str:
    card = card_of(case, refund)
    return card.code if card else refund.reference or ""


def _feedback_url(case: Case) -> str:
    rules, rma = case.rules.messages, case.rma
    asks = rma.closed and MessageStep.CLOSED in rules.steps
    if not (asks and rules.feedback_url and rules.secret):
        return ""
    return rules.feedback_url.replace("{token}", sign(rma.source, rma.id, rules.secret))

"""What has come to pass on a return, as far as customers are told of it: from the RMA, and from what Odoo holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.credit_note import own_notes
from odoo_rma.mappings.due import root_of
from odoo_rma.mappings.erp import CANCELED, DONE, Invoice
from odoo_rma.mappings.exchange import sent
from odoo_rma.mappings.exchanged import EXCHANGE
from odoo_rma.mappings.model import Refund, Rma, Shipment
from odoo_rma.mappings.seen.message import News
from odoo_rma.mappings.transfer import own_pickings
from odoo_rma.mappings.vocabulary import Authorization, MessageStep, RefundState

ANSWERS = {Authorization.REQUESTED: 1, Authorization.AUTHORIZED: 2, Authorization.DECLINED: 3}


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell; `subject` tells refunds and deliveries of one return apart, `at` is None where nobody knows."""

    step: MessageStep
    subject: str
    at: datetime | None


def news_of(case: Case) -> News:
    """Count how far a return has come."""
    rma = case.rma
    return News(
        answer=ANSWERS.get(rma.authorization, 0),
        labels=len(labelled(rma)),
        receipts=len(received_pickings(case)),
        inspections=sum(len(x.inspections) for x in rma.lines),
        closed=int(rma.closed),
    )


def labelled(rma: Rma) -> list[Shipment]:
    """Give the parcels that are to come back and have a label."""
    return [s for s in rma.shipments if not s.outgoing and s.label]


def parcels_out(rma: Rma) -> list[Shipment]:
    """Give the parcels with new goods, where the source says that they are on their way."""
    return [s for s in rma.shipments if s.outgoing and (s.tracking or s.url) and rma.exchange_lines]


def received_pickings(case: Case) -> list[int]:
    """Give the return transfers that are done."""
    return [p.id for p in own_pickings(case.rma, case.erp) if p.state == DONE]


def refund_notes(case: Case) -> dict[tuple[str, ...], list[Invoice]]:
    """Give the credit notes of each refund (or receipt) whose notes are all posted."""
    found: dict[tuple[str, ...], list[Invoice]] = {}
    for note in own_notes(case.rma, case.erp):
        if note.key and note.state != CANCELED:
            found.setdefault(note.key.parts[:2], []).append(note)
    return {name: own for name, own in found.items() if all(n.state == "posted" for n in own)}


def events_of(case: Case) -> Iterator[Event]:
    """Give everything that a customer may be told of now, the earliest step first."""
    rma, news = case.rma, news_of(case)
    booked = [t for p in received_pickings(case) if (t := case.erp.messages.arrived.get(p))]
    newest = max([*_times(rma), *booked], default=None)
    decided = case.plan.answer.recorded if case.plan.answer else None
    answers = {
        Authorization.REQUESTED: (MessageStep.REQUESTED, rma.requested_at),
        Authorization.AUTHORIZED: (MessageStep.AUTHORIZED, rma.authorized_at or decided),
        Authorization.DECLINED: (MessageStep.DECLINED, decided),
    }
    open_still = not (rma.closed or news.receipts)
    if rma.authorization in answers and (open_still or rma.authorization is Authorization.DECLINED):
        step, at = answers[rma.authorization]
        yield Event(step, "", at or newest)
    if rma.is_authorized and open_still and news.labels:
        yield Event(MessageStep.LABEL, str(news.labels), newest)
    if news.receipts:
        yield Event(MessageStep.RECEIVED, str(news.receipts), rma.received_at or max(booked, default=newest))
    if news.inspections:
        seen = [i.at for x in rma.lines for i in x.inspections if i.at]
        yield Event(MessageStep.INSPECTED, str(news.inspections), max(seen, default=newest))
    for name, notes in refund_notes(case).items():
        if name[0] == EXCHANGE:  # it settles the invoice of the new goods: no money goes back for it
            continue
        refund = refund_of(rma, name)
        at = refund.at if refund else None
        yield Event(MessageStep.REFUNDED, ".".join(name), at or _noon(notes[0].date) or newest)
    if gone := max(len(parcels_out(rma)), len(sent(case))):
        left = [d.at for d in sent(case) if d.at]
        yield Event(MessageStep.EXCHANGE_SENT, str(gone), max(left, default=newest))
    if rma.closed and rma.is_authorized:
        yield Event(MessageStep.CLOSED, "", rma.closed_at or newest)


def refund_of(rma: Rma, name: tuple[str, ...]) -> Refund | None:
    """Give the refund that a credit note was made for: of several tries the one that went out."""
    own = [r for r in rma.refunds if name == ("refund", root_of(r, rma))]
    if not own and len(rma.refunds) == 1:
        return rma.refunds[0]
    return max(own, key=lambda r: r.state is RefundState.SUCCEEDED, default=None)


def _noon(day: date | None) -> datetime | None:
    return datetime.combine(day, time(12), UTC) if day else None


def _times(rma: Rma) -> list[datetime]:
    """Give the times that the source knows of: what has none of its own happened no later than about the latest."""
    times = [rma.requested_at, rma.authorized_at, rma.received_at, rma.closed_at]
    times += [e.at for e in rma.events] + [r.at for r in rma.refunds]
    times += [i.at for x in rma.lines for i in x.inspections]
    return [t for t in times if t]

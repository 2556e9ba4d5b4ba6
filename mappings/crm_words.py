"""What the notes on a customer say, as HTML for the chatter; everything foreign is escaped."""

import hashlib
from collections.abc import Iterable
from html import escape

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.credit_note import own_notes
from odoo_rma.mappings.erp import CANCELED, DONE, Invoice
from odoo_rma.mappings.model import Feedback, Rma
from odoo_rma.mappings.money import ZERO, Decimal, Money, plain
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.transfer import own_moves
from odoo_rma.mappings.vocabulary import ENDED, RefundState


def opened(case: Case) -> str:
    """Say what comes back, and why."""
    rma = case.rma
    since = f", asked for on {rma.requested_at.date()}" if rma.requested_at else ""
    first = f"Return {rma.label} ({rma.source}) of order {case.order.name}{since}"
    return _paragraph(first, (_coming(line) for line in rma.lines))


def closed(case: Case) -> str:
    """Say how a return ended: what came back, what was credited, and what else was done for it."""
    rma = case.rma
    end = "closed" if rma.closed else rma.authorization.value
    back = sum((m.done for m in own_moves(rma, case.erp) if m.state == DONE), ZERO)
    asked = sum((line.allowed for line in rma.lines if line.physical), ZERO)
    said = [f"goods back: {plain(back)} of {plain(asked)}"]
    said += [_credit(note) for note in own_notes(rma, case.erp)]
    said += [
        f"refund by {_words(r.method.value)}: {Money(r.amount, r.currency or rma.currency)}"
        for r in rma.refunds
        if r.state is RefundState.SUCCEEDED
    ]
    said += [" ".join(filter(None, [f.what, f.name, f.state and f"({f.state})"])) for f in case.plan.found]
    return _paragraph(f"Return {rma.label} ({rma.source}) of order {case.order.name}: {end}", said)


def answered(rma: Rma, answer: Feedback) -> str:
    """Say what the customer thought of a return."""
    when = f" on {answer.at.date()}" if answer.at else ""
    comment = [f"“{answer.comment}”"] if answer.comment else []
    return _paragraph(f"Feedback on return {rma.label} ({rma.source}){when}: {answer.score} of 5", comment)


def feedback_part(answer: Feedback) -> str:
    """Tell answers apart in keys. When it was given does not count: the same answer may come on two ways."""
    return hashlib.sha256(f"{answer.score} {answer.comment or ''}".encode()).hexdigest()[:12]


def over(rma: Rma) -> bool:
    """Tell that nothing more comes of a return, by the word of its source."""
    return rma.closed or rma.authorization in ENDED


def _coming(line: RmaLine) -> str:
    reason = line.reason.raw or _words(line.reason.code.value)
    comment = f" – “{line.reason.comment}”" if line.reason.comment else ""
    kept = "" if line.physical else ", the customer keeps it"
    wish = f"wants {_words(line.resolution.value)}{kept}"
    return f"{plain(line.allowed)} × {line.sku or line.barcode}: {reason}{comment}; {wish}"


def _credit(note: Invoice) -> str:
    name, total = note.name or "(draft)", Money(note.total, note.currency)
    if note.state == CANCELED:
        return f"credit note {name}: canceled"
    return f"credit note {name}: {total}{_open(note.residual, note.currency)}"


def _open(residual: Decimal, currency: str) -> str:
    return f", of which {Money(residual, currency)} is still the customer's" if residual else ", settled"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _paragraph(first: str, rest: Iterable[str]) -> str:
    rows = "".join(f"<li>{escape(text)}</li>" for text in rest)
    return f"<p>{escape(first)}</p>" + (f"<ul>{rows}</ul>" if rows else "")

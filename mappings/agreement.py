"""Where both sides agree about what came back, and where it changed on both since they last did.

The owner of the receipt is believed and the other side follows, up to what the owner says: quantities only grow. So a
side that is behind is news, and one that is ahead of the owner was changed there; neither is ever taken back.
"""

from collections.abc import Iterator, Mapping

from odoo_rma.mappings.due import root_of
from odoo_rma.mappings.in_erp import CREDIT_NOTE, DEBIT_NOTE, InErp
from odoo_rma.mappings.inspection import absent, present
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, decimal, plain
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.payment import POSTED
from odoo_rma.mappings.vocabulary import RefundState


def agreed_now(rma: Rma, in_erp: InErp) -> dict[str, str]:
    """Give the facts about which both sides say the same, as they are remembered: `receipt 1` → `2`."""
    came = {_fact(x): plain(present(x)) for x in _lines(rma, in_erp) if present(x) == in_erp.received(x.id)}
    return came | dict(_credited(rma, in_erp))


def _credited(rma: Rma, in_erp: InErp) -> Iterator[tuple[str, str]]:
    """Give the refunds that are credited just as the source reports them: `credit refund R1` → `23.00`."""
    for refund in rma.refunds:
        of = f"refund {root_of(refund, rma)}"
        notes = [
            (d.amount or ZERO) * (1 if d.what == CREDIT_NOTE else -1)
            for d in in_erp.documents
            if d.what in (CREDIT_NOTE, DEBIT_NOTE) and d.of == of and d.state == POSTED
        ]
        if refund.state is RefundState.SUCCEEDED and sum(notes, ZERO) == refund.amount:
            yield f"credit {of}", str(refund.amount)


def conflicts(rma: Rma, in_erp: InErp, agreed: Mapping[str, str], source: SourceRules) -> Iterator[Issue]:
    """Give the receipts in which the side that only follows is ahead, although the owner has moved; it may have moved back."""
    for line in _lines(rma, in_erp):
        theirs, ours = present(line), in_erp.received(line.id)
        owner, follower = (theirs, ours) if source.source_receives else (ours, theirs)
        before = decimal(agreed.get(_fact(line), "0"))
        if follower > owner and owner != before:
            why = (
                f"although both had agreed on {plain(before)}"
                if follower == before
                else "and both have changed since they last agreed"
            )
            yield _conflict(rma, line, theirs, ours, source, why)


def _lines(rma: Rma, in_erp: InErp) -> Iterator[RmaLine]:
    known = {x.line for x in in_erp.lines}
    return (x for x in rma.lines if x.physical and x.id in known and not absent(x))


def _fact(line: RmaLine) -> str:
    return f"receipt {line.id}"


def _conflict(
    rma: Rma, line: RmaLine, theirs: Decimal, ours: Decimal, source: SourceRules, why: str
) -> Issue:
    owner = "The source" if source.source_receives else "Odoo"
    return Issue(
        "conflict_receipt",
        f"{line.sku or line.barcode} of {rma.label}: the source says that {plain(theirs)} came back, Odoo shows "
        f"{plain(ours)}, {why}.",
        f"Count the goods. {owner} owns the receipt: correct it there, or the other side by hand; nothing is overwritten.",
        f"lines.{line.id}.received",
        {"source": plain(theirs), "odoo": plain(ours)},
    )

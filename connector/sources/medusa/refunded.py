"""Which refund was made for which return: Medusa does not say, so only what leaves no doubt counts.

A refund knows its payment and a note, nothing else. It belongs to the RMA that the order's metadata names for it, or
that its note names; else to the only one there was when it was made. Otherwise a person has to say.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from odoo_rma.connector.sources.medusa.agreed import Agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.dossier import Dossier, number, when
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import Decimal, minor_unit, plain, round_to

OURS = "odoo_rma"
"""Key in the order's metadata under which we keep, by RMA, what was told."""

NONE = "none"


def refunds_by_rma(
    dossier: Dossier, rmas: Sequence[Agreed]
) -> tuple[dict[str, list[Row]], dict[str, list[Issue]]]:
    """Give the refunds per RMA id, and what is unclear per RMA id that may be meant."""
    mine: dict[str, list[Row]] = {a.id: [] for a in rmas}
    unclear: dict[str, list[Issue]] = {a.id: [] for a in rmas}
    for refund in dossier.refunds:
        meant = _meant(refund, dossier, rmas)
        if isinstance(meant, Agreed):
            mine[meant.id].append(refund)
            continue
        for one in meant:
            unclear[one.id].append(_whose(refund, dossier, meant))
    return mine, unclear


def minor(amount: Decimal, currency: str) -> Decimal:
    """Round an amount of Medusa, which keeps fractions of cents, half up to what can be paid."""
    return round_to(amount, minor_unit(currency))


def names(note: Any, number_or_id: str) -> bool:
    """Tell whether a note holds this very number, not one that begins or ends with it."""
    # The numbers of Odoo hold slashes and hyphens: RINV/2026/00012 is not part of XRINV/2026/00012-1.
    pattern = rf"(?<![\w/-]){re.escape(number_or_id)}(?![\w/-])"
    return isinstance(note, str) and re.search(pattern, note) is not None


def told(dossier_order: Row, rma_id: str) -> Mapping[str, Any]:
    """Give what we wrote down at the order about an RMA."""
    ours = (dossier_order.get("metadata") or {}).get(OURS)
    own = ours.get(rma_id) if isinstance(ours, dict) else None
    return own if isinstance(own, dict) else {}


def _meant(refund: Row, dossier: Dossier, rmas: Sequence[Agreed]) -> Agreed | list[Agreed]:
    """Give the RMA that a refund is for, or all that it may be for; none where it is for something else."""
    said = (dossier.order.get("metadata") or {}).get(refund["id"])
    if isinstance(said, str) and said.strip():
        if said.strip().lower() == NONE:
            return []
        # A name that fits nothing is a slip of the pen, not an answer.
        return _one([a for a in rmas if said.strip() in (a.id, a.number)]) or list(rmas)
    note = refund.get("note")
    for own in ([a for a in rmas if _told_of(note, dossier, a)], [a for a in rmas if _named(note, a)]):
        if own:
            return _one(own)
    return _one([a for a in rmas if _was_there(a, refund) and not a.is_empty])


def _one(found: list[Agreed]) -> Agreed | list[Agreed]:
    return found[0] if len(found) == 1 else found


def _told_of(note: Any, dossier: Dossier, rma: Agreed) -> bool:
    return any(names(note, str(n)) for n in told(dossier.order, rma.id).get("credit_notes") or ())


def _named(note: Any, rma: Agreed) -> bool:
    ids = [rma.id, rma.number, *([rma.back["id"]] if rma.back else [])]
    return any(names(note, one) for one in ids)


def _was_there(rma: Agreed, refund: Row) -> bool:
    at, (begun, ended) = when(refund.get("created_at")), rma.from_to
    return not (at and begun) or (begun <= at and (ended is None or at < ended))


def _whose(refund: Row, dossier: Dossier, rmas: Sequence[Agreed]) -> Issue:
    amount = f"{plain(number(refund, 'amount'))} {str(dossier.order['currency_code']).upper()}"
    several = ", ".join(a.number for a in rmas)
    note = f" Its note says: {str(refund['note'])[:200]!r}." if refund.get("note") else ""
    return Issue(
        "refund_unattributed",
        f"Order {dossier.number} was refunded {amount} ({refund['id']}), and nothing tells for which of "
        f"{several}.{note}",
        f"On the order in Medusa, add metadata: key {refund['id']}, value the number of the return ({rmas[0].number}), "
        f"or {NONE} where it is for none of them.",
        "refunds",
        {"refund": str(refund["id"]), "amount": plain(number(refund, "amount"))},
    )

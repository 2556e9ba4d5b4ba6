"""Quantities and amounts that Odoo cannot hold as they are: rounding them would change stock or money unnoticed."""

from collections.abc import Iterator

from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal, plain, round_to


def check_steps(rma: Rma, erp: Erp) -> None:
    """Make sure that every number of an RMA is one that Odoo can hold.

    Raises:
        Refusal: a quantity or an amount is finer.

    """
    issues = [
        _too_fine(where, q, erp.quantity_step) for where, q in _quantities(rma) if _fine(q, erp.quantity_step)
    ]
    unit = erp.unit_of(rma.currency)
    issues += [_too_fine(where, a, unit) for where, a in _amounts(rma) if _fine(a, unit)]
    if issues:
        raise Refusal(*issues)


def _fine(value: Decimal, step: Decimal) -> bool:
    return round_to(value, step) != value


def _too_fine(where: str, value: Decimal, step: Decimal) -> Issue:
    return Issue(
        "bad_number",
        f"{plain(value)} in {where} is finer than Odoo counts, which is in steps of {plain(step)}.",
        "Correct it at the source.",
        where,
    )


def _quantities(rma: Rma) -> Iterator[tuple[str, Decimal]]:
    for line in rma.lines:
        where = f"lines.{line.id}"
        yield from ((f"{where}.authorized", line.allowed), (f"{where}.received", line.received))
        yield from ((f"{where}.lots", lot.quantity) for lot in line.lots)
        yield from ((f"{where}.inspections", i.quantity) for i in line.inspections)
    for refund in rma.refunds:
        yield from ((f"refunds.{refund.id}.lines", p.quantity) for p in refund.lines)


def _amounts(rma: Rma) -> Iterator[tuple[str, Decimal]]:
    if rma.promised is not None:
        yield "promised", rma.promised
    yield from ((f"refunds.{r.id}.amount", r.amount) for r in rma.refunds)
    yield from ((f"charges.{c.id}.amount", c.amount) for c in rma.charges)

"""What our credit notes hold where Odoo forgets the keys of their lines, as it does before 16.

There the order line, and for charges the words, tell what a line gives back. RMA lines that share an order line also
share its price, so it makes no difference to anybody's money which of them such a line is counted for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from odoo_rma.mappings.credit_lines import charge_name
from odoo_rma.mappings.credit_note import own_notes
from odoo_rma.mappings.due import Credited, booked_charges
from odoo_rma.mappings.erp import CANCELED, Erp, InvoiceLine
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal

REFUND = "refund"


def with_unnamed_lines(
    known: Credited,
    rma: Rma,
    erp: Erp,
    order_lines: Mapping[str, list[int]],
    arrived: Mapping[str, Decimal],
) -> Credited:
    """Add what lines without a key give back. `order_lines` and `arrived` are by RMA line."""
    units, charges = dict(known.units), set(known.charges)
    for kind, line in _unnamed(rma, erp):
        owners = [x for x in rma.lines if set(order_lines.get(x.id, ())) & set(line.order_line_ids)]
        owners = [x for x in owners if x.physical is (kind != REFUND)]
        if owners:
            _count(line, [x.id for x in owners], units, arrived)
        else:
            fitting = [c.id for c in booked_charges(rma) if charge_name(c) == line.name]
            charges.update([x for x in fitting if x not in charges][:1])
    return replace(known, units=units, charges=frozenset(charges))


def _unnamed(rma: Rma, erp: Erp) -> Iterator[tuple[str, InvoiceLine]]:
    kinds = {n.id: n.key.parts[0] for n in own_notes(rma, erp) if n.key and n.state != CANCELED}
    lines = sorted((x for i in kinds for x in erp.lines_of.get(i, ()) if not x.key), key=lambda x: x.id)
    yield from ((kinds[x.invoice_id], x) for x in lines)


def _count(
    line: InvoiceLine, owners: list[str], units: dict[str, Decimal], arrived: Mapping[str, Decimal]
) -> None:
    """Fill up the RMA lines in their order; what is more than arrived stays visible on the last one."""
    need = line.quantity
    for owner in owners:
        part = min(need, max(arrived.get(owner, ZERO) - units.get(owner, ZERO), ZERO))
        units[owner] = units.get(owner, ZERO) + part
        need -= part
    units[owners[-1]] += need

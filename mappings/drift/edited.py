"""Credit notes that people edited: line by line against the invoice lines and charges that they give back.

Account and analytic of a line may be corrected by an accountant; price, discount, taxes, charges and the lines
themselves make up what the customer gets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from odoo_rma.mappings.credit_lines import CHARGE, sums_of
from odoo_rma.mappings.debit import CORRECTION
from odoo_rma.mappings.due import booked_charges
from odoo_rma.mappings.erp import Erp, Invoice, InvoiceLine
from odoo_rma.mappings.invoiced import ITEM
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import HALF, ZERO, Decimal, plain

ROUNDING = "rounding"
_COPIED = ("price_unit", "discount", "tax_ids")


@dataclass(frozen=True, slots=True)
class Edited:
    """What was edited, in words; `total` and `tax` are what the note would come to otherwise."""

    total: Decimal
    tax: Decimal
    words: tuple[str, ...] = ()
    taxes_only: bool = False


def edited(note: Invoice, rma: Rma, erp: Erp) -> Edited:
    """Compare a credit note of an RMA with what its lines were copied from."""
    meant = meant_lines(note, rma, erp)
    lines = [x for x, _ in meant]
    changed = [(x, m) for x, m in meant if m != x]
    if not changed:
        return Edited(note.total, note.tax)
    total, tax = _without(note, lines, [m for _, m in meant if m], erp)
    words = tuple(w for x, m in changed for w in _words(x, m, erp))
    taxes_only = all(m and replace(x, tax_ids=m.tax_ids) == m for x, m in changed)
    return Edited(total, tax, words, taxes_only)


def meant_lines(note: Invoice, rma: Rma, erp: Erp) -> list[tuple[InvoiceLine, InvoiceLine | None]]:
    """Give each line of a note with what it was made as; None for one that a person added."""
    lines = erp.lines_of.get(note.id, ())
    if not any(x.key for x in lines):  # before 16 Odoo forgets the keys of lines
        return [(x, x) for x in lines]
    return [(x, _meant(x, note, rma, erp, len(lines))) for x in lines]


def _meant(line: InvoiceLine, note: Invoice, rma: Rma, erp: Erp, count: int) -> InvoiceLine | None:
    """Give a line as it was made; None for one that a person added. A correction is as it is."""
    parts = line.key.parts if line.key else ()
    if parts[-3:-2] == (ITEM,):
        source = erp.invoice_lines.get(int(parts[-1]))
        return replace(line, **{f: getattr(source, f) for f in _COPIED}) if source else line
    if parts[-2:-1] == (CHARGE,):
        return _charge(line, parts[-1], rma, erp.unit_of(note.currency))
    if CORRECTION in parts[2:3]:
        return line
    if parts[-1:] == (ROUNDING,):
        most = HALF * erp.unit_of(note.currency) * max(count, 2)
        return line if abs(line.total) <= most else replace(line, price_unit=ZERO, total=ZERO)
    return None


def _charge(line: InvoiceLine, charge_id: str, rma: Rma, unit: Decimal) -> InvoiceLine:
    signed = next((c.signed for c in booked_charges(rma) if c.id == charge_id), None)
    if signed is None or abs(line.total - signed) <= unit or not line.quantity or not line.total:
        return line
    return replace(line, price_unit=line.price_unit * signed / line.total, total=signed)


def _without(
    note: Invoice, lines: Sequence[InvoiceLine], meant: Sequence[InvoiceLine], erp: Erp
) -> tuple[Decimal, Decimal]:
    """Give total and tax without the edits: both sums are predicted in the same way, so that only edits count."""
    now, before = sums_of(lines, erp, note.currency), sums_of(meant, erp, note.currency)
    if not now or not before:
        return note.total, note.tax
    return note.total - sum(now, ZERO) + sum(before, ZERO), note.tax - now[1] + before[1]


def _words(line: InvoiceLine, meant: InvoiceLine | None, erp: Erp) -> Iterator[str]:
    name = line.name.splitlines()[0] if line.name else "line"
    if meant is None:
        yield f"{name}: added, {plain(line.total)}"
        return
    if line.price_unit != meant.price_unit:
        yield f"{name}: price {plain(meant.price_unit)} became {plain(line.price_unit)}"
    if line.discount != meant.discount:
        yield f"{name}: discount {plain(meant.discount)} % became {plain(line.discount)} %"
    if line.tax_ids != meant.tax_ids:
        yield f"{name}: taxes {_taxes(meant.tax_ids, erp)} became {_taxes(line.tax_ids, erp)}"


def _taxes(ids: tuple[int, ...], erp: Erp) -> str:
    names: Mapping[int, str] = {i: t.name for i, t in erp.taxes.items()}
    return " + ".join(names.get(i, str(i)) for i in ids) or "none"

"""What was invoiced and can still be credited, invoice line by invoice line. What anyone credited before counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from odoo_rma.mappings.erp import CANCELED, Erp, InvoiceLine
from odoo_rma.mappings.money import HALF, ZERO, Decimal

ITEM = "item"
"""Marks the key of a credit note line that gives back goods: `…item.<rma line>.<invoice line>`."""


@dataclass(frozen=True, slots=True)
class Share:
    """Units of one RMA line that are credited against one invoice line."""

    line_id: str
    invoice_line: InvoiceLine
    quantity: Decimal


class Invoices:
    """The invoices of a batch, indexed once; what an RMA takes lowers what is left for those after it."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
        self._posted: dict[int, list[InvoiceLine]] = defaultdict(list)
        self._of_invoice: dict[int, list[InvoiceLine]] = defaultdict(list)
        self._credited: dict[int, Decimal] = defaultdict(lambda: ZERO)
        self._notes: dict[int, list[tuple[Decimal | None, int]]] = defaultdict(list)
        credits = []
        for line in sorted(erp.invoice_lines.values(), key=self._age):
            invoice = erp.invoices[line.invoice_id]
            if not invoice.is_credit:
                self._of_invoice[line.invoice_id].append(line)
                if invoice.state == "posted":
                    for order_line_id in line.order_line_ids:
                        self._posted[order_line_id].append(line)
            elif invoice.state != CANCELED:
                credits.append(line)
        lines = Counter(x.invoice_id for x in credits)
        for note in erp.invoices.values():
            if note.is_credit and note.reversed_id and note.state != CANCELED:
                self._notes[note.reversed_id].append((note.total, lines[note.id]))
        for line in credits:
            if line.key and line.key.parts[-3:-2] == (ITEM,):
                self._credited[int(line.key.parts[-1])] += line.quantity
        for line in credits:
            if line.product_id and not (line.key and line.key.parts[-3:-2] == (ITEM,)):
                self._count(line)

    def _age(self, line: InvoiceLine) -> tuple[str, int, int]:
        return str(self._erp.invoices[line.invoice_id].date), line.invoice_id, line.id

    def _count(self, credit: InvoiceLine) -> None:
        """Put a credit line without a key (a person's, or one whose key Odoo forgot) against what it gives back."""
        targets = self._targets(credit)
        rest = credit.quantity
        for line in targets:
            part = min(rest, max(line.quantity - self._credited[line.id], ZERO))
            self._credited[line.id] += part
            rest -= part
        if targets:
            self._credited[targets[0].id] += rest

    def _targets(self, credit: InvoiceLine) -> list[InvoiceLine]:
        """Lines of the reversed invoice, or of any invoice of the same sale lines: the best price first."""
        sold = set(credit.order_line_ids)
        reversed_id = self._erp.invoices[credit.invoice_id].reversed_id
        if reversed_id:
            found = [
                x
                for x in self._of_invoice.get(reversed_id, ())
                if x.product_id == credit.product_id and (not sold or sold & set(x.order_line_ids))
            ]
        else:
            found = [x for x in self.lines_for(sold) if x.product_id == credit.product_id]
        return sorted(found, key=lambda x: x.price_unit != credit.price_unit)

    def lines_for(self, order_line_ids: Iterable[int]) -> list[InvoiceLine]:
        """Give the posted invoice lines of order lines, the oldest invoice first."""
        found = {x.id: x for o in order_line_ids for x in self._posted.get(o, ())}
        return sorted(found.values(), key=self._age)

    def left(self, line: InvoiceLine) -> Decimal:
        """Units of an invoice line not yet credited by anyone, drafts counted."""
        return line.quantity - self._credited.get(line.id, ZERO) - self._taken.get(line.id, ZERO)

    def last_cent(self, invoice_id: int, shares: Iterable[Share], total: Decimal, lines: int) -> Decimal:
        """Give what rounding leaves of an invoice when a note of this total gives back the last of it; else nothing.

        Each note before it, made or planned, was rounded by itself: by half a unit a line at most. More than that has
        another reason, and stays visible.
        """
        rest = {x.id: self.left(x) for x in self._of_invoice[invoice_id]}
        for share in shares:
            rest[share.invoice_line.id] -= share.quantity
        before = self._notes[invoice_id]
        totals = [t for t, _ in before if t is not None]
        if any(rest.values()) or not before or len(totals) < len(before):
            return ZERO
        invoice = self._erp.invoices[invoice_id]
        gap = invoice.total - sum(totals, total)
        most = HALF * self._erp.unit_of(invoice.currency) * sum((n for _, n in before), lines)
        return gap if abs(gap) <= most else ZERO

    def invoiced_and_credited(self, order_line_ids: Iterable[int]) -> tuple[Decimal, Decimal]:
        """Units of order lines on posted invoices, and how many of them anyone credited."""
        lines = self.lines_for(order_line_ids)
        invoiced = sum((x.quantity for x in lines), ZERO)
        return invoiced, invoiced - sum((self.left(x) for x in lines), ZERO)

    def take(self, shares: Iterable[Share]) -> None:
        """Count shares as credited for the next RMA of the same batch."""
        for share in shares:
            self._taken[share.invoice_line.id] += share.quantity

    def give(self, invoice_id: int, total: Decimal | None, lines: int) -> None:
        """Count a planned note as made; None where its total is not known before Odoo computes it."""
        self._notes[invoice_id].append((total, lines))

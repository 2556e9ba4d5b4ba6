"""Carry out what concerns the ledger: credit notes made as drafts, checked, posted, reconciled."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from odoo_rma.connector.errors import AccessRefused, Busy, Refused
from odoo_rma.connector.odoo.loading import with_lines
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import from_odoo, plain, round_to
from odoo_rma.mappings.plan import MakeCreditNote, NewCreditLine, PostCreditNote, Reconcile, ReopenCreditNote
from odoo_rma.mappings.plan.ledger import MakeDebitNote
from odoo_rma.sync.batch import Batch, Item

ENTRY = "account.move"
LINE = "account.move.line"
ANALYTIC = {"analytic_account_id": "analytic_account_id/.id"}
# Only lines that somebody owes have a due date; the field that names the account's kind changed between versions.
RECEIVABLE = [("account_id.reconcile", "=", True), ("date_maturity", "!=", False)]


def make_credit_notes(batch: Batch) -> None:
    """Make the draft credit notes, each under its key, and check that Odoo arrives at the expected total."""

    def call(items: Sequence[Item[MakeCreditNote]]) -> None:
        fields, rows = _rows(batch, [i.step for i in items])
        batch.load(ENTRY, [i.step.key for i in items], fields, rows)

    items = batch.items(MakeCreditNote)
    batch.attempt(items, call)
    made = [i for i in items if i.work.going and i.step.promised]
    batch.attempt(made, lambda checked: _check_totals(batch, checked))


def _rows(batch: Batch, steps: Iterable[MakeCreditNote]) -> tuple[list[str], list[list[Any]]]:
    can = batch.client.can
    head = ["id", "move_type", "partner_id/.id", "journal_id/.id", "currency_id/.id", "invoice_date", "ref"]
    head += ["invoice_origin", "reversed_entry_id/.id"]
    line = ["id", "name", "quantity", "price_unit", "discount", "product_id/.id", "product_uom_id/.id"]
    line += ["account_id/.id", "tax_ids/.id", "sale_line_ids/.id"]
    line += [ANALYTIC.get(can.analytic_field, can.analytic_field)] if can.analytic_field else []
    rows: list[list[Any]] = []
    for step in steps:
        first: list[Any] = [
            str(step.key),
            "out_invoice" if isinstance(step, MakeDebitNote) else "out_refund",
            step.partner_id,
            step.journal_id,
            batch.reference.currency_ids[step.currency],
        ]
        first += [step.day.isoformat(), step.ref, step.origin, step.invoice_id]
        with_analytic = can.analytic_field is not None
        rows += with_lines(first, [_cells(own, with_analytic=with_analytic) for own in step.lines])
    return [*head, *(f"invoice_line_ids/{f}" for f in line)], rows


def _cells(line: NewCreditLine, *, with_analytic: bool) -> list[Any]:
    analytic = json.dumps(line.analytic) if isinstance(line.analytic, dict) else line.analytic
    return [
        str(line.key),
        line.name,
        plain(line.quantity),
        plain(line.price_unit),
        plain(line.discount),
        line.product_id or "",
        line.uom_id or "",
        line.account_id,
        ",".join(map(str, line.tax_ids)),
        ",".join(map(str, line.order_line_ids)),
        *([analytic or ""] if with_analytic else []),
    ]


def _check_totals(batch: Batch, items: Sequence[Item[MakeCreditNote]]) -> None:
    ids = [batch.made[i.step.key] for i in items]
    totals = {r["id"]: from_odoo(r["amount_total"]) for r in batch.client.read(ENTRY, ids, ["amount_total"])}
    for item, record in zip(items, ids, strict=True):
        step = item.step
        total = round_to(totals[record], batch.reference.unit_of(step.currency))
        if step.expected is not None and total != step.expected:
            item.work.issues.append(_differs(step, total))


def _differs(step: MakeCreditNote, total: Any) -> Issue:
    return Issue(
        "total_differs",
        f"Odoo computes {total} {step.currency} for the draft credit note {step.ref}, expected were {step.expected} "
        f"({'; '.join(step.calculation)}).",
        "Correct the draft in Odoo; it was not posted. Or delete it, and have it made again: quarantine resolve --again.",
        "refunds",
        {"expected": str(step.expected), "calculated": str(total)},
    )


def reopen_credit_notes(batch: Batch) -> None:
    """Reset canceled credit notes to draft."""

    def call(items: Sequence[Item[ReopenCreditNote]]) -> None:
        batch.client.call(ENTRY, "button_draft", [i.step.note_id for i in items])

    batch.attempt(batch.items(ReopenCreditNote), call)


def post_credit_notes(batch: Batch) -> None:
    """Post in waves: one call never holds two notes of the same invoice, because Odoo would mix them up."""
    items = batch.items(PostCreditNote)
    own = batch.reference.company.currency
    for wave in _waves(items):
        for in_own in (True, False):
            context = batch.client.can.post_context(own_currency=in_own)
            some = [i for i in wave if i.work.going and (i.step.currency == own) is in_own]
            batch.attempt(some, partial(_post, batch, context=context))
    batch.attempt([i for i in items if i.work.going], lambda posted: _check_pairs(batch, posted))


def _post(batch: Batch, items: Sequence[Item[PostCreditNote]], context: Mapping[str, Any]) -> None:
    ids = [batch.id_of(i.step.ref) for i in items]
    try:
        batch.client.call(ENTRY, "action_post", ids, context=context)
    except Refused as error:
        # Some module may change the lines while it posts, and count on Odoo to work out the others anew.
        if not context or isinstance(error, AccessRefused | Busy):
            raise
        batch.client.call(ENTRY, "action_post", ids)


def _waves(items: Sequence[Item[PostCreditNote]]) -> Iterator[list[Item[PostCreditNote]]]:
    rest = list(items)
    while rest:
        seen: set[int] = set()
        wave = []
        for item in rest:
            if item.step.invoice_id not in seen:
                seen.add(item.step.invoice_id)
                wave.append(item)
        rest = [i for i in rest if i not in wave]
        yield wave


def _check_pairs(batch: Batch, items: Sequence[Item[PostCreditNote]]) -> None:
    """Make sure that no note was taken off another invoice than its own."""
    client = batch.client
    notes = {batch.id_of(i.step.ref): i for i in items}
    owed = [(f"credit_move_id.{field}", operator, value) for field, operator, value in RECEIVABLE]
    domain = [("credit_move_id.move_id", "in", list(notes)), *owed]
    pairs = client.search_read("account.partial.reconcile", domain, ["credit_move_id", "debit_move_id"])
    ids = sorted({p[side] for p in pairs for side in ("credit_move_id", "debit_move_id")})
    entries = {r["id"]: r["move_id"] for r in client.read(LINE, ids, ["move_id"])} if ids else {}
    for pair in pairs:
        item, other = notes[entries[pair["credit_move_id"]]], entries[pair["debit_move_id"]]
        if other != item.step.invoice_id:
            item.work.issues.append(_mispaired(other))


def _mispaired(other: int) -> Issue:
    return Issue(
        "wrong_pairing",
        f"The credit note was reconciled with another entry (id {other}) than the invoice it reverses.",
        "Break that reconciliation in Odoo and reconcile the note with its own invoice.",
        "refunds",
    )


def reconcile(batch: Batch) -> None:
    """Take posted credit notes off their open invoices."""
    for item in batch.items(Reconcile):
        batch.attempt([item], lambda items: _reconcile(batch, items[0].step))


def _reconcile(batch: Batch, step: Reconcile) -> None:
    documents = [batch.id_of(step.ref), step.invoice_id]
    domain = [("move_id", "in", documents), ("reconciled", "=", False), *RECEIVABLE]
    rows = batch.client.search_read(LINE, domain, ["move_id"])
    if {r["move_id"] for r in rows} == set(documents):
        batch.client.call(LINE, "reconcile", [r["id"] for r in rows])

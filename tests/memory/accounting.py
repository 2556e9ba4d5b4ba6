"""Credit notes and invoices: made as drafts with their taxes and what is owed, posted, reset, canceled."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from memory.database import Database
from memory.numbers import exact, next_name, rounded
from memory.reconciling import free, pair, settle
from memory.taxes import Amounts, Priced, priced
from odoo_rma.connector.errors import Refused

ENTRY, LINE = "account.move", "account.move.line"
SIDE = {"out_refund": 1, "out_invoice": -1}
"""On which side the lines of a document stand: a credit note's are debits."""


def make_entry(
    db: Database, values: dict[str, Any], lines: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[int, list[int]]:
    """Make a draft credit note or invoice: its lines, then its taxes, then what the customer owes or is owed."""
    kind = values["move_type"]
    if kind not in SIDE:
        raise NotImplementedError(f"the double does not make {kind}")
    whole = priced(db, [own for _, own in lines])
    if whole.total <= 0:
        raise NotImplementedError("the double makes no document of nothing, or less")
    customer = db.row("res.partner", values["partner_id"])
    made = db.create(
        ENTRY,
        state="draft",
        payment_state="not_paid",
        auto_post="no",
        company_id=1,
        commercial_partner_id=customer["commercial_partner_id"],
        date=values["invoice_date"],
        amount_total=float(whole.total),
        amount_tax=float(whole.tax),
        amount_residual=float(whole.total),
        **values,
    )
    ids = [_line(db, made, own, amount) for (_, own), amount in zip(lines, whole.lines, strict=True)]
    booked = [db.row(LINE, x) for x in (*ids, *_tax_lines(db, made, whole))]
    _owed(db, made, customer, booked)
    return made, ids


def _line(db: Database, entry: int, values: dict[str, Any], amounts: Amounts) -> int:
    subtotal, total, booked, raw = amounts
    more = {"price_subtotal": float(subtotal), "price_total": float(total), **values}
    return _book(db, entry, "product", booked, raw, **more)


def _book(db: Database, entry: int, kind: str, amount: Decimal, raw: Decimal, **values: Any) -> int:
    """Book an amount; in the company's currency it comes to what it was before it was rounded."""
    row = db.row(ENTRY, entry)
    side = SIDE[row["move_type"]]
    in_currency = side * amount
    booked = rounded(side * raw / exact(db.row("res.currency", row["currency_id"])["rate"]))
    return db.create(
        LINE,
        move_id=entry,
        display_type=kind,
        currency_id=row["currency_id"],
        amount_currency=float(in_currency),
        debit=float(max(booked, Decimal(0))),
        credit=float(max(-booked, Decimal(0))),
        **values,
    )


def _tax_lines(db: Database, entry: int, whole: Priced) -> list[int]:
    document = "refund" if db.row(ENTRY, entry)["move_type"] == "out_refund" else "invoice"
    return [
        _book(
            db,
            entry,
            "tax",
            amount,
            raw,
            name=db.row("account.tax", tax)["name"],
            tax_line_id=tax,
            account_id=_tax_account(db, tax, document) or whole.account_of[tax],
        )
        for tax, (amount, raw) in whole.taxes.items()
        if amount
    ]


def _tax_account(db: Database, tax: int, document: str) -> int:
    ways = [
        db.row("account.tax.repartition.line", x)
        for x in db.where("account.tax.repartition.line", "tax_id", tax)
    ]
    (own,) = (w for w in ways if (w["document_type"], w["repartition_type"]) == (document, "tax"))
    if own["factor_percent"] != 100.0:
        raise NotImplementedError("the double does not split a tax over accounts")
    return int(own["account_id"])


def _owed(db: Database, entry: int, customer: Any, booked: Sequence[Any]) -> None:
    row = db.row(ENTRY, entry)
    owed = -sum((exact(x["debit"]) - exact(x["credit"]) for x in booked), Decimal(0))
    in_currency = -sum((exact(x["amount_currency"]) for x in booked), Decimal(0))
    db.create(
        LINE,
        move_id=entry,
        display_type="payment_term",
        currency_id=row["currency_id"],
        account_id=customer["property_account_receivable_id"],
        date_maturity=row["invoice_date"],
        amount_currency=float(in_currency),
        amount_residual=float(owed),
        amount_residual_currency=float(in_currency),
        debit=float(max(owed, Decimal(0))),
        credit=float(max(-owed, Decimal(0))),
    )


def balance(db: Database, line: int) -> float:
    """Give a line's debit less its credit."""
    row = db.row(LINE, line)
    return float(exact(row["debit"]) - exact(row["credit"]))


def action_post(db: Database, ids: Sequence[int]) -> bool:
    """Post drafts; a credit note is taken off its own invoice where that is open."""
    rows = [db.row(ENTRY, i) for i in ids]
    for row in rows:
        _no_archived_account(db, row["id"])
        if row["state"] != "draft":
            raise Refused(f"The entry {row['name'] or '/'} (id {row['id']}) must be in draft.")
    reversed_ids = [r["reversed_entry_id"] for r in rows if r["reversed_entry_id"]]
    if len(set(reversed_ids)) < len(reversed_ids):
        raise NotImplementedError("two notes of one invoice in one call: Odoo mixes up whose is whose")
    for row in rows:
        name = row["name"] or next_name(db, ENTRY, _prefix(db, row))
        db.write(ENTRY, row["id"], state="posted", name=name, posted_before=True)
    for row in rows:
        other = row["reversed_entry_id"]
        if other and db.row(ENTRY, other)["state"] == "posted":
            _pair_open_lines(db, row["id"], other)
    return False  # so says Odoo, over either transport


def _no_archived_account(db: Database, entry: int) -> None:
    for line in db.where(LINE, "move_id", entry):
        account = db.row("account.account", db.row(LINE, line)["account_id"])
        if not account["active"]:
            raise Refused(f"The account {account['name']} ({account['code']}) is archived.")


def _prefix(db: Database, row: Any) -> str:
    code = db.row("account.journal", row["journal_id"])["code"]
    return f"{'R' if row['move_type'] == 'out_refund' else ''}{code}/{row['date'][:4]}/"


def _pair_open_lines(db: Database, one: int, other: int) -> None:
    lines = [x for e in (other, one) for x in db.where(LINE, "move_id", e)]
    owed = [
        x
        for x in lines
        if db.row(LINE, x)["display_type"] == "payment_term" and not db.row(LINE, x)["reconciled"]
    ]
    if len({db.row(LINE, x)["move_id"] for x in owed}) == 2:
        pair(db, owed)


def button_draft(db: Database, ids: Sequence[int]) -> None:
    """Reset to draft; what it was reconciled with is open again."""
    for entry in ids:
        if db.row(ENTRY, entry)["state"] not in ("posted", "cancel"):
            raise Refused("Only posted/cancelled journal entries can be reset to draft.")
    for entry in ids:
        free(db, entry)
        db.write(ENTRY, entry, state="draft")
        settle(db, entry)


def button_cancel(db: Database, ids: Sequence[int]) -> None:
    """Cancel drafts; posted ones are reset first."""
    for entry in ids:
        state = db.row(ENTRY, entry)["state"]
        if state == "cancel":
            raise Refused("Only draft journal entries can be cancelled.")
        if state == "posted":
            button_draft(db, [entry])
        db.write(ENTRY, entry, state="cancel")


def unlink_entry(db: Database, ids: Sequence[int]) -> bool:
    """Delete drafts that were never posted."""
    for entry in ids:
        if db.row(ENTRY, entry)["state"] != "draft" or db.row(ENTRY, entry)["posted_before"]:
            raise NotImplementedError("the double deletes only drafts that were never posted")
        for line in list(db.where(LINE, "move_id", entry)):
            db.unlink(LINE, line)
        db.unlink(ENTRY, entry)
    return True

"""What is paired with what, and what of it stays open."""

from collections.abc import Sequence
from decimal import Decimal

from memory.database import Database
from memory.numbers import exact
from odoo_rma.connector.errors import Refused

ENTRY, LINE, PART = "account.move", "account.move.line", "account.partial.reconcile"


def reconcile(db: Database, ids: Sequence[int]) -> None:
    """Take open lines off each other, as `account.move.line.reconcile` does."""
    rows = [db.row(LINE, x) for x in ids]
    if any(r["reconciled"] for r in rows):
        raise Refused("You are trying to reconcile some entries that are already reconciled.")
    if any(db.row(ENTRY, r["move_id"])["state"] != "posted" for r in rows):
        raise Refused("You can only reconcile posted entries.")
    pair(db, ids)


def pair(db: Database, ids: Sequence[int]) -> None:
    """Pair debits with credits until one side is used up."""
    if len({(db.row(LINE, x)["account_id"], db.row(LINE, x)["currency_id"]) for x in ids}) > 1:
        raise NotImplementedError("the double reconciles within one account and one currency")
    debits = [x for x in ids if exact(db.row(LINE, x)["amount_residual_currency"]) > 0]
    credits = [x for x in ids if exact(db.row(LINE, x)["amount_residual_currency"]) < 0]
    for debit in debits:
        for credit in credits:
            _take(db, debit, credit)
    for entry in {db.row(LINE, x)["move_id"] for x in ids}:
        settle(db, entry)


def _take(db: Database, debit: int, credit: int) -> None:
    one, other = db.row(LINE, debit), db.row(LINE, credit)
    fields = ("amount_residual", "amount_residual_currency")
    amount, in_currency = (min(exact(one[f]), -exact(other[f])) for f in fields)
    if not in_currency:
        return
    db.create(
        PART,
        debit_move_id=debit,
        credit_move_id=credit,
        amount=float(amount),
        debit_amount_currency=float(in_currency),
        credit_amount_currency=float(in_currency),
    )
    _open(db, debit, -amount, -in_currency)
    _open(db, credit, amount, in_currency)


def _open(db: Database, line: int, amount: Decimal, in_currency: Decimal) -> None:
    row = db.row(LINE, line)
    left = exact(row["amount_residual"]) + amount
    left_in_currency = exact(row["amount_residual_currency"]) + in_currency
    db.write(
        LINE,
        line,
        amount_residual=float(left),
        amount_residual_currency=float(left_in_currency),
        reconciled=not left and not left_in_currency,
    )


def free(db: Database, entry: int) -> None:
    """Undo every pairing of an entry."""
    for line in db.where(LINE, "move_id", entry):
        for part in [*db.where(PART, "debit_move_id", line), *db.where(PART, "credit_move_id", line)]:
            row = db.row(PART, part)
            others = (row["debit_move_id"], row["credit_move_id"])
            amount, in_currency = exact(row["amount"]), exact(row["debit_amount_currency"])
            db.unlink(PART, part)
            _open(db, others[0], amount, in_currency)
            _open(db, others[1], -amount, -in_currency)
            for other in others:
                settle(db, db.row(LINE, other)["move_id"])


def settle(db: Database, entry: int) -> None:
    """Work out anew what of an entry is open, and how it was settled."""
    row = db.row(ENTRY, entry)
    if row["move_type"] not in ("out_invoice", "out_refund"):
        return
    lines = [x for x in db.where(LINE, "move_id", entry) if db.row(LINE, x)["display_type"] == "payment_term"]
    left = abs(sum((exact(db.row(LINE, x)["amount_residual_currency"]) for x in lines), Decimal(0)))
    state = _payment_state(db, row["move_type"], lines, left) if row["state"] == "posted" else "not_paid"
    if (row["amount_residual"], row["payment_state"]) != (float(left), state):
        db.write(ENTRY, entry, amount_residual=float(left), payment_state=state)


def _payment_state(db: Database, kind: str, lines: Sequence[int], left: Decimal) -> str:
    others = {_other(db, part, x) for x in lines for part in _parts(db, x)}
    if not others:
        return "not_paid"
    if left:
        return "partial"
    paid = any(db.where("account.payment", "move_id", other) for other in others)
    kinds = {db.row(ENTRY, other)["move_type"] for other in others}
    by_credit = kind == "out_invoice" and "out_refund" in kinds and kinds <= {"out_refund", "entry"}
    return "reversed" if by_credit and not paid else "paid"


def _parts(db: Database, line: int) -> list[int]:
    return [*db.where(PART, "debit_move_id", line), *db.where(PART, "credit_move_id", line)]


def _other(db: Database, part: int, line: int) -> int:
    row = db.row(PART, part)
    other = row["credit_move_id"] if row["debit_move_id"] == line else row["debit_move_id"]
    return int(db.row(LINE, other)["move_id"])

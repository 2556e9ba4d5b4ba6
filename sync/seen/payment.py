"""Read payments that settle credit notes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.erp import CANCELED, DRAFT, Erp
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, from_odoo, round_to
from odoo_rma.mappings.payment import payment_memo
from odoo_rma.mappings.seen.payment import POSTED, ByHand, Payment, Payments
from odoo_rma.sync.customers import any_of, read_keys
from odoo_rma.sync.reference import Reference, day
from odoo_rma.sync.seen.gift_card import read_cards

_SETTLES = "move_id.line_ids.matched_credit_ids.credit_move_id.move_id"
_SETTLED = "reconciled_invoice_ids"
_STATES = {"draft": DRAFT, "cancel": CANCELED, "canceled": CANCELED, "rejected": CANCELED}


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in the payments for these RMAs: ours by what they are for, confirmed by external id, people's by what they settle."""
    memos = sorted({payment_memo(rma, refund) for rma in rmas for refund in rma.refunds})
    notes = {n.id for n in erp.invoices.values() if n.key and n.is_credit and n.residual < n.total}
    if not (memos or notes):
        return erp
    parts: list[Any] = [(client.can.payment_memo, "in", memos)] if memos else []
    parts += [(_SETTLES, "in", sorted(notes))] if notes else []
    fields = ("name", "state", "amount", "currency_id", "move_id", "is_matched", "date", _SETTLED)
    rows = client.search_read("account.payment", any_of(parts), fields)
    keys = read_keys(client, "account.payment", (r["id"] for r in rows))
    rows = [r for r in rows if keys.get(r["id"]) or notes & {*r[_SETTLED]}]
    on_account = _on_account(client, (r["move_id"] for r in rows if r["move_id"]))
    every = {r["id"]: _payment(r, keys.get(r["id"]), on_account, reference) for r in rows}
    by_hand = {
        r["id"]: ByHand(every[r["id"]], frozenset(notes & {*r[_SETTLED]}))
        for r in rows
        if not keys.get(r["id"])
    }
    ours = {i: p for i, p in every.items() if p.key}
    cards = read_cards(client, reference, rmas, erp) if memos else {}
    return replace(erp, payments=Payments(ours, cards, by_hand))


def _payment(
    row: Row, key: Key | None, on_account: Mapping[int, tuple[Decimal, Decimal]], reference: Reference
) -> Payment:
    currency = reference.currencies[row["currency_id"]]
    unit = reference.unit_of(currency)
    still_open, booked = on_account.get(row["move_id"] or 0, (ZERO, None))
    return Payment(
        id=row["id"],
        name=row["name"] if row["name"] and row["name"] != "/" else "",
        state=_STATES.get(row["state"], POSTED),
        amount=round_to(from_odoo(row["amount"]), unit),
        currency=currency,
        residual=round_to(still_open, unit),
        has_entry=bool(row["move_id"]),
        matched=bool(row["is_matched"]),
        key=key,
        day=day(row["date"]),
        booked=None if booked is None else round_to(booked, reference.unit_of(reference.company.currency)),
    )


def _on_account(client: OdooClient, moves: Iterable[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """Give what of each payment is open on the customer's account, and what it comes to in the company's currency.

    The other line, the bank's, is a credit.
    """
    found: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    if not (wanted := sorted(moves)):
        return found
    domain = [("move_id", "in", wanted), ("account_id.reconcile", "=", True), ("debit", ">", 0)]
    for row in client.search_read(
        "account.move.line", domain, ["move_id", "amount_residual_currency", "debit"]
    ):
        still_open, booked = found[row["move_id"]]
        part = abs(from_odoo(row["amount_residual_currency"]))
        found[row["move_id"]] = (still_open + part, booked + from_odoo(row["debit"]))
    return found

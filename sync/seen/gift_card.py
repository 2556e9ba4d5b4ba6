"""Read gift cards: those issued for refunds, and whoever else's have the codes that refunds name."""

from collections.abc import Iterator, Sequence
from typing import Any

from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Refund, Rma
from odoo_rma.mappings.money import from_odoo, round_to
from odoo_rma.mappings.payment import payment_memo
from odoo_rma.mappings.payment_rules import CARDS
from odoo_rma.mappings.seen.gift_card import GiftCard
from odoo_rma.sync.customers import any_of, read_keys
from odoo_rma.sync.reference import Reference, day

FIELDS = ("code", "currency_id", "partner_id", "points", "expiration_date", "active", "use_count")


def read_cards(
    client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp
) -> dict[int, GiftCard]:
    """Give the cards by id, archived ones too, found by what their history says and confirmed by external id.

    Before 18 cards have no history: there they are looked for among the customers' cards.
    """
    refunds = list(_refunds(rmas))
    if not refunds or not client.can.has_gift_cards:
        return {}
    codes = sorted({r.reference for _, r in refunds if r.reference})
    memos = sorted({payment_memo(rma, r) for rma, r in refunds})
    ours: tuple[Any, ...] = ("history_ids.description", "in", memos)
    if not client.can.has_card_history:
        ours = ("partner_id", "in", sorted(erp.partners))
    archived = ["|", ("active", "=", True), ("active", "=", False)]
    rows = client.search_read("loyalty.card", [*archived, *any_of([("code", "in", codes), ours])], FIELDS)
    keys = read_keys(client, "loyalty.card", (r["id"] for r in rows))
    return {r["id"]: _card(r, keys.get(r["id"]), reference) for r in rows}


def _refunds(rmas: Sequence[Rma]) -> Iterator[tuple[Rma, Refund]]:
    return ((rma, r) for rma in rmas for r in rma.refunds if r.method in CARDS)


def _card(row: Row, key: Key | None, reference: Reference) -> GiftCard:
    currency = reference.currencies[row["currency_id"]]
    return GiftCard(
        id=row["id"],
        code=row["code"],
        partner_id=row["partner_id"] or 0,
        points=round_to(from_odoo(row["points"]), reference.unit_of(currency)),
        currency=currency,
        expires=day(row["expiration_date"]),
        active=row["active"],
        used=row["use_count"] > 0,
        key=key,
    )

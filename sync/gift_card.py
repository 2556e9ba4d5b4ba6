"""Carry out what concerns gift cards: issued, in programs that are there."""

from collections.abc import Iterable, Mapping, Sequence

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.payment_rules import Program
from odoo_rma.mappings.plan.gift_card import IssueGiftCard
from odoo_rma.mappings.vocabulary import RefundMethod
from odoo_rma.sync.batch import Batch, Item
from odoo_rma.sync.reference import Reference

CARD = "loyalty.card"
OF_MONEY = ("gift_card", "ewallet")
"""The types of programs whose points are money; in all others a point is worth what the rewards say."""


def programs(settings: Settings, client: OdooClient, reference: Reference) -> Mapping[RefundMethod, Program]:
    """Look up in Odoo the programs that the settings name.

    Raises:
        BadSettings: one is not there, is there twice, or its points are not money.

    """
    wanted = settings.payments.programs
    if not wanted:
        return {}
    if not client.can.has_gift_cards:
        return {RefundMethod(method): Program(0, name) for method, name in wanted.items()}
    domain = [("name", "in", sorted(set(wanted.values()))), ("program_type", "in", OF_MONEY)]
    ours = [("company_id", "in", [False, reference.company.id])]
    rows = client.search_read("loyalty.program", [*domain, *ours], ["name", "currency_id"])
    found = [Program(r["id"], r["name"], reference.currencies[r["currency_id"]]) for r in rows]
    return {RefundMethod(method): _only(found, name) for method, name in wanted.items()}


def _only(found: Iterable[Program], name: str) -> Program:
    own = [p for p in found if p.name == name]
    if len(own) != 1:
        many = f"there are {len(own)}" if own else "there is none"
        raise BadSettings(
            f"[payments] programs names “{name}”, but of gift card or eWallet programs with that name {many} in Odoo."
        )
    return own[0]


def carry_out(batch: Batch) -> None:
    """Do what the plans say about gift cards; codes of Odoo's own making need a call without that column."""
    items = batch.items(IssueGiftCard)
    for with_code in (True, False):
        batch.attempt([i for i in items if bool(i.step.code) is with_code], lambda own: _issue(batch, own))


def _issue(batch: Batch, items: Sequence[Item[IssueGiftCard]]) -> None:
    with_code, history = bool(items[0].step.code), batch.client.can.has_card_history
    fields = ["id", "program_id/.id", "partner_id/.id", "points", "expiration_date"]
    fields += ["code"] * with_code + ["history_ids/description", "history_ids/issued"] * history
    rows = []
    for s in (i.step for i in items):
        row = [
            str(s.key),
            s.program_id,
            s.partner_id,
            str(s.points),
            s.expires.isoformat() if s.expires else "",
        ]
        row += [s.code] * with_code + [s.memo, str(s.points)] * history
        rows.append(row)
    batch.load(CARD, [i.step.key for i in items], fields, rows)

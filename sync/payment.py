"""Carry out what concerns payments: made as drafts, posted, reconciled, canceled."""

from collections.abc import Sequence

from odoo_rma.connector.errors import BadSettings, Refused
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.payment_rules import PaymentRules
from odoo_rma.mappings.plan.payment import CancelPayment, MakePayment, PostPayment, ReconcilePayment
from odoo_rma.sync import gift_card
from odoo_rma.sync.batch import Batch, Item
from odoo_rma.sync.reference import Reference

PAYMENT = "account.payment"
LINE = "account.move.line"


def rules(settings: Settings, client: OdooClient, reference: Reference) -> PaymentRules:
    """Look up in Odoo the journals and the gift card programs that the settings name.

    Raises:
        BadSettings: one is not there, keeps no money, or is no program of gift cards.

    """
    wanted = settings.payments.journals
    if not wanted:
        return PaymentRules()
    programs = gift_card.programs(settings, client, reference)
    domain = [("code", "in", sorted(set(wanted.values()))), ("company_id", "=", reference.company.id)]
    kinds = [("type", "in", ["bank", "cash", "credit"])]
    found = {r["code"]: r["id"] for r in client.search_read("account.journal", [*domain, *kinds], ["code"])}
    missing = sorted(set(wanted.values()) - found.keys())
    if missing:
        raise BadSettings(
            f"[payments] journals names what is no bank or cash journal in Odoo: {', '.join(missing)}."
        )
    return PaymentRules({name.lower(): found[code] for name, code in wanted.items()}, programs)


def carry_out(batch: Batch) -> None:
    """Do what the plans say about payments and gift cards."""
    batch.attempt(batch.items(MakePayment), lambda items: _make(batch, items))
    batch.attempt(batch.items(PostPayment), lambda items: _post(batch, items))
    for item in batch.items(ReconcilePayment):
        batch.attempt([item], lambda items: _reconcile(batch, items[0].step))
    for canceled in batch.items(CancelPayment):
        batch.attempt([canceled], lambda items: _cancel(batch, items[0].step))
    gift_card.carry_out(batch)


def _make(batch: Batch, items: Sequence[Item[MakePayment]]) -> None:
    fields = ["id", "payment_type", "partner_type", "partner_id/.id", "journal_id/.id", "amount"]
    fields += ["currency_id/.id", "date", batch.client.can.payment_memo]
    rows = [
        [
            str(s.key),
            "outbound",
            "customer",
            s.partner_id,
            s.journal_id,
            str(s.amount),
            batch.reference.currency_ids[s.currency],
            s.day.isoformat(),
            s.memo,
        ]
        for s in (i.step for i in items)
    ]
    batch.load(PAYMENT, [i.step.key for i in items], fields, rows)


def _post(batch: Batch, items: Sequence[Item[PostPayment]]) -> None:
    batch.client.call(PAYMENT, "action_post", [batch.id_of(i.step.ref) for i in items])


def _reconcile(batch: Batch, step: ReconcilePayment) -> None:
    """Put the payment against the notes, on the account that both stand on."""
    client = batch.client
    [payment] = client.read(PAYMENT, [step.payment_id], ["move_id"])
    domain = [("reconciled", "=", False), ("account_id.reconcile", "=", True)]
    both = [("move_id", "in", [*step.note_ids, payment["move_id"]])]
    rows = client.search_read(LINE, [*both, *domain], ["move_id", "account_id"])
    mine = {r["account_id"] for r in rows if r["move_id"] == payment["move_id"]}
    theirs = {r["account_id"] for r in rows if r["move_id"] != payment["move_id"]}
    lines = [r["id"] for r in rows if r["account_id"] in mine & theirs]
    if not lines:
        raise Refused("payment and credit note stand on different receivable accounts of the customer.")
    client.call(LINE, "reconcile", lines)


def _cancel(batch: Batch, step: CancelPayment) -> None:
    client, payment = batch.client, [step.payment_id]
    if step.posted:
        client.call(PAYMENT, "action_draft", payment)
    (row,) = client.read(PAYMENT, payment, ["move_id"])
    if row["move_id"]:
        # Newer versions delete the entry when the payment itself is canceled, and refuse it once others follow it.
        client.call("account.move", "button_cancel", [row["move_id"]])
    else:
        client.call(PAYMENT, "action_cancel", payment)

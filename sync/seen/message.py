"""Read what customers were told, and what is about to be sent to them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.erp import DONE, Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.seen.message import HOST, Attempt, Mark, Told
from odoo_rma.sync.clock import utc_now
from odoo_rma.sync.message import REFUSED, SENT
from odoo_rma.sync.reference import Reference

PATIENCE = timedelta(minutes=15)
"""No server works on one call for so long: what was announced before that and is not there was never sent."""


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in what customers were told, found by our Message-Ids in the chatter of their orders, and of themselves."""
    if reference.channel is None or not erp.orders:
        return erp
    ours = ("message_id", "=like", f"%@{HOST}>")
    on_orders = ["&", ("model", "=", "sale.order"), ("res_id", "in", list(erp.orders))]
    on_customers = ["&", ("model", "=", "res.partner"), ("res_id", "in", list(erp.partners))]
    fields = ("message_id", "reply_to", "create_date")
    rows = client.search_read("mail.message", [ours, "|", *on_orders, *on_customers], fields)
    marks = {r["id"]: mark for r in rows if (mark := Mark.parse(r["message_id"]))}
    went_out = {r["id"] for r in rows if r["reply_to"] == SENT}
    sent = {i: replace(m, attempt=0) for i, m in marks.items() if not m.attempt or i in went_out}
    attempts = {r["id"]: Attempt(marks[r["id"]], _open(r)) for r in rows if r["id"] in marks.keys() - sent}
    return replace(erp, messages=Told(sent, attempts, _arrived(client, erp)))


def _open(row: Row) -> bool:
    return row["reply_to"] != REFUSED and utc_now() - _time(row["create_date"]) < PATIENCE


def _arrived(client: OdooClient, erp: Erp) -> Mapping[int, datetime]:
    done = [p.id for p in erp.pickings.values() if p.state == DONE and erp.root(p).key]
    rows = client.read("stock.picking", done, ["date_done"]) if done else []
    return {r["id"]: _time(r["date_done"]) for r in rows if r["date_done"]}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

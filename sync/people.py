"""Carry out what concerns customers, and the notes that people read in the chatter."""

from collections.abc import Sequence
from typing import Any

from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.plan import FillPartner, MakePartner, Note
from odoo_rma.sync.batch import Batch, Item

PARTNER = "res.partner"
MESSAGE = "mail.message"
NOTE_FIELDS = ("id", "model", "res_id", "body", "message_type", "subtype_id/id", "author_id/.id", "reply_to")
"""The last one says that there is none: no note is mailed, and working one out takes Odoo longer than all the rest."""
NOTE = "mail.mt_note"
"""What Odoo calls the kind of message that only people inside see."""
RELATIONS = frozenset({"country_id"})
OTHER = (PARTNER, "sale.order", "stock.scrap", "account.payment")
"""Documents whose notes are written at the end of a round."""


def make_partners(batch: Batch) -> None:
    """Make the customers that are not there, each under their key."""

    def call(items: Sequence[Item[MakePartner]]) -> None:
        names = sorted({f for i in items for f in i.step.values})
        fields = ["id", *(f"{f}/.id" if f in RELATIONS else f for f in names)]
        unique = {i.step.key: i.step for i in items}
        rows: list[list[Any]] = [[str(s.key), *(s.values.get(f, "") for f in names)] for s in unique.values()]
        batch.load(PARTNER, unique, fields, rows)
        for item in items:
            item.work.partner_id = batch.made[item.step.key]

    batch.attempt(batch.items(MakePartner), call)


def fill_partners(batch: Batch) -> None:
    """Fill in what is empty on customers."""
    for item in batch.items(FillPartner):
        batch.attempt([item], lambda items: _fill(batch, items[0].step))


def _fill(batch: Batch, step: FillPartner) -> None:
    batch.client.call(PARTNER, "write", [step.partner_id], vals=dict(step.values))


def write_notes(batch: Batch, *models: str) -> None:
    """Write notes into the chatter of these kinds of documents, each once."""

    def call(items: Sequence[Item[Note]]) -> None:
        steps = [i.step for i in items]
        rows = [note_cells(batch, s.key, s.model, batch.id_of(s.ref), s.body) for s in steps]
        batch.client.load(MESSAGE, NOTE_FIELDS, rows)

    batch.attempt([i for i in batch.items(Note) if i.step.model in models], call)


def note_cells(batch: Batch, key: Key, model: str, record: int, body: str) -> list[Any]:
    """Give the cells of a note in a document's chatter, for the columns `NOTE_FIELDS`."""
    return [str(key), model, record, body, "comment", NOTE, batch.reference.author_id, ""]

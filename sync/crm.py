"""Carry out what salespeople see on customers: tags, and notes in the chatter."""

from collections.abc import Sequence

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.crm_rules import CrmRules, Tag
from odoo_rma.mappings.plan import Ref
from odoo_rma.mappings.plan.crm import AddTag, CustomerNote, MakeTag
from odoo_rma.sync.batch import Batch, Item
from odoo_rma.sync.people import MESSAGE, NOTE_FIELDS, PARTNER, note_cells
from odoo_rma.sync.reference import Reference

TAG = "res.partner.category"


def rules(settings: Settings, client: OdooClient, reference: Reference) -> CrmRules:
    """Look up in Odoo the tags that the settings name; one that is not there is made when it is needed.

    What is agreed on also stands in `reference` from then on, for those who read what is on customers.
    """
    own = settings.crm
    names = sorted(filter(None, {own.tag, own.frequent_tag}))
    rows = client.search_read(TAG, [("name", "in", names)], ["name"]) if names else []
    # Several may have the same name; the oldest is taken, always.
    ids = {r["name"]: r["id"] for r in reversed(rows)}

    def tag(name: str | None) -> Tag | None:
        return Tag(name, ids.get(name, 0)) if name else None

    reference.crm = CrmRules(own.notes, tag(own.tag), tag(own.frequent_tag), own.frequent_after)
    return reference.crm


def carry_out(batch: Batch) -> None:
    """Do what the plans say about customers' tags and notes; the notes last, as they are the memory of the tags."""
    batch.attempt(batch.items(MakeTag), lambda items: _make_tags(batch, items))
    tagged: dict[Ref, list[Item[AddTag]]] = {}
    for item in batch.items(AddTag):
        tagged.setdefault(item.step.tag, []).append(item)
    for items in tagged.values():
        batch.attempt([i for i in items if i.work.going], lambda some: _add_tag(batch, some))
    batch.attempt(batch.items(CustomerNote), lambda items: _write_notes(batch, items))


def _make_tags(batch: Batch, items: Sequence[Item[MakeTag]]) -> None:
    unique = {i.step.key: i.step for i in items}
    batch.load(TAG, unique, ["id", "name"], [[str(s.key), s.name] for s in unique.values()])


def _add_tag(batch: Batch, items: Sequence[Item[AddTag]]) -> None:
    tag = batch.id_of(items[0].step.tag)
    partners = sorted({i.step.partner_id for i in items})
    batch.client.call(PARTNER, "write", partners, vals={"category_id": [[4, tag, 0]]})


def _write_notes(batch: Batch, items: Sequence[Item[CustomerNote]]) -> None:
    rows = [
        [*note_cells(batch, s.key, PARTNER, s.partner_id, s.body), s.subject] for s in (i.step for i in items)
    ]
    batch.client.load(MESSAGE, [*NOTE_FIELDS, "subject"], rows)

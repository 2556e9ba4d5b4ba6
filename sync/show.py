"""Everything about one RMA: its timeline, and every document it has in Odoo, looked up now."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.answer import Answer
from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import in_words
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.documents import documents
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.report import Document
from odoo_rma.sync.rules import company_rules, source_rules
from odoo_rma.sync.store import NotFound, Store


@dataclass(frozen=True, slots=True)
class RmaView:
    """An RMA as a person wants to see it. `steps` is what a sync would still do, `awaits` what people have yet to do."""

    rma: Rma
    timeline: tuple[tuple[datetime, str, str], ...]
    documents: tuple[Document, ...]
    steps: tuple[str, ...]
    issues: tuple[Issue, ...]
    notes: tuple[str, ...] = ()
    answer: Answer | None = None
    awaits: tuple[str, ...] = ()


def show(settings: Settings, text: str, *, clock: Clock = utc_now) -> RmaView:
    """Look one RMA up by its id or number, in the store and in Odoo.

    Raises:
        NotFound: no readable RMA is known under that name.

    """
    with Store.open(settings.run.store) as store:
        source, rma_id = store.find_one(text)
        rma = store.rma(source, rma_id)
        if rma is None:
            raise NotFound(f"{text} could not be read; see: quarantine show {text}")
        history = [
            (m.at, "odoo-rma", " ".join(filter(None, [m.what, m.text])))
            for m in store.history(source, rma_id)
        ]
        decisions = {(source, rma_id): store.decisions(source, rma_id)}
    with closing(connect(settings.odoo, settings.secrets)) as client:
        reference = Reference(client)
        rules = company_rules(settings, client, reference, reference.today(clock))
        erp = Observer(client, settings.matching, reference, rules.policy).observe([rma], decisions)
        plan = compare([rma], erp, source_rules(settings), rules, decisions)[0]
        found = documents(plan, erp, client)
    events = [(e.at, e.actor or source, " ".join(filter(None, [e.type, e.text]))) for e in rma.events]
    timeline = tuple(sorted([*history, *events], key=lambda moment: moment[0]))
    return RmaView(
        rma,
        timeline,
        found,
        tuple(in_words(plan.steps)),
        tuple(plan.issues),
        tuple(plan.notes),
        plan.answer,
        tuple(plan.awaits),
    )

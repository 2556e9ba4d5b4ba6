"""Look at every RMA that the store knows, in the same batches and by the same comparison as a sync."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from itertools import chain

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import Source
from odoo_rma.connector.sources.registry import open_source
from odoo_rma.mappings.apart import apart
from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.drift import UNITS, Area, Link
from odoo_rma.mappings.drift.equation import Sums
from odoo_rma.mappings.drift.find import find
from odoo_rma.mappings.drift.look import Findings, Look
from odoo_rma.mappings.drift.strays import Kin, Share
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.transfer import own_pickings
from odoo_rma.sync.documents import link
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.reconcile.beside import Beside
from odoo_rma.sync.reconcile.spool import CUSTOMER, INVOICE, ORDER, TEXT, Spool
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.rules import company_rules, source_rules
from odoo_rma.sync.store import Store
from odoo_rma.sync.tell import HELD, untold

SETTLED = {"resolved": "settled by hand", "dropped": "left alone, as a person said"}
"""States of an RMA in the store in which a person has decided that nothing more is to be done."""


@dataclass(slots=True)
class Seen:
    """What was looked at, in numbers: its size does not grow with the number of RMAs."""

    sums: Sums = field(default_factory=Sums)
    rmas: int = 0
    first: date | None = None

    def note(self, day: date | None) -> None:
        """Keep the earliest day: what people did before the first RMA is none of our business."""
        if day and (self.first is None or day < self.first):
            self.first = day


class Scanner:
    """Compares batches and puts what it finds into the spool."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        client: OdooClient,
        reference: Reference,
        spool: Spool,
        areas: Sequence[Area],
        today: date,
        stack: ExitStack,
    ) -> None:
        self._store, self._client, self._spool, self._areas = store, client, spool, areas
        self.reference = reference
        self.rules = company_rules(settings, client, reference, today)
        self.sources = source_rules(settings)
        self._observer = Observer(client, settings.matching, reference, self.rules.policy)
        self.beside = Beside(client, reference)
        self.seen = Seen()
        self._links: dict[str, Source] = {
            n: stack.enter_context(closing(open_source(n, own))) for n, own in settings.sources.items()
        }

    def look_at(self, batch: Sequence[tuple[Rma, str]]) -> Iterator[Findings]:
        """Compare a batch of RMAs (with their states in the store), keep what is found, and give it."""
        rmas = [rma for rma, _ in batch]
        states = {(r.source, r.id): state for r, state in batch}
        decisions = {(r.source, r.id): self._store.decisions(r.source, r.id) for r in rmas}
        erp = self._observer.observe(rmas, decisions, self._customers(rmas))
        parts: dict[tuple[str, str], Erp] = {}
        plans = []
        for own, part in apart(rmas, erp, decisions):
            plans += compare(own, part, self.sources, self.rules, decisions)
            parts |= {(r.source, r.id): part for r in own}
        fresh = untold(plans, self.sources, self._store, self._client.server)
        delivered = self.beside.delivered(erp) if Area.INVENTORY in self._areas else {}
        notes = chain.from_iterable(p.credit_notes for p in plans) if Area.LEDGER in self._areas else ()
        accounts = self.beside.accounts(notes)
        for plan in plans:
            name = (plan.rma.source, plan.rma.id)
            look = Look(
                plan,
                parts[name],
                self.sources[plan.rma.source],
                self.rules,
                told=self._was_told(plan, fresh[name].marks if name in fresh else {}),
                settled=SETTLED.get(states[name], ""),
                agreed=decisions[name].agreed,
                delivered=delivered,
                accounts=accounts,
                address=partial(link, self._client.server),
                rma_link=self._rma_link(plan.rma),
                zone=self.reference.zone,
                known=self._store.known_since(*name),
                decisions=decisions[name],
            )
            self._refused_by_odoo(plan)
            found = find(look)
            self._keep(found)
            yield found

    def _customers(self, rmas: Sequence[Rma]) -> set[int]:
        seen = (d for r in rmas for d in self._store.documents(r.source, r.id))
        return {d.id for d in seen if d.model == "res.partner" and d.id}

    def _was_told(self, plan: Plan, fresh: Mapping[str, str]) -> bool:
        takes = self._links[plan.rma.source].takes if plan.rma.source in self._links else frozenset()
        return bool(plan.in_erp.documents) and HELD not in fresh and Fact.RECEIPT in takes

    def _refused_by_odoo(self, plan: Plan) -> None:
        """Odoo's own words are not found again by comparing: they wait in the store."""
        for entry in self._store.entries(plan.rma.source, plan.rma.id, "open"):
            plan.issues += [i for i in entry.issues if i.code == "odoo_refused"]

    def _rma_link(self, rma: Rma) -> Link:
        source = self._links.get(rma.source)
        return Link(rma.label, source.link(rma.id) if source else "")

    def _keep(self, found: Findings) -> None:
        look, areas = found.look, self._areas
        plan, rma = look.plan, look.plan.rma
        self.seen.rmas += 1
        self.seen.sums.add(found)
        self.seen.note(begun(look))
        for picking in own_pickings(rma, look.erp):
            self.beside.receipts.add(picking.destination_id)
        self.beside.products |= {s.product_id for own in plan.slices.values() for s in own}
        self._spool.add_rows(
            found.inventory if Area.INVENTORY in areas else (), found.ledger if Area.LEDGER in areas else ()
        )
        self._spool.add_drifts(d for d in found.drifts if d.area in areas)
        self._spool.claim((d.model, d.id, self._day(d.at)) for d in plan.in_erp.documents)
        self._spool.add_kin(*kin_of(found))
        if any(r.paid for r in found.ledger):
            self._spool.paid(rma.source, rma.id)

    def _day(self, at: date | datetime | None) -> date | None:
        return at.astimezone(self.reference.zone).date() if isinstance(at, datetime) else at


def begun(look: Look) -> date | None:
    """Give the day on which an RMA began: by its own dates, else when it came in."""
    at = min(_days(look.plan.rma), default=look.known)
    return at.astimezone(look.zone).date() if at else None


def kin_of(found: Findings) -> tuple[Kin, list[tuple[str, str]]]:
    """Give what it takes to put a document in Odoo down to an RMA, and the marks by which it is found."""
    look = found.look
    plan, rma = look.plan, look.plan.rma
    came = sum((r.source_received * r.pieces for r in found.inventory), ZERO)
    back = sum((r.received * r.pieces for r in found.inventory), ZERO)
    money = (Share(r.of, r.currency, r.promised, r.credited) for r in found.ledger)
    shares = (Share("", UNITS, came, back), *money)
    kin = Kin(rma.source, rma.id, rma.label, False, look.settled, shares, look.rma_link, begun(look))
    marks = [(TEXT, rma.id.casefold()), (TEXT, rma.label.casefold())]
    marks += [(CUSTOMER, str(look.erp.invoices[i].partner_id)) for i in plan.credit_notes]
    if plan.order_id:
        marks.append((ORDER, str(plan.order_id)))
        marks += [(INVOICE, str(i)) for i in _invoices(plan, look.erp)]
    return kin, marks


def _invoices(plan: Plan, erp: Erp) -> set[int]:
    lines = {x.id for x in erp.order_lines.values() if x.order_id == plan.order_id}
    return {x.invoice_id for x in erp.invoice_lines.values() if lines & set(x.order_line_ids)}


def _days(rma: Rma) -> Iterator[datetime]:
    known = (
        rma.requested_at,
        rma.authorized_at,
        rma.received_at,
        rma.closed_at,
        *(r.at for r in rma.refunds),
    )
    return (d for d in known if d)


def midnight(day: date, reference: Reference) -> datetime:
    """Give the beginning of a day where the people in Odoo are."""
    return datetime.combine(day, time.min, reference.zone)

"""Put together what Odoo and the store know of a customer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.crm import CRM, FEEDBACK
from odoo_rma.mappings.history import Given, History, Record, Return, Ware, added, latest_first, state, wares
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.sync.customer.books import Books
from odoo_rma.sync.customer.goods import PICKING, Goods
from odoo_rma.sync.customer.who import PARTNER, Family
from odoo_rma.sync.customers import read_keys
from odoo_rma.sync.documents import link
from odoo_rma.sync.reference import Reference, day
from odoo_rma.sync.store import Store

Name = tuple[str, str]
"""Source and id of a return; for one made by hand, an empty source and the transfer's or credit note's name."""


@dataclass(slots=True)
class _Found:
    """What belongs to one return."""

    documents: list[Record] = field(default_factory=list)
    articles: list[tuple[str, Decimal]] = field(default_factory=list)
    label: str = ""


def tell(
    client: OdooClient, reference: Reference, family: Family, goods: Goods, books: Books, store: Store
) -> History:
    """Give the history of a customer."""
    found = _in_odoo(client, goods, books)
    for name in store.rmas_of(family.emails, family.rows):
        found.setdefault(name, _Found())
    snapshots = {name: store.rma(*name) for name in found if name[0]}
    returns = {name: _return(name, one, snapshots.get(name)) for name, one in found.items()}
    return History(
        contact=_contact(client, family, family.id),
        contacts=tuple(_contact(client, family, i) for i in family.rows if i != family.id),
        currency=reference.company.currency,
        orders=tuple(reversed(books.orders)),
        returns=latest_first(returns),
        credit_notes=books.credit_notes,
        units=goods.units,
        value=books.value,
        credit_left=books.credit_left,
        gift_cards=books.gift_cards,
        open_work=books.open_work,
        feedback=_feedback(client, family, snapshots, store),
    )


def _contact(client: OdooClient, family: Family, record: int) -> Record:
    row = family.rows[record]
    state = "" if row["active"] else "archived"
    return Record("contact", PARTNER, record, row["name"] or "", state, link(client.server, PARTNER, record))


def _in_odoo(client: OdooClient, goods: Goods, books: Books) -> dict[Name, _Found]:
    found: dict[Name, _Found] = {}
    for i, row in goods.pickings.items():
        key = goods.key(i)
        one = found.setdefault((key.source, key.owner) if key else ("", row["name"]), _Found())
        when = row["date_done"] or row["scheduled_date"] or ""
        one.documents.append(
            Record(
                "transfer",
                PICKING,
                i,
                row["name"],
                row["state"],
                link(client.server, PICKING, i),
                day(when[:10] or False),
            )
        )
        one.articles += goods.back[i]
    for note in books.credit_notes:
        key = books.keys.get(("account.move", note.id))
        one = found.setdefault((key.source, key.owner) if key else ("", note.name), _Found())
        one.documents.append(note)
        one.label = books.labels[note.id] if key else ""
    return found


def _return(name: Name, found: _Found, rma: Rma | None) -> Return:
    source, rma_id = name
    articles: tuple[Ware, ...] = wares(rma) if rma else added(found.articles)
    days: list[date] = [d.day for d in found.documents if d.day]
    asked = rma.requested_at or rma.authorized_at if rma else None
    return Return(
        source=source,
        rma=rma_id if source else "",
        label=rma.label if rma else found.label or rma_id,
        state=state(rma, found.documents),
        day=asked.date() if asked else min(days, default=None),
        wares=articles,
        documents=tuple(found.documents),
    )


def _feedback(
    client: OdooClient, family: Family, snapshots: dict[Name, Rma | None], store: Store
) -> tuple[Given, ...]:
    """Give what the store knows in full, and of the rest what the notes in Odoo are named by: their score."""
    given: dict[Name, list[Given]] = {}
    for name, rma in snapshots.items():
        own = [rma.feedback] if rma and rma.feedback else []
        label = rma.label if rma else name[1]
        given[name] = [
            Given(label, name[0], a.score, a.comment or "", a.at)
            for a in dict.fromkeys([*own, *store.answers(*name)])
        ]
    for name, score in _noted(client, family):
        if not given.get(name):
            given[name] = [Given(name[1], name[0], score, "", None)]
    return tuple(one for own in given.values() for one in own)


def _noted(client: OdooClient, family: Family) -> Iterable[tuple[Name, int]]:
    domain = [
        ("model", "=", PARTNER),
        ("res_id", "in", sorted(family.rows)),
        ("subject", "=like", "Return %"),
    ]
    rows = client.search_read("mail.message", domain, ["id"])
    for key in read_keys(client, "mail.message", (r["id"] for r in rows)).values():
        if key and key.kind == CRM and key.parts[:1] == (FEEDBACK,):
            yield (key.source, key.owner), int(key.parts[1])

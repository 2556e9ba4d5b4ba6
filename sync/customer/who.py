"""Find the customer that a person means; contacts of one company are one customer, two customers are never guessed between."""

from collections.abc import Sequence
from dataclasses import dataclass

from odoo_rma.connector.errors import Stop
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.sync.documents import link
from odoo_rma.sync.reference import Reference

PARTNER = "res.partner"
EVERYONE = ["|", ("active", "=", True), ("active", "=", False)]


class UnknownCustomer(Stop):
    """Nobody in Odoo is known under this."""


class SeveralCustomers(Stop):
    """Several customers in Odoo fit."""


@dataclass(frozen=True, slots=True)
class Family:
    """A customer (`id`), the company it belongs to, or itself (`company`), and all contacts of that: rows by id."""

    id: int
    company: int
    rows: dict[int, Row]

    @property
    def emails(self) -> list[str]:
        """Give the addresses of all of them, in small letters."""
        return sorted({r["email"].strip().lower() for r in self.rows.values() if r["email"]})


def find(client: OdooClient, reference: Reference, who: str) -> Family:
    """Find a customer by e-mail address, Odoo's id, or customer number (`ref`).

    Raises:
        UnknownCustomer: nobody is known under it.
        SeveralCustomers: several are.

    """
    text = who.strip()
    ours = ["|", ("company_id", "=", False), ("company_id", "=", reference.company.id)]
    fields = ("name", "email", "active", "commercial_partner_id")
    found = client.search_read(PARTNER, [*EVERYONE, *ours, *_meant(text)], fields)
    if not found:
        raise UnknownCustomer(
            f"No customer in Odoo has the {_what(text)} {text}. Try the e-mail address, Odoo's id or the customer number."
        )
    customers = {r["commercial_partner_id"] or r["id"] for r in found}
    if len(customers) > 1:
        raise SeveralCustomers(_named(client, text, found))
    [company] = customers
    rows = client.search_read(PARTNER, [*EVERYONE, ("commercial_partner_id", "=", company)], fields)
    one = min(found, key=lambda r: (not r["active"], r["id"] != company, r["id"]))
    return Family(one["id"], company, {r["id"]: r for r in rows})


def _meant(text: str) -> list[object]:
    if "@" in text:
        return [("email_normalized", "=", text.lower())]
    if text.isascii() and text.isdigit() and len(text) < 10:
        return ["|", ("id", "=", int(text)), ("ref", "=", text)]
    return [("ref", "=", text)]


def _what(text: str) -> str:
    return (
        "e-mail address" if "@" in text else "id or customer number" if text.isdigit() else "customer number"
    )


def _named(client: OdooClient, text: str, found: Sequence[Row]) -> str:
    lines = [f"  {r['id']}  {r['name']}  {link(client.server, PARTNER, r['id'])}" for r in found]
    return "\n".join([f"{len(found)} contacts in Odoo have {text}. Name one by its id:", *lines])

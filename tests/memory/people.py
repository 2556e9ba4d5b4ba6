"""Customers, as Odoo keeps them."""

from collections.abc import Sequence
from typing import Any

from memory.database import Database

PARTNER = "res.partner"
PLAIN = {
    "name",
    "email",
    "phone",
    "vat",
    "ref",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
    "lang",
    "active",
}


def make_partner(
    db: Database, values: dict[str, Any], lines: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[int, list[int]]:
    """Make a customer, and the contacts below."""
    made = _make(db, values)
    return made, [_make(db, {**own, "parent_id": made}) for _, own in lines]


def _make(db: Database, values: dict[str, Any]) -> int:
    # A property: every partner has the company's default unless it was given another one.
    any_other = next(iter(db.tables[PARTNER].values()))
    account = any_other["property_account_receivable_id"]
    given = {"active": True, "lang": "en_US", "property_account_receivable_id": account, **values}
    made = db.create(PARTNER, **given)
    parent = given.get("parent_id")
    commercial = db.row(PARTNER, parent)["commercial_partner_id"] if parent else made
    db.write(PARTNER, made, commercial_partner_id=commercial, **_normalized(values))
    return made


def _normalized(values: dict[str, Any]) -> dict[str, Any]:
    email = values.get("email")
    return {"email_normalized": email.strip().lower() if email else False} if "email" in values else {}


def write_partner(db: Database, ids: Sequence[int], vals: dict[str, Any]) -> bool:
    """Write on customers; a list of tags to link is the only command that is known."""
    for record in db.ids(PARTNER, ids):
        values = dict(vals)
        if "category_id" in values:
            held = db.row(PARTNER, record)["category_id"]
            values["category_id"] = (*held, *(t for t in _linked(values["category_id"]) if t not in held))
        unknown = values.keys() - PLAIN - {"category_id"}
        if unknown:
            raise NotImplementedError(f"the double does not write {sorted(unknown)} on a partner")
        db.write(PARTNER, record, **values, **_normalized(values))
    return True


def _linked(commands: Sequence[Sequence[int]]) -> list[int]:
    if any(c[0] != 4 for c in commands):
        raise NotImplementedError(f"the double does not know the commands {commands}")
    return [c[1] for c in commands]


def make_tag(
    db: Database, values: dict[str, Any], _lines: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[int, list[int]]:
    """Make a tag."""
    return db.create("res.partner.category", **values), []

"""The customer: matched by external id, then VAT, then e-mail; two candidates are never guessed between."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp, Order, Partner
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Party, Rma
from odoo_rma.mappings.plan import FillPartner, MakePartner, Step

PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who it is (0 while still to be made) and what makes or completes them."""

    partner_id: int
    steps: tuple[Step, ...]


def compact(vat: str) -> str:
    """Write a VAT number without spaces and dots, in capitals."""
    return "".join(c for c in vat.upper() if c.isalnum())


def partner_key(rma: Rma) -> Key:
    """Name the customer's record: by their id at the source, else VAT, else e-mail, else by this RMA."""
    who = rma.customer
    owner = who.id or (compact(who.vat) if who.vat else None) or who.email
    return Key(rma.source, owner or rma.id, PARTNER, () if owner else ("rma",))


def find_customer(rma: Rma, order: Order, erp: Erp, decisions: Decisions) -> Customer:
    """Match or plan the customer of an RMA.

    Raises:
        Refusal: several customers fit, or the one that fits is not the one who ordered.

    """
    if decisions.partner_id:
        return Customer(decisions.partner_id, ())
    found = _match(rma, erp) or _by_name(rma, order, erp)
    if not found:
        key = partner_key(rma)
        return Customer(0, (MakePartner(key, _values(rma.customer, erp)),))
    partner = _choose(rma, found, order)
    _check_order(rma, partner, order, erp)
    missing = {
        k: v for k, v in _values(rma.customer, erp).items() if k in partner.values and not partner.values[k]
    }
    if any(partner.values.get(k) for k in ("street", "city", "zip")):
        missing = {
            k: v for k, v in missing.items() if k not in ("street", "street2", "city", "zip", "country_id")
        }
    steps: tuple[Step, ...] = (FillPartner(partner.id, missing),) if missing else ()
    return Customer(partner.id, steps)


def _match(rma: Rma, erp: Erp) -> list[Partner]:
    who, key = rma.customer, partner_key(rma)
    if by_key := erp.partners_under.get(key):
        # Even when a person has archived them: they are not made twice.
        return list(by_key)
    everyone = [p for p in erp.partners.values() if p.active] if who.vat else []
    if who.vat and (by_vat := [p for p in everyone if p.vat and compact(p.vat) == compact(who.vat)]):
        return by_vat
    return list(erp.partners_at.get(who.email, ())) if who.email else []


def _by_name(rma: Rma, order: Order, erp: Erp) -> list[Partner]:
    """A customer known by nothing but a name is the one who ordered, if that is their name."""
    who = rma.customer
    if who.id or who.vat or who.email:
        return []
    parties = _known(erp, (order.partner_id, order.shipping_partner_id, order.invoice_partner_id))
    return [p for p in parties if p.name.casefold() == who.name.casefold()][:1]


def _choose(rma: Rma, found: list[Partner], order: Order) -> Partner:
    """Contacts of one company are one customer; of those, take the one on the order, else the company itself.

    A family may share an address: the one who ordered, if that is their name, is no guess.
    """
    on_order = (order.partner_id, order.shipping_partner_id, order.invoice_partner_id)
    named = rma.customer.name.casefold()
    found = [p for p in found if p.id in on_order and p.name.casefold() == named] or found
    if len({p.commercial_id for p in found}) > 1:
        names = ", ".join(f"{p.name} (id {p.id})" for p in sorted(found, key=lambda p: p.id))
        raise Refusal(
            Issue(
                "ambiguous_customer",
                f"{len(found)} customers fit {rma.customer.email or rma.customer.vat}: {names}.",
                "Merge them in Odoo, give the customer's VAT number at the source, or resolve with --partner ID.",
                "customer",
            )
        )
    return min(found, key=lambda p: (p.id not in on_order, p.id != p.commercial_id, p.id))


def _check_order(rma: Rma, partner: Partner, order: Order, erp: Erp) -> None:
    if partner.key == partner_key(rma):  # made by us because nobody fitted, so never the one on the order
        return
    parties = _known(erp, (order.partner_id, order.shipping_partner_id, order.invoice_partner_id))
    if rma.gift or not parties or partner.commercial_id in {p.commercial_id for p in parties}:
        return
    raise Refusal(
        Issue(
            "other_customer",
            f"Order {order.name} belongs to {parties[0].name}, but the RMA comes from {partner.name}.",
            "Correct the order reference at the source, or mark the RMA as a gift return.",
            "customer",
        )
    )


def _known(erp: Erp, ids: Iterable[int]) -> list[Partner]:
    return [erp.partners[i] for i in ids if i in erp.partners]


def _values(who: Party, erp: Erp) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": who.name,
        "email": who.email,
        "phone": who.phone,
        "vat": who.vat,
        "ref": who.id,
        "company_name": who.company,
        "street": who.street,
        "street2": who.street2,
        "city": who.city,
        "zip": who.zip,
        "country_id": erp.countries.get(who.country or ""),
        "lang": who.language if who.language in erp.languages else None,
    }
    return {k: v for k, v in values.items() if v}

"""From what Medusa holds to the RMA format, as plain data; `connector.sources.reading` validates it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odoo_rma.connector.sources.medusa.agreed import CLAIM, EXCHANGE, RETURN, Agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.charges import charge_documents
from odoo_rma.connector.sources.medusa.customer import customer_of
from odoo_rma.connector.sources.medusa.dossier import Dossier, number
from odoo_rma.connector.sources.medusa.lines import claim_lines, exchange_lines, return_lines
from odoo_rma.connector.sources.medusa.options import MedusaOptions
from odoo_rma.connector.sources.medusa.received import Units
from odoo_rma.connector.sources.medusa.refunded import minor
from odoo_rma.connector.sources.medusa.words import AUTHORIZATION
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.vocabulary import Authorization, Logistics, Settlement

__all__ = ["Facts", "as_document", "order_name"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out about one RMA beside its own record: units received per item, refunds."""

    units: dict[str, Units]
    refunds: Sequence[Row]
    paid_for: Mapping[str, Mapping[str, Decimal]]
    """Units per item that a refund pays for, where its amount says so."""
    inspected: bool
    """Whether Medusa says what becomes of the goods; else Odoo does, and what Medusa shows is only an echo."""


def as_document(rma: Agreed, dossier: Dossier, facts: Facts, options: MedusaOptions) -> dict[str, Any]:
    """Give one RMA as plain data in the RMA format."""
    currency = str(dossier.order["currency_code"]).upper()
    lines = [
        *return_lines(rma, dossier, facts.units, options, inspected=facts.inspected),
        *claim_lines(rma, dossier, options),
    ]
    state = str((rma.back or {}).get("status") or "")
    refunds = [_refund(r, currency, facts.paid_for.get(r["id"], {})) for r in facts.refunds]
    return _filled(
        {
            "id": rma.id,
            "number": rma.number,
            "revision": dossier.revision,
            "kind": {RETURN: "return", CLAIM: "claim", EXCHANGE: "return"}[rma.what],
            "authorization": _authorization(rma, state),
            "logistics": _logistics(lines),
            "settlement": _settlement(lines, refunds),
            "raw_state": state or None,
            "order": _order(dossier, options),
            "customer": customer_of(dossier.order),
            "currency": currency,
            "lines": lines,
            "exchange_lines": exchange_lines(rma, dossier),
            "charges": charge_documents(rma, dossier),
            "refunds": refunds,
            "events": [*_events(rma), *_rounded(facts.refunds, currency)],
            "requested_at": (rma.back or {}).get("requested_at") or rma.row.get("created_at"),
            "authorized_at": (rma.back or {}).get("requested_at"),
            "received_at": (rma.back or {}).get("received_at"),
        }
    )


def order_name(order: Row, options: MedusaOptions) -> str:
    """Give the order's reference in Odoo: what its metadata says, else made of the number it has in Medusa."""
    said = (order.get("metadata") or {}).get(options.reference)
    if isinstance(said, (str, int)) and str(said).strip():
        return str(said).strip()
    return options.order_number.replace(
        "{number}", str(order.get("custom_display_id") or order["display_id"])
    )


def _order(dossier: Dossier, options: MedusaOptions) -> dict[str, Any]:
    order = dossier.order
    channel = (order.get("sales_channel") or {}).get("name")
    return {
        "id": order["id"],
        "name": order_name(order, options),
        "channel": channel or None,
        "placed_at": order.get("created_at"),
    }


def _authorization(rma: Agreed, state: str) -> str:
    if rma.canceled:
        return Authorization.CANCELED
    return AUTHORIZATION.get(state, Authorization.AUTHORIZED) if rma.back else Authorization.AUTHORIZED


def _logistics(lines: list[dict[str, Any]]) -> str:
    back = [x for x in lines if x.get("physical", True)]
    here = [Decimal(x["received"]) for x in back]
    if not back:
        return Logistics.WAIVED
    if not any(here):
        return Logistics.NONE
    whole = all(Decimal(x["received"]) >= Decimal(x["requested"]) for x in back)
    return Logistics.RECEIVED if whole else Logistics.PARTIALLY_RECEIVED


def _settlement(lines: list[dict[str, Any]], refunds: list[dict[str, Any]]) -> str:
    if not refunds:
        return Settlement.OPEN
    waits = any(Decimal(x["received"]) < Decimal(x["requested"]) for x in lines if x.get("physical", True))
    return Settlement.PARTIALLY_SETTLED if waits else Settlement.SETTLED


def _refund(refund: Row, currency: str, units: Mapping[str, Decimal]) -> dict[str, Any]:
    return {
        "lines": [{"line": line, "quantity": plain(q)} for line, q in units.items()],
        "id": refund["id"],
        "amount": plain(minor(number(refund, "amount"), currency)),
        "at": refund.get("created_at"),
        "gateway": refund.get("provider_id") or None,
        "reference": (str(refund.get("note") or "").strip() or None),
    }


def _events(rma: Agreed) -> list[dict[str, Any]]:
    back = rma.back or {}
    found = [
        ("begun", rma.row.get("created_at")),
        ("requested", back.get("requested_at")),
        ("received", back.get("received_at")),
        ("canceled", rma.row.get("canceled_at")),
    ]
    return [{"type": what, "at": at} for what, at in found if at]


def _rounded(refunds: Sequence[Row], currency: str) -> list[dict[str, Any]]:
    """Give the exact amount of every refund that Medusa keeps more exactly than money can be paid."""
    return [
        {
            "id": r["id"],
            "type": "rounded",
            "at": r["created_at"],
            "text": f"refund {r['id']} is {plain(raw)} {currency} in Medusa",
        }
        for r in refunds
        if (raw := number(r, "amount")) != minor(raw, currency) and r.get("created_at")
    ]


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], "")}

"""What the customer pays for sending back, and for getting new goods: Medusa keeps it from the refund."""

from typing import Any

from odoo_rma.connector.sources.medusa.agreed import Agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.dossier import Dossier, number
from odoo_rma.connector.sources.medusa.refunded import minor
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.vocabulary import ChargeKind


def charged(rma: Agreed, dossier: Dossier) -> list[tuple[ChargeKind, Decimal, Row]]:
    """Give kind, rounded amount and shipping method of every charge."""
    currency = str(dossier.order["currency_code"]).upper()
    found = []
    for method in dossier.order.get("shipping_methods") or ():
        detail = method.get("detail") or {}
        back = rma.back is not None and detail.get("return_id") == rma.back["id"]
        out = not detail.get("return_id") and rma.id in (detail.get("claim_id"), detail.get("exchange_id"))
        amount = minor(number(method, "total"), currency)
        if (back or out) and amount > ZERO:
            found.append((ChargeKind.RETURN_LABEL if back else ChargeKind.HANDLING, amount, method))
    return found


def charge_documents(rma: Agreed, dossier: Dossier) -> list[dict[str, Any]]:
    """Give the charges in the RMA format; the exact amount is kept where it was rounded."""
    found = []
    for kind, amount, method in charged(rma, dossier):
        raw, name = number(method, "total"), str(method.get("name") or "")
        currency = str(dossier.order["currency_code"]).upper()
        note = name if amount == raw else f"{name} (in Medusa {plain(raw)} {currency})"
        found.append({"id": method["id"], "kind": kind.value, "amount": plain(amount), "note": note})
    return found

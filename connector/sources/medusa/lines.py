"""The lines of an RMA: what comes back, what a claim is about without coming back, and what goes out instead."""

from typing import Any

from odoo_rma.connector.sources.medusa.agreed import CLAIM, EXCHANGE, Agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.dossier import Dossier, number
from odoo_rma.connector.sources.medusa.options import MedusaOptions
from odoo_rma.connector.sources.medusa.received import Units
from odoo_rma.connector.sources.medusa.words import DAMAGED, reason_code
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.vocabulary import Condition, Disposition, ReasonCode, Resolution


def return_lines(
    rma: Agreed,
    dossier: Dossier,
    units: dict[str, Units],
    options: MedusaOptions,
    *,
    inspected: bool,
) -> list[dict[str, Any]]:
    """Give what comes back; with `inspected`, what Medusa says of its condition too."""
    claimed = {x["item_id"]: x for x in rma.claimed}
    lines = []
    for item in rma.goods:
        good, bad = units.get(item["id"], (ZERO, ZERO))
        reason = _reason(item, claimed.get(item["item_id"]), options)
        line = _line(item, dossier, reason, _resolution(rma))
        line["received"] = plain(good + bad)
        if inspected:
            line["inspections"] = _inspections(item, good, bad, ReasonCode(reason["code"]), options)
        lines.append(line)
    return lines


def claim_lines(rma: Agreed, dossier: Dossier, options: MedusaOptions) -> list[dict[str, Any]]:
    """Give what a claim is about beyond what comes back: missing, or not worth sending."""
    coming: dict[str, Decimal] = {}
    for item in rma.goods:
        coming[item["item_id"]] = coming.get(item["item_id"], ZERO) + number(item, "quantity")
    lines = []
    for item in rma.claimed:
        rest = number(item, "quantity") - coming.pop(item["item_id"], ZERO)
        if rest > 0:
            line = _line(item, dossier, _reason(item, item, options), _resolution(rma))
            lines.append({**line, "requested": plain(rest), "physical": False, "received": "0"})
    return lines


def exchange_lines(rma: Agreed, dossier: Dossier) -> list[dict[str, Any]]:
    """Give what goes out instead. For a claim it is free: it takes the place of what was wrong."""
    return [
        {
            "id": new["id"],
            "sku": _item(new, dossier).get("variant_sku") or "",
            "quantity": plain(number(new, "quantity")),
            "unit_price": "0" if rma.what == CLAIM else _new_price(rma, new, dossier),
        }
        for new in rma.new_goods
    ]


def _line(item: Row, dossier: Dossier, reason: dict[str, Any], resolution: Resolution) -> dict[str, Any]:
    sold = _item(item, dossier)
    values = {
        "id": item["id"],
        "sku": sold.get("variant_sku") or None,
        "barcode": sold.get("variant_barcode") or None,
        "order_line": item["item_id"],
        "title": sold.get("product_title") or sold.get("title") or None,
        "requested": plain(number(item, "quantity")),
        "reason": reason,
        "resolution": resolution.value,
        "unit_price": plain(number(sold, "unit_price")) if sold else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _item(row: Row, dossier: Dossier) -> Row:
    return dossier.items.get(row["item_id"]) or row.get("item") or {}


def _resolution(rma: Agreed) -> Resolution:
    if rma.what == EXCHANGE and rma.new_goods:
        return Resolution.EXCHANGE
    return Resolution.REPLACEMENT if rma.row.get("type") == "replace" else Resolution.REFUND


def _reason(item: Row, claimed: Row | None, options: MedusaOptions) -> dict[str, Any]:
    """Give why it comes back: the reason of the return, else the one of the claim (a bare word)."""
    said = item.get("reason")
    of_return = said if isinstance(said, dict) else {}
    of_claim = str((claimed or {}).get("reason") or "")
    words = (
        (of_return.get("value"), of_return.get("label")) if of_return.get("value") else (of_claim or None,)
    )
    comment = item.get("note") or (claimed or {}).get("note")
    values = {
        "code": reason_code(options.reasons, *words).value,
        "raw": of_return.get("label") or of_return.get("value") or of_claim,
        "comment": comment,
    }
    return {name: value for name, value in values.items() if value}


def _inspections(
    item: Row, good: Decimal, bad: Decimal, reason: ReasonCode, options: MedusaOptions
) -> list[dict[str, Any]]:
    found = [
        ("good", good, Condition.NEW_OPENED, Disposition.RESTOCK),
        ("damaged", bad, DAMAGED.get(reason, options.dismissed_condition), options.dismissed),
    ]
    return [
        {
            "id": f"{item['id']}-{what}",
            "quantity": plain(quantity),
            "condition": condition.value,
            "disposition": disposition.value,
        }
        for what, quantity, condition, disposition in found
        if quantity > 0
    ]


def _new_price(rma: Agreed, new: Row, dossier: Dossier) -> str:
    """Give the new goods' unit price with or without tax, as the old goods' price was."""
    sold = _item(new, dossier)
    old = [_item(x, dossier) for x in rma.goods]
    tax_included = bool(old[0].get("is_tax_inclusive")) if old else bool(sold.get("is_tax_inclusive"))
    quantity = number(sold, "quantity") or number(new, "quantity")
    if tax_included == bool(sold.get("is_tax_inclusive")) or not quantity:
        return plain(number(sold, "unit_price"))
    whole = number(sold, "original_total" if tax_included else "original_subtotal")
    return plain((whole / quantity).quantize(Decimal("0.000001")))

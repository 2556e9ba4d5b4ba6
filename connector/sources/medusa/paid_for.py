"""What a refund pays for: Medusa does not say, so it is said only where the amount leaves no doubt.

A refund that is worth exactly what came back since the one before, less the charges, pays for that; one that is worth all
that is still to come back pays for that. Anything else is left open, and the comparison says what does not add up.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from odoo_rma.connector.sources.medusa.agreed import Agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.charges import charged
from odoo_rma.connector.sources.medusa.dossier import Dossier, Receipt, number, when
from odoo_rma.mappings.money import HALF, ZERO, Decimal, minor_unit

Units = dict[str, Decimal]
"""Units by item of the return."""


def paid_for(
    rma: Agreed, dossier: Dossier, refunds: Sequence[Row], history: Callable[[], Sequence[Receipt]]
) -> Mapping[str, Units]:
    """Give the units that each refund pays for, by refund id; nothing where it need not, or cannot, be said.

    `history` gives the receipts of the order; it is asked for only where it is needed.
    """
    if not refunds or not rma.goods:
        return {}
    asked = {x["id"]: number(x, "quantity") for x in rma.goods}
    kept = sum((amount for _, amount, _ in charged(rma, dossier)), ZERO)
    if len(refunds) == 1 and _is_worth(rma, dossier, asked, number(refunds[0], "amount") + kept):
        return {}
    receipts = [r for r in history() if rma.back and r.return_id == rma.back["id"]]
    found: dict[str, Units] = {}
    paid = dict.fromkeys(asked, ZERO)
    for position, refund in enumerate(refunds):
        amount = number(refund, "amount") + (kept if position == 0 else ZERO)
        here = _arrived(rma, receipts, when(refund.get("created_at")))
        for whole in (here, asked):
            units = {i: n - paid[i] for i, n in whole.items() if n > paid[i]}
            if units and _is_worth(rma, dossier, units, amount):
                break
        else:
            return {}
        found[str(refund["id"])] = units
        paid = {i: n + units.get(i, ZERO) for i, n in paid.items()}
    return found


def _is_worth(rma: Agreed, dossier: Dossier, units: Units, amount: Decimal) -> bool:
    prices = {
        x["id"]: number(dossier.items.get(x["item_id"], {}), "refundable_total_per_unit") for x in rma.goods
    }
    worth = sum((prices[i] * n for i, n in units.items()), ZERO)
    unit = minor_unit(str(dossier.order["currency_code"]).upper())
    return abs(worth - amount) <= HALF * unit * max(len(units), 2)


def _arrived(rma: Agreed, receipts: Sequence[Receipt], by: datetime | None) -> Units:
    """Give what had come back by then, filled into the items of the return one after the other."""
    left: dict[str, Decimal] = {}
    for receipt in receipts:
        if by is None or receipt.at is None or receipt.at <= by:
            left[receipt.item_id] = left.get(receipt.item_id, ZERO) + receipt.quantity
    found = {}
    for item in rma.goods:
        found[item["id"]] = min(left.get(item["item_id"], ZERO), number(item, "quantity"))
        left[item["item_id"]] = left.get(item["item_id"], ZERO) - found[item["id"]]
    return found

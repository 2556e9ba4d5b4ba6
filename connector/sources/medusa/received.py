"""What was received of each line of each return. The return itself does not tell: Medusa keeps its last step only."""

from collections import defaultdict

from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.dossier import Dossier, number, received
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import ZERO, Decimal, plain

Units = tuple[Decimal, Decimal]
"""Good and damaged units."""


def allot(dossier: Dossier) -> tuple[dict[str, Units], dict[str, Issue]]:
    """Give the units per item of a return, and by id the returns of which nobody can tell.

    An order line that one return asks for is that return's. One that several ask for is told apart by the steps in the
    order's history, which have to add up to what the line says.
    """
    asked: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in dossier.live:
        for item in row.get("items") or ():
            asked[item["item_id"]][row["id"]].append(item)
    units: dict[str, Units] = {}
    unclear: dict[str, Issue] = {}
    for item_id, by_return in asked.items():
        whole = received(dossier.items.get(item_id, {}))
        parts = {next(iter(by_return)): whole} if len(by_return) == 1 else _by_steps(dossier, item_id)
        if _sum(parts.values()) != whole:
            issue = _does_not_add_up(dossier, item_id, whole, _sum(parts.values()))
            unclear |= dict.fromkeys(by_return, issue)
            continue
        for return_id, items in by_return.items():
            units |= _spread(items, parts.get(return_id, (ZERO, ZERO)))
    return units, unclear


def _by_steps(dossier: Dossier, item_id: str) -> dict[str, Units]:
    parts: dict[str, Units] = defaultdict(lambda: (ZERO, ZERO))
    for step in dossier.receipts or ():
        if step.item_id == item_id:
            good, bad = parts[step.return_id]
            add = (ZERO, step.quantity) if step.damaged else (step.quantity, ZERO)
            parts[step.return_id] = (good + add[0], bad + add[1])
    return dict(parts)


def _spread(items: list[Row], units: Units) -> dict[str, Units]:
    """Fill the items of one return for one order line, one after the other; the last one takes what is left."""
    good, bad = units
    found: dict[str, Units] = {}
    for item in items:
        last = item is items[-1]
        room = number(item, "quantity")
        takes_good = good if last else min(good, room)
        takes_bad = bad if last else min(bad, room - takes_good)
        found[item["id"]] = (takes_good, takes_bad)
        good, bad = good - takes_good, bad - takes_bad
    return found


def _sum(parts: object) -> Units:
    rows: list[Units] = list(parts)  # type: ignore[call-overload]
    return sum((p[0] for p in rows), ZERO), sum((p[1] for p in rows), ZERO)


def _does_not_add_up(dossier: Dossier, item_id: str, whole: Units, steps: Units) -> Issue:
    sku = dossier.items.get(item_id, {}).get("variant_sku") or item_id
    return Issue(
        "received_unclear",
        f"Medusa counts {_words(whole)} received of {sku} on order {dossier.number}, but the steps of its "
        f"several returns add up to {_words(steps)}.",
        "Look into the order's history in Medusa; until both agree nobody can tell which return the goods came for.",
        "lines",
    )


def _words(units: Units) -> str:
    return f"{plain(units[0])} good and {plain(units[1])} damaged units"

"""Telling Medusa what came back: what Odoo has and Medusa does not show goes there as one receipt.

Medusa loses all but the last step of a receipt on the return itself, so there are as few steps as possible, and what
Medusa shows is always read from the order.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

from odoo_rma.connector.errors import Refused, RmaError
from odoo_rma.connector.sources.base import News
from odoo_rma.connector.sources.medusa.agreed import Agreed
from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.change import (
    OURS,
    Stands,
    all_changes,
    as_stands,
    is_first,
    is_mine,
    make_way,
    mine,
    stands,
)
from odoo_rma.connector.sources.medusa.dossier import Dossier
from odoo_rma.connector.sources.medusa.here import Here, here
from odoo_rma.connector.sources.medusa.received import Units, allot
from odoo_rma.connector.sources.medusa.writing import Desk, Held, in_its_words, sure
from odoo_rma.mappings.in_erp import TRANSFER
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import ZERO, Decimal, plain

NOTHING: Units = (ZERO, ZERO)
_SAID = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) good, ([0-9]{1,9}(?:\.[0-9]{1,6})?) damaged")
_STEPS = (("receive-items", False), ("dismiss-items", True))


def tell_receipt(desk: Desk, dossier: Dossier, rma: Agreed, news: News) -> tuple[list[str], list[Issue]]:
    """Give what was done, and what a person has to decide.

    Raises:
        Held: somebody else is at the order.

    """
    missing, issues = _missing(dossier, rma, news)
    if issues or not missing:
        return [], issues
    make_way(desk, dossier)
    try:
        _receive(desk, dossier, rma, missing, news)
    except Refused as error:
        _drop(desk, dossier)
        make_way(desk, dossier)  # it may have been refused because somebody else had begun
        return [], [in_its_words(dossier, f"receive {_in_words(dossier, missing)}", error)]
    return [f"received in Medusa: {_in_words(dossier, missing)}"], []


def _missing(dossier: Dossier, rma: Agreed, news: News) -> tuple[dict[str, Units], list[Issue]]:
    """Give the units per order line that Medusa lacks; issues where it shows what Odoo does not."""
    shown, unclear = allot(dossier)
    if rma.back and rma.back["id"] in unclear:
        return {}, [unclear[rma.back["id"]]]
    missing: dict[str, Units] = defaultdict(lambda: NOTHING)
    issues = []
    for item in rma.goods:
        ours, theirs = here(news, item["id"]), _corrected(dossier, item, shown.get(item["id"], NOTHING))
        if issue := _conflict(rma, item, ours, theirs) or _misplaced(rma, item, ours, theirs):
            issues.append(issue)
            continue
        room = ours.total - sum(theirs)
        good = min(max(ours.good - theirs[0], ZERO), room)
        bad = min(max(ours.bad - theirs[1], ZERO), room - good)
        before = missing[item["item_id"]]
        missing[item["item_id"]] = before[0] + good, before[1] + bad
    found = {i: units for i, units in missing.items() if sum(units) > ZERO}
    if found and rma.canceled:
        return {}, [_canceled(rma, _in_words(dossier, found))]
    return ({} if issues else found), issues


def _corrected(dossier: Dossier, item: Row, theirs: Units) -> Units:
    """Give what Medusa's stock stands for, where a person corrected it and wrote that into the order's metadata."""
    said = _SAID.fullmatch(str((dossier.order.get("metadata") or {}).get(item["id"]) or "").strip())
    units = (Decimal(said[1]), Decimal(said[2])) if said else theirs
    return units if sum(units) == sum(theirs) else theirs


def _receive(desk: Desk, dossier: Dossier, rma: Agreed, units: Mapping[str, Units], news: News) -> None:
    path, order_id = f"returns/{(rma.back or {})['id']}", str(dossier.order["id"])
    begin = _as_change(desk, news)
    sure(lambda: desk.api.post(f"{path}/receive", begin), lambda: bool(mine(desk, order_id)))
    if not is_first(desk, dossier):
        desk.api.delete(f"{path}/receive")
        raise Held(_look_again(rma))
    for how, damaged in _STEPS:
        goal = {key: q for key, q in as_stands(units).items() if key[1] is damaged}
        if goal:
            items = [{"id": item_id, "quantity": q} for (item_id, _), q in goal.items()]
            sure(_posting(desk, f"{path}/{how}", items), _standing(desk, order_id, goal))
    if [stands(c) for c in mine(desk, order_id)] != [as_stands(units)]:
        desk.api.delete(f"{path}/receive")
        raise Held(_look_again(rma))
    confirm = {"no_notification": True}
    sure(lambda: desk.api.post(f"{path}/receive/confirm", confirm), lambda: _is_confirmed(desk, order_id))


def _as_change(desk: Desk, news: News) -> Row:
    """Give what Medusa shows of the receipt; by the note it is known as ours."""
    numbers = ", ".join(d.number for d in news.in_erp.of_kind(TRANSFER) if d.state == "done")
    return {
        "internal_note": f"{OURS} {desk.token}: {numbers}"[:200],
        "description": f"Received in Odoo: {numbers}"[:200],
    }


def _posting(desk: Desk, path: str, items: list[Row]) -> Callable[[], object]:
    return lambda: desk.api.post(path, {"items": items})


def _standing(desk: Desk, order_id: str, goal: Stands) -> Callable[[], bool]:
    return lambda: any(goal.items() <= stands(c).items() for c in mine(desk, order_id))


def _is_confirmed(desk: Desk, order_id: str) -> bool:
    return any(is_mine(c, desk) and c.get("status") == "confirmed" for c in all_changes(desk, order_id))


def _drop(desk: Desk, dossier: Dossier) -> None:
    """Take back what was begun, so that nothing stands in the way of others."""
    try:
        for change in mine(desk, dossier.order["id"]):
            desk.api.delete(f"returns/{change['return_id']}/receive")
    except RmaError:
        return  # the next run finds it, and takes it back


def _in_words(dossier: Dossier, units: Mapping[str, Units]) -> str:
    said = []
    for item_id, (good, bad) in units.items():
        sku = dossier.items.get(item_id, {}).get("variant_sku") or item_id
        said.append(f"{plain(good + bad)} × {sku}" + (f" ({plain(bad)} damaged)" if bad else ""))
    return ", ".join(said)


def _conflict(rma: Agreed, item: Row, ours: Here, theirs: Units) -> Issue | None:
    whole = sum(theirs, ZERO)
    if whole <= ours.total:
        return None
    return Issue(
        "conflict_receipt",
        f"Medusa counts {plain(whole)} units received for {rma.number} (line {item['id']}), Odoo {plain(ours.total)}.",
        "Count the goods and correct the wrong side by hand; nothing is overwritten.",
        f"lines.{item['id']}.received",
        {"source": plain(whole), "odoo": plain(ours.total)},
    )


def _misplaced(rma: Agreed, item: Row, ours: Here, theirs: Units) -> Issue | None:
    if theirs[0] <= ours.good + ours.undecided and theirs[1] <= ours.bad + ours.undecided:
        return None
    return Issue(
        "disposition_differs",
        f"Medusa counts {plain(theirs[0])} units of {rma.number} as good and {plain(theirs[1])} as damaged (line "
        f"{item['id']}); in Odoo {plain(ours.good)} went back on sale and {plain(ours.bad)} did not. Medusa cannot change "
        "what was received.",
        f"Correct the stock level in Medusa by hand and add to the order's metadata there: key {item['id']}, value "
        f"'{plain(ours.good)} good, {plain(ours.bad)} damaged'. Or put the goods in Odoo where Medusa has them.",
        f"lines.{item['id']}.inspections",
    )


def _canceled(rma: Agreed, goods: str) -> Issue:
    return Issue(
        "conflict_receipt",
        f"{goods} came back in Odoo, but {rma.number} is canceled in Medusa, which takes nothing more for it.",
        "Make a new return in Medusa for these goods, or send them back to the customer.",
        "lines",
    )


def _look_again(rma: Agreed) -> Issue:
    return Issue(
        "source_busy",
        f"Somebody else received goods of {rma.number} in Medusa at the same moment; nothing was done.",
        "Nothing needs to be done: the next run looks again.",
    )

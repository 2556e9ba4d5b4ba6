"""Goods that are repaired: a repair order for the units of each lot, once they are where repairs are done.

A person finishes it in Odoo; only then do goods of the customer's go back.
"""

from collections import defaultdict
from collections.abc import Iterator
from html import escape

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT, Erp
from odoo_rma.mappings.fate import Fate, fates
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.plan import Found, Note, Step
from odoo_rma.mappings.plan.repair import CancelRepair, ConfirmRepair, MakeRepair
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.seen.repair import CONFIRMED, Repair
from odoo_rma.mappings.send_back import plan_sending_back
from odoo_rma.mappings.transfer import WITHDRAWN
from odoo_rma.mappings.vocabulary import Authorization, Disposition, Resolution
from odoo_rma.mappings.whereabouts import place_of

REPAIR = "repair"
ENDED = frozenset({Authorization.DECLINED, Authorization.CANCELED, Authorization.EXPIRED})
WITHDRAWAL = "<p>The returns system wants nothing repaired here any more: the repair order is canceled.</p>"

Unit = tuple[str, str]
"""Units that are repaired together: the RMA line and the lot's id, as text."""


def own_repairs(rma: Rma, erp: Erp) -> list[Repair]:
    """Give the repair orders made under the keys of an RMA."""
    mine = (rma.source, rma.id, REPAIR)
    found = [r for r in erp.repairs.repairs.values() if r.key.of == mine]
    return sorted(found, key=lambda r: r.id)


def plan_repairs(case: Case) -> list[Step]:
    """Plan the repair orders of an RMA, and the transfers by which goods go back to the customer."""
    if not case.partner_id:
        return []
    own = own_repairs(case.rma, case.erp)
    case.plan.found += [Found("repair order", "repair.order", r.id, r.name, r.state) for r in own]
    found = fates(case)
    steps: list[Step] = []
    for planner in (_plan_orders, plan_sending_back):
        try:
            steps += planner(case, found, own)
        except Refusal as refusal:
            case.plan.issues += refusal.issues
    return steps


def _plan_orders(case: Case, found: list[Fate], own: list[Repair]) -> list[Step]:
    wanted: dict[Unit, list[Fate]] = defaultdict(list)
    if case.rma.authorization not in ENDED:
        for fate in found:
            if fate.disposition is Disposition.REPAIR:
                wanted[fate.line_id, str(fate.lot_id)].append(fate)
        _await_inspection(case)
    have: dict[Unit, list[Repair]] = defaultdict(list)
    for order in own:
        have[order.key.parts[0], order.key.parts[1]].append(order)
    steps: list[Step] = []
    for unit in sorted({*wanted, *have}):
        steps += _plan_unit(case, unit, wanted[unit], have[unit])
    return steps


def _await_inspection(case: Case) -> None:
    for line in case.rma.lines:
        seen = sum((i.quantity for i in line.inspections), ZERO)
        rest = case.received.get(line.id, ZERO) - seen
        if line.resolution is Resolution.REPAIR and rest > 0:
            what = line.sku or line.barcode
            case.plan.awaits.append(f"{plain(rest)} × {what} to be repaired: not inspected yet")


def _plan_unit(case: Case, unit: Unit, wanted: list[Fate], own: list[Repair]) -> Iterator[Step]:
    need = sum((f.quantity for f in wanted), ZERO)
    live = [r for r in own if r.state != CANCELED]
    have = sum((r.quantity for r in live), ZERO)
    if need > have:
        yield from _make(case, unit, wanted, have, own)
    for order in reversed(live):
        if have - order.quantity >= need and order.state in (DRAFT, CONFIRMED):
            have -= order.quantity
            live.remove(order)
            key = order.key.part(WITHDRAWN, order.id)
            yield Note(key, "repair.order", order.id, WITHDRAWAL)
            yield CancelRepair(order.id, order.name)
    _report(case, unit, live, surplus=have - need)
    for order in live:
        if order.state == DRAFT:
            yield Note(order.key.part("note"), "repair.order", order.id, _note(case, unit))
            yield ConfirmRepair(order.id)


def _make(case: Case, unit: Unit, wanted: list[Fate], have: Decimal, own: list[Repair]) -> Iterator[Step]:
    """Make orders for what is not in one yet and is where it is to be, one per place."""
    places: dict[tuple[int, int], list[tuple[Fate, Decimal]]] = defaultdict(list)
    for fate in sorted(wanted, key=lambda f: not f.gone):
        part = max(fate.quantity - have, ZERO)
        have = max(have - fate.quantity, ZERO)
        place = place_of(case, fate)
        if part and place:
            places[place, case.erp.moves[fate.move_id].picking_id].append((fate, part))
    if places and not case.erp.repairs.offered:
        raise Refusal(_no_module(case, unit))
    if places and any(r.state == CANCELED and not r.withdrawn for r in own):
        raise Refusal(_canceled(case, own))
    number = max((int(r.key.parts[2]) for r in own), default=0)
    for (place, picking), parts in sorted(places.items()):
        number += 1
        fate, key = parts[0][0], Key(case.rma.source, case.rma.id, REPAIR, (*unit, str(number)))
        yield MakeRepair(
            key=key,
            partner_id=case.partner_id,
            product_id=fate.product_id,
            uom_id=fate.uom_id,
            quantity=sum((q for _, q in parts), ZERO),
            lot_id=fate.lot_id,
            location_id=place,
            picking_id=picking,
        )
        yield Note(key.part("note"), "repair.order", key, _note(case, unit))
        yield ConfirmRepair(key)


def _report(case: Case, unit: Unit, live: list[Repair], surplus: Decimal) -> None:
    """Say what somebody still has to do, and what was begun although it is not wanted any more."""
    for order in live:
        if surplus > 0:
            words = "is done" if order.state == DONE else "was begun"
            case.plan.notes.append(
                f"repair order {order.name} {words} in Odoo, but the source wants no repair any more"
            )
        elif order.state != DONE and _goes_back(case.rma.line(unit[0])):
            case.plan.awaits.append(f"repair order {order.name} is waiting to be finished in Odoo")


def _goes_back(line: RmaLine) -> bool:
    return line.resolution is Resolution.REPAIR


def _note(case: Case, unit: Unit) -> str:
    """Tell the workshop what the customer and the inspector said."""
    line = case.rma.line(unit[0])
    found = (i.notes for i in line.inspections if i.disposition is Disposition.REPAIR)
    words = [line.reason.raw or line.reason.code.value, line.reason.comment, *found]
    rows = "".join(f"<li>{escape(x)}</li>" for x in words if x)
    ends = "<p>It goes back to the customer when it is repaired.</p>" if _goes_back(line) else ""
    return f"<p>RMA {escape(case.rma.label)} ({escape(case.rma.source)})</p><ul>{rows}</ul>{ends}"


def _canceled(case: Case, own: list[Repair]) -> Issue:
    names = ", ".join(r.name for r in own if r.state == CANCELED)
    return Issue(
        "canceled_by_hand",
        f"Repair order {names} of {case.rma.label} was canceled in Odoo; it is not made again.",
        "Say at the source what becomes of the goods instead (another disposition). To have it made again: odoo-rma "
        f"quarantine resolve {case.rma.id} --again.",
        "lines",
    )


def _no_module(case: Case, unit: Unit) -> Issue:
    line = case.rma.line(unit[0])
    return Issue(
        "no_repair_module",
        f"{line.sku or line.barcode} of {case.rma.label} is to be repaired, but Odoo has no repair orders.",
        "Install the module “Repairs” (repair) in Odoo; or repair the goods without it and resolve this.",
        f"lines.{line.id}.inspections",
    )

"""Goods that go back to the customer: repaired ones, and those that were not accepted.

A transfer waits for the warehouse, against the move that brought the goods, so that the order counts them as delivered
again. The very lots that came go back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.credit_note import credited
from odoo_rma.mappings.credited import with_unnamed_lines
from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT, Erp, Move, Picking
from odoo_rma.mappings.fate import Fate
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.plan import CancelTransfer, ChangeDemand, Found, Note, Step
from odoo_rma.mappings.plan.repair import MakeSendBack, PickLot, ReadySendBack
from odoo_rma.mappings.plan.transfer import NewMove
from odoo_rma.mappings.seen.repair import Repair
from odoo_rma.mappings.transfer import WITHDRAWN
from odoo_rma.mappings.vocabulary import Authorization, Disposition, Resolution
from odoo_rma.mappings.whereabouts import place_of

SEND_BACK = "sendback"
WITHDRAWAL = "<p>The returns system wants nothing sent back with this transfer any more: it is canceled.</p>"


@dataclass(slots=True)
class _Parcel:
    """Units of one lot (0: none) that came with one move, stand in one place and go back; `left` are in no transfer."""

    line_id: str
    origin: Move
    lot_id: int
    location_id: int
    left: Decimal


Kept = dict[int, tuple[Decimal, _Parcel | None]]
"""By waiting move: units still to go, and the parcel it stands for."""


def own_send_backs(rma: Rma, erp: Erp) -> list[Picking]:
    """Give the transfers by which goods of an RMA go back, and the backorders split from them."""
    return list(erp.transfers_of.get((rma.source, rma.id, SEND_BACK), ()))


def plan_sending_back(case: Case, found: list[Fate], repairs: list[Repair]) -> list[Step]:
    """Plan the transfers by which goods go back.

    Raises:
        Refusal: a person canceled one, or goods that go back are credited already.

    """
    own = own_send_backs(case.rma, case.erp)
    for p in own:
        case.plan.found.append(Found("transfer to the customer", "stock.picking", p.id, p.name, p.state))
    stopped = case.rma.authorization is Authorization.CANCELED
    parcels = [] if stopped else _merged(_parcels(case, found, repairs))
    ids = {p.id for p in own}
    moves = sorted((m for m in case.erp.moves.values() if m.picking_id in ids), key=lambda m: m.id)
    kept = _keep([m for m in moves if m.state not in (DONE, CANCELED)], parcels)
    steps = [s for p in own if p.pending for s in _plan_pending(case, p, kept)]
    missing = [p for p in parcels if p.left > 0]
    if missing:
        _check(case, missing, moves, found)
        steps += _make(case, missing, own)
    return steps


def _parcels(case: Case, found: list[Fate], repairs: list[Repair]) -> Iterator[_Parcel]:
    """Give what is here and is to go back: the refused units, and of the customer's the repaired ones."""
    repaired = _repaired(found, repairs)
    for fate in found:
        origin, place = case.erp.moves[fate.move_id], place_of(case, fate)
        if not place:
            continue
        if fate.disposition is Disposition.RETURN_TO_CUSTOMER:
            yield _Parcel(fate.line_id, origin, fate.lot_id, place, fate.quantity)
        elif _leaves(case, fate):
            need = fate.quantity
            for part in repaired.get((fate.line_id, str(fate.lot_id)), ()):
                taken = min(part.left, need)
                part.left -= taken
                need -= taken
                if taken:
                    yield _Parcel(fate.line_id, origin, fate.lot_id, part.moved_to or place, taken)


@dataclass(slots=True)
class _Repaired:
    """Units of a finished repair order that are still here."""

    moved_to: int
    left: Decimal


def _repaired(found: list[Fate], repairs: list[Repair]) -> dict[tuple[str, str], list[_Repaired]]:
    parts: dict[tuple[str, str], list[_Repaired]] = defaultdict(list)
    for order in repairs:
        if order.state == DONE:
            parts[order.key.parts[0], order.key.parts[1]].append(_Repaired(order.moved_to, order.quantity))
    for fate in found:
        gone = fate.quantity if fate.gone and fate.disposition is Disposition.REPAIR else ZERO
        for part in parts[fate.line_id, str(fate.lot_id)]:
            taken = min(part.left, gone)
            part.left -= taken
            gone -= taken
    return parts


def _merged(parcels: Iterable[_Parcel]) -> list[_Parcel]:
    """Put together what came with one move, is of one lot and stands in one place: one line on a transfer."""
    found: dict[tuple[int, int, int], _Parcel] = {}
    for parcel in parcels:
        same = found.setdefault((parcel.origin.id, parcel.lot_id, parcel.location_id), parcel)
        if same is not parcel:
            same.left += parcel.left
    return list(found.values())


def _keep(waiting: list[Move], parcels: list[_Parcel]) -> Kept:
    """Say of each waiting move how much is still to go, and what it stands for; those with the right lot first."""
    kept: Kept = {m.id: (ZERO, None) for m in waiting}
    for exact in (True, False):
        for move in waiting:
            fit = [p for p in parcels if p.left > 0 and _fits(p, move, exact=exact)]
            if fit and kept[move.id][1] is None:
                part = min(fit[0].left, move.demand)
                fit[0].left -= part
                kept[move.id] = part, fit[0]
    return kept


def _fits(parcel: _Parcel, move: Move, *, exact: bool) -> bool:
    """A transfer takes goods from one place: when they are put elsewhere, it is canceled and another one made."""
    same = (parcel.origin.id, parcel.location_id) == (move.origin_move_id, move.location_id)
    return same and (not exact or not parcel.lot_id or parcel.lot_id in move.lots)


def _plan_pending(case: Case, picking: Picking, kept: Kept) -> Iterator[Step]:
    moves = [m for m in case.erp.moves.values() if m.picking_id == picking.id and m.id in kept]
    if not any(kept[m.id][0] for m in moves):
        key = (case.erp.root(picking).key or _key(case, 0)).part(WITHDRAWN, picking.id)
        yield Note(key, "stock.picking", picking.id, WITHDRAWAL)
        yield CancelTransfer(picking.id, picking.name)
        return
    if picking.state == DRAFT:
        yield ReadySendBack(picking.id)
    for move in moves:
        quantity, parcel = kept[move.id]
        if quantity != move.demand:
            yield ChangeDemand(move.id, quantity)
        elif parcel and parcel.lot_id and move.lots and set(move.lots) != {parcel.lot_id}:
            yield PickLot(move.id, quantity, parcel.lot_id, case.erp.lots.get(parcel.lot_id, ""))
    case.plan.awaits.append(f"transfer {picking.name} is waiting to be sent back to the customer")


def _check(case: Case, missing: list[_Parcel], moves: list[Move], found: list[Fate]) -> None:
    origins = {p.origin.id for p in missing}
    canceled = [
        m
        for m in moves
        if m.state == CANCELED
        and m.origin_move_id in origins
        and not case.erp.pickings[m.picking_id].withdrawn
    ]
    if canceled:
        raise Refusal(_canceled_by_hand(case, case.erp.pickings[canceled[0].picking_id].name))
    order_lines = {x: [line.id for line in own] for x, own in case.lines.items()}
    units = with_unnamed_lines(
        credited(case.rma, case.erp), case.rma, case.erp, order_lines, case.received
    ).units
    for line_id in sorted({p.line_id for p in missing}):
        line = case.rma.line(line_id)
        going = sum((f.quantity for f in found if f.line_id == line_id and _leaves(case, f)), ZERO)
        if units.get(line_id, ZERO) + going > line.allowed:
            raise Refusal(_credited(case, line.sku or line.barcode or "", units[line_id], going))


def _leaves(case: Case, fate: Fate) -> bool:
    refused = fate.disposition is Disposition.RETURN_TO_CUSTOMER
    mended = fate.disposition is Disposition.REPAIR
    return refused or (mended and case.rma.line(fate.line_id).resolution is Resolution.REPAIR)


def _key(case: Case, number: int) -> Key:
    return Key(case.rma.source, case.rma.id, SEND_BACK, (str(number),))


def _make(case: Case, missing: Iterable[_Parcel], own: list[Picking]) -> Iterator[Step]:
    """Make one transfer per delivery and place."""
    groups: dict[tuple[int, int], list[_Parcel]] = defaultdict(list)
    for parcel in missing:
        groups[parcel.origin.picking_id, parcel.location_id].append(parcel)
    number = max((int(p.key.parts[0]) for p in own if p.key), default=0)
    for (picking, location), parcels in sorted(groups.items()):
        number += 1
        step = _new(case, _key(case, number), picking, location, parcels)
        yield step
        yield ReadySendBack(step.key)


def _new(case: Case, key: Key, picking: int, location: int, parcels: list[_Parcel]) -> MakeSendBack:
    erp = case.erp
    delivery = erp.pickings[erp.moves[parcels[0].origin.origin_move_id].picking_id]
    return MakeSendBack(
        key=key,
        returned_id=picking,
        partner_id=delivery.partner_id,
        type_id=delivery.type_id,
        location_id=location,
        destination_id=parcels[0].origin.location_id,
        origin=f"{case.rma.label}: back to the customer",
        moves=tuple(
            NewMove(
                key=key.part("move", p.origin.id, p.lot_id),
                origin_move_id=p.origin.id,
                product_id=p.origin.product_id,
                uom_id=p.origin.uom_id,
                order_line_id=p.origin.order_line_id,
                group_ids=p.origin.group_ids,
                quantity=p.left,
                lot_id=p.lot_id,
            )
            for p in parcels
        ),
    )


def _canceled_by_hand(case: Case, name: str) -> Issue:
    return Issue(
        "canceled_by_hand",
        f"Goods of {case.rma.label} are to go back to the customer, but transfer {name} was canceled in Odoo.",
        f"To have it made again: odoo-rma quarantine resolve {case.rma.id} --again. Else send the goods back by hand in "
        "Odoo and resolve this.",
        "lines",
    )


def _credited(case: Case, what: str, units: Decimal, going: Decimal) -> Issue:
    return Issue(
        "credited_and_sent_back",
        f"{plain(going)} × {what} of {case.rma.label} are to go back to the customer, but {plain(units)} are credited "
        "already: the customer would have both.",
        "Cancel the credit note in Odoo, or correct the disposition at the source; or send the goods by hand and resolve "
        "this.",
        "lines",
        {"credited": plain(units), "sent back": plain(going)},
    )

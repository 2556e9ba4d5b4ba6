"""Transfers that bring goods from where they were received to where they belong, one per place and look."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.erp import CANCELED, DONE
from odoo_rma.mappings.fate import Fate
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.plan import Step
from odoo_rma.mappings.plan.disposition import (
    CancelOnward,
    ExpectOnward,
    MakePutAway,
    PutAwayMove,
    ValidatePutAway,
)
from odoo_rma.mappings.seen.disposition import Onward, Pending
from odoo_rma.mappings.standing import PUT_AWAY, factor, standing
from odoo_rma.mappings.transfer import own_moves
from odoo_rma.mappings.vocabulary import Disposition


def put_away_origin(rma: Rma, disposition: Disposition) -> str:
    """Give the text by which people, and we, find the transfers of a disposition."""
    return f"{rma.label}: {words_of(disposition)}"


def words_of(disposition: Disposition) -> str:
    """Say a disposition as people do."""
    return disposition.value.replace("_", " ")


def plan_put_away(case: Case, fates: list[Fate]) -> Iterator[Step]:
    """Plan the transfers of what is not where it belongs; a disposition that has no place holds up nothing else."""
    groups: dict[tuple[Disposition, int], list[Fate]] = defaultdict(list)
    for fate in fates:
        groups[fate.disposition, fate.location_id].append(fate)
    going: list[Fate] = []
    free = _shells(case)
    for (disposition, location), own in sorted(groups.items()):
        wanted = _wanted(case, disposition, location, own)
        if isinstance(wanted, Issue):
            case.plan.issues.append(wanted)
            continue
        steps = list(_make(case, wanted, free))
        going += own if steps else ()
        yield from steps
    yield from _clear(free)
    yield from plan_onward(case, going)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One transfer that is wanted: its units per product, and per lot."""

    disposition: Disposition
    type_id: int
    location_id: int
    destination_id: int
    units: dict[tuple[int, int], dict[int, Decimal]]

    @property
    def content(self) -> tuple[int, int, dict[int, Decimal]]:
        """What a transfer in Odoo has to show to be this one; lots stand in it only once it is done."""
        products = {p: sum(lots.values(), ZERO) for (p, _), lots in self.units.items()}
        return self.location_id, self.destination_id, products


def _wanted(case: Case, told: Disposition, location: int, own: list[Fate]) -> _Wanted | Issue:
    rules, seen = case.rules.inspection, case.erp.dispositions
    warehouse = rules.warehouse_of(seen.path(location))
    place = rules.place(told, warehouse)
    types = [w.inside_type_id for i, w in rules.warehouses.items() if i == warehouse]
    kind = next(iter(types), 0) or next((w.inside_type_id for w in rules.warehouses.values()), 0)
    if not (place and kind):
        return _no_location(case, told, own)
    units: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for fate in own:
        units[fate.product_id, fate.uom_id][fate.lot_id] += fate.quantity
    return _Wanted(told, kind, location, place, units)


def _own(case: Case) -> list[Onward]:
    mine = (case.rma.source, case.rma.id, PUT_AWAY)
    found = (o for o in case.erp.dispositions.onward.values() if o.key)
    return [o for o in found if o.key and o.key.of == mine]


def _shells(case: Case) -> list[tuple[Onward, tuple[int, int, dict[int, Decimal]]]]:
    """Give the transfers of ours that were made and not carried out, with what they show."""
    found = []
    for one in _own(case):
        moves = [m for m in case.erp.dispositions.pending.values() if m.picking_id == one.id]
        if one.state != DONE and moves:
            products: dict[int, Decimal] = defaultdict(lambda: ZERO)
            for move in moves:
                products[move.product_id] += move.demand
            found.append((one, (moves[0].source_id, moves[0].destination_id, dict(products))))
    return found


def _make(
    case: Case, wanted: _Wanted, free: list[tuple[Onward, tuple[int, int, dict[int, Decimal]]]]
) -> Iterator[Step]:
    same = next((x for x in free if x[1] == wanted.content), None)
    if same:
        free.remove(same)
        if same[0].state == CANCELED:
            case.plan.issues.append(_canceled(case, same[0], wanted))
        elif same[0].key:
            yield ValidatePutAway(same[0].id, _moves(same[0].key, wanted))
        return
    numbers = [o.key.parts for o in _own(case) if o.key]
    name = wanted.disposition.value
    last = max((int(n) for d, n, *_ in numbers if d == name), default=0)
    made = [s for s in case.plan.steps if isinstance(s, MakePutAway) and s.key.parts[0] == name]
    key = Key(case.rma.source, case.rma.id, PUT_AWAY, (name, str(last + len(made) + 1)))
    moves = _moves(key, wanted)
    yield MakePutAway(
        key=key,
        type_id=wanted.type_id,
        location_id=wanted.location_id,
        destination_id=wanted.destination_id,
        origin=put_away_origin(case.rma, wanted.disposition),
        words=f"put away: {words_of(wanted.disposition)}",
        moves=moves,
    )
    yield ValidatePutAway(key, moves)


def _moves(key: Key, wanted: _Wanted) -> tuple[PutAwayMove, ...]:
    return tuple(
        PutAwayMove(
            key=key.part("move", product),
            product_id=product,
            uom_id=uom,
            quantity=sum(lots.values(), ZERO),
            lots=tuple(sorted((x, q) for x, q in lots.items() if x)),
        )
        for (product, uom), lots in sorted(wanted.units.items())
    )


def _clear(free: list[tuple[Onward, tuple[int, int, dict[int, Decimal]]]]) -> Iterator[Step]:
    """What was made and is not wanted any more is canceled."""
    yield from (CancelOnward(one.id, one.name) for one, _ in free if one.state != CANCELED)


def plan_onward(case: Case, going: list[Fate]) -> Iterator[Step]:
    """Plan that the next step of a two-step reception waits only for what is still to come from there."""
    seen = case.erp.dispositions
    ours = {o.id for o in _own(case) if o.state == DONE}
    if not going and not any(f.picking_id in ours for f in seen.flows.values()):
        return
    chained = [m for m in seen.pending.values() if _is_chained(case, m) and m.demand > _left(case, m, going)]
    for picking in sorted({m.picking_id for m in chained}):
        moves = [m for m in seen.pending.values() if m.picking_id == picking]
        rest = {m.id: _left(case, m, going) if m in chained else m.demand for m in moves}
        if any(rest.values()):
            yield from (ExpectOnward(m.id, rest[m.id]) for m in moves if rest[m.id] < m.demand)
        else:
            yield CancelOnward(picking, seen.onward[picking].name)


def _is_chained(case: Case, move: Pending) -> bool:
    one = case.erp.dispositions.onward[move.picking_id]
    own = {m.id for m in own_moves(case.rma, case.erp)}
    return one.key is None and one.state not in (DONE, CANCELED) and bool(own & set(move.origins))


def _left(case: Case, move: Pending, going: list[Fate]) -> Decimal:
    """Give the units that still stand where a next step takes them from."""
    erp, seen = case.erp, case.erp.dispositions
    own = {m.id for m in own_moves(case.rma, erp)}
    left = ZERO
    for part in standing(case.rma, erp, case.rules.inspection):
        if part.move.id in move.origins and move.source_id in seen.path(part.location_id) and not part.gone:
            left += part.quantity * factor(part.move.uom_id, move.uom_id, erp)
    for fate in going:
        if fate.move_id in move.origins and move.source_id in seen.path(fate.location_id):
            left -= fate.quantity * factor(fate.uom_id, move.uom_id, erp)
    # Units of other returns of the order may wait on the same move; nothing is taken from them.
    others = sum((erp.moves[x].done for x in move.origins if x in erp.moves and x not in own), ZERO)
    return min(move.demand, max(left, ZERO) + others)


def _no_location(case: Case, told: Disposition, own: list[Fate]) -> Issue:
    seen, rules = case.erp.dispositions, case.rules.inspection
    units = plain(sum((f.quantity for f in own), ZERO))
    sku = case.erp.products[own[0].product_id].sku
    name = rules.names.get(told)
    why = (
        f"“{name}” is not in the warehouse of {seen.name(own[0].location_id)}"
        if name
        else "it has no location"
    )
    return Issue(
        "no_location",
        f"{units} × {sku} of {case.rma.label} belong to “{words_of(told)}”, but {why}.",
        f"Name a location for {told.value} in [inspection] locations, or make it in Odoo; until then the goods stay in "
        f"{seen.name(own[0].location_id)}.",
        f"lines.{own[0].line_id}.inspections",
    )


def _canceled(case: Case, one: Onward, wanted: _Wanted) -> Issue:
    return Issue(
        "canceled_by_hand",
        f"Transfer {one.name} ({one.origin}) was canceled in Odoo; it is not made again.",
        f"Move the goods by hand in Odoo (source document: the name of the return transfer), or resolve this; "
        f"they belong to “{words_of(wanted.disposition)}”.",
        "lines",
    )

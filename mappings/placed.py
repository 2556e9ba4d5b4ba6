"""Which units of which RMA line came back, and where they stand now: what Odoo shows per move, told per line.

A lot goes to the line that names it, then to one that names none. Units beyond what was to come back stay visible on
the last line of their delivery, else of their order line. Of a kit only complete ones count, and its first part stands for where it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from odoo_rma.mappings.delivered import Slice
from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.in_erp import Placed
from odoo_rma.mappings.money import FINEST, ZERO, Decimal, written
from odoo_rma.mappings.rma_line import LotQuantity, RmaLine
from odoo_rma.mappings.standing import Gone, Part, is_sellable
from odoo_rma.mappings.vocabulary import Disposition

Fits = Callable[[Slice, Part], bool]

_FITTING: tuple[Fits, ...] = (
    lambda one, part: one.lot_id == part.lot_id,
    lambda one, part: one.lot_id == 0,
    lambda one, part: True,
)


@dataclass(frozen=True, slots=True)
class Share:
    """Units of a part that came back for a slice, in the move's unit."""

    slice: Slice
    part: Part
    quantity: Decimal

    @property
    def units(self) -> Decimal:
        """Units of the order line, as exactly as they can be written."""
        return self.quantity / self.slice.factor


def within(parts: Sequence[Part], slices: Mapping[str, Sequence[Slice]]) -> dict[str, list[Share]]:
    """Give by RMA line what of these parts came back for it, no more than it may send back."""
    return _spread(parts, slices)[0]


def shares(parts: Sequence[Part], slices: Mapping[str, Sequence[Slice]]) -> dict[str, list[Share]]:
    """Give by RMA line all that came back for it; what belongs to none of these lines is left out."""
    found, left = _spread(parts, slices)
    every = [s for own in slices.values() for s in own]
    for part, quantity in zip(parts, left, strict=True):
        own = [s for s in every if _same(s, part)] or [s for s in every if _same_article(s, part)]
        if own and quantity > 0:
            found[own[-1].line_id].append(Share(own[-1], part, quantity))
    return found


def _spread(
    parts: Sequence[Part], slices: Mapping[str, Sequence[Slice]]
) -> tuple[dict[str, list[Share]], list[Decimal]]:
    """Give what came back by line, and what of each part is left."""
    every = [s for own in slices.values() for s in own]
    room = [s.quantity for s in every]
    left = [p.quantity for p in parts]
    found: dict[str, list[Share]] = {line: [] for line in slices}
    for fits in _FITTING:
        for number, part in enumerate(parts):
            for place, one in enumerate(every):
                taken = min(room[place], left[number])
                if taken > 0 and _same(one, part) and fits(one, part):
                    room[place] -= taken
                    left[number] -= taken
                    found[one.line_id].append(Share(one, part, taken))
    return found, left


def _same(one: Slice, part: Part) -> bool:
    return part.move.origin_move_id == one.move_id


def _same_article(one: Slice, part: Part) -> bool:
    return (part.move.order_line_id, part.move.product_id) == (one.order_line_id, one.product_id)


def complete(own: Iterable[Share], slices: Iterable[Slice]) -> Decimal:
    """Give the units of a line that are all back; of a kit, those of which every part is."""
    pieces: dict[tuple[int, Decimal], Decimal] = {(s.product_id, s.factor): ZERO for s in slices}
    for share in own:
        # All pieces first: three times four of a dozen are one, and not nearly one.
        pieces[share.slice.product_id, share.slice.factor] += share.quantity
    units: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (product_id, factor), quantity in pieces.items():
        units[product_id] += quantity / factor
    return min(units.values(), default=ZERO)


def placed(line: RmaLine, own: Sequence[Share], erp: Erp, rules: InspectionRules) -> Iterator[Placed]:
    """Say where the units of a line stand, by disposition and location."""
    first = [s for s in own if s.slice.product_id == own[0].slice.product_id]
    where = {id(s): _where(s.part, line, erp, rules) for s in first}
    before = ZERO
    by_place = sorted(first, key=lambda s: (where[id(s)][0] or "", where[id(s)][1]))
    for (told, location), here in groupby(by_place, key=lambda s: where[id(s)]):
        units = list(here)
        until = before + sum((s.units for s in units), ZERO)
        # The sum is rounded, not each: three thirds are one.
        quantity = written(until) - written(before)
        before = until
        yield Placed(quantity=quantity, disposition=told, location=location, lots=tuple(lots(units, erp)))


def lots(own: Iterable[Share], erp: Erp) -> Iterator[LotQuantity]:
    """Name the lots and serials among units, with their units of the line; of a kit, pieces of its parts."""
    known: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for share in own:
        if share.part.lot_id in erp.lots:
            kit = _of_kit(share.slice, erp)
            known[erp.lots[share.part.lot_id]] += share.quantity if kit else share.units
    for name, units in sorted(known.items()):
        yield LotQuantity(name=name, quantity=max(written(units), FINEST))


def _of_kit(one: Slice, erp: Erp) -> bool:
    return erp.order_lines[one.order_line_id].product_id != one.product_id


def _where(part: Part, line: RmaLine, erp: Erp, rules: InspectionRules) -> tuple[Disposition | None, str]:
    if part.gone is Gone.SCRAPPED:
        return Disposition.SCRAP, ""
    if part.gone is Gone.SENT:
        return Disposition.RETURN_TO_CUSTOMER, ""
    return _disposition(part, line, erp, rules), erp.dispositions.name(part.location_id)


def _disposition(part: Part, line: RmaLine, erp: Erp, rules: InspectionRules) -> Disposition | None:
    """Read the disposition from the place: the innermost that stands for one; of several there, what was decided."""
    path = erp.dispositions.path(part.location_id)
    depth = {
        told: max((path.index(x) for x in places.values() if x in path), default=-1)
        for told, places in rules.locations.items()
        if told is not Disposition.RESTOCK
    }
    deepest = max(depth.values(), default=-1)
    if deepest < 0:
        return Disposition.RESTOCK if is_sellable(part.location_id, erp, rules) else None
    there = [told for told, own in depth.items() if own == deepest]
    decided = [i.disposition for i in line.inspections if i.disposition in there]
    return [*decided, *there][0]

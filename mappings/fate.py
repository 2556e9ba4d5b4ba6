"""What is to become of the goods that are back, unit by unit: the inspections against where the goods stand in Odoo."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.inspection import is_absent
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import ONE, ZERO, Decimal, plain
from odoo_rma.mappings.rma_line import Inspection, RmaLine
from odoo_rma.mappings.standing import Gone, Part, is_sellable, standing
from odoo_rma.mappings.vocabulary import Condition, Disposition


@dataclass(frozen=True, slots=True)
class Fate:
    """Units that came back, where they stand now, and what becomes of them; quantities in the move's unit.

    `move_id` is the return move that brought them. `settled` means that nothing has to be moved any more: they are
    where they belong, or a person put them elsewhere by hand (`by_hand`), and that is not undone.
    """

    line_id: str
    move_id: int
    product_id: int
    uom_id: int
    quantity: Decimal
    lot_id: int
    location_id: int
    condition: Condition
    disposition: Disposition
    settled: bool = False
    by_hand: bool = False
    gone: Gone | None = None


@dataclass(slots=True)
class Judgment:
    """What becomes of everything inspected, and where nothing may be guessed."""

    fates: list[Fate] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class _Want:
    """Units of one inspection (and one lot, if it names lots) that no goods were found for yet, in the move's unit."""

    line: RmaLine
    one: Inspection
    lot: str
    own: list[Part]
    need: Decimal

    @property
    def disposition(self) -> Disposition:
        return self.one.disposition or Disposition.QUARANTINE

    def fitting(self, case: Case) -> list[Part]:
        named = [p for p in self.own if not self.lot or case.erp.lots.get(p.lot_id) == self.lot]
        return [p for p in named if p.quantity > 0]


def fates(case: Case) -> list[Fate]:
    """Give what becomes of all units that are back in Odoo and were inspected; what is not here yet waits."""
    return judge(case).fates


def judge(case: Case) -> Judgment:
    """Give the same, with what cannot be said."""
    parts = standing(case.rma, case.erp, case.rules.inspection)
    result = Judgment()
    wants = [w for line in case.rma.lines for w in _wants(case, line, parts, result)]
    # What is where it belongs stays there; only then are the others found their goods.
    for want in wants:
        result.fates += _take(
            case, want, [p for p in want.fitting(case) if _belongs(case, want, p)], settled=True
        )
    _refuse_unnamed_lots(case, wants, result)
    for want in wants:
        result.fates += _take(case, want, [p for p in want.fitting(case) if not p.by_hand and not p.gone])
    for want in wants:
        result.fates += _take(case, want, want.fitting(case), settled=True)
    return result


def _wants(case: Case, line: RmaLine, parts: list[Part], result: Judgment) -> Iterator[_Want]:
    present = [i for i in line.inspections if not is_absent(i)]
    slices = case.slices.get(line.id, [])
    origins, factors = {s.move_id for s in slices}, {s.factor for s in slices}
    own = [p for p in parts if p.move.origin_move_id in origins]
    if present and len({p.move.product_id for p in own}) > 1:
        if any(i.disposition is not Disposition.RESTOCK for i in present):
            result.issues.append(_kit(line))
        return
    factor = next(iter(factors), ONE)
    for one in present:
        named = sum((lot.quantity for lot in one.lots), ZERO)
        for lot in one.lots:
            yield _Want(line, one, lot.name, own, lot.quantity * factor)
        if one.quantity > named:
            yield _Want(line, one, "", own, (one.quantity - named) * factor)


def _belongs(case: Case, want: _Want, part: Part) -> bool:
    told, rules, seen = want.disposition, case.rules.inspection, case.erp.dispositions
    if part.gone is Gone.SCRAPPED:
        return told is Disposition.SCRAP
    if part.gone is Gone.SENT:
        return told in (Disposition.RETURN_TO_CUSTOMER, Disposition.REPAIR)
    path = seen.path(part.location_id)
    place = rules.place(told, rules.warehouse_of(path))
    if told is Disposition.RESTOCK and not rules.locations.get(told):
        return is_sellable(part.location_id, case.erp, rules)
    return told is not Disposition.SCRAP and bool(place) and place in path


def _refuse_unnamed_lots(case: Case, wants: list[_Want], result: Judgment) -> None:
    """Where units of several lots wait and not all become the same, somebody has to say which."""
    for want in wants:
        left = [p for p in want.fitting(case) if not p.gone and not p.by_hand]
        here = sum((p.quantity for p in left), ZERO)
        several = len({p.lot_id for p in left}) > 1 and want.need < here
        told = {w.disposition for w in wants if w.line.id == want.line.id and not w.lot}
        mixed = len({p.lot_id for p in want.own}) > 1 and len(told) > 1
        if want.need > 0 and not want.lot and left and (several or mixed):
            result.issues.append(_which_lot(want.line, want.one))
            want.need = ZERO
        if want.need > 0 and want.lot and want.own and not want.fitting(case) and _all_here(case, want.line):
            result.issues.append(_unknown_lot(case, want))
            want.need = ZERO


def _all_here(case: Case, line: RmaLine) -> bool:
    return case.received.get(line.id, ZERO) >= line.received > 0


def _take(case: Case, want: _Want, parts: list[Part], *, settled: bool = False) -> Iterator[Fate]:
    for part in parts:
        taken = min(part.quantity, want.need)
        if taken <= 0:
            continue
        part.quantity -= taken
        want.need -= taken
        yield Fate(
            line_id=want.line.id,
            move_id=part.move.id,
            product_id=part.move.product_id,
            uom_id=part.move.uom_id,
            quantity=taken,
            lot_id=part.lot_id,
            location_id=part.location_id,
            condition=want.one.condition,
            disposition=want.disposition,
            settled=settled,
            by_hand=part.by_hand and not _belongs(case, want, part),
            gone=part.gone,
        )


def _which_lot(line: RmaLine, one: Inspection) -> Issue:
    return Issue(
        "lot_needed",
        f"{plain(one.quantity)} × {line.sku or line.barcode} were inspected, but nothing says which lot or serial number.",
        "Name the lots on the inspection, or move the goods by hand in Odoo.",
        f"lines.{line.id}.inspections",
    )


def _unknown_lot(case: Case, want: _Want) -> Issue:
    here = ", ".join(sorted({case.erp.lots.get(p.lot_id, "") for p in want.own} - {""})) or "none"
    return Issue(
        "unknown_lot",
        f"{want.lot} of {want.line.sku or want.line.barcode} was inspected, but it is not what was received: {here}.",
        "Correct the lot or serial number at the source.",
        f"lines.{want.line.id}.inspections",
    )


def _kit(line: RmaLine) -> Issue:
    return Issue(
        "kit_inspected",
        f"{line.sku or line.barcode} is a kit; an inspection of it does not say which of its parts is meant.",
        "Return and inspect the parts one by one, or move the goods by hand in Odoo and resolve this.",
        f"lines.{line.id}.inspections",
    )

"""Goods, line by line: what the source says came back against what was validated in Odoo, and what waits for nothing."""

from collections.abc import Sequence
from typing import Any

from odoo_rma.mappings.drift import UNITS, Area, DriftKind
from odoo_rma.mappings.drift.correct import correct_goods
from odoo_rma.mappings.drift.goods import WRONG, Goods, goods_of, rows_of, wrong_row
from odoo_rma.mappings.drift.kinds import FATES, GOODS, NEW_GOODS, area_of
from odoo_rma.mappings.drift.look import Counted, Findings, Look
from odoo_rma.mappings.drift.pieces import ELSEWHERE, by_month, last_transfer, pieces_back, wrong_items
from odoo_rma.mappings.erp import CANCELED, DONE, DRAFT
from odoo_rma.mappings.in_erp import LineInErp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import ZERO, Decimal, decimal, plain
from odoo_rma.mappings.ownership import Side
from odoo_rma.mappings.plan import CancelTransfer, ChangeDemand, MakeTransfer
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.transfer import own_pickings
from odoo_rma.mappings.vocabulary import Condition


def find_goods(found: Findings) -> None:
    """Write down the rows and the differences that concern goods."""
    look = found.look
    seen = {x.line: x for x in look.plan.in_erp.lines}
    back = pieces_back(look)
    found.counted += [Counted(Area.INVENTORY, UNITS, m, q) for m, q in by_month(look).items()]
    for line in look.plan.rma.lines:
        if not line.physical:
            continue
        one = goods_of(look, line, seen.get(line.id) or LineInErp(line=line.id), back.get(line.id, ZERO))
        found.inventory += rows_of(look, one)
        if one.gap:
            _came(found, one)
        else:
            _lots(found, one)
    _not_of_a_line(found, back.get(ELSEWHERE, ZERO))
    _wrong_items(found)
    _expected(found)
    _fates(found)


def _came(found: Findings, one: Goods) -> None:
    look, behind = found.look, one.gap < 0
    issues = _reasons(found, one.line)
    steps = found.steps(GOODS) if behind and look.receipts is Side.RMA else []
    kind = _kind(look, one, issues)
    if kind is DriftKind.CHANGED_BY_HAND and not (steps or look.settled):
        steps = correct_goods(look, one)
        found.corrections += steps
    tell = look.receipts is Side.ERP and not behind and not look.told
    units = one.back / one.each
    found.add(
        Area.INVENTORY,
        kind,
        look.receipts,
        one.what,
        f"The source says that {plain(one.theirs)} × {one.what} came back, Odoo shows {plain(units)}.",
        steps=steps,
        issues=issues,
        repair=[f"tell the source that {plain(units)} × {one.what} came back"] if tell else (),
        way_out="" if steps or issues or tell else _way_out(look, behind=behind),
        rma_value=plain(one.theirs),
        erp_value=plain(units),
        difference=one.gap,
        of=one.line.id,
        **_where(look),
    )


def _kind(look: Look, one: Goods, issues: Sequence[Issue]) -> DriftKind:
    codes = {i.code for i in issues}
    if "conflict_receipt" in codes:
        return DriftKind.CONFLICT
    if codes & {"lot_needed", "unknown_lot"}:
        return DriftKind.LOT
    if one.gap < 0 and "canceled_by_hand" in codes:
        return DriftKind.STATE
    if one.back and _changed_in_odoo(look, one):
        return DriftKind.CHANGED_BY_HAND
    if one.back and one.theirs:
        return DriftKind.QUANTITY
    return DriftKind.MISSING_IN_ERP if one.gap < 0 else DriftKind.MISSING_IN_RMA


def _changed_in_odoo(look: Look, one: Goods) -> bool:
    """Tell whether the source still says what both once said: then it was Odoo that changed."""
    before = look.agreed.get(f"receipt {one.line.id}")
    return before is not None and decimal(before) == one.theirs and one.theirs > 0


def _way_out(look: Look, *, behind: bool) -> str:
    if behind and look.receipts is Side.ERP:
        return "Validate the transfer in Odoo when the goods are here, or correct what was received at the source."
    if behind:
        return "Look at the RMA with `odoo-rma show`; the next sync receives what is missing."
    if look.receipts is Side.RMA:
        return (
            "Count the goods. If they came, correct what was received at the source; else return them to the customer "
            "on the transfer in Odoo (button Return)."
        )
    return "Report what came at the source."


def _reasons(found: Findings, line: RmaLine) -> list[Issue]:
    """Give the issues about a line: its own, those of all lines, and those that stop the whole RMA."""
    plan = found.look.plan
    others = {x.id for x in plan.rma.lines} - {line.id}
    stopped = not plan.slices

    def fits(issue: Issue) -> bool:
        named = issue.where.split(".")[1:2]
        mine = not named or named[0] not in others
        return (stopped or area_of(issue) is Area.INVENTORY) and mine

    return found.issues(fits)


def _where(look: Look) -> dict[str, Any]:
    """Say when it came about, and where in Odoo to look."""
    last = last_transfer(look)
    done = last.done_at if last else None
    links = (look.link("stock.picking", last.id, last.name),) if last else ()
    since = look.plan.rma.received_at or done or look.begun
    return {"since": since, "period": look.month(done or look.begun), "erp_links": links}


def _lots(found: Findings, one: Goods) -> None:
    """Say where the same number came back, but of other lots."""
    told, here = {x.name: x.quantity for x in one.line.lots}, dict(one.lots)
    if not told or not here or sum(told.values(), ZERO) != sum(here.values(), ZERO) or told == here:
        return
    look = found.look
    found.add(
        Area.INVENTORY,
        DriftKind.LOT,
        look.receipts,
        one.what,
        f"Other lots of {one.what} came back than the source says.",
        way_out="Correct the lots at the source, or the transfer in Odoo.",
        rma_value=_named(told),
        erp_value=_named(here),
        of=one.line.id,
        **_where(look),
    )


def _named(lots: dict[str, Decimal]) -> str:
    return ", ".join(f"{plain(q)} × {name}" for name, q in sorted(lots.items()))


def _not_of_a_line(found: Findings, pieces: Decimal) -> None:
    if not pieces:
        return
    look = found.look
    withdrawn = ", ".join(x.sku or x.barcode or x.id for x in look.plan.rma.lines if _withdrawn(look, x))
    found.add(
        Area.INVENTORY,
        DriftKind.CONFLICT if withdrawn else DriftKind.MISSING_IN_RMA,
        look.receipts,
        withdrawn or "return transfer",
        f"{plain(pieces)} piece(s) came back in Odoo that "
        + (
            f"the source had said came ({withdrawn}), and now says did not."
            if withdrawn
            else "stand for no line of the RMA."
        ),
        issues=found.issues(lambda i: area_of(i) is Area.INVENTORY),
        way_out=_way_out(look, behind=False),
        rma_value="0",
        erp_value=plain(pieces),
        difference=pieces,
        **_where(look),
    )


def _withdrawn(look: Look, line: RmaLine) -> bool:
    """Tell whether both sides had agreed that units of a line came, and the source knows of none any more."""
    before = decimal(look.agreed.get(f"receipt {line.id}", "0"))
    return line.physical and before > 0 and not line.received


def _wrong_items(found: Findings) -> None:
    """Compare what came instead of what was to come back."""
    look = found.look
    here, told = wrong_items(look), ZERO
    for line in look.plan.rma.lines if _receives_wrong_items(look) else ():
        for one in line.inspections:
            if one.condition is Condition.WRONG_ITEM and look.plan.slices.get(line.id):
                told += one.quantity
    if here == told == 0:
        return
    told = told if _receives_wrong_items(look) else here
    found.inventory.append(wrong_row(look, told, here))
    if here != told:
        issues = found.issues(lambda i: i.code == "wrong_item_unknown")
        found.add(
            Area.INVENTORY,
            DriftKind.DISPOSITION,
            look.receipts,
            WRONG,
            f"The source says that {plain(told)} unit(s) of another article came, Odoo has received {plain(here)}.",
            steps=found.steps(FATES) if here < told else (),
            issues=issues,
            way_out=""
            if issues
            else "Look at what was received in Odoo, or correct the inspection at the source.",
            rma_value=plain(told),
            erp_value=plain(here),
            difference=here - told,
            of=WRONG,
            **_where(look),
        )


def _receives_wrong_items(look: Look) -> bool:
    return look.source.source_receives and bool(look.rules.inspection.names)


def _expected(found: Findings) -> None:
    """Say what a transfer waits for in vain, or what none waits for; what came is told of already."""
    steps, look = found.unused(GOODS), found.look
    if not steps:
        return
    cancels = [s for s in steps if isinstance(s, CancelTransfer)]
    makes = any(isinstance(s, MakeTransfer) for s in steps)
    changes = any(isinstance(s, ChangeDemand) for s in steps)
    kind = (
        DriftKind.STATE
        if cancels
        else DriftKind.MISSING_IN_ERP
        if makes
        else DriftKind.QUANTITY
        if changes
        else DriftKind.STATE
    )
    waiting = [p for p in own_pickings(look.plan.rma, look.erp) if p.state not in (DONE, CANCELED)]
    rma = look.plan.rma
    where = _where(look) | {"erp_links": tuple(look.link("stock.picking", p.id, p.name) for p in waiting)}
    found.add(
        Area.INVENTORY,
        kind,
        Side.RMA,
        "return transfer",
        _expectation(kind, cancels=bool(cancels)),
        steps=steps,
        rma_value="closed" if rma.closed else rma.authorization.value,
        erp_value=", ".join(f"{p.name or DRAFT} {p.state}" for p in waiting) or "no transfer",
        **where,
    )


def _expectation(kind: DriftKind, *, cancels: bool) -> str:
    if cancels:
        return "The source expects nothing more, but a transfer still waits in Odoo."
    if kind is DriftKind.MISSING_IN_ERP:
        return "Goods are to come back, and no transfer in Odoo waits for them."
    if kind is DriftKind.QUANTITY:
        return "The transfer in Odoo expects another quantity than the source."
    return "The transfer in Odoo is not ready."


def _fates(found: Findings) -> None:
    """Say what was to become of the goods and has not, what a person decided otherwise, and which new goods are missing."""
    look = found.look
    owner = Side.RMA if look.source.source_disposes else Side.ERP
    if steps := found.unused(FATES):
        found.add(
            Area.INVENTORY,
            DriftKind.DISPOSITION,
            owner,
            "disposition",
            "What is to become of the goods has not been carried out in Odoo.",
            steps=steps,
            **_where(look),
        )
    for words in look.plan.by_hand:
        found.add(
            Area.INVENTORY,
            DriftKind.DISPOSITION,
            owner,
            "disposition",
            words[0].upper() + words[1:] + ".",
            way_out="Move the goods in Odoo to where they belong, or correct the disposition at the source.",
            **_where(look),
        )
    if steps := found.unused(NEW_GOODS):
        found.add(
            Area.INVENTORY,
            DriftKind.MISSING_IN_ERP,
            Side.RMA,
            "exchange order",
            "New goods for the old ones are not ordered in Odoo as the source says.",
            steps=steps,
            **_where(look),
        )

"""What becomes of goods that came back: put where they belong, scrapped, received as what they are; and said in words.

The source's inspection counts, and what people do by hand in Odoo: what a person put in a place that stands for a
disposition stays there.
"""

from collections.abc import Iterator
from hashlib import sha256
from html import escape

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.erp import CANCELED, DONE
from odoo_rma.mappings.fate import Fate, judge
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.inspection import absent, came, differences
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import ONE, ZERO, Decimal, plain
from odoo_rma.mappings.plan import Found, Note, Step
from odoo_rma.mappings.put_away import plan_put_away, words_of
from odoo_rma.mappings.rma_line import Inspection, RmaLine
from odoo_rma.mappings.scrap import plan_scraps
from odoo_rma.mappings.seen.disposition import Onward
from odoo_rma.mappings.standing import (
    INSPECTION,
    PUT_AWAY,
    WRONG_ITEM,
    Gone,
    Part,
    is_our_scrap,
    is_ours,
    standing,
)
from odoo_rma.mappings.transfer import own_moves
from odoo_rma.mappings.vocabulary import Condition, Disposition
from odoo_rma.mappings.wrong_item import plan_wrong_items

MOVED, SCRAPPED, NEXT = "moved by hand", "scrapped by hand", "next step of the reception"
KINDS = {PUT_AWAY: "put away", WRONG_ITEM: "wrong item"}


def plan_dispositions(case: Case) -> list[Step]:
    """Plan what becomes of goods that came back."""
    _report(case)
    case.plan.issues += _too_many(case)
    steps = list(_notes(case))
    if not case.rules.inspection.names:
        return steps
    judged = judge(case)
    case.plan.issues += judged.issues
    case.plan.by_hand += _left_by_hand(case, judged.fates)
    case.plan.notes += case.plan.by_hand
    todo = [f for f in judged.fates if not f.settled and f.disposition is not Disposition.RETURN_TO_CUSTOMER]
    steps += plan_put_away(case, [f for f in todo if f.disposition is not Disposition.SCRAP])
    steps += plan_scraps(case, [f for f in todo if f.disposition is Disposition.SCRAP])
    steps += plan_wrong_items(case)
    return steps


def _report(case: Case) -> None:
    seen, found = case.erp.dispositions, case.plan.found
    own = {m.id for m in own_moves(case.rma, case.erp)}
    chained = {f.picking_id for f in seen.flows.values() if own & set(f.origins)}
    chained |= {m.picking_id for m in seen.pending.values() if own & set(m.origins)}
    for one in seen.onward.values():
        what = _kind(case, one, chained)
        if what:
            found.append(Found(what, "stock.picking", one.id, one.name, one.state))
    for scrap in seen.scraps.values():
        if is_our_scrap(scrap, case.rma, case.erp):
            what = "scrap" if scrap.key else SCRAPPED
            found.append(Found(what, "stock.scrap", scrap.id, scrap.name, scrap.state))
    case.plan.notes += differences(case.rma)
    if not any(x.inspections for x in case.rma.lines):
        case.plan.notes += _found_by_hand(case)


def _kind(case: Case, one: Onward, chained: set[int]) -> str:
    """Say what a transfer is to the RMA; nothing where it is none of its own, or was canceled by Odoo's own rules."""
    key = one.key
    if key:
        mine = (key.source, key.owner) == (case.rma.source, case.rma.id)
        return KINDS.get(key.kind, "") if mine else ""
    if one.state == CANCELED or not (one.id in chained or is_ours(one, case.rma, case.erp)):
        return ""
    return NEXT if one.id in chained else MOVED


def _found_by_hand(case: Case) -> Iterator[str]:
    """Read back what people did by hand as what was found."""
    for part in standing(case.rma, case.erp, case.rules.inspection):
        if part.by_hand or part.gone:
            yield f"{_units(case, part)} {_whereabouts(case, part.gone, part.location_id)}, by hand"


def _left_by_hand(case: Case, fates: list[Fate]) -> Iterator[str]:
    for f in fates:
        if f.by_hand:
            units = f"{plain(f.quantity)} × {case.erp.products[f.product_id].sku}"
            where = _whereabouts(case, f.gone, f.location_id)
            yield f"{units} {where}, by hand; the source says {words_of(f.disposition)}: nothing is moved again"


def _units(case: Case, part: Part) -> str:
    lot = f" {case.erp.lots[part.lot_id]}" if part.lot_id in case.erp.lots else ""
    return f"{plain(part.quantity)} × {case.erp.products[part.move.product_id].sku}{lot}"


def _whereabouts(case: Case, gone: Gone | None, location: int) -> str:
    return gone.value if gone else f"put in {case.erp.dispositions.name(location)}"


def _notes(case: Case) -> Iterator[Step]:
    """Let everybody read in Odoo what the inspector wrote, and where the photos are: once, on the return transfer."""
    noted = set(case.erp.dispositions.noted.values())
    for line in case.rma.lines:
        origins = {s.move_id for s in case.slices.get(line.id, ())}
        moves = [m for m in own_moves(case.rma, case.erp) if m.origin_move_id in origins and m.state == DONE]
        for number, one in enumerate(line.inspections, 1):
            if moves and (one.notes or one.photos):
                body = _body(line, one)
                digest = sha256(body.encode()).hexdigest()[:8]
                parts = (line.id, one.id or str(number), digest)
                key = Key(case.rma.source, case.rma.id, INSPECTION, parts)
                if key not in noted:
                    yield Note(key, "stock.picking", moves[0].picking_id, body)


def _body(line: RmaLine, one: Inspection) -> str:
    told = f" → {words_of(one.disposition)}" if one.disposition else ""
    head = f"{plain(one.quantity)} × {line.sku or line.barcode or ''}: {one.condition.value.replace('_', ' ')}{told}"
    rows = [escape(x) for x in (one.notes, one.inspector) if x]
    rows += [_link(photo) for photo in one.photos]
    return f"<p>{escape(head)}</p><ul>{''.join(f'<li>{x}</li>' for x in rows)}</ul>"


def _link(photo: str) -> str:
    safe = escape(photo, quote=True)
    return f'<a href="{safe}">{safe}</a>' if photo.startswith(("https://", "http://")) else safe


def _too_many(case: Case) -> Iterator[Issue]:
    """What was received in Odoo and turned out later not to have come has to go out of stock again, by a person."""
    parts = standing(case.rma, case.erp, case.rules.inspection)
    for line in case.rma.lines:
        slices = case.slices.get(line.id, ())
        if not (absent(line) and slices):
            continue
        origins, ratio = {s.move_id for s in slices}, slices[0].factor or ONE
        own = [p for p in parts if p.move.origin_move_id in origins]
        here = _here(line, own, ratio)
        most = came(line, line.received if case.source.source_receives else here)
        if here > most:
            yield _received_too_much(case, line, here - most, own[0])


def _here(line: RmaLine, own: list[Part], ratio: Decimal) -> Decimal:
    refused = sum(
        (i.quantity for i in line.inspections if i.disposition is Disposition.RETURN_TO_CUSTOMER), ZERO
    )
    sent = sum((p.quantity for p in own if p.gone is Gone.SENT), ZERO) / ratio
    return sum((p.quantity for p in own), ZERO) / ratio - max(sent - refused, ZERO)


def _received_too_much(case: Case, line: RmaLine, units: Decimal, part: Part) -> Issue:
    what, name = line.sku or line.barcode, case.erp.pickings[part.move.picking_id].name
    wrong = any(i.condition is Condition.WRONG_ITEM for i in line.inspections)
    return Issue(
        "received_too_much",
        f"{plain(units)} × {what} stand in stock with {name}, but "
        f"{'another article came' if wrong else 'the source now says that they did not come'}.",
        f"In Odoo, open {name} and return {plain(units)} to the customer (button Return): the next run counts it.",
        f"lines.{line.id}.inspections",
    )

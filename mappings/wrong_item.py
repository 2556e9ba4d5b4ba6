"""Another article came instead of the one that was to come back: it is received as what it is, into quarantine."""

from collections import defaultdict
from collections.abc import Iterator

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.erp import DONE
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.plan import Step
from odoo_rma.mappings.plan.disposition import MakePutAway, PutAwayMove, ValidatePutAway
from odoo_rma.mappings.rma_line import Inspection, RmaLine
from odoo_rma.mappings.seen.disposition import Article, Onward
from odoo_rma.mappings.standing import WRONG_ITEM
from odoo_rma.mappings.vocabulary import Condition, Disposition


def wrong_item_origin(rma: Rma) -> str:
    """Give the text by which people, and we, find what came instead."""
    return f"{rma.label}: wrong item"


def plan_wrong_items(case: Case) -> Iterator[Step]:
    """Plan the receipt of what came instead; where Odoo has the say about receipts, a person receives it."""
    wanted: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for line, one in _found(case):
        article = _article(case, one)
        if not case.source.source_receives:
            case.plan.notes.append(
                f"{plain(one.quantity)} × {one.sku or 'another article'}: receive it by hand in Odoo"
            )
        elif article is None or article.tracking != "none":
            case.plan.issues.append(_unknown(case, line, one, article))
        else:
            wanted[article.id, _came_from(case, line)] += one.quantity
    for (article_id, customer), quantity in sorted(wanted.items()):
        yield from _receive(case, case.erp.dispositions.articles[article_id], customer, quantity)


def _found(case: Case) -> Iterator[tuple[RmaLine, Inspection]]:
    for line in case.rma.lines:
        for one in line.inspections:
            if one.condition is Condition.WRONG_ITEM and case.slices.get(line.id):
                yield line, one


def _article(case: Case, one: Inspection) -> Article | None:
    found = [a for a in case.erp.dispositions.articles.values() if one.sku and a.sku == one.sku]
    return found[0] if len(found) == 1 else None


def _came_from(case: Case, line: RmaLine) -> int:
    return case.erp.moves[case.slices[line.id][0].move_id].destination_id


def _receive(case: Case, article: Article, customer: int, quantity: Decimal) -> Iterator[Step]:
    own = [o for o in case.erp.dispositions.onward.values() if _is_own(case, o, article)]
    seen = case.erp.dispositions
    ids = {o.id for o in own if o.state == DONE}
    missing = quantity - sum((f.quantity for f in seen.flows.values() if f.picking_id in ids), ZERO)
    if missing <= 0:
        return
    waiting = [o for o in own if o.state not in (DONE, "cancel")]
    number = max((int(o.key.parts[1]) for o in own if o.key), default=0)
    key = waiting[0].key if waiting else None
    key = key or Key(case.rma.source, case.rma.id, WRONG_ITEM, (str(article.id), str(number + 1)))
    move = PutAwayMove(key.part("move", article.id), article.id, article.uom_id, missing)
    if waiting:
        yield ValidatePutAway(waiting[0].id, (move,))
        return
    if any(o.state == "cancel" for o in own):
        case.plan.issues.append(_canceled(case, article, missing))
        return
    place, kind = _place(case)
    if not (place and kind):
        case.plan.issues.append(_nowhere(case, article, missing))
        return
    words = f"of {article.sku} received instead of what was to come back"
    origin = wrong_item_origin(case.rma)
    yield MakePutAway(key, kind, customer, place, origin, words, (move,))
    yield ValidatePutAway(key, (move,))


def _is_own(case: Case, one: Onward, article: Article) -> bool:
    mine = (case.rma.source, case.rma.id, WRONG_ITEM)
    key = one.key
    return key is not None and key.of == mine and key.parts[0] == str(article.id)


def _place(case: Case) -> tuple[int, int]:
    """Give quarantine and the operation type for receipts of the warehouse that shipped."""
    rules, erp = case.rules.inspection, case.erp
    shipped = next(s.move_id for own in case.slices.values() for s in own)
    warehouse = rules.warehouse_of(erp.dispositions.path(erp.moves[shipped].location_id))
    kinds = [w.in_type_id for i, w in rules.warehouses.items() if i == warehouse]
    return rules.place(Disposition.QUARANTINE, warehouse), next(iter(kinds), 0)


def _unknown(case: Case, line: RmaLine, one: Inspection, article: Article | None) -> Issue:
    what = f"{plain(one.quantity)} × {one.sku or 'something else'} came instead of {line.sku or line.barcode}"
    why = "its serial or lot number is not known to this order" if article else "Odoo has no such article"
    return Issue(
        "wrong_item_unknown",
        f"{what}, but {why if one.sku else 'the source does not say which article'}.",
        "Name the article (inspections.sku) at the source; or receive it by hand in Odoo and resolve this. Nothing is "
        f"credited for it, and nothing of {line.sku or line.barcode} is put in stock for it.",
        f"lines.{line.id}.inspections",
    )


def _nowhere(case: Case, article: Article, missing: Decimal) -> Issue:
    return Issue(
        "no_location",
        f"{plain(missing)} × {article.sku} came instead of what was to come back, but “quarantine” has no location there.",
        "Name a location for quarantine in [inspection] locations, or make it in Odoo.",
        "lines",
    )


def _canceled(case: Case, article: Article, missing: Decimal) -> Issue:
    return Issue(
        "canceled_by_hand",
        f"The receipt of {plain(missing)} × {article.sku} ({wrong_item_origin(case.rma)}) was canceled in Odoo; it is not "
        "made again.",
        "Receive it by hand in Odoo, and resolve this.",
        "lines",
    )

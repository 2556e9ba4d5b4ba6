"""Goods that are written off: one scrap per article, lot and place, validated at once."""

from collections import defaultdict
from collections.abc import Iterator

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.erp import DRAFT
from odoo_rma.mappings.fate import Fate
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.plan import Step
from odoo_rma.mappings.plan.disposition import MakeScrap, ValidateScrap
from odoo_rma.mappings.seen.disposition import Scrap
from odoo_rma.mappings.standing import SCRAP
from odoo_rma.mappings.vocabulary import Condition, Disposition

Kind = tuple[int, int, int, int, Condition]
"""Product, unit of measure, lot, place, condition."""


def scrap_origin(rma: Rma, condition: Condition) -> str:
    """Give the text by which people, and we, find scraps: it says why."""
    return f"{rma.label}: scrap, {condition.value.replace('_', ' ')}"


def own_scraps(case: Case) -> list[Scrap]:
    """Give the scraps made under the keys of an RMA."""
    mine = (case.rma.source, case.rma.id, SCRAP)
    found = case.erp.dispositions.scraps.values()
    return [s for s in found if s.key and s.key.of == mine]


def plan_scraps(case: Case, fates: list[Fate]) -> Iterator[Step]:
    """Plan the scraps of what is not scrapped yet."""
    units: dict[Kind, Decimal] = defaultdict(lambda: ZERO)
    came: dict[Kind, int] = {}
    for f in fates:
        kind = (f.product_id, f.uom_id, f.lot_id, f.location_id, f.condition)
        units[kind] += f.quantity
        came.setdefault(kind, f.move_id)
    own = own_scraps(case)
    drafts = [s for s in own if s.state == DRAFT]
    number = max((int(s.key.parts[0]) for s in own if s.key), default=0)
    for kind, quantity in sorted(units.items()):
        same = next((s for s in drafts if _shows(s, kind, quantity)), None)
        if same:
            drafts.remove(same)
            yield ValidateScrap(same.id)
            continue
        number += 1
        key = Key(case.rma.source, case.rma.id, SCRAP, (str(number),))
        yield _make(case, key, kind, quantity, case.erp.moves[came[kind]].picking_id)
        yield ValidateScrap(key)


def _shows(scrap: Scrap, kind: Kind, quantity: Decimal) -> bool:
    product, uom, lot, place, _ = kind
    return (scrap.product_id, scrap.uom_id, scrap.lot_id, scrap.source_id, scrap.quantity) == (
        *(product, uom, lot, place),
        quantity,
    )


def _make(case: Case, key: Key, kind: Kind, quantity: Decimal, picking: int) -> MakeScrap:
    product, uom, lot, place, condition = kind
    # Odoo 14 takes what is scrapped from a receipt out of that receipt's destination, whatever the scrap says.
    there = case.erp.pickings[picking].destination_id == place
    return MakeScrap(
        key=key,
        picking_id=picking if there else 0,
        product_id=product,
        uom_id=uom,
        quantity=quantity,
        lot_id=lot,
        location_id=place,
        scrap_location_id=case.rules.inspection.place(Disposition.SCRAP, 0),
        origin=scrap_origin(case.rma, condition),
    )

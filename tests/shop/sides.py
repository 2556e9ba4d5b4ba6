"""Both sides of a shop in memory, side by side: what `reconcile` finds, with Odoo's totals counted straight from it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.drift import UNITS, Area, Drift, DriftKind, Equation, InventoryRow, LedgerRow
from odoo_rma.mappings.drift.equation import WHOLE, Differences, Place, Sums, equations, unexplained
from odoo_rma.mappings.drift.find import find
from odoo_rma.mappings.drift.look import UNDATED, Findings, Look
from odoo_rma.mappings.drift.strays import Kin, Share, Stray, filled, in_its_month, judge
from odoo_rma.mappings.erp import DONE, Picking
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ONE, ZERO, Decimal
from odoo_rma.mappings.plan import Step
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.transfer import own_pickings
from shop.build import Shop
from shop.look import BY_SOURCE, look


@dataclass
class Sides:
    """What was found."""

    inventory: list[InventoryRow] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    equations: tuple[Equation, ...] = ()
    corrections: list[Step] = field(default_factory=list)

    def kinds(self) -> list[DriftKind]:
        return sorted(d.kind for d in self.drifts)

    def only(self) -> Drift:
        [one] = self.drifts
        return one


def reconcile(
    shop: Shop,
    *rmas: Rma,
    sources: dict[str, SourceRules] = BY_SOURCE,
    told: bool = False,
    settled: str = "",
    agreed: dict[str, str] | None = None,
    aside: str = "",
) -> Sides:
    """Do what a reconciliation does, on a shop in memory; `told` means that the source was told what Odoo holds.

    `aside` says where those RMAs were found that came in and cannot be read.
    """
    sides, sums, differences = Sides(), Sums(), Differences()
    owned: set[tuple[str, int]] = set()
    kin: list[tuple[int, Kin]] = []
    for one in rmas if agreed else ():
        known = shop.decisions.get((one.source, one.id), Decisions())
        shop.decisions[one.source, one.id] = replace(known, agreed=agreed or {})
    for plan in look(shop, *rmas, sources=sources):
        rules = sources[plan.rma.source]
        found = find(
            Look(
                plan,
                shop.erp,
                rules,
                shop.all_rules(),
                told=told,
                settled=settled,
                agreed=agreed or {},
                decisions=shop.decisions.get((plan.rma.source, plan.rma.id), Decisions()),
            )
        )
        sums.add(found)
        sides.inventory += found.inventory
        sides.ledger += found.ledger
        sides.drifts += found.drifts
        sides.corrections += found.corrections
        owned |= {(d.model, d.id) for d in plan.in_erp.documents}
        owned |= {("stock.picking", p.id) for p in own_pickings(plan.rma, shop.erp)}
        kin.append((plan.order_id, _kin(found, settled)))
    for stray, order in _strays(shop, owned):
        near = [k for i, k in kin if i and i == order]
        verdict = judge(stray, near, UTC, aside)
        if verdict.instead and verdict.drift:
            share = verdict.instead
            gone = [d for d in sides.drifts if _stands_for(d, share, stray.area)]
            sides.drifts = [d for d in sides.drifts if d not in gone]
            sides.drifts += in_its_month(verdict.drift, gone, stray)
            kin = [(i, filled(k, share[2]) if (k.source, k.rma) == share[:2] else k) for i, k in kin]
        elif verdict.drift:
            sides.drifts.append(verdict.drift)
    for drift in sides.drifts:
        differences.add(drift)
    sides.equations = equations(sums, differences, totals(shop))
    sides.drifts += unexplained(sides.equations)
    return sides


def _kin(found: Findings, settled: str) -> Kin:
    rma = found.look.plan.rma
    money = [Share(r.of, r.currency, r.promised, r.credited) for r in found.ledger]
    came = sum((r.source_received * r.pieces for r in found.inventory), ZERO)
    back = sum((r.received * r.pieces for r in found.inventory), ZERO)
    shares = (Share("", UNITS, came, back), *money)
    return Kin(rma.source, rma.id, rma.label, False, settled, shares)


def _stands_for(drift: Drift, share: tuple[str, str, str], area: Area) -> bool:
    same = (drift.source, drift.rma) == share[:2] and drift.area is area
    return same and drift.difference < 0 and share[2] in ("", drift.of)


def _strays(shop: Shop, owned: set[tuple[str, int]]) -> Iterator[tuple[Stray, int]]:
    erp = shop.erp
    for picking, units, order in _returns(shop):
        if ("stock.picking", picking.id) not in owned:
            key = erp.root(picking).key
            facts = (picking.name, picking.state, UNITS, units, True, None, key, "")
            yield Stray(Area.INVENTORY, "stock.picking", picking.id, *facts), order
    orders = {x.id: x.order_id for x in erp.order_lines.values()}
    for note in erp.invoices.values():
        if note.is_credit and ("account.move", note.id) not in owned:
            lines = (x for x in erp.invoice_lines.values() if x.invoice_id == note.id)
            order = next((orders[o] for x in lines for o in x.order_line_ids), 0)
            counts = note.state == "posted"
            facts = (note.name, note.state, note.currency, note.total, counts, note.date, note.key, "")
            yield Stray(Area.LEDGER, "account.move", note.id, *facts), order


def _returns(shop: Shop) -> Iterable[tuple[Picking, Decimal, int]]:
    erp, units = shop.erp, defaultdict[int, Decimal](lambda: ZERO)
    orders: dict[int, int] = {}
    for move in erp.moves.values():
        if not move.outgoing and move.state == DONE:
            units[move.picking_id] += move.done * erp.uoms.get(move.uom_id, ONE)
            orders[move.picking_id] = erp.order_lines[move.order_line_id].order_id
    return [(erp.pickings[i], q, orders[i]) for i, q in units.items()]


def totals(shop: Shop) -> dict[Place, Decimal]:
    """Count what Odoo holds, knowing nothing of any RMA."""
    found: dict[Place, Decimal] = defaultdict(lambda: ZERO)
    erp = shop.erp
    for move in erp.moves.values():
        if not move.outgoing and move.state == DONE:
            at = erp.pickings[move.picking_id].done_at
            for month in (WHOLE, f"{at:%Y-%m}" if at else UNDATED):
                found[Area.INVENTORY, UNITS, month] += move.done * erp.uoms.get(move.uom_id, ONE)
    for flow in erp.dispositions.flows.values():
        key = erp.dispositions.onward[flow.picking_id].key
        if key and key.kind == "wrongitem":
            for month in (WHOLE, UNDATED):
                found[Area.INVENTORY, UNITS, month] += flow.quantity
    for note in erp.invoices.values():
        takes_back = note.reversed_id in erp.invoices and erp.invoices[note.reversed_id].is_credit
        if (note.is_credit or takes_back) and note.state == "posted":
            for month in (WHOLE, f"{note.date:%Y-%m}" if note.date else UNDATED):
                found[Area.LEDGER, note.currency, month] += note.total if note.is_credit else -note.total
    return found

"""Read where goods went after they were received: transfers inside, scraps, and the places they stand in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.mappings.erp import CANCELED, DONE, Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal, from_odoo
from odoo_rma.mappings.put_away import put_away_origin
from odoo_rma.mappings.scrap import scrap_origin
from odoo_rma.mappings.seen.disposition import (
    Arrived,
    Article,
    Disposed,
    Flow,
    Onward,
    Pending,
    Place,
    Scrap,
)
from odoo_rma.mappings.standing import INSPECTION, factor
from odoo_rma.mappings.transfer import TRANSFER
from odoo_rma.mappings.vocabulary import Condition, Disposition
from odoo_rma.mappings.wrong_item import wrong_item_origin
from odoo_rma.sync.customers import any_of, read_keys
from odoo_rma.sync.reference import Reference, moment

PICKING, MOVE, LINE, SCRAP = "stock.picking", "stock.move", "stock.move.line", "stock.scrap"


def read(client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> Erp:
    """Fill in where the goods of these RMAs went: found by what moved them on, and by the marks on transfers and scraps.

    What we made is confirmed by external id; what names a return transfer as its source document, or takes goods out
    of one, is a person's.
    """
    seen = _Reader(client, reference, rmas, erp)
    if not (seen.returned or seen.inspected):
        return erp
    return replace(erp, dispositions=seen.read())


class _Reader:
    def __init__(self, client: OdooClient, reference: Reference, rmas: Sequence[Rma], erp: Erp) -> None:
        self._client, self._reference, self._erp = client, reference, erp
        self.inspected = [r for r in rmas if any(x.inspections for x in r.lines)]
        ours = {p.id: p for p in erp.pickings.values() if _is_return(p.id, erp)}
        self.returned = {
            m.id: m for m in erp.moves.values() if m.picking_id in ours and m.state == DONE and not m.outgoing
        }
        self._names = {m.picking_id: ours[m.picking_id].name for m in self.returned.values()}

    def read(self) -> Disposed:
        moves = self._moves()
        onward = self._onward({m["picking_id"] for m in moves.values()})
        moves = {i: m for i, m in moves.items() if m["picking_id"] in onward and _counts(m, onward)}
        scraps = self._scraps(onward)
        done = [i for i, m in moves.items() if m["state"] == DONE]
        lines = self._lines([*self.returned, *done])
        arrivals, flows = self._arrivals(lines), self._flows(lines, moves)
        places = self._places(arrivals, flows.values(), scraps.values(), moves.values())
        return Disposed(
            places=places,
            arrivals=arrivals,
            onward=onward,
            # A scrap shows in Odoo as a move, too.
            flows={i: f for i, f in flows.items() if places[f.destination_id].usage != "inventory"},
            pending={i: _pending(m) for i, m in moves.items() if m["state"] != DONE},
            scraps=scraps,
            articles=self._articles(),
            noted=self._noted(),
        )

    def _moves(self) -> dict[int, Row]:
        """Read the moves of transfers that took goods on from our returns, or that carry one of our marks."""
        marks = [put_away_origin(r, d) for r in self.inspected for d in Disposition]
        marks += [wrong_item_origin(r) for r in self.inspected]
        chained = f"picking_id.{self._client.can.picking_moves}.move_orig_ids"
        parts: list[Any] = [("picking_id.origin", "in", sorted({*marks, *self._names.values()}))]
        parts += [(chained, "in", sorted(self.returned))] if self.returned else []
        fields = ["picking_id", "product_id", "product_uom", "product_uom_qty", "state", "move_orig_ids"]
        fields += ["location_id", "location_dest_id"]
        rows = self._client.search_read(MOVE, any_of(parts), fields)
        return {r["id"]: r for r in rows if r["id"] not in self._erp.moves and r["picking_id"]}

    def _onward(self, ids: Iterable[int]) -> dict[int, Onward]:
        wanted = sorted(set(ids) - self._names.keys())
        rows = self._client.read(PICKING, wanted, ("name", "state", "origin", "date_done")) if wanted else []
        keys = read_keys(self._client, PICKING, wanted)
        return {
            r["id"]: Onward(
                r["id"],
                r["name"],
                r["state"],
                r["origin"] or "",
                keys.get(r["id"]),
                moment(r["date_done"]),
            )
            for r in rows
        }

    def _scraps(self, onward: Mapping[int, Onward]) -> dict[int, Scrap]:
        marks = {scrap_origin(r, c) for r in self.inspected for c in Condition}
        parts: list[Any] = [("origin", "in", sorted(marks | set(self._names.values())))]
        parts += [("picking_id", "in", sorted({*self._names, *onward}))]
        fields = ["name", "state", "origin", "picking_id", "product_id", "lot_id", "product_uom_id"]
        fields += ["scrap_qty", "location_id", "scrap_location_id"]
        rows = self._client.search_read(SCRAP, any_of(parts), fields)
        keys = read_keys(self._client, SCRAP, (r["id"] for r in rows))
        return {
            r["id"]: Scrap(
                id=r["id"],
                name=r["name"],
                state=r["state"],
                origin=r["origin"] or "",
                picking_id=r["picking_id"] or 0,
                product_id=r["product_id"],
                lot_id=r["lot_id"] or 0,
                uom_id=r["product_uom_id"],
                quantity=from_odoo(r["scrap_qty"]),
                source_id=r["location_id"],
                destination_id=r["scrap_location_id"],
                key=keys.get(r["id"]),
            )
            for r in rows
        }

    def _lines(self, moves: Sequence[int]) -> list[Row]:
        if not moves:
            return []
        quantity = self._client.can.move_line_quantity
        fields = ("move_id", "lot_id", "product_uom_id", "location_id", "location_dest_id", quantity)
        rows = self._client.search_read(LINE, [("move_id", "in", sorted(moves))], fields)
        return [r | {"quantity": from_odoo(r[quantity])} for r in rows if r[quantity]]

    def _arrivals(self, lines: Iterable[Row]) -> dict[int, tuple[Arrived, ...]]:
        found: dict[int, dict[tuple[int, int], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for r in lines:
            move = self.returned.get(r["move_id"])
            if move:
                units = r["quantity"] * factor(r["product_uom_id"], move.uom_id, self._erp)
                found[move.id][r["lot_id"] or 0, r["location_dest_id"]] += units
        return {i: tuple(Arrived(*where, q) for where, q in own.items()) for i, own in found.items()}

    def _flows(self, lines: Iterable[Row], moves: Mapping[int, Row]) -> dict[int, Flow]:
        return {
            r["id"]: Flow(
                id=r["id"],
                picking_id=move["picking_id"],
                product_id=move["product_id"],
                lot_id=r["lot_id"] or 0,
                uom_id=r["product_uom_id"],
                quantity=r["quantity"],
                source_id=r["location_id"],
                destination_id=r["location_dest_id"],
                origins=tuple(move["move_orig_ids"]),
            )
            for r in lines
            if (move := moves.get(r["move_id"]))
        }

    def _places(
        self,
        arrivals: Mapping[int, Sequence[Arrived]],
        flows: Iterable[Flow],
        scraps: Iterable[Scrap],
        moves: Iterable[Row],
    ) -> dict[int, Place]:
        erp = self._erp
        wanted = {x for m in erp.moves.values() for x in (m.location_id, m.destination_id)}
        wanted |= {t.destination_id for t in erp.picking_types.values() if t.destination_id}
        wanted |= {a.location_id for own in arrivals.values() for a in own}
        wanted |= {x for f in flows for x in (f.source_id, f.destination_id)}
        wanted |= {x for s in scraps for x in (s.source_id, s.destination_id)}
        wanted |= {x for m in moves for x in (m["location_id"], m["location_dest_id"])}
        self._reference.load_places(wanted)
        return self._reference.places

    def _articles(self) -> dict[int, Article]:
        skus = {i.sku for r in self.inspected for x in r.lines for i in x.inspections if i.sku}
        if not skus:
            return {}
        fields = ("default_code", "tracking", "uom_id")
        rows = self._client.search_read("product.product", [("default_code", "in", sorted(skus))], fields)
        return {
            r["id"]: Article(r["id"], r["default_code"], r["tracking"] or "none", r["uom_id"]) for r in rows
        }

    def _noted(self) -> dict[int, Any]:
        """Give the notes about inspections that we wrote on these return transfers."""
        if not (self._names and self.inspected):
            return {}
        own = [("model", "=", PICKING), ("res_id", "in", sorted(self._names))]
        rows = self._client.search_read(
            "mail.message", [*own, ("author_id", "=", self._reference.author_id)], ["id"]
        )
        keys = read_keys(self._client, "mail.message", (r["id"] for r in rows))
        return {i: k for i, k in keys.items() if k and k.kind == INSPECTION}


def _is_return(picking_id: int, erp: Erp) -> bool:
    key = erp.root(erp.pickings[picking_id]).key
    return key is not None and key.kind == TRANSFER


def _counts(move: Row, onward: Mapping[int, Onward]) -> bool:
    """What a person canceled matters only where we would make it again."""
    return move["state"] != CANCELED or onward[move["picking_id"]].key is not None


def _pending(row: Row) -> Pending:
    return Pending(
        id=row["id"],
        picking_id=row["picking_id"],
        product_id=row["product_id"],
        uom_id=row["product_uom"],
        demand=from_odoo(row["product_uom_qty"]),
        source_id=row["location_id"],
        destination_id=row["location_dest_id"],
        origins=tuple(row["move_orig_ids"]),
    )

"""Read what Odoo holds for a batch of RMAs, in a fixed number of calls however large the batch is.

What is ours is found by the marks on the documents (order, delivery, invoice) and confirmed by external id, with the
rights of a plain user.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.connector.settings import MatchingSettings
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import (
    CANCELED,
    Erp,
    Invoice,
    InvoiceLine,
    Move,
    Order,
    OrderLine,
    Picking,
    Product,
)
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal, from_odoo, round_to
from odoo_rma.mappings.policy import Policy
from odoo_rma.sync.customers import any_of, read_customers, read_keys
from odoo_rma.sync.reference import Reference, day, moment
from odoo_rma.sync.remembered import read_gone, read_withdrawn
from odoo_rma.sync.seen import READERS, request

KIT_LINE = "bom_line_id"


class Observer:
    """Reads batches; keeps what does not change during a run (taxes, operation types, accounts)."""

    def __init__(
        self,
        client: OdooClient,
        matching: MatchingSettings,
        reference: Reference,
        policy: Policy | None = None,
    ) -> None:
        self._client = client
        self._policy = policy
        self._matching = matching
        self._check_fields()
        self.reference = reference

    def _check_fields(self) -> None:
        wanted = list(self._matching.order_fields)
        known = self._client.call("sale.order", "fields_get", allfields=wanted, attributes=["type"])
        unfit = [f for f in wanted if known.get(f, {}).get("type") not in ("char", "text", "selection")]
        if unfit:
            raise BadSettings(
                f"matching.order_fields names what is no text field of a sale order: {', '.join(unfit)}."
            )

    def observe(
        self,
        rmas: Sequence[Rma],
        decisions: Mapping[tuple[str, str], Decisions],
        known_partners: Iterable[int] = (),
    ) -> Erp:
        """Read everything that the comparison of these RMAs needs.

        `known_partners` are read as well: customers made before, whom a person may have changed beyond recognition.
        """
        orders = self._orders(rmas, decisions.values())
        lines = self._order_lines(orders)
        moves = self._moves(lines)
        pickings = self._pickings(moves)
        self.reference.load_types(p.type_id for p in pickings.values())
        invoices = self._invoices(orders)
        invoice_lines = self._invoice_lines(invoices)
        self.reference.load_taxes(chain.from_iterable(x.tax_ids for x in invoice_lines.values()))
        products = self._products(rmas, lines, moves)
        lots, moves = self._lots(moves, products)
        facts = self.reference
        erp = Erp(
            company=facts.company,
            products=products,
            partners=read_customers(self._client, rmas, orders, known_partners, facts.company.id),
            orders=orders,
            order_lines=lines,
            moves=moves,
            pickings=pickings,
            picking_types=facts.types,
            invoices=invoices,
            invoice_lines=invoice_lines,
            taxes=facts.taxes,
            lots=lots,
            countries=facts.countries,
            languages=facts.languages,
            uoms=facts.uoms,
            quantity_step=facts.quantity_step,
            units=facts.units,
        )
        erp = request.read(self._client, facts, rmas, erp, self._policy)
        for reader in READERS:
            erp = reader(self._client, facts, rmas, erp)
        return replace(erp, gone=read_gone(self._client, decisions.values(), erp))

    def _orders(self, rmas: Sequence[Rma], decisions: Iterable[Decisions]) -> dict[int, Order]:
        references = sorted({r for rma in rmas for r in rma.order.references})
        names = sorted({d.order for d in decisions if d.order})
        domain: list[Any] = [(f, "in", references) for f in self._matching.order_fields] + [
            ("name", "in", names)
        ]
        ids = self._orders_of_invoices({r.order.invoice for r in rmas if r.order.invoice})
        domain.append(("id", "in", sorted(ids)))
        fields = (
            "name",
            *(f for f in self._matching.order_fields if f != "name"),
            "state",
            "currency_id",
            "company_id",
            "partner_id",
            "partner_shipping_id",
            "partner_invoice_id",
        )
        company = [("company_id", "=", self.reference.company.id)]
        rows = self._client.search_read("sale.order", [*company, *any_of(domain)], fields)
        return {r["id"]: self._order(r) for r in rows}

    def _orders_of_invoices(self, names: set[str]) -> set[int]:
        if not names:
            return set()
        rows = self._client.search_read("sale.order", [("invoice_ids.name", "in", sorted(names))], ["name"])
        return {r["id"] for r in rows}

    def _order(self, row: Row) -> Order:
        return Order(
            id=row["id"],
            name=row["name"],
            references={f: row[f] or "" for f in self._matching.order_fields},
            state=row["state"],
            currency=self.reference.currencies[row["currency_id"]],
            company_id=row["company_id"],
            partner_id=row["partner_id"],
            shipping_partner_id=row["partner_shipping_id"] or row["partner_id"],
            invoice_partner_id=row["partner_invoice_id"] or row["partner_id"],
        )

    def _order_lines(self, orders: Mapping[int, Order]) -> dict[int, OrderLine]:
        domain = [("order_id", "in", list(orders)), ("product_id", "!=", False)]
        uom = self._client.can.sale_line_uom
        fields = ("order_id", "product_id", "product_uom_qty", "price_unit", "discount", uom)
        rows = self._client.search_read("sale.order.line", domain, fields) if orders else []
        return {
            r["id"]: OrderLine(
                id=r["id"],
                order_id=r["order_id"],
                product_id=r["product_id"],
                ordered=from_odoo(r["product_uom_qty"]),
                price_unit=from_odoo(r["price_unit"]),
                discount=from_odoo(r["discount"]),
                uom_id=r[uom] or 0,
            )
            for r in rows
        }

    def _moves(self, lines: Mapping[int, OrderLine]) -> dict[int, Move]:
        if not lines:
            return {}
        can, wanted = self._client.can, list(lines)
        domain = ["|", ("sale_line_id", "in", wanted), ("origin_returned_move_id.sale_line_id", "in", wanted)]
        fields = (
            "picking_id",
            "product_id",
            "sale_line_id",
            "origin_returned_move_id",
            "state",
            "product_uom_qty",
            can.move_quantity,
            "product_uom",
            "location_id",
            "location_dest_id",
            can.move_group,
            *([KIT_LINE] if "mrp" in can.modules else []),
        )
        rows = self._client.search_read("stock.move", domain, fields)
        self.reference.load_places(x for r in rows for x in (r["location_id"], r["location_dest_id"]))
        customers = self.reference.is_customers
        kept = [r for r in rows if customers(r["location_id"]) != customers(r["location_dest_id"])]
        return {
            r["id"]: self._move(r, outgoing=customers(r["location_dest_id"])) for r in kept if r["picking_id"]
        }

    def _move(self, row: Row, *, outgoing: bool) -> Move:
        can = self._client.can
        group = row[can.move_group]
        return Move(
            id=row["id"],
            picking_id=row["picking_id"],
            product_id=row["product_id"],
            order_line_id=row["sale_line_id"] or 0,
            origin_move_id=row["origin_returned_move_id"] or 0,
            state=row["state"],
            demand=from_odoo(row["product_uom_qty"]),
            done=from_odoo(row[can.move_quantity]) if row["state"] == "done" else Decimal(0),
            uom_id=row["product_uom"],
            outgoing=outgoing,
            location_id=row["location_id"],
            destination_id=row["location_dest_id"],
            group_ids=tuple(group if isinstance(group, list) else [group] if group else []),
            kit_line_id=row.get(KIT_LINE) or 0,
        )

    def _pickings(self, moves: Mapping[int, Move]) -> dict[int, Picking]:
        ids = sorted({m.picking_id for m in moves.values()})
        fields = (
            "name",
            "state",
            "picking_type_id",
            "partner_id",
            "location_id",
            "location_dest_id",
            "backorder_id",
            "date_done",
        )
        rows = self._client.read("stock.picking", ids, fields) if ids else []
        # What goes back to the customer is ours as well; it returns a return.
        back = {m.picking_id for m in moves.values() if not m.outgoing or m.origin_move_id}
        keys = read_keys(self._client, "stock.picking", (r["id"] for r in rows if r["id"] in back))
        canceled = {m.picking_id for m in moves.values() if m.picking_id in back and m.state == CANCELED}
        withdrawn = read_withdrawn(self._client, canceled)
        return {
            r["id"]: Picking(
                id=r["id"],
                name=r["name"],
                state=r["state"],
                type_id=r["picking_type_id"],
                partner_id=r["partner_id"] or 0,
                location_id=r["location_id"],
                destination_id=r["location_dest_id"],
                backorder_of=r["backorder_id"] or 0,
                key=keys.get(r["id"]),
                withdrawn=r["id"] in withdrawn,
                done_at=moment(r["date_done"]),
            )
            for r in rows
        }

    def _invoices(self, orders: Mapping[int, Order]) -> dict[int, Invoice]:
        if not orders:
            return {}
        mine = [("line_ids.sale_line_ids.order_id", "in", list(orders))]
        linked = [("reversed_entry_id.line_ids.sale_line_ids.order_id", "in", list(orders))]
        fields = (
            "name",
            "move_type",
            "state",
            "payment_state",
            "partner_id",
            "journal_id",
            "currency_id",
            "amount_total",
            "amount_tax",
            "amount_residual",
            "reversed_entry_id",
            "invoice_date",
            "date",
            "posted_before",
        )
        kinds = ("move_type", "in", ["out_invoice", "out_refund"])
        rows = self._client.search_read("account.move", [kinds, "|", *mine, *linked], fields)
        # A debit note of ours names the credit note that it takes back from.
        ours = (r["id"] for r in rows if r["move_type"] == "out_refund" or r["reversed_entry_id"])
        keys = read_keys(self._client, "account.move", ours)
        return {r["id"]: self._invoice(r, keys.get(r["id"])) for r in rows}

    def _invoice(self, row: Row, key: Key | None) -> Invoice:
        currency = self.reference.currencies[row["currency_id"]]
        unit = self.reference.unit_of(currency)
        return Invoice(
            id=row["id"],
            name=row["name"] if row["name"] and row["name"] != "/" else "",
            is_credit=row["move_type"] == "out_refund",
            state=row["state"],
            payment_state=row["payment_state"] or "",
            partner_id=row["partner_id"] or 0,
            journal_id=row["journal_id"],
            currency=currency,
            total=round_to(from_odoo(row["amount_total"]), unit),
            residual=round_to(from_odoo(row["amount_residual"]), unit),
            tax=round_to(from_odoo(row["amount_tax"]), unit),
            reversed_id=row["reversed_entry_id"] or 0,
            date=day(row["invoice_date"]),
            key=key,
            posted_before=bool(row["posted_before"]),
            booked=day(row["date"]),
        )

    def _invoice_lines(self, invoices: Mapping[int, Invoice]) -> dict[int, InvoiceLine]:
        if not invoices:
            return {}
        can = self._client.can
        fields = (
            "move_id",
            "name",
            "product_id",
            "sale_line_ids",
            "quantity",
            "price_unit",
            "discount",
            "tax_ids",
            "account_id",
            *filter(None, [can.analytic_field]),
            "product_uom_id",
            "price_subtotal",
            "price_total",
        )
        domain = [("move_id", "in", list(invoices)), *can.product_lines()]
        rows = self._client.search_read("account.move.line", domain, fields)
        ours = (r["id"] for r in rows if invoices[r["move_id"]].key)
        keys = read_keys(self._client, "account.move.line", ours)
        return {r["id"]: self._invoice_line(r, keys.get(r["id"])) for r in rows}

    def _invoice_line(self, row: Row, key: Key | None) -> InvoiceLine:
        return InvoiceLine(
            id=row["id"],
            invoice_id=row["move_id"],
            name=row["name"] or "",
            product_id=row["product_id"] or 0,
            order_line_ids=tuple(row["sale_line_ids"]),
            quantity=from_odoo(row["quantity"]),
            price_unit=from_odoo(row["price_unit"]),
            discount=from_odoo(row["discount"]),
            tax_ids=tuple(row["tax_ids"]),
            account_id=row["account_id"] or 0,
            analytic=row.get(self._client.can.analytic_field or "", False),
            uom_id=row["product_uom_id"] or 0,
            subtotal=from_odoo(row["price_subtotal"]),
            total=from_odoo(row["price_total"]),
            key=key,
        )

    def _products(
        self, rmas: Sequence[Rma], lines: Mapping[int, OrderLine], moves: Mapping[int, Move]
    ) -> dict[int, Product]:
        ids = {x.product_id for x in lines.values()} | {m.product_id for m in moves.values()}
        skus = {x.sku for rma in rmas for x in rma.lines if x.sku}
        barcodes = {x.barcode for rma in rmas for x in rma.lines if x.barcode}
        domain = any_of(
            [
                ("id", "in", sorted(ids)),
                ("default_code", "in", sorted(skus)),
                ("barcode", "in", sorted(barcodes)),
            ]
        )
        fields = ("default_code", "barcode", "tracking", "type")
        archived = ["|", ("active", "=", True), ("active", "=", False)]
        rows = self._client.search_read("product.product", [*archived, *domain], fields)
        return {
            r["id"]: Product(
                r["id"],
                r["default_code"] or "",
                r["barcode"] or "",
                r["tracking"] or "none",
                r["type"] == "service",
            )
            for r in rows
        }

    def _lots(
        self, moves: dict[int, Move], products: Mapping[int, Product]
    ) -> tuple[dict[int, str], dict[int, Move]]:
        tracked = [m.id for m in moves.values() if products[m.product_id].tracking != "none"]
        if not tracked:
            return {}, moves
        can = self._client.can
        domain = [("move_id", "in", tracked), ("lot_id", "!=", False)]
        rows = self._client.search_read(
            "stock.move.line", domain, ["move_id", "lot_id", can.move_line_quantity]
        )
        lots: dict[int, dict[int, Decimal]] = {}
        for r in rows:
            own = lots.setdefault(r["move_id"], {})
            own[r["lot_id"]] = own.get(r["lot_id"], Decimal(0)) + from_odoo(r[can.move_line_quantity])
        names = self._client.read(can.lot_model, sorted({r["lot_id"] for r in rows}), ["name"])
        with_lots = {i: _with_lots(m, lots.get(i, {})) for i, m in moves.items()}
        return {r["id"]: r["name"] for r in names}, with_lots


def _with_lots(move: Move, lots: Mapping[int, Decimal]) -> Move:
    return replace(move, lots=lots) if lots else move

"""What the shop looks like when it is done, read back from Odoo: what tests and samples refer to."""

# ruff: noqa: TID251, B905  (loaded by path into Odoo's Python 3.9)

from typing import Any

from .versions import done_quantity, first, line_done, moves


def manifest(shop: Any, orders: Any, known: Any) -> Any:
    """Every order with its lines, transfers and invoices."""
    return {
        "format": 1,
        "company": shop["company"],
        "orders": [_order(order, row, known) for order, row in zip(orders, shop["orders"])],
    }


def _order(order: Any, row: Any, known: Any) -> Any:
    partner = order.partner_id
    return {
        "ref": row["ref"],
        "shape": row["shape"],
        "tags": row["tags"],
        "name": order.name,
        "state": order.state,
        "date": str(order.date_order.date()),
        "partner": row["partner"],
        "partner_name": partner.name,
        "email": partner.email or None,
        "vat": partner.vat or partner.commercial_partner_id.vat or None,
        "currency": order.currency_id.name,
        "warehouse": order.warehouse_id.code,
        "untaxed": money(order.amount_untaxed),
        "tax": money(order.amount_tax),
        "total": money(order.amount_total),
        "lines": [_line(line, given) for line, given in zip(order.order_line, row["lines"])],
        "transfers": [_transfer(picking) for picking in order.picking_ids.sorted("id")],
        "invoices": [_invoice(bill) for bill in order.invoice_ids.sorted("id")],
    }


def money(amount: Any) -> Any:
    """An amount with two decimals, as text."""
    return f"{amount:.2f}"


def number(quantity: Any) -> Any:
    """A quantity as text, without needless zeros."""
    return f"{round(quantity, 6):g}"


def _line(line: Any, given: Any) -> Any:
    return {
        "sku": given["sku"],
        "qty": number(line.product_uom_qty),
        "uom": line[first(line.env, "sale.order.line", "product_uom_id", "product_uom")].name,
        "price": money(line.price_unit),
        "discount": number(line.discount),
        "taxes": given["taxes"],
        "delivered": number(line.qty_delivered),
        "invoiced": number(line.qty_invoiced),
        "total": money(line.price_total),
    }


def _transfer(picking: Any) -> Any:
    return {
        "name": picking.name,
        "kind": "return"
        if any(m.origin_returned_move_id for m in moves(picking))
        else picking.picking_type_id.code,
        "state": picking.state,
        "date": str(picking.date_done.date()) if picking.date_done else None,
        "moves": [_move(move) for move in moves(picking).sorted("id") if move.state != "cancel"],
    }


def _move(move: Any) -> Any:
    lots = {
        line.lot_id.name: number(line_done(line))
        for line in move.move_line_ids
        if line.lot_id and move.state == "done"
    }
    return {
        "sku": move.product_id.default_code,
        "line": list(move.sale_line_id.order_id.order_line).index(move.sale_line_id) + 1
        if move.sale_line_id
        else None,
        "demand": number(move.product_uom_qty),
        "done": number(done_quantity(move)),
        "uom": move.product_uom.name,
        **({"lots": lots} if lots else {}),
    }


def _invoice(bill: Any) -> Any:
    return {
        "name": bill.name,
        "type": bill.move_type,
        "state": bill.state,
        "date": str(bill.invoice_date),
        "untaxed": money(bill.amount_untaxed),
        "tax": money(bill.amount_tax),
        "total": money(bill.amount_total),
        "open": money(bill.amount_residual),
        "lines": [
            {
                "sku": line.product_id.default_code,
                "qty": number(line.quantity),
                "price": money(line.price_unit),
                "discount": number(line.discount),
                "total": money(line.price_total),
            }
            for line in bill.invoice_line_ids
        ],
    }

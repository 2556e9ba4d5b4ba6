"""Find the order an RMA belongs to, and the order lines its lines mean."""

from collections.abc import Sequence

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp, Order, OrderLine
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ONE, Decimal
from odoo_rma.mappings.rma_line import RmaLine

HUNDRED = Decimal(100)


def find_order(rma: Rma, erp: Erp, decisions: Decisions) -> Order:
    """Give the one confirmed order that carries a reference of the RMA.

    Raises:
        Refusal: unknown, ambiguous or not confirmed order; or its currency differs.

    """
    found = _candidates(rma, erp, decisions)
    wanted = decisions.order or " / ".join(rma.order.references) or f"invoice {rma.order.invoice}"
    if not found:
        raise Refusal(
            Issue(
                "unknown_order",
                f"No order with reference {wanted} is in Odoo.",
                "Import the order, correct the reference, or resolve with --order NAME.",
                "order",
            )
        )
    live = [o for o in found if o.confirmed]
    if len(live) > 1:
        raise Refusal(
            Issue(
                "ambiguous_order",
                f"{len(live)} orders carry reference {wanted}: {', '.join(sorted(o.name for o in live))}.",
                "Say which one with: quarantine resolve --order NAME.",
                "order",
            )
        )
    if not live:
        raise Refusal(
            Issue(
                "order_not_confirmed",
                f"Order {found[0].name} is not confirmed (state {found[0].state}).",
                "Confirm the order in Odoo, or cancel the RMA.",
                "order",
            )
        )
    return live[0]


def _candidates(rma: Rma, erp: Erp, decisions: Decisions) -> list[Order]:
    if decisions.order:
        return [o for o in erp.orders.values() if o.name == decisions.order]
    for reference in rma.order.references:
        if found := erp.orders_called.get(reference):
            return _narrowed(rma, erp, list(found))
    if not rma.order.references and rma.order.invoice:
        return _narrowed(rma, erp, list(erp.orders.values()))
    return []


def _narrowed(rma: Rma, erp: Erp, orders: list[Order]) -> list[Order]:
    if not rma.order.invoice:
        return orders
    invoice = next((i for i in erp.invoices.values() if i.name == rma.order.invoice), None)
    lines = {
        x
        for line in erp.invoice_lines.values()
        if invoice and line.invoice_id == invoice.id
        for x in line.order_line_ids
    }
    owners = {erp.order_lines[x].order_id for x in lines if x in erp.order_lines}
    return [o for o in orders if o.id in owners]


def find_lines(line: RmaLine, order: Order, erp: Erp) -> list[OrderLine]:
    """Give the order lines that sold (or delivered, for parts of a kit) the article of an RMA line.

    Raises:
        Refusal: the article is not in the order, or stands there at several prices and nothing says which.

    """
    wanted = line.sku or line.barcode or ""
    own = erp.order_lines_of.get(order.id, ())
    products = {p.id for p in erp.products.values() if (p.sku if line.sku else p.barcode) == wanted}
    found = [x for x in own if x.product_id in products]
    if not found:
        raise Refusal(_not_in_order(wanted, bool(products), order))
    if len({x.product_id for x in found}) > 1:
        raise Refusal(
            Issue(
                "ambiguous_sku",
                f"Two products of order {order.name} carry article number {wanted}.",
                "Give each product its own number in Odoo.",
                f"lines.{line.id}.sku",
            )
        )
    return _by_price(line, found, order)


def _not_in_order(wanted: str, known: bool, order: Order) -> Issue:
    if known:
        return Issue(
            "unknown_sku",
            f"Article {wanted} is not part of order {order.name}.",
            "Correct the article or the order reference at the source.",
            "lines",
        )
    return Issue(
        "unknown_sku",
        f"No product in Odoo has article number {wanted}.",
        "Give the product this internal reference in Odoo, or correct it at the source.",
        "lines",
    )


def net_price(line: OrderLine) -> Decimal:
    """Unit price after discount."""
    return line.price_unit * (ONE - line.discount / HUNDRED)


def _by_price(line: RmaLine, found: Sequence[OrderLine], order: Order) -> list[OrderLine]:
    prices = {net_price(x) for x in found}
    if line.unit_price is not None and len(prices) > 1:
        fitting = [x for x in found if line.unit_price in (x.price_unit, net_price(x))]
        if fitting:
            return fitting
    if len(prices) > 1 and line.allowed < sum(x.ordered for x in found):
        raise Refusal(
            Issue(
                "ambiguous_sku",
                f"Order {order.name} has article {line.sku or line.barcode} at several prices, and the RMA does not "
                f"say which is returned.",
                "Give unit_price on the RMA line.",
                f"lines.{line.id}.unit_price",
                {"prices": ", ".join(sorted(map(str, prices)))},
            )
        )
    return sorted(found, key=lambda x: x.id)

"""New goods for old ones: an order on the terms of the original one, sent once the old goods are back, or at once.

What the new goods cost and how their invoice is settled: `exchange_price.py`, `exchange_invoice.py`.
"""

from collections.abc import Iterator
from dataclasses import replace

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.due import CreditOn, inspected, sent_back
from odoo_rma.mappings.exchange_invoice import plan_invoice
from odoo_rma.mappings.exchange_price import priced
from odoo_rma.mappings.exchanged import (
    EXCHANGE,
    LINE,
    in_advance,
    named_orders,
    old_lines,
    own_orders,
    placed_line,
)
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.plan import Found, Step
from odoo_rma.mappings.plan.exchange import (
    CancelExchangeOrder,
    ConfirmExchangeOrder,
    MakeExchangeOrder,
    NewGoods,
)
from odoo_rma.mappings.rma_line import ExchangeLine, RmaLine
from odoo_rma.mappings.seen.exchange import CANCELED, DONE, Delivery, NewOrder, Terms
from odoo_rma.mappings.vocabulary import ENDED

NEW_GOODS = "exchange delivery"
"""What a delivery of new goods is called; Odoo makes it, not we."""


def plan_exchanges(case: Case) -> list[Step]:
    """Plan new goods for old ones: their order, its invoice, and the offset against the credit.

    What stands in the way of one article or order does not hold up the others: it is added to the plan's issues.
    """
    rma, own = case.rma, own_orders(case.rma, case.erp)
    orders = {o.id: o for o in [*own, *_named(case)]}
    if not (rma.exchange_lines or own) or not case.partner_id:
        return []
    for order in orders.values():
        _report(case, order)
    steps: list[Step] = []
    for order in own:
        steps += _go_on(case, order)
    if rma.is_authorized:
        steps += _make(case, own)
    for order in orders.values():
        try:
            steps += plan_invoice(case, order)
        except Refusal as refusal:
            case.plan.issues += refusal.issues
    return steps


def sent(case: Case) -> tuple[Delivery, ...]:
    """Give the deliveries of new goods that left the warehouse, the oldest first."""
    orders = {o.id: o for o in [*own_orders(case.rma, case.erp), *_named(case)]}
    done = [d for o in orders.values() for d in case.erp.exchanges.deliveries_of(o) if d.state == DONE]
    return tuple(sorted(done, key=lambda d: d.id))


def _named(case: Case) -> list[NewOrder]:
    """Give the orders that the source made itself; none where its reference is unknown or not clear."""
    found = [named_orders(x, case.rma, case.erp) for x in case.rma.exchange_lines if x.order]
    return [own[0] for own in found if len(own) == 1]


def _report(case: Case, order: NewOrder) -> None:
    """Say what there is, and what the warehouse has yet to do."""
    plan, seen = case.plan, case.erp.exchanges
    plan.found.append(Found("exchange order", "sale.order", order.id, order.name, order.state))
    for d in seen.deliveries_of(order):
        state = f"{d.state}, {d.tracking}" if d.tracking else d.state
        plan.found.append(Found(NEW_GOODS, "stock.picking", d.id, d.name, state))
        if d.pending and order.confirmed:
            plan.awaits.append(f"delivery {d.name} of exchange order {order.name} is not sent yet")
    for bill in seen.bills_of(order):
        state = bill.payment_state or bill.state
        plan.found.append(Found("exchange invoice", "account.move", bill.id, bill.name or "draft", state))


def _go_on(case: Case, order: NewOrder) -> list[Step]:
    """Confirm what was made; cancel what is not wanted any more and was not sent."""
    if order.state == CANCELED:
        return []
    gone = [d for d in case.erp.exchanges.deliveries_of(order) if d.state == DONE]
    if _wanted(case, order):
        return [] if order.confirmed else [ConfirmExchangeOrder(order.id)]
    if gone:
        case.plan.notes.append(f"exchange order {order.name} was sent before it was called off: it stands")
        return []
    if any(b.state != CANCELED for b in case.erp.exchanges.bills_of(order)):
        case.plan.awaits.append(f"exchange order {order.name} is called off, but was invoiced: credit that")
        return []
    return [CancelExchangeOrder(order.id, order.name)]


def _wanted(case: Case, order: NewOrder) -> bool:
    """Tell whether any line of an order is still asked for; lines of others' making count as asked for."""
    if case.rma.authorization in ENDED:
        return False
    asked = {x.id for x in case.rma.exchange_lines if not x.order}
    keys = [x.key for x in case.erp.exchanges.lines_of(order)]
    return not keys or any(k is None or k.parts[-1] in asked for k in keys)


def _make(case: Case, own: list[NewOrder]) -> list[Step]:
    """Order what may go out now and is on no order yet."""
    number = max((int(o.key.parts[0]) for o in own if o.key), default=0) + 1
    goods: dict[tuple[bool, bool], list[NewGoods]] = {}
    for new in case.rma.exchange_lines:
        try:
            for line in _goods(case, new, own):
                # Odoo prices and taxes all lines of an order that is made in one call, or none.
                goods.setdefault((line.price_unit is None, line.tax_ids is None), []).append(line)
        except Refusal as refusal:
            case.plan.issues += refusal.issues
    return [step for n, lines in enumerate(goods.values(), number) for step in _order(case, n, lines)]


def _order(case: Case, number: int, lines: list[NewGoods]) -> Iterator[Step]:
    order, key = case.order, Key(case.rma.source, case.rma.id, EXCHANGE, (str(number),))
    yield MakeExchangeOrder(
        key=key,
        label=case.rma.label,
        partner_id=order.partner_id,
        shipping_partner_id=_recipient(case),
        invoice_partner_id=order.invoice_partner_id,
        currency=order.currency,
        terms=case.erp.exchanges.terms.get(order.id, Terms()),
        lines=tuple(replace(x, key=key.part(*x.key.parts)) for x in lines),
    )
    yield ConfirmExchangeOrder(key)


def _recipient(case: Case) -> int:
    """Give who gets the new goods: where a gift is exchanged, whoever was given it."""
    partners, order = case.erp.partners, case.order
    same = {partners[x].commercial_id for x in (case.partner_id, order.partner_id) if x in partners}
    return case.partner_id if case.rma.gift and len(same) > 1 else order.shipping_partner_id


def _goods(case: Case, new: ExchangeLine, own: list[NewOrder]) -> list[NewGoods]:
    if new.order:
        _check_named(case, new)
        return []
    if placed_line(new, case.rma, case.erp):
        return []
    quantity = _quantity(case, new)
    if not quantity:
        return []
    _check_canceled(case, new, own)
    return [priced(case, new, Key(case.rma.source, case.rma.id, EXCHANGE, (LINE, new.id)), quantity)]


def _check_named(case: Case, new: ExchangeLine) -> None:
    found = named_orders(new, case.rma, case.erp)
    if len(found) != 1:
        what = f"{len(found)} orders carry it" if found else "no order carries it"
        raise Refusal(
            Issue(
                "exchange_order",
                f"{case.rma.label} says that its exchange is order {new.order}, but {what} in Odoo.",
                "Import that order, or correct the reference at the source; without one the order is made here.",
                f"exchange_lines.{new.id}.order",
            )
        )


def _check_canceled(case: Case, new: ExchangeLine, own: list[NewOrder]) -> None:
    canceled = {o.id: o for o in own if o.state == CANCELED}
    for line in case.erp.exchanges.lines.values():
        if line.order_id in canceled and line.key and line.key.parts[-1] == new.id:
            name = canceled[line.order_id].name
            raise Refusal(
                Issue(
                    "canceled_by_hand",
                    f"Exchange order {name} of {case.rma.label} is canceled in Odoo; it is not made again.",
                    "Set it back to quotation in Odoo, and the next run confirms it; or make the order by hand and name it "
                    "at the source; or resolve this.",
                    f"exchange_lines.{new.id}",
                )
            )


def _quantity(case: Case, new: ExchangeLine) -> Decimal:
    """Give the units that may go out now: all, once all that was agreed on is here; no more than came, if that is all."""
    if in_advance(new, case.rules.exchange) and not case.rma.closed:
        return new.quantity
    old = old_lines(new, case.rma)
    here = sum((_here(case, x) for x in old), ZERO)
    agreed = sum((x.allowed for x in old), ZERO)
    coming = ZERO if case.rma.closed else sum((x.allowed - sent_back(x) for x in old), ZERO) - here
    if coming > 0:
        case.plan.notes.append(f"{new.sku} goes out in exchange when the old goods are here")
        return ZERO
    return min(new.quantity, here) if here < agreed else new.quantity


def _here(case: Case, line: RmaLine) -> Decimal:
    """Units of old goods that are here to stay."""
    if not line.physical:
        return line.allowed
    if case.source.credit_on is CreditOn.INSPECTION and line.inspections:
        return inspected(line)
    return max(case.received.get(line.id, ZERO) - sent_back(line), ZERO)

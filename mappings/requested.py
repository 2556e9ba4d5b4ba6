"""What is asked of the policy: the facts about one line of an RMA, put together from what Odoo holds.

`policy explain` and `sync` both ask with what is made here, so they never disagree.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import zip_longest

from pydantic import ValidationError

from odoo_rma.mappings.erp import DONE, Erp, Order, OrderLine
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, minor_unit, plain, round_to
from odoo_rma.mappings.order import find_lines
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Applied, Decision, Past, Request
from odoo_rma.mappings.policy.decide import decide
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.seen.request import CameBack, Placed
from odoo_rma.mappings.vocabulary import Condition, ReasonCode

LOOKS_LIKE = {
    ReasonCode.DEFECTIVE: Condition.DEFECTIVE,
    ReasonCode.DAMAGED_IN_TRANSIT: Condition.DAMAGED_CARRIER,
    ReasonCode.WRONG_ITEM: Condition.WRONG_ITEM,
    ReasonCode.MISSING_PARTS: Condition.INCOMPLETE,
}
"""The condition that goes with a reason, where the customer does not say; else goods count as opened."""


def day_of(rma: Rma, erp: Erp) -> date | None:
    """Give the day of the request, as the people in Odoo count days; None where nothing tells."""
    at = rma.requested_at or rma.authorized_at
    return at.astimezone(erp.requests.zone).date() if at else None


def history_days(policy: Policy) -> int:
    """Give the longest period that a limit of the policy looks at."""
    return max((limit.days for limit in policy.limits), default=0)


def requests_of(rma: Rma, order: Order, erp: Erp, policy: Policy, on: date) -> dict[str, Request]:
    """Give what is asked about every line of an RMA, in the order's currency.

    Raises:
        Refusal: an article is not in the order, or more is asked for than was ordered.

    """
    found = {line.id: find_lines(line, order, erp) for line in rma.lines}
    whole = sum((_paid(found[x.id], x.requested, order, erp) for x in rma.lines), ZERO)
    units = sum((x.requested for x in rma.lines), ZERO)
    together: dict[str, Decimal] = {} if len(rma.lines) == 1 else {"whole": whole, "units": units}
    try:
        asked = {x.id: _request(rma, x, order, found[x.id], erp, policy, on) for x in rma.lines}
    except ValidationError as error:
        raise Refusal(_undecidable(rma, error)) from None
    return {i: request.model_copy(update=together) for i, request in asked.items()}


def _undecidable(rma: Rma, error: ValidationError) -> Issue:
    detail = error.errors(include_url=False)[0]
    what = ".".join(map(str, detail["loc"]))
    return Issue(
        "undecidable",
        f"The policy cannot be asked about {rma.label}: {what} is {detail['input']!r}. {detail['msg']}.",
        "Correct it in Odoo, or decide the request at the source.",
        "lines",
    )


def customer_of(order: Order, erp: Erp) -> int:
    """Give the company (or the person) whose history counts."""
    who = erp.partners.get(order.partner_id)
    return who.commercial_id if who else order.partner_id


def condition_of(line: RmaLine) -> Condition:
    """Give what the customer says the goods look like, or what goes with the reason."""
    return line.condition or LOOKS_LIKE.get(line.reason.code, Condition.NEW_OPENED)


def _request(
    rma: Rma, line: RmaLine, order: Order, lines: Sequence[OrderLine], erp: Erp, policy: Policy, on: date
) -> Request:
    facts, sku = erp.requests, line.sku or line.barcode or ""
    ordered = sum((x.ordered for x in lines), ZERO)
    if line.requested > ordered:
        raise Refusal(_too_many(line, sku, order, ordered))
    placed = facts.placed.get(order.id, Placed(on))
    customer = customer_of(order, erp)
    return Request(
        order=order.name,
        sku=sku,
        quantity=line.requested,
        amount=_paid(lines, line.requested, order, erp),
        currency=order.currency,
        rate=placed.rate,
        reason=line.reason.code,
        condition=condition_of(line),
        on=on,
        ordered=placed.on,
        delivered=_delivered(lines, erp),
        categories=facts.categories.get(lines[0].product_id, ()),
        country=_country(order, erp),
        groups=tuple(sorted({t for p in (order.partner_id, customer) for t in facts.tags.get(p, ())})),
        channel=rma.order.channel or placed.team or None,
        orders=_orders(customer, erp, policy, on),
        returns=_returns(customer, rma, erp, policy, on),
    )


def _too_many(line: RmaLine, sku: str, order: Order, ordered: Decimal) -> Issue:
    return Issue(
        "over_return",
        f"{plain(line.requested)} of {sku} were asked for, but order {order.name} has {plain(ordered)}.",
        "Correct the quantity or the order at the source.",
        f"lines.{line.id}.requested",
    )


def _paid(lines: Sequence[OrderLine], quantity: Decimal, order: Order, erp: Erp) -> Decimal:
    """Give what so many units of these lines cost, after discount and with taxes."""
    total = sum((erp.requests.paid.get(x.id, ZERO) for x in lines), ZERO)
    ordered = sum((x.ordered for x in lines), ZERO)
    if ordered <= 0 or total <= 0:
        return ZERO
    return round_to(total * quantity / ordered, minor_unit(order.currency))


def _delivered(lines: Iterable[OrderLine], erp: Erp) -> date | None:
    """Give the day of the last delivery of these lines."""
    wanted = {x.id for x in lines}
    done = (m for m in erp.moves.values() if m.outgoing and m.state == DONE and m.order_line_id in wanted)
    days = [day for m in done if (day := erp.requests.arrived.get(m.picking_id))]
    return max(days, default=None)


def _country(order: Order, erp: Erp) -> str | None:
    codes = {i: code for code, i in erp.countries.items()}
    owners = [erp.partners[i] for i in (order.shipping_partner_id, order.partner_id) if i in erp.partners]
    return next((codes[i] for p in owners if (i := p.values.get("country_id"))), None)


def _orders(customer: int, erp: Erp, policy: Policy, on: date) -> tuple[Past, ...]:
    own = [x for x in erp.requests.bought.values() if x.customer_id == customer]
    return _past(((x.on, x.value) for x in own), policy, on)


def _returns(customer: int, rma: Rma, erp: Erp, policy: Policy, on: date) -> tuple[Past, ...]:
    """Give what a customer returned before, without this RMA's own transfers and credit notes.

    A return usually has a transfer and a credit note: of one order they are counted as pairs. Its value is what was
    credited.
    """
    facts = erp.requests
    transfers, credits = _by_order(facts.transfers.values()), _by_order(facts.credits.values())
    found: list[tuple[date, Decimal]] = []
    for order in transfers.keys() | credits.keys():
        own = [
            sorted((x.on, x.value) for x in side.get(order, ()) if _of_others(x, customer, rma))
            for side in (transfers, credits)
        ]
        found += [_pair(received, credited) for received, credited in zip_longest(*own)]
    return _past(found, policy, on)


def _by_order(rows: Iterable[CameBack]) -> dict[int, list[CameBack]]:
    found: dict[int, list[CameBack]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _of_others(one: CameBack, customer: int, rma: Rma) -> bool:
    ours = one.key is not None and (one.key.source, one.key.owner) == (rma.source, rma.id)
    return one.customer_id == customer and not ours


def _pair(
    received: tuple[date, Decimal] | None, credited: tuple[date, Decimal] | None
) -> tuple[date, Decimal]:
    days = [one[0] for one in (received, credited) if one]
    return min(days), credited[1] if credited else ZERO


def _past(found: Iterable[tuple[date, Decimal]], policy: Policy, on: date) -> tuple[Past, ...]:
    first = on - timedelta(days=history_days(policy))
    counting = sorted((day, value) for day, value in found if first <= day <= on)
    return tuple(Past(on=day, value=value) for day, value in counting) if policy.limits else ()


def decide_lines(rma: Rma, order: Order, erp: Erp, policy: Policy, on: date) -> dict[str, Decision]:
    """Decide about every line; what is kept once for a request (a label, a fixed fee) is kept with one line only.

    Raises:
        Refusal: an article is not in the order, or more is asked for than was ordered.

    """
    found: dict[str, Decision] = {}
    kept: tuple[str, ...] = ()
    for line_id, request in requests_of(rma, order, erp, policy, on).items():
        found[line_id] = decide(policy, request.model_copy(update={"kept": kept}) if kept else request)
        kept += fixed(found[line_id])
    return found


def fixed(decision: Decision) -> tuple[str, ...]:
    """Name the rules by which a decision keeps a fixed amount."""
    return fixed_rules(decision.rules, decision.fee, decision.label_cost)


def fixed_rules(rules: Iterable[Applied], fee: Decimal, label: Decimal) -> tuple[str, ...]:
    """Name the rules that keep a fixed amount: all labels, and fees without a percentage."""
    found = [a for a in rules if a.rule.startswith(("labels." if label else "\0", "fees." if fee else "\0"))]
    return tuple(a.rule for a in found if "percent" not in a.saw)

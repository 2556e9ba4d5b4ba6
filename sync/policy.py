"""The return policy at work: explain a case with the facts of the real Odoo."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import MatchingSettings, Settings
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.issues import Refusal
from odoo_rma.mappings.model import OrderRef, Party, Reason, Rma, RmaLine
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.order import find_lines, find_order
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Decision, Request
from odoo_rma.mappings.policy.decide import decide
from odoo_rma.mappings.vocabulary import Condition, ReasonCode
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.policy_facts import Facts
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.store import NotFound


@dataclass(frozen=True, slots=True)
class Case:
    """What somebody asks about: articles of an order, why, what they look like, when (today when left out)."""

    order: str
    sku: str
    reason: ReasonCode
    condition: Condition
    quantity: Decimal
    channel: str | None = None
    on: date | None = None


def explain(
    settings: Settings, policy: Policy, case: Case, *, clock: Clock = utc_now
) -> tuple[Request, Decision]:
    """Decide a case with the facts of the real Odoo; nothing is written.

    Raises:
        NotFound: the order or the article is not there, or more is asked for than was ordered.
        BadSettings: the policy counts in another currency than the company.

    """
    with closing(connect(settings.odoo, settings.secrets)) as client:
        request = read_request(client, settings.matching, policy, case, clock=clock)
    return request, decide(policy, request)


def read_request(
    client: OdooClient, matching: MatchingSettings, policy: Policy, case: Case, *, clock: Clock
) -> Request:
    """Read from Odoo everything that the decision of a case depends on.

    Raises:
        NotFound: the order or the article is not there, or more is asked for than was ordered.
        BadSettings: the policy counts in another currency than the company.

    """
    reference = Reference(client)
    facts = Facts(client, reference, policy)
    rma = _as_rma(case, policy)
    erp = Observer(client, matching, reference).observe([rma], {})
    try:
        return _request(rma, case, erp, facts, clock)
    except Refusal as refusal:
        raise NotFound(" ".join(str(issue) for issue in refusal.issues)) from None


def _as_rma(case: Case, policy: Policy) -> Rma:
    """Dress the case as an RMA, so that orders and lines are found by the same rules as in a sync."""
    try:
        line = RmaLine(id="1", sku=case.sku, requested=case.quantity, reason=Reason(code=case.reason))
        return Rma(
            source="policy",
            id="explain",
            order=OrderRef(name=case.order),
            customer=Party(name="explain"),
            currency=policy.currency,
            lines=(line,),
        )
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise NotFound(f"{detail['loc'][-1]}: {detail['msg']}, but is {detail['input']!r}.") from None


def _request(rma: Rma, case: Case, erp: Erp, facts: Facts, clock: Clock) -> Request:
    order = find_order(rma, erp, Decisions())
    lines = find_lines(rma.lines[0], order, erp)
    ordered = sum((line.ordered for line in lines), ZERO)
    if case.quantity > ordered:
        raise NotFound(
            f"{plain(case.quantity)} of {case.sku} were asked for, but order {order.name} has {plain(ordered)}."
        )
    on = case.on or clock().astimezone(facts.zone).date()
    customer = erp.partners[order.partner_id].commercial_id
    placed, rate, team = facts.order(order)
    return Request(
        order=order.name,
        sku=case.sku,
        quantity=case.quantity,
        amount=facts.paid(lines, case.quantity, order.currency),
        currency=order.currency,
        rate=rate,
        reason=case.reason,
        condition=case.condition,
        on=on,
        ordered=placed,
        delivered=facts.delivered(lines, erp),
        categories=facts.categories(lines[0].product_id),
        country=facts.country(order, erp),
        groups=facts.tags(order, customer),
        channel=case.channel or team or None,
        orders=facts.orders(customer, on),
        returns=facts.returns(customer, on),
    )

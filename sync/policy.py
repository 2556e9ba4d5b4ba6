"""The return policy at work: explain a case with the facts of the real Odoo."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time

from pydantic import ValidationError

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import MatchingSettings, Settings
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.issues import Refusal
from odoo_rma.mappings.model import OrderRef, Party, Rma
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.order import find_order
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Decision, Request
from odoo_rma.mappings.policy.decide import decide
from odoo_rma.mappings.requested import requests_of
from odoo_rma.mappings.rma_line import Reason, RmaLine
from odoo_rma.mappings.vocabulary import Condition, ReasonCode
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.seen.request import check_currency
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
    """Read from Odoo everything that the decision of a case depends on, just as a sync does.

    Raises:
        NotFound: the order or the article is not there, or more is asked for than was ordered.
        BadSettings: the policy counts in another currency than the company.

    """
    reference = Reference(client)
    check_currency(policy, reference)
    on = case.on or reference.today(clock)
    rma = as_rma(case, policy, datetime.combine(on, time(12), reference.zone))
    erp = Observer(client, matching, reference, policy).observe([rma], {})
    try:
        (request,) = requests_of(rma, find_order(rma, erp, Decisions()), erp, policy, on).values()
    except Refusal as refusal:
        # Only what is wrong: the ways out are those of an RMA in quarantine.
        raise NotFound(" ".join(issue.message for issue in refusal.issues)) from None
    return request


def as_rma(case: Case, policy: Policy, at: datetime) -> Rma:
    """Dress the case as a requested RMA, so that all is found by the same rules as in a sync.

    Raises:
        NotFound: what is asked cannot stand in an RMA.

    """
    try:
        line = RmaLine(
            id="1",
            sku=case.sku,
            requested=case.quantity,
            reason=Reason(code=case.reason),
            condition=case.condition,
        )
        return Rma(
            source="policy",
            id="explain",
            order=OrderRef(name=case.order, channel=case.channel),
            customer=Party(name="explain"),
            currency=policy.currency,
            lines=(line,),
            requested_at=at,
        )
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise NotFound(f"{detail['loc'][-1]}: {detail['msg']}, but is {detail['input']!r}.") from None

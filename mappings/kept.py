"""What is kept from a refund by the return policy, for the condition in which the goods were found.

Only where a source leaves charges to us; a fee or a label that the source charges itself stands in place of ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from odoo_rma.mappings.credit_lines import CHARGE
from odoo_rma.mappings.credit_note import credited, own_notes
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.due import inspected
from odoo_rma.mappings.erp import CANCELED, Erp, Order
from odoo_rma.mappings.inspection import is_absent
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Charge, Rma
from odoo_rma.mappings.money import ZERO, Decimal, Money, minor_unit, plain, round_to
from odoo_rma.mappings.order import find_order
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Applied, Effect, Request
from odoo_rma.mappings.policy.decide import condition_answer, terms_of
from odoo_rma.mappings.policy.words import write
from odoo_rma.mappings.requested import day_of, fixed_rules, requests_of
from odoo_rma.mappings.rma_line import Inspection, RmaLine
from odoo_rma.mappings.rules import Rules, SourceRules
from odoo_rma.mappings.vocabulary import ChargeKind, Disposition

OURS = "policy."
"""Begins the id of every charge that the policy adds."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Units that came back, as somebody found them."""

    line: RmaLine
    name: str
    inspection: Inspection
    request: Request


def charge_by_policy(plan: Plan, erp: Erp, source: SourceRules, rules: Rules, decisions: Decisions) -> None:
    """Add what the policy keeps to the RMA's charges, and hold back what the policy does not take in that condition.

    Raises:
        Refusal: the order or an article is not found.

    """
    rma, policy = plan.rma, rules.policy
    if policy is None or not source.policy_charges or not rma.is_authorized or not _inspected(rma):
        return
    order = find_order(rma, erp, decisions)
    found = list(_found(rma, order, erp, policy, day_of(rma, erp) or rules.credit.today))
    booked = _booked(rma, erp)
    charges = [*booked.values(), *(c for c in _charges(rma, found, policy) if c.id not in booked)]
    kept = sum((c.amount for c in charges), ZERO)
    promised = rma.promised if rma.promised is None else max(rma.promised - kept, ZERO)
    plan.rma = rma.model_copy(update={"charges": (*rma.charges, *charges), "promised": promised})
    plan.notes += [f"kept by the policy: {c.note}, {Money(c.amount, rma.currency)}" for c in charges]
    if not decisions.authorize:
        plan.held += _refused(rma, found, policy, erp)


def _booked(rma: Rma, erp: Erp) -> dict[str, Charge]:
    """Give the policy's charges that a credit note has already: a policy changed later does not change them."""
    notes = {n.id for n in own_notes(rma, erp) if n.state != CANCELED}
    found = {}
    for x in erp.invoice_lines.values():
        if x.invoice_id in notes and x.key and x.key.parts[-2:-1] == (CHARGE,) and x.total < 0:
            name = x.key.parts[-1]
            if name.startswith(OURS):
                label = name.startswith(f"{OURS}labels.")
                kind = ChargeKind.RETURN_LABEL if label else ChargeKind.RESTOCKING_FEE
                found[name] = Charge(id=name, kind=kind, amount=-x.total, note=x.name)
    return found


def _inspected(rma: Rma) -> bool:
    return any(x.inspections for x in rma.lines)


def _found(rma: Rma, order: Order, erp: Erp, policy: Policy, on: date) -> Iterator[_Found]:
    asked = requests_of(rma, order, erp, policy, on)
    for line in rma.lines:
        for number, one in enumerate(line.inspections, 1):
            if is_absent(one) or one.disposition is Disposition.RETURN_TO_CUSTOMER:
                continue
            whole = asked[line.id]
            share = {
                "quantity": one.quantity,
                "amount": _share(whole, one.quantity),
                "condition": one.condition,
            }
            yield _Found(line, one.id or str(number), one, whole.model_copy(update=share))


def _share(request: Request, quantity: Decimal) -> Decimal:
    return round_to(request.amount * quantity / request.quantity, minor_unit(request.currency))


def _charges(rma: Rma, found: list[_Found], policy: Policy) -> Iterator[Charge]:
    own = {c.kind for c in rma.charges}
    # The goods are here: nothing is kept by the customer any more.
    policy = policy.model_copy(update={"keep_item": ()})
    kept: tuple[str, ...] = ()
    for one in found:
        terms = terms_of(policy, one.request.model_copy(update={"kept": kept}))
        once = fixed_rules(terms.rules, terms.fee, terms.label_cost)
        kept += once
        parts = (
            (ChargeKind.RESTOCKING_FEE, "fees.", terms.fee),
            (ChargeKind.RETURN_LABEL, "labels.", terms.label_cost),
        )
        for kind, table, amount in parts:
            rule = next((a.rule for a in terms.rules if a.rule.startswith(table)), table)
            if amount and kind not in own:
                yield _charge(one, kind, rule, amount, once=rule in once)


def _charge(one: _Found, kind: ChargeKind, rule: str, amount: Decimal, *, once: bool) -> Charge:
    # The id names the charge for ever: what was credited once is not credited again.
    name = f"{OURS}{rule}" if once else f"{OURS}{rule}.{one.line.id}.{one.name}"
    what = one.line.sku or one.line.barcode
    words = f"Restocking fee, {plain(one.inspection.quantity)} × {what} found {write(one.inspection.condition, 'en')}"
    note = words if kind is ChargeKind.RESTOCKING_FEE else "Return label"
    return Charge(id=_short(name), kind=kind, amount=amount, line=one.line.id, note=note)


def _short(name: str) -> str:
    return name if len(name) <= 200 else f"{name[:180]}-{sha256(name.encode()).hexdigest()[:16]}"


def _refused(rma: Rma, found: list[_Found], policy: Policy, erp: Erp) -> list[Issue]:
    before = credited(rma, erp).units
    waiting = [x for x in found if before.get(x.line.id, ZERO) < inspected(x.line)]
    answers = [(x, condition_answer(policy, x.request)) for x in waiting]
    return [_issue(rma, x, answer) for x, answer in answers if answer.effect is not Effect.PASSES]


def _issue(rma: Rma, one: _Found, answer: Applied) -> Issue:
    what = f"{plain(one.inspection.quantity)} × {one.line.sku or one.line.barcode}"
    found = write(one.inspection.condition, "en")
    return Issue(
        "condition_refused",
        f"{what} of {rma.label} came back {found}. {answer.words.en} Nothing is credited.",
        f"odoo-rma quarantine resolve {rma.id} --authorize credits it all the same; else send it back to the customer, "
        "by its disposition at the source.",
        f"lines.{one.line.id}.inspections",
    )

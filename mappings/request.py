"""Requested returns: decided by the return policy, where the source leaves that to us.

A decision is written down in Odoo before anything follows from it, and from then on it counts for ever. What a source
decided itself is a fact: it is compared with the policy, never overruled.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from html import escape

from odoo_rma.mappings.answer import (
    DECISION,
    Answer,
    By,
    LineAnswer,
    Standing,
    keys_of,
    recorded_of,
    standing,
)
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.erp import Erp, Order
from odoo_rma.mappings.free_text import LONGEST, tidy
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, plain
from odoo_rma.mappings.order import find_order
from odoo_rma.mappings.plan import Plan, Step
from odoo_rma.mappings.plan.request import RecordDecision
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.case import Decision, Effect, Verdict, Words
from odoo_rma.mappings.policy.words import say
from odoo_rma.mappings.requested import day_of, decide_lines
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.rules import Rules, SourceRules
from odoo_rma.mappings.seen.request import Recorded
from odoo_rma.mappings.vocabulary import Authorization, Kind


def as_decided(plan: Plan, erp: Erp, source: SourceRules, rules: Rules, decisions: Decisions) -> None:
    """Let the plan's RMA stand as decided in Odoo; where nothing stands there yet, plan to write the decision down.

    Raises:
        Refusal: the order or an article is not found, so that nothing can be decided.

    """
    policy, rma = rules.policy, plan.rma
    if policy is None or rma.kind is Kind.VENDOR_RETURN:
        return
    if rma.authorization in (Authorization.AUTHORIZED, Authorization.DECLINED):
        plan.notes += _doubts(rma, erp, policy, decisions)
    elif rma.authorization is Authorization.REQUESTED and source.decides:
        order = find_order(rma, erp, decisions)
        plan.order_id = order.id
        on = day_of(rma, erp) or rules.credit.today
        with _kept_to(plan):
            _decide(plan, order, erp, decisions, lambda: decide_lines(rma, order, erp, policy, on))


def _decide(
    plan: Plan, order: Order, erp: Erp, decisions: Decisions, ask: Callable[[], dict[str, Decision]]
) -> None:
    rma, notes = plan.rma, recorded_of(plan.rma, order.id, erp)
    ids = {x.id for x in rma.lines}
    stands = {i: s for i, s in standing(n for n in notes if not _is_review(n)).items() if i in ids}
    new = [] if rma.closed else [x for x in rma.lines if _is_new(x, stands)]
    plan.rma = _as_it_stands(rma, stands, notes)
    plan.issues += [_came_anyway(x) for x in plan.rma.lines if x.id in stands and x.received > x.allowed]
    found = ask() if new else _as_far_as_known(ask)
    said = {i: _stood(rma.line(i), s, order, found.get(i), decisions) for i, s in stands.items()}
    said |= {x.id: _said(x, found[x.id], decisions) for x in new}
    if said:
        plan.answer = Answer(tuple(said[x.id] for x in rma.lines if x.id in said), *_when(notes, new))
    if new:
        _write_down(plan, rma, order, [said[x.id] for x in new], notes)


def _write_down(plan: Plan, rma: Rma, order: Order, said: list[LineAnswer], notes: list[Recorded]) -> None:
    waiting = Answer(tuple(said))
    if waiting.verdict is Verdict.NEEDS_PERSON:
        plan.issues.append(_needs_person(rma, waiting))
        plan.steps += _review(rma, order, waiting, notes)
    else:
        plan.steps += _record(rma, order, said)


@contextmanager
def _kept_to(plan: Plan) -> Iterator[None]:
    """Keep a refusal to what is asked now: what was decided before goes on."""
    try:
        yield
    except Refusal as refusal:
        plan.issues += refusal.issues


def _as_far_as_known(ask: Callable[[], dict[str, Decision]]) -> dict[str, Decision]:
    try:
        return ask()
    except Refusal:
        return {}


def _is_new(line: RmaLine, stands: Mapping[str, Standing]) -> bool:
    return line.id not in stands or line.requested > stands[line.id].units


def _is_review(note: Recorded) -> bool:
    return note.key.parts[0] == By.REVIEW


def _when(notes: list[Recorded], new: list[RmaLine]) -> tuple[datetime | None, tuple[str, ...]]:
    """Give when the answer was recorded: all of it, or as the wish for a person to look."""
    counting = [n for n in notes if _is_review(n) is bool(new)]
    at = counting[-1].at if counting else None
    return at, tuple(str(n.key) for n in counting)


def _said(line: RmaLine, decision: Decision, decisions: Decisions) -> LineAnswer:
    """Say what the policy says, or the person to whom the policy leaves it."""
    answer = LineAnswer(
        line.id,
        line.sku or line.barcode or line.id,
        line.requested,
        decision.verdict,
        decision.keep_item,
        By.POLICY,
        decision.reasons,
        decision,
    )
    if decision.verdict is not Verdict.NEEDS_PERSON or decisions.authorize is None:
        return answer
    return replace(answer, verdict=_word(decisions), by=By.PERSON, reasons=_why(decisions))


def _word(decisions: Decisions) -> Verdict:
    return Verdict.AUTHORIZE if decisions.authorize else Verdict.DECLINE


def _why(decisions: Decisions) -> tuple[Words, ...]:
    # Tidied here too: one note that cannot be written down must not stop the returns of everybody else.
    why = tidy(decisions.why[:LONGEST])
    return (say("person_why", why=why) if why else say("person"),)


def _stood(
    line: RmaLine, stands: Standing, order: Order, decision: Decision | None, decisions: Decisions
) -> LineAnswer:
    """Say what stands in Odoo, with the policy's reasons as long as it still says the same."""
    verdict = Verdict.AUTHORIZE if stands.authorized else Verdict.DECLINE
    same = decision is not None and (decision.verdict, decision.keep_item) == (verdict, stands.kept)
    reasons: tuple[Words, ...] = (say("earlier", order=order.name),)
    if decision and same and stands.by is By.POLICY:
        reasons = decision.reasons
    elif stands.by is By.PERSON and decisions.authorize is not None and _word(decisions) is verdict:
        reasons = _why(decisions)  # said just now
    return LineAnswer(
        line.id,
        line.sku or line.barcode or line.id,
        stands.authorized or stands.units,
        verdict,
        stands.kept,
        stands.by,
        reasons,
        decision if same else None,
    )


def _as_it_stands(rma: Rma, stands: Mapping[str, Standing], notes: list[Recorded]) -> Rma:
    """Give the RMA as Odoo's notes say: lines that are not decided yet do not come back yet."""
    if not stands:
        return rma
    lines = [_line(x, stands.get(x.id)) for x in rma.lines]
    if any(x.allowed for x in lines):
        at = rma.authorized_at or (notes[-1].at if notes else None)
        change = {"authorization": Authorization.AUTHORIZED, "authorized_at": at}
    elif all(x.id in stands for x in rma.lines):
        change = {"authorization": Authorization.DECLINED}
    else:
        return rma
    return rma.model_copy(update={**change, "lines": tuple(lines)})


def _line(line: RmaLine, stands: Standing | None) -> RmaLine:
    allowed = min(line.allowed, stands.authorized) if stands else ZERO
    physical = line.physical and not (stands and stands.kept)
    return line.model_copy(update={"authorized": allowed, "physical": physical})


def _record(rma: Rma, order: Order, said: list[LineAnswer]) -> list[Step]:
    steps: list[Step] = []
    for by, who in ((By.POLICY, "the return policy"), (By.PERSON, "a person")):
        for key, own in keys_of(rma, order.id, by, [x for x in said if x.by is by]):
            body = _body(f"Return request {rma.label} ({rma.source}), decided by {who}", own)
            words = f"decided by {who}: {'; '.join(map(str, own))}"
            steps.append(RecordDecision(key, "sale.order", order.id, body, words))
    return steps


def _review(rma: Rma, order: Order, answer: Answer, notes: list[Recorded]) -> list[Step]:
    units = sum((x.units for x in answer.lines), ZERO)
    key = Key(
        rma.source, rma.id, DECISION, (By.REVIEW.value, str(order.id), str(len(rma.lines)), plain(units))
    )
    if any(n.key == key for n in notes):
        return []
    body = _body(f"Return request {rma.label} ({rma.source}): a person has to decide", answer.lines)
    return [
        RecordDecision(key, "sale.order", order.id, body, "noted on the order that a person has to decide")
    ]


def _body(title: str, said: tuple[LineAnswer, ...] | list[LineAnswer]) -> str:
    parts = [f"<p>{escape(title)}</p>"]
    for one in said:
        words = [r.en for r in one.reasons]
        rules = one.decision.rules if one.decision and one.verdict is not Verdict.DECLINE else ()
        words += [a.words.en for a in rules if a.effect is Effect.SETS]
        rows = "".join(f"<li>{escape(w)}</li>" for w in words)
        heading = str(replace(one, reasons=())).rstrip(": ")
        parts.append(f"<p><b>{escape(heading)}</b></p><ul>{rows}</ul>")
    return "".join(parts)


def _needs_person(rma: Rma, answer: Answer) -> Issue:
    waiting = [x for x in answer.lines if x.verdict is Verdict.NEEDS_PERSON]
    others = [x for x in answer.lines if x.verdict is not Verdict.NEEDS_PERSON]
    rest = f" The policy's word on the others: {'; '.join(map(str, others))}" if others else ""
    return Issue(
        "needs_person",
        f"The return policy leaves {rma.label} to a person: {'; '.join(map(str, waiting))}{rest}",
        f"odoo-rma quarantine resolve {rma.id} --authorize, or --decline; or decide it at the source.",
        f"lines.{waiting[0].line_id}",
    )


def _came_anyway(line: RmaLine) -> Issue:
    return Issue(
        "declined_arrived",
        f"{plain(line.received)} × {line.sku or line.barcode} arrived, but only {plain(line.allowed)} were authorized.",
        "Send them back, or authorize them at the source; nothing is booked for what was declined.",
        f"lines.{line.id}.received",
    )


def _doubts(rma: Rma, erp: Erp, policy: Policy, decisions: Decisions) -> list[str]:
    """Say where the policy would have decided otherwise than the source; what we decided ourselves is not doubted."""
    on = day_of(rma, erp)
    try:
        order = find_order(rma, erp, decisions)
        found = decide_lines(rma, order, erp, policy, on) if on else {}
    except Refusal:
        return []
    if any(not _is_review(n) for n in recorded_of(rma, order.id, erp)):
        return []
    return [words for x in rma.lines if x.id in found and (words := _doubt(rma, x, found[x.id]))]


def _doubt(rma: Rma, line: RmaLine, decision: Decision) -> str:
    allowed = rma.authorization is Authorization.AUTHORIZED and line.allowed > 0
    if decision.verdict is (Verdict.AUTHORIZE if allowed else Verdict.DECLINE):
        return ""
    why = " ".join(r.en for r in decision.reasons)
    would = {
        Verdict.AUTHORIZE: "would have authorized",
        Verdict.NEEDS_PERSON: "would have asked a person about",
        Verdict.DECLINE: "would have declined",
    }
    what = f"{plain(line.requested)} × {line.sku or line.barcode}"
    return f"the policy {would[decision.verdict]} {what}: {why}"

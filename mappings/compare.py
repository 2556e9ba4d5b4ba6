"""The one comparison: what an RMA says against what Odoo holds, and the plan that leads from one to the other.

`sync` carries the plan out, `sync --dry-run` prints it, and a second look afterwards finds an empty plan.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape

from odoo_rma.mappings.agreement import conflicts
from odoo_rma.mappings.allocate import allocate_returns, arrived
from odoo_rma.mappings.case import Case
from odoo_rma.mappings.credit_issues import unplaced_charge
from odoo_rma.mappings.credit_note import (
    check_promise,
    credited,
    own_notes,
    plan_credit_notes,
    plan_open_note,
)
from odoo_rma.mappings.credited import with_unnamed_lines
from odoo_rma.mappings.crm import plan_crm
from odoo_rma.mappings.customer import find_customer
from odoo_rma.mappings.debit import own_debits
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.delivered import Deliveries, Slice
from odoo_rma.mappings.disposition import plan_dispositions
from odoo_rma.mappings.due import CreditOn, Due, accepted, find_due, is_last, unplaced
from odoo_rma.mappings.erp import Erp, Order, OrderLine
from odoo_rma.mappings.exchange import plan_exchanges
from odoo_rma.mappings.exchanged import exchanged, own_orders
from odoo_rma.mappings.holding import in_erp
from odoo_rma.mappings.in_erp import DEBIT_NOTE
from odoo_rma.mappings.inspection import as_inspected, present
from odoo_rma.mappings.invoiced import Invoices
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.kept import charge_by_policy
from odoo_rma.mappings.message import plan_answer, plan_messages
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.order import find_lines, find_order
from odoo_rma.mappings.payment import plan_payments
from odoo_rma.mappings.placed import complete, within
from odoo_rma.mappings.plan import Found, Owed, Plan, Step
from odoo_rma.mappings.precision import check_steps
from odoo_rma.mappings.remembered import as_accepted, hold_back
from odoo_rma.mappings.repair import plan_repairs
from odoo_rma.mappings.request import as_decided
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.rules import Rules, SourceRules
from odoo_rma.mappings.standing import Part, accepted_by_hand, standing
from odoo_rma.mappings.transfer import own_moves, own_pickings, plan_transfers
from odoo_rma.mappings.vocabulary import ENDED, Kind

PLANNERS: tuple[Callable[[Case], list[Step]], ...] = (
    plan_dispositions,
    plan_repairs,
    plan_exchanges,
    plan_payments,
    plan_messages,
    plan_crm,
)
"""What follows on receipt and credit note, in the order in which it is planned; each refuses for itself alone."""


def compare(
    rmas: Iterable[Rma],
    erp: Erp,
    sources: Mapping[str, SourceRules],
    rules: Rules,
    decisions: Mapping[tuple[str, str], Decisions],
) -> list[Plan]:
    """Plan a batch. RMAs of one order see what those before them take."""
    erp = as_accepted(erp, decisions.values())
    deliveries, invoices = Deliveries(erp), Invoices(erp)
    plans = []
    for given in rmas:
        source, decided = sources[given.source], decisions.get((given.source, given.id), Decisions())
        plan = Plan(_believed(given, source), given=given)
        plans.append(plan)
        one = _Comparison(plan, erp, source, rules, deliveries, invoices)
        try:
            as_decided(plan, erp, source, rules, decided)
            plan.rma = as_inspected(plan.rma, rules.inspection)
            charge_by_policy(plan, erp, source, rules, decided)
            one.run(decided)
        except Refusal as refusal:
            plan.issues += refusal.issues
            deliveries.release()
        plan.slices = one.slices
        plan.in_erp = in_erp(plan, erp, rules.inspection, one.slices)
        plan.issues += conflicts(plan.rma, plan.in_erp, decided.agreed, source)
        hold_back(plan, decided.remembered, erp)
    return plans


def _believed(rma: Rma, source: SourceRules) -> Rma:
    """Leave out what the source says about facts that Odoo owns."""
    if source.source_disposes:
        return rma
    return rma.model_copy(
        update={"lines": tuple(x.model_copy(update={"inspections": ()}) for x in rma.lines)}
    )


@dataclass(slots=True)
class _Comparison:
    plan: Plan
    erp: Erp
    source: SourceRules
    rules: Rules
    deliveries: Deliveries
    invoices: Invoices
    slices: Mapping[str, list[Slice]] = field(default_factory=dict)

    def run(self, decisions: Decisions) -> None:
        rma, plan, erp = self.plan.rma, self.plan, self.erp
        plan.transfers = [p.id for p in own_pickings(rma, erp)]
        plan.credit_notes = [n.id for n in own_notes(rma, erp)]
        plan.found += [
            Found(DEBIT_NOTE, "account.move", d.id, d.name or "draft", d.state) for d in own_debits(rma, erp)
        ]
        if not self._concerns_us():
            plan.notes.append(f"{rma.authorization.value}: nothing to do in Odoo")
            plan.steps += plan_answer(plan, erp, self.source, self.rules, decisions)
            ended = rma.authorization in ENDED or rma.closed
            plan.finished = ended and not (plan.steps or plan.issues or plan.awaits)
            return
        self._check_kind()
        order = find_order(rma, erp, decisions)
        plan.order_id = order.id
        # What came is put down to its line, whatever is refused afterwards.
        lines = self._put_down(order) if plan.transfers else {}
        self._check_currency(order)
        check_steps(rma, self.erp)
        customer = find_customer(rma, order, erp, decisions)
        plan.partner_id = customer.partner_id
        lines = lines or self._put_down(order)
        slices = self.slices
        steps = plan_transfers(rma, self._wanted(slices), self._arrived(slices), erp, self._note())
        plan.steps += [*customer.steps, *steps]
        received = self._received(slices)
        self._settle(lines, received, self._accepted(slices, received))
        case = Case(
            plan,
            erp,
            self.source,
            self.rules,
            order,
            customer.partner_id,
            lines,
            slices,
            received,
            decisions.answers,
        )
        for planner in PLANNERS:
            with self._issues():
                plan.steps += planner(case)
        ended = rma.closed or rma.authorization in ENDED
        plan.finished = ended and not (plan.steps or plan.issues or plan.awaits)

    def _check_kind(self) -> None:
        rma = self.plan.rma
        if rma.kind is Kind.VENDOR_RETURN:
            raise Refusal(
                Issue(
                    "unsupported_kind",
                    f"{rma.label} is a return to a vendor; only returns from customers are carried out.",
                    "Make it in Odoo by hand and resolve this.",
                    "kind",
                )
            )

    def _concerns_us(self) -> bool:
        """Requests, drafts and refused RMAs leave no trace, unless something was made or paid already."""
        rma = self.plan.rma
        paid = any(r.state.value == "succeeded" for r in rma.refunds)
        made = self.plan.transfers or self.plan.credit_notes or own_orders(rma, self.erp)
        return rma.is_authorized or paid or bool(made)

    def _check_currency(self, order: Order) -> None:
        rma = self.plan.rma
        others = {r.currency for r in rma.refunds if r.currency and r.currency != rma.currency}
        if rma.currency != order.currency or others:
            raise Refusal(
                Issue(
                    "currency_differs",
                    f"Order {order.name} is in {order.currency}, the RMA in {', '.join(sorted({rma.currency, *others}))}.",
                    "Nothing is converted: correct the currency at the source.",
                    "currency",
                )
            )

    def _put_down(self, order: Order) -> dict[str, list[OrderLine]]:
        """Find the order lines of each RMA line, and what of their deliveries comes back."""
        lines = {line.id: find_lines(line, order, self.erp) for line in self.plan.rma.lines}
        self.slices = self._allocate(lines)
        return lines

    def _allocate(self, lines: Mapping[str, list[OrderLine]]) -> dict[str, list[Slice]]:
        rma = self.plan.rma
        self.deliveries.begin(own_moves(rma, self.erp))
        if not (rma.is_authorized or self.plan.transfers):
            return {}
        found = {
            line.id: self._slices(line, lines[line.id])
            for line in rma.lines
            if line.physical and line.allowed > 0
        }
        if not (self._open() or self.source.source_receives):
            self.deliveries.release()
        return found

    def _slices(self, line: RmaLine, order_lines: list[OrderLine]) -> list[Slice]:
        """An ended RMA claims no more than what came back, so that it never blocks another."""
        if self._open():
            return allocate_returns(line, line.allowed, order_lines, self.erp, self.deliveries)
        if self.source.source_receives:
            return allocate_returns(line, present(line), order_lines, self.erp, self.deliveries)
        return allocate_returns(line, line.allowed, order_lines, self.erp, self.deliveries, strict=False)

    def _open(self) -> bool:
        rma = self.plan.rma
        return rma.is_authorized and not rma.closed

    def _wanted(self, slices: Mapping[str, list[Slice]]) -> list[Slice]:
        """Everything authorized while the RMA is open; afterwards only what has arrived."""
        return [s for own in slices.values() for s in own] if self._open() else self._arrived(slices)

    def _arrived(self, slices: Mapping[str, list[Slice]]) -> list[Slice]:
        if not self.source.source_receives:
            return []
        rma = self.plan.rma
        return [s for x, own in slices.items() for s in arrived(own, present(rma.line(x)), self.erp)]

    def _received(self, slices: Mapping[str, list[Slice]]) -> dict[str, Decimal]:
        """Units per RMA line that are here: by the source's word, or by what was validated in Odoo."""
        rma = self.plan.rma
        if self.source.source_receives:
            return {x: present(rma.line(x)) for x in slices}
        return _per_line(standing(rma, self.erp, self.rules.inspection), slices)

    def _accepted(
        self, slices: Mapping[str, list[Slice]], received: dict[str, Decimal]
    ) -> dict[str, Decimal]:
        """Units that count for a credit note; of what only a person looked at, in Odoo, what was not taken out again."""
        if self.source.credit_on is not CreditOn.INSPECTION:
            return received
        if self.source.source_receives:
            return {}
        return _per_line(accepted_by_hand(self.plan.rma, self.erp, self.rules.inspection), slices)

    def _settle(
        self,
        lines: Mapping[str, list[OrderLine]],
        received: Mapping[str, Decimal],
        here: Mapping[str, Decimal],
    ) -> None:
        """Plan the credit notes; what stands in their way does not hold up the goods. `here` is what counts for them."""
        rma = self.plan.rma
        order_lines = {x: [line.id for line in own] for x, own in lines.items()}
        on, order_id, erp = self.source.credit_on, self.plan.order_id, self.erp
        if self.plan.held:
            self.plan.issues += self.plan.held
            return
        before = with_unnamed_lines(credited(rma, erp), rma, erp, order_lines, received)
        swapped = exchanged(rma, erp, self.rules.exchange)
        due: list[Due] = []
        with self._issues():
            found = find_due(rma, on, here, before, swapped)
            due = [replace(d, units=self._creditable(d, lines, received)) for d in found]
            self.plan.owed = Owed(tuple(due), before, accepted(rma, on, here, swapped))
        for one in due:
            with self._issues():
                self.plan.steps += plan_credit_notes(
                    rma, one, order_id, order_lines, erp, self.invoices, self.rules.credit
                )
        by_arrival = on is not CreditOn.REFUND and any(x.physical for x in rma.lines)
        with self._issues():
            settled = by_arrival and not any(one.kind == on.value for one in due)
            if settled and is_last(rma, accepted(rma, on, here, swapped), swapped):
                check_promise(rma, erp)
        self.plan.issues += [] if by_arrival else [unplaced_charge(c) for c in unplaced(rma, before)]
        handled = {(one.kind, one.id) for one in due}
        for note in own_notes(rma, erp) if not self.plan.issues else ():
            if note.key and note.key.parts[:2] not in handled:
                with self._issues():
                    self.plan.steps += plan_open_note(rma, note, erp, self.rules.credit)

    @contextmanager
    def _issues(self) -> Iterator[None]:
        """Keep a refusal to the thing that is refused."""
        try:
            yield
        except Refusal as refusal:
            self.plan.issues += refusal.issues

    def _creditable(
        self, due: Due, lines: Mapping[str, list[OrderLine]], received: Mapping[str, Decimal]
    ) -> dict[str, Decimal]:
        """Goods that came back before they were invoiced are never paid for, so there is nothing to credit for them."""
        if due.kind == CreditOn.REFUND.value:
            return dict(due.units)
        found: dict[str, Decimal] = {}
        for line_id, units in due.units.items():
            own = lines[line_id]
            ids = {x.id for x in own}
            invoiced, before = self.invoices.invoiced_and_credited(ids)
            free = sum((self.deliveries.delivered_units(x) for x in own), -invoiced)
            back = sum((self.deliveries.back_with_others(x) for x in own), ZERO)
            back += sum((q for x, q in received.items() if ids & {y.id for y in lines[x]}), ZERO)
            taken = sum((q for x, q in found.items() if ids & {y.id for y in lines[x]}), ZERO)
            most = max(back - free - before - taken, ZERO)
            found[line_id] = units if free <= 0 or not invoiced else min(units, most)
        return {x: q for x, q in found.items() if q > 0}

    def _note(self) -> str:
        rma = self.plan.rma
        rows = "".join(
            f"<li>{escape(x.sku or x.barcode or '')}: {x.allowed:f} × {escape(x.reason.raw or x.reason.code.value)}"
            f"{f' – {escape(x.reason.comment)}' if x.reason.comment else ''}</li>"
            for x in rma.lines
        )
        return f"<p>RMA {escape(rma.label)} ({escape(rma.source)})</p><ul>{rows}</ul>"


def _per_line(parts: Iterable[Part], slices: Mapping[str, list[Slice]]) -> dict[str, Decimal]:
    """Give the units of each RMA line that these parts are, no more than it may send back."""
    back = within(list(parts), slices)
    return {x: complete(back[x], own) for x, own in slices.items()}

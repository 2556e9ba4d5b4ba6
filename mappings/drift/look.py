"""One RMA as it was compared, and what it takes to say in what its two sides differ."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.drift import UNITS, Area, Drift, DriftKind, InventoryRow, LedgerRow, Link
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.ownership import Side
from odoo_rma.mappings.plan import Plan, Step, in_words
from odoo_rma.mappings.rules import Rules, SourceRules

NO_DECISIONS = Decisions()
UNDATED = "undated"
"""Stands for the month of what has no date."""


def no_address(model: str, record: int) -> str:
    """Give no address, where there are no screens."""
    return ""


@dataclass(frozen=True, slots=True)
class Look:
    """A plan, and what Odoo held when it was made.

    `told` means that the source was told all that Odoo holds now. `settled` is why a person wants no more to be done.
    `agreed` is what both sides last said the same about, by fact; `delivered` is net, by order line; `accounts` the
    balances of each credit note's entry by account code. `address` gives the form of a record in Odoo's screens; `known`
    is when the RMA came in, for what has no date of its own.
    """

    plan: Plan
    erp: Erp
    source: SourceRules
    rules: Rules
    told: bool = False
    settled: str = ""
    agreed: Mapping[str, str] = field(default_factory=dict)
    delivered: Mapping[int, Decimal] = field(default_factory=dict)
    accounts: Mapping[int, Mapping[str, Decimal]] = field(default_factory=dict)
    address: Callable[[str, int], str] = no_address
    rma_link: Link | None = None
    zone: tzinfo = UTC
    known: datetime | None = None
    decisions: Decisions = NO_DECISIONS

    @property
    def begun(self) -> datetime | None:
        """Say since when there is something to do, as far as anybody knows."""
        rma = self.plan.rma
        return rma.received_at or rma.closed_at or rma.authorized_at or rma.requested_at or self.known

    @property
    def receipts(self) -> Side:
        """Say who owns what came back."""
        return Side.RMA if self.source.source_receives else Side.ERP

    @property
    def money(self) -> Side:
        """Say who owns the order to pay."""
        return Side.RMA if self.source.source_refunds else Side.ERP

    def link(self, model: str, record: int, label: str) -> Link:
        """Give the link to a record in Odoo."""
        return Link(label, self.address(model, record))

    def month(self, at: date | datetime | None) -> str:
        """Give the month of a moment, as the people in Odoo count days: 2026-10; empty for none."""
        if isinstance(at, datetime):
            at = at.astimezone(self.zone)
        return f"{at:%Y-%m}" if at else ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What Odoo holds of an RMA in one measure and month, for the sums."""

    area: Area
    measure: str
    period: str
    amount: Decimal


@dataclass(slots=True)
class Findings:
    """What is found about one RMA; `corrections` are steps that no plan has, because they undo what people did. An issue that no difference names yet is named at the end: nothing is left out."""

    look: Look
    drifts: list[Drift] = field(default_factory=list)
    inventory: list[InventoryRow] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    corrections: list[Step] = field(default_factory=list)
    _cited: set[int] = field(default_factory=set)
    _used: set[int] = field(default_factory=set)

    def issues(self, fits: Callable[[Issue], bool]) -> list[Issue]:
        """Give the issues of a kind; they are named now."""
        found = [i for i in self.look.plan.issues if fits(i)]
        self._cited |= {id(i) for i in found}
        return found

    def steps(self, kinds: tuple[type[Step], ...]) -> list[Step]:
        """Give the steps of these kinds; they are named now."""
        found = [s for s in self.look.plan.steps if isinstance(s, kinds)]
        self._used |= {id(s) for s in found}
        return found

    def unused(self, kinds: tuple[type[Step], ...]) -> list[Step]:
        """Give the steps of these kinds that no difference names yet; they are named now."""
        new = [s for s in self.look.plan.steps if isinstance(s, kinds) and id(s) not in self._used]
        self._used |= {id(s) for s in new}
        return new

    def uncited(self) -> list[Issue]:
        """Give the issues that no difference names yet."""
        return [i for i in self.look.plan.issues if id(i) not in self._cited]

    def add(
        self,
        area: Area,
        kind: DriftKind,
        owner: Side,
        subject: str,
        message: str,
        *,
        steps: Sequence[Step] = (),
        issues: Sequence[Issue] = (),
        way_out: str = "",
        **more: Any,
    ) -> None:
        """Write down one difference; what it takes to mend it comes from the plan's steps, else from its issues."""
        rma, held = self.look.plan.rma, " ".join(dict.fromkeys(i.way_out for i in issues))
        reasons = " ".join(dict.fromkeys(i.message for i in issues if i.message not in message))
        self.drifts.append(
            Drift(
                area=area,
                kind=kind,
                source=rma.source,
                rma=rma.id,
                label=rma.label,
                subject=subject,
                message=f"{message} {reasons}".strip(),
                owner=owner,
                repair=tuple(more.pop("repair", ()) or said(steps)),
                way_out=way_out or held,
                rma_link=self.look.rma_link,
                settled=self.look.settled,
                **{"measure": UNITS, **more, "period": more.get("period") or UNDATED},
            )
        )


def said(steps: Iterable[Step]) -> list[str]:
    """Say steps in words; those that go without saying only where nothing else is said."""
    own = list(steps)
    return in_words(own) or list(dict.fromkeys(map(str, own)))

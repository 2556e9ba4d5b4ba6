"""Mend what can be mended: by the plan of each return, carried out as a sync does, and by corrections of what people did.

What a person has settled or set aside is left alone, and so is everything that has no safe repair.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.drift import Drift
from odoo_rma.mappings.drift.find import find
from odoo_rma.mappings.drift.look import Look
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.ownership import Side
from odoo_rma.mappings.plan import Plan
from odoo_rma.sync.report import Progress, Result
from odoo_rma.sync.run import BOTH, Direction, Run
from odoo_rma.sync.store import Store

Name = tuple[str, str]


class Fix(StrEnum):
    """Which side is mended: the returns system, Odoo, or that which only follows about a fact."""

    RMA = "rma"
    ERP = "erp"
    AUTO = "auto"


WAYS: Mapping[Fix, Direction] = {
    Fix.RMA: Direction.PUSH,
    Fix.ERP: Direction.PULL,
    Fix.AUTO: BOTH,
}


@dataclass(slots=True)
class ToMend:
    """The returns that have something to mend, by the side that has to follow."""

    fix: Fix
    names: dict[Name, None] = field(default_factory=dict)

    @classmethod
    def of(cls, fix: Fix, drifts: Iterable[Drift], store: Store) -> "ToMend":
        """Take those that may be mended: not settled by a person, not held in quarantine."""
        found = cls(fix)
        held = {(e.source, e.key) for e in store.quarantine_list() if e.held}
        for drift in drifts:
            name = (drift.source, drift.rma)
            if drift.repair and not drift.settled and name not in held and found._fits(drift.owner):
                found.names[name] = None
        return found

    def _fits(self, owner: Side) -> bool:
        # Who owns a fact is believed: the other side is mended.
        return self.fix is Fix.AUTO or (owner is Side.RMA) is (self.fix is Fix.ERP)


class Repair(Run):
    """A run that also corrects what people changed in Odoo."""

    def plans(self, batch: Sequence[Rma], erp: Erp, decisions: Mapping[Name, Decisions]) -> list[Plan]:
        """Compare a batch, and add the corrections to its plans."""
        plans = super().plans(batch, erp, decisions)
        for plan in plans:
            decided = decisions.get((plan.rma.source, plan.rma.id), Decisions())
            rules = self._sources[plan.rma.source]
            look = Look(plan, erp, rules, self._rules, agreed=decided.agreed, decisions=decided)
            plan.steps += find(look).corrections
        return plans


def mend(run: Repair, to_mend: ToMend, store: Store, size: int, progress: Progress) -> Iterator[Result]:
    """Carry the repairs out, batch by batch; give what was (or, in a dry run, would be) done."""
    rest, done = store.rmas_named(list(to_mend.names)), 0
    while batch := [rma for rma, _ in islice(rest, size)]:
        for result in run.carry_out(batch):
            if result.steps:
                yield result
        done += len(batch)
        progress("repairs", done, len(to_mend.names))

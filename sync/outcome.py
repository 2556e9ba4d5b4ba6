"""What becomes of each RMA of a batch, over the looks that are taken at it."""

from collections.abc import Sequence

from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.plan import Plan, in_words
from odoo_rma.sync.batch import Work
from odoo_rma.sync.report import Document, Outcome, Result
from odoo_rma.sync.tell import Told

Name = tuple[str, str]
NOTHING_TOLD = Told()


def name_of(plan: Plan) -> Name:
    """Name an RMA: its source and its id there."""
    return plan.rma.source, plan.rma.id


class Outcomes:
    """Remembers what was done, refused and left open, until the last look decides."""

    def __init__(self) -> None:
        self._steps: dict[Name, list[str]] = {}
        self._failed: dict[Name, list[Issue]] = {}
        self._refused: set[Name] = set()
        self._undecided: dict[Name, str] = {}

    def to_do(self, plans: Sequence[Plan]) -> list[Plan]:
        """Give the plans that still have steps, without those that failed for good."""
        found = [p for p in plans if p.steps and name_of(p) not in self._failed]
        # What nobody knew the outcome of, and what is not to be done any more, was done.
        still = {name_of(p) for p in found}
        self._undecided = {name: why for name, why in self._undecided.items() if name in still}
        return found

    def imagine(self, plans: Sequence[Plan]) -> None:
        """Take down what would be done, in a dry run."""
        for plan in plans:
            self._steps.setdefault(name_of(plan), []).extend(in_words(plan.steps))

    def note(self, work: Work) -> None:
        """Take down how the steps of one RMA went."""
        name = name_of(work.plan)
        self._steps.setdefault(name, []).extend(work.done)
        self._undecided.pop(name, None)
        by_odoo = all(issue.code == "odoo_refused" for issue in work.issues)
        if work.issues and (name in self._refused or not by_odoo):
            self._failed[name] = work.issues
        elif work.issues:
            # The plan may have been older than what somebody else has done since: it is made anew, once.
            self._refused.add(name)
        elif work.undecided:
            self._undecided[name] = work.undecided

    def result(
        self, plan: Plan, documents: tuple[Document, ...], told: Told = NOTHING_TOLD, *, dry_run: bool
    ) -> Result:
        """Say how it ended, by the last plan and what came of telling the source: an empty plan is what was wanted."""
        name, rma = name_of(plan), plan.rma
        steps, still_open = [*self._steps.get(name, []), *told.done], in_words(plan.steps)
        # Odoo may refuse a step because its first answer was lost and it is done: the last look decides.
        issues = [
            *(self._failed.get(name, ()) if plan.steps or plan.issues else ()),
            *plan.issues,
            *told.issues,
        ]
        if issues:
            outcome = Outcome.QUARANTINED
        elif dry_run and (steps or still_open):
            outcome, steps = Outcome.PLANNED, [*steps, *still_open]
        elif told.undecided:
            outcome, steps = Outcome.UNDECIDED, [*steps, told.undecided]
        elif plan.steps:
            outcome = Outcome.UNDECIDED
            why = [self._undecided[name]] if name in self._undecided else []
            steps = [*steps, *why, *(f"still open: {step}" for step in still_open)]
        else:
            outcome = Outcome.DONE if steps else Outcome.UNCHANGED
        words = (*steps, *plan.notes)
        said = plan.answer.as_dict() if plan.answer else None
        return Result(rma.source, rma.id, rma.label, outcome, words, documents, tuple(issues), said)

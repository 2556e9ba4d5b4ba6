"""Carry out one kind of step for many RMAs in one call, and find the bad one when Odoo refuses the lot.

A batch that Odoo refuses is halved until the offending RMA stands alone; that one is quarantined with Odoo's own
words, the others go through. What nobody knows the outcome of is left undecided: the next look decides.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from odoo_rma.connector.errors import AccessRefused, Busy, Refused, RmaError, Stop, Unknown, Unreachable
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.plan import Plan, Ref, Step
from odoo_rma.sync.reference import Reference

S = TypeVar("S", bound=Step)


@dataclass(slots=True)
class Work:
    """One RMA's plan while it is carried out."""

    plan: Plan
    done: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    undecided: str = ""

    @property
    def going(self) -> bool:
        """Tell whether its next steps may be taken."""
        return not self.issues and not self.undecided


@dataclass(frozen=True, slots=True)
class Item(Generic[S]):
    """A step and the RMA it belongs to."""

    work: Work
    step: S


class Batch:
    """What the phases share: the connection, and the ids of what was made on the way."""

    def __init__(self, client: OdooClient, reference: Reference, works: Sequence[Work]) -> None:
        self.client = client
        self.reference = reference
        self.works = works
        self.made: dict[Key, int] = {}

    def id_of(self, ref: Ref) -> int:
        """Give the database id of a reference."""
        return self.made[ref] if isinstance(ref, Key) else ref

    def items(self, kind: type[S]) -> list[Item[S]]:
        """Give the steps of one kind that may be taken now."""
        return [Item(w, s) for w in self.works if w.going for s in w.plan.steps if isinstance(s, kind)]

    def attempt(self, items: Sequence[Item[S]], call: Callable[[Sequence[Item[S]]], None]) -> None:
        """Run a call for all items; halve on refusal.

        Raises:
            Stop: the user lacks a right, so no other RMA could pass either.

        """
        if not items:
            return
        try:
            call(items)
        except AccessRefused as error:
            raise Stop(f"Odoo refuses for lack of rights: {error} Run `odoo-rma check`.") from None
        except (Unknown, Unreachable, Busy) as error:
            for item in items:
                item.work.undecided = str(error)
        except Refused as error:
            if len(items) == 1:
                items[0].work.issues.append(_refused(items[0], error))
            else:
                for half in _halves(items):
                    self.attempt([i for i in half if i.work.going], call)


def _halves(items: Sequence[Item[S]]) -> Iterator[Sequence[Item[S]]]:
    middle = len(items) // 2
    yield items[:middle]
    yield items[middle:]


def _refused(item: Item[S], error: RmaError) -> Issue:
    return Issue(
        "odoo_refused",
        f"Odoo refused to {item.step}: {error}",
        "Put it right in Odoo or at the source, then run: quarantine retry.",
    )

"""Carry out one kind of step for many RMAs in one call, and find the bad one when Odoo refuses the lot.

A batch that Odoo refuses is halved until the offending RMA stands alone; that one is quarantined with Odoo's own
words, the others go through. What nobody knows the outcome of is left undecided: the next look decides.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from odoo_rma.connector.errors import AccessRefused, Busy, Refused, RmaError, Stop, Unknown, Unreachable
from odoo_rma.connector.odoo.capabilities import UNLOGGED
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.plan import Note, Plan, Ref, Step
from odoo_rma.sync.reference import Reference

S = TypeVar("S", bound=Step)


@dataclass(slots=True)
class Work:
    """One RMA's plan while it is carried out."""

    plan: Plan
    done: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    undecided: str = ""
    partner_id: int = 0

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
        self._noted = {s.ref for w in works for s in w.plan.steps if isinstance(s, Note)}

    def id_of(self, ref: Ref) -> int:
        """Give the database id of a reference."""
        return self.made[ref] if isinstance(ref, Key) else ref

    def load(
        self, model: str, keys: Collection[Key], fields: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Make one record per key, in the order of the rows, and remember which is which."""
        context = UNLOGGED if set(keys) <= self._noted else {}
        ids = self.client.load(model, fields, rows, context)
        self.made |= dict(zip(keys, ids, strict=True))

    def items(self, kind: type[S]) -> list[Item[S]]:
        """Give the steps of one kind that may be taken now."""
        return [Item(w, s) for w in self.works if w.going for s in w.plan.steps if isinstance(s, kind)]

    def attempt(self, items: Sequence[Item[S]], call: Callable[[Sequence[Item[S]]], None]) -> None:
        """Run a call for all items; halve on refusal, never between the steps of one RMA: it is done whole or not at all.

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
            works = list({id(i.work): i.work for i in items}.values())
            if len(works) == 1:
                works[0].issues.append(_refused(items, error))
            else:
                for half in _halves(works):
                    self.attempt([i for i in items if any(i.work is w for w in half) and i.work.going], call)


def _halves(works: Sequence[Work]) -> Iterator[Sequence[Work]]:
    middle = len(works) // 2
    yield works[:middle]
    yield works[middle:]


def _refused(items: Sequence[Item[S]], error: RmaError) -> Issue:
    steps = "; ".join(dict.fromkeys(str(i.step) for i in items))
    return Issue(
        "odoo_refused",
        f"Odoo refused “{steps}”: {error}",
        "Put it right in Odoo or at the source, then run: quarantine retry.",
    )

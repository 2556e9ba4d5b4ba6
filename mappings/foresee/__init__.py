"""What Odoo will hold once a plan is carried out: lets a dry run see beyond the first steps.

The tests carry plans out with it, too, and the live tests show that the real Odoo ends in the same place.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from itertools import count
from typing import Any, TypeVar

from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.foresee import (
    crm,
    disposition,
    exchange,
    goods,
    ledger,
    message,
    payment,
    people,
    repair,
    request,
)
from odoo_rma.mappings.foresee.world import World
from odoo_rma.mappings.plan import Plan, Step
from odoo_rma.mappings.seen.base import Seen

__all__ = ["World", "do", "foresee"]

Deed = Callable[[World, Any], None]

DEEDS: Mapping[type[Step], Deed] = {
    **people.DEEDS,
    **request.DEEDS,
    **goods.DEEDS,
    **ledger.DEEDS,
    **disposition.DEEDS,
    **repair.DEEDS,
    **exchange.DEEDS,
    **payment.DEEDS,
    **message.DEEDS,
    **crm.DEEDS,
}
"""What each kind of step does; one that is not listed changes nothing that a plan depends on."""


def do(world: World, step: Step) -> None:
    """Carry out one step in a world in memory."""
    deed = DEEDS.get(type(step))
    if deed:
        deed(world, step)


def foresee(erp: Erp, plans: Iterable[Plan]) -> Erp:
    """Give what Odoo will hold after these plans; `erp` itself stays as it is. What is imagined has negative ids."""
    world = World(_copied(erp), lambda: next(_IMAGINED))
    for plan in plans:
        for step in plan.steps:
            do(world, step)
    return world.erp


_IMAGINED = count(-1, -1)

E = TypeVar("E", Erp, Seen)


def _copied(part: E) -> E:
    """Copy the tables of a snapshot, so that they may be changed; the records in them never are."""
    own: dict[str, Any] = {}
    for one in fields(part):  # type: ignore[arg-type]
        value = getattr(part, one.name)
        if isinstance(value, dict):
            own[one.name] = dict(value)
        elif isinstance(value, Seen):
            own[one.name] = _copied(value)
    return replace(part, **own)  # type: ignore[type-var]

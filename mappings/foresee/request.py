"""What steps that concern requested returns do."""

from collections.abc import Mapping
from typing import Any

from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan.request import RecordDecision
from odoo_rma.mappings.seen.request import Recorded


def _record(world: World, step: RecordDecision) -> None:
    known = any(r.key == step.key for r in world.erp.requests.recorded.values())
    if not known:
        one = Recorded(step.key, world.id_of(step.ref), None)
        table(world.erp.requests.recorded)[world.new()] = one


DEEDS: Mapping[type, Any] = {RecordDecision: _record}

"""What steps that concern customers' tags and notes do. Tags change nothing that a plan depends on."""

from collections.abc import Mapping
from typing import Any

from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan.crm import CustomerNote


def _note(world: World, step: CustomerNote) -> None:
    seen = world.erp.crm
    table(seen.notes)[world.new()] = step.key
    known = seen.returns.get(step.partner_id, frozenset())
    table(seen.returns)[step.partner_id] = known | {(step.key.source, step.key.owner)}


DEEDS: Mapping[type, Any] = {CustomerNote: _note}

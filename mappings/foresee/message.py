"""What steps that concern what customers are told do."""

from collections.abc import Mapping
from typing import Any

from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan.message import TellCustomer


def _tell(world: World, step: TellCustomer) -> None:
    table(world.erp.messages.sent)[world.new()] = step.sent


DEEDS: Mapping[type, Any] = {TellCustomer: _tell}

"""What steps that concern customers do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo_rma.mappings.erp import Partner
from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan import FillPartner, MakePartner


def _make(world: World, step: MakePartner) -> None:
    # Two RMAs of one customer plan them both; create-only load makes them once.
    known = [p.id for p in world.erp.partners.values() if p.key == step.key]
    record = known[0] if known else world.new()
    world.made[step.key] = record
    if not known:
        values = dict(step.values)
        table(world.erp.partners)[record] = Partner(
            id=record,
            name=values["name"],
            email=values.get("email", ""),
            vat="",
            ref=values.get("ref", ""),
            commercial_id=record,
            values=values,
            key=step.key,
        )


def _fill(world: World, step: FillPartner) -> None:
    one = world.erp.partners[step.partner_id]
    table(world.erp.partners)[one.id] = replace(one, values={**one.values, **step.values})


DEEDS: Mapping[type, Any] = {MakePartner: _make, FillPartner: _fill}

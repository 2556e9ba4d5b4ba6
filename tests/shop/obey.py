"""Carry a plan out in the shop in memory, as Odoo would: the next comparison must find nothing to do."""

from odoo_rma.mappings.foresee import World, do
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.plan import MakeCreditNote, MakeTransfer, Plan
from shop.build import Shop


def obey(shop: Shop, plan: Plan, made: dict[Key, int] | None = None) -> None:
    """Do every step, in order. `made` remembers what was made on the way, where a plan is carried out in parts."""
    world = World(shop.erp, shop.new, {} if made is None else made)
    for step in plan.steps:
        if isinstance(step, MakeTransfer):
            assert not any(p.key == step.key for p in shop.erp.pickings.values()), "made twice"
        if isinstance(step, MakeCreditNote):
            assert not any(i.key == step.key for i in shop.erp.invoices.values()), "made twice"
        do(world, step)
        if isinstance(step, MakeCreditNote) and step.expected is not None:
            assert shop.erp.invoices[world.made[step.key]].total == step.expected
